"""What the staff's theme draws as icons: nothing to press is called after its icon, and what a mouse opens a keyboard opens too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keyboard import Keyboard
from tests.browser.scenes import Scenes
from tests.browser.screens import item_page, payment_page
from tests.browser.visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser
CONTROL = re.compile(r'- (?:link|button|combobox|textbox) "([^"]*)"')


def service_page(scenes: Scenes) -> str:
    return f"/admin/trips/service/{scenes.confirmed.items.all()[0].service_id}/change/"


def trip_page(scenes: Scenes) -> str:
    return f"/admin/trips/trip/{scenes.confirmed.trip_id}/change/"


def bookings_list(scenes: Scenes) -> str:
    return "/admin/bookings/booking/"


def enter(visitor: Visitor, scenes: Scenes, where: Callable[[Scenes], str]) -> Page:
    visitor.sign_in(scenes.session_of(scenes.dana))
    return visitor.go(where(scenes))


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("where", [bookings_list, payment_page, item_page, service_page, trip_page])
def test_controls_when_drawn_with_icons_then_none_is_called_after_its_icon(
    visit: Callable[..., Visitor], scenes: Scenes, where: Callable[[Scenes], str], size: tuple[int, int]
) -> None:
    page = enter(visit(size=size), scenes, where)
    icons = {text.strip() for text in page.locator(".material-symbols-outlined").all_text_contents()}
    names = CONTROL.findall(page.locator("body").aria_snapshot())
    assert len(names) > 5
    assert [name for name in names if not name.strip() or name.split()[0] in icons] == []


def test_menu_when_on_a_phone_then_opened_and_closed_by_keyboard(visit: Callable[..., Visitor], scenes: Scenes) -> None:
    page = enter(visit(size=PHONE), scenes, bookings_list)
    keys = Keyboard(page)
    opener = page.get_by_role("button", name="Menu", exact=True)
    expect(opener).to_have_attribute("aria-expanded", "false")
    keys.tab_to(opener)
    keys.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Refunds")).to_be_visible()
    closer = page.locator("#nav-sidebar-inner").get_by_role("button", name="Close", exact=True)
    closer.focus()
    keys.press("Enter")
    expect(page.get_by_role("link", name="Refunds")).to_be_hidden()


def test_actions_when_on_a_phone_then_a_button_says_whether_they_are_shown(visit: Callable[..., Visitor], scenes: Scenes) -> None:
    page = enter(visit(size=PHONE), scenes, payment_page)
    opener = page.get_by_role("button", name="Actions", exact=True)
    for key, shown in (("Enter", True), ("Space", False)):
        opener.focus()
        Keyboard(page).press(key)
        expect(opener).to_have_attribute("aria-expanded", str(shown).lower())
        expect(page.get_by_role("link", name="Give money back")).to_be_visible(visible=shown)


def test_tabs_when_too_many_for_a_phone_then_the_rest_is_opened_by_keyboard(visit: Callable[..., Visitor], scenes: Scenes) -> None:
    page = enter(visit(size=PHONE), scenes, trip_page)
    more = page.get_by_role("button", name="More", exact=True)
    more.focus()
    Keyboard(page).press("Enter")
    expect(page.locator("#tabs-dropdown")).to_be_visible()
