"""axe-core, from the pinned package that carries it: WCAG 2.0 to 2.2, A and AA, and its best practices."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async (tags) => {
  const found = await window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.map((rule) => `${rule.id} (${rule.impact}): ` + rule.nodes.slice(0, 4).map((node) => `${node.target.join(" ")} ${
    [...node.any, ...node.all, ...node.none].slice(0, 1).map((check) => check.message).join("")}`).join(" | "));
}
"""


@cache
def script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Rules that the page as it stands breaks, each with the first places where it does; an empty list is what is wanted."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(script())  # not as a script element: the content policy stays on
    found: list[str] = page.evaluate(RUN, TAGS)
    return found
