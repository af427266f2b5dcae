"""Every page, looked at by machine: silent console, content policy kept, nothing failed to load, no id used twice, nothing to
scroll sideways, no axe violation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import axe
from tests.browser.scenes import Scenes
from tests.browser.screens import SCREENS, STAFF_SCREENS, Screen
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
WIDTHS = (320, 360, 768, 1440)
AXE_WIDTHS = (360, 1440)
TOO_WIDE = """
() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > room + 1)
    .slice(0, 5).map((one) => `${one.tagName.toLowerCase()}.${one.className} ends at ${Math.round(one.getBoundingClientRect().right)}`);
}
"""
SAME_ID_TWICE = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
}
"""


def look(page: Page) -> list[str]:
    """What is wrong with a page at each width, light and dark."""
    wrong = [f"two elements have the id {one}" for one in page.evaluate(SAME_ID_TWICE)]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{width} px: {one}" for one in page.evaluate(TOO_WIDE)]
        if width in AXE_WIDTHS:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                wrong += [f"{width} px, {scheme}: {one}" for one in axe.violations(page)]
    return wrong


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_page_when_looked_at_in_every_size_and_scheme_then_nothing_is_wrong(visitor: Visitor, scenes: Scenes, screen: Screen) -> None:
    screen.open(visitor, scenes)
    wrong = look(visitor.page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("screen", STAFF_SCREENS, ids=lambda screen: screen.name)
def test_staff_page_when_looked_at_then_nothing_is_wrong(visitor: Visitor, scenes: Scenes, screen: Screen) -> None:
    screen.open(visitor, scenes)
    wrong = look(visitor.page)
    assert not wrong, "\n".join(wrong)
