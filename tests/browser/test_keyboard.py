"""The main job by Tab, Enter, Space and arrows alone; the focus is seen at every stop and never lost when a part of the page changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import main_job
from tests.browser.keyboard import Keyboard
from tests.browser.scenes import Scenes
from tests.browser.visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser


def change_and_undo(keys: Keyboard) -> None:
    """Remove the last stop of the day and bring it back; each time the focus stays inside of the plan."""
    page = keys.page
    plan = page.locator("#plan-day")
    stop = page.locator("#plan li[data-stop]").last
    keys.tab_to(stop.locator("summary"))
    keys.press("Enter")
    expect(stop.locator("details")).to_have_attribute("open", "")
    for button in (stop.get_by_role("button", name="Remove"), page.locator("#plan").get_by_role("button", name="Undo the last change")):
        keys.tab_to(button)
        version = plan.get_attribute("data-version") or ""
        keys.press("Enter")
        expect(plan).not_to_have_attribute("data-version", version)
        expect(page.locator("#plan *:focus")).to_have_count(1)
    keys.tab_to(page.locator(".days a").nth(1), most=150)
    keys.press("Enter")
    page.wait_for_url("**/plan?day=2", wait_until="load")
    expect(page.locator(".days a").nth(1)).to_have_attribute("aria-current", "page")


def sign_up(keys: Keyboard, email: str) -> None:
    page = keys.page
    keys.tab_to(page.get_by_role("link", name="Sign up and book").locator("visible=true").first)
    keys.press("Enter")
    page.wait_for_url("**/accounts/signup/**", wait_until="load")
    keys.tab_to(page.locator("input[name=email]"))
    keys.type(email)
    keys.tab_to(page.locator("input[name=password1]"))
    keys.type(main_job.PASSWORD)
    keys.press("Enter")
    page.wait_for_url(main_job.CHECKOUT, wait_until="load")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_main_job_when_done_by_keyboard_alone_then_it_works_and_the_focus_is_always_seen(visit: Callable[..., Visitor], size: tuple[int, int]) -> None:
    visitor = visit(size=size)
    page = visitor.page
    keys = Keyboard(page)

    page.goto("/")
    keys.tab_to(page.get_by_role("link", name="Skip to the content"))
    keys.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    keys.tab_to(page.locator("#id_sentence"))
    keys.type(main_job.SENTENCE)
    keys.tab_to(page.locator("form.ask").get_by_role("button", name="Plan this trip"))
    keys.press("Enter")
    page.wait_for_url("**/trips/TRIP_*/*", wait_until="commit")
    main_job.see_plans(page)

    keys.tab_to(page.get_by_role("button", name="Choose plan A").locator("visible=true").first)
    keys.press("Space")
    page.wait_for_url("**/plan*", wait_until="load")
    change_and_undo(keys)
    keys.tab_to(page.get_by_role("link", name="Book this plan").locator("visible=true").first, most=150)
    keys.press("Enter")
    page.wait_for_url("**/book", wait_until="load")
    sign_up(keys, f"keys{size[0]}@example.org")

    keys.tab_to(page.locator("#id_name"))
    keys.type("Kim Keys")
    keys.tab_to(page.get_by_role("button", name="Hold").locator("visible=true").first)
    keys.press("Enter")
    page.wait_for_url("**/pay", wait_until="load")
    keys.tab_to(page.get_by_role("radio", name="Works"))
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Asks your bank")).to_be_checked()
    keys.press("ArrowUp")
    keys.tab_to(page.get_by_role("button", name="Pay").locator("visible=true").first)
    keys.press("Enter")
    main_job.see_confirmation(page)

    assert keys.stops > 60
    assert not keys.unseen, "\n".join(sorted(set(keys.unseen)))


def tab_through(page: Page) -> Keyboard:
    """Once around the page."""
    keys = Keyboard(page)
    for _ in range(150):
        page.keyboard.press("Tab")
        if not keys.holder():
            break
        keys.look()
    return keys


@pytest.mark.parametrize("path", ["/", "/new", "/help", "/trips", "/accounts/login/"])
def test_page_when_tabbed_through_on_a_phone_then_the_focus_is_always_seen(visit: Callable[..., Visitor], path: str) -> None:
    visitor = visit(size=PHONE)
    keys = tab_through(visitor.go(path))
    assert keys.stops >= 4
    assert not keys.unseen, "\n".join(keys.unseen)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_checkout_when_a_line_is_changed_by_keyboard_then_the_focus_is_not_lost(visit: Callable[..., Visitor], scenes: Scenes, size: tuple[int, int]) -> None:
    visitor = visit(size=size)
    visitor.sign_in(scenes.session_of(scenes.asha))
    page = visitor.go(f"/trips/{scenes.edited.reference}/book")
    keys = Keyboard(page)
    item = page.locator(".item").last
    keys.tab_to(item.locator("summary").last)
    keys.press("Enter")
    keys.tab_to(item.get_by_role("button", name="Save"))
    with page.expect_response("**/book/line"):
        keys.press("Enter")
    expect(page.locator("#things *:focus")).to_have_count(1)
    assert not keys.unseen, "\n".join(keys.unseen)
