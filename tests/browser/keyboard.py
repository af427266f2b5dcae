"""Hands on the keyboard alone: Tab until there, and at every stop of the way the focus can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

# What has the focus, how it shows, and whether something lies over it. A field that is itself hidden (a chip's box) shows it on its label.
FOCUSED = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const marked = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.outlineColor !== "rgba(0, 0, 0, 0)";
  };
  const label = one.closest("label");
  const shown = marked(one) ? one : label && marked(label) ? label : null;
  const box = (shown || one).getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const covered = [box.top + 2, box.top + box.height / 2, box.bottom - 2].every((y) => {
    const top = document.elementFromPoint(x, y);
    return !top || !(one.contains(top) || top.contains(one) || (label && label.contains(top)));
  });
  const name = one.getAttribute("aria-label") || one.innerText || one.labels?.[0]?.innerText || one.name || one.id;
  return { what: `${one.tagName.toLowerCase()} "${(name || "").trim().slice(0, 40)}"`, shown: Boolean(shown), covered, tag: one.tagName };
}
"""


@dataclass
class Keyboard:
    """`unseen` collects every stop where the focus was invisible or under something else."""

    page: Page
    unseen: list[str] = field(default_factory=list)
    stops: int = 0

    def tab_to(self, target: Locator, *, most: int = 120) -> None:
        """Press Tab until the target has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            self.look()
            if target.evaluate("(element) => element === document.activeElement"):
                return
        raise AssertionError(f"Tab does not lead to {target} in {most} steps from {self.page.url}")

    def look(self) -> None:
        self.stops += 1
        at = self.page.evaluate(FOCUSED)
        if at is None:
            return  # between the end of the page and its beginning: the browser's own buttons
        if not at["shown"]:
            self.unseen.append(f"{self.page.url}: no outline on {at['what']}")
        elif at["covered"]:
            self.unseen.append(f"{self.page.url}: something covers {at['what']}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def holder(self) -> str:
        """What has the focus, in words; empty when nothing has."""
        at = self.page.evaluate(FOCUSED)
        return str(at["what"]) if at else ""
