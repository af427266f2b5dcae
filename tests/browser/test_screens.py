"""Every page, looked at by machine: silent console, content policy kept, nothing failed to load, no id used twice, nothing to
scroll sideways, no axe violation. They are `looks`: the same HTML looks the same whichever database its rows came from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from playwright.sync_api import Page

from tests.browser import axe
from tests.browser.scenes import Scenes
from tests.browser.screens import SCREENS, STAFF_SCREENS, Screen
from tests.browser.visitor import Visitor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed
from trips.web import my_trips

pytestmark = [pytest.mark.browser, pytest.mark.looks]
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
                page.emulate_media(color_scheme=scheme)
                wrong += [f"{width} px, {scheme}: {one}" for one in axe.violations(page)]
    return wrong


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_page_when_looked_at_in_every_size_and_scheme_then_nothing_is_wrong(onlooker: Visitor, scenes: Scenes, screen: Screen) -> None:
    screen.open(onlooker, scenes)
    wrong = look(onlooker.page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("screen", STAFF_SCREENS, ids=lambda screen: screen.name)
def test_staff_page_when_looked_at_then_nothing_is_wrong(onlooker: Visitor, scenes: Scenes, screen: Screen) -> None:
    screen.open(onlooker, scenes)
    wrong = look(onlooker.page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("quiet_logs")
@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Invalid(), 400), (NotAllowed(), 403), (Conflict(), 409), (RuntimeError("on purpose"), 500), (OperationalError("database is locked"), 503)],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_error_page_when_looked_at_then_nothing_is_wrong(onlooker: Visitor, monkeypatch: pytest.MonkeyPatch, trouble: Exception, status: int) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise trouble

    monkeypatch.setattr(my_trips, "list_trips", fail)
    onlooker.go("/trips", status=status)
    wrong = look(onlooker.page)
    assert not wrong, "\n".join(wrong)


def test_form_when_its_token_is_missing_then_the_page_says_what_to_do(onlooker: Visitor) -> None:
    page = onlooker.go("/")
    onlooker.allowed.add(403)
    onlooker.context.clear_cookies()
    page.locator("#id_sentence").fill("3 days in Goa")
    page.locator("form.ask").get_by_role("button", name="Plan this trip").click()
    page.wait_for_url("**/new/from-sentence")
    wrong = look(page)
    assert not wrong, "\n".join(wrong)
