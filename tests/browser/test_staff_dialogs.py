"""Dialogs of the staff's pages by keyboard alone: the focus goes in, stays in and comes back; what is refused is said beside its field, and nothing that
was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from bookings.models import Refund, SupplierChange
from tests.browser.keyboard import Keyboard
from tests.browser.scenes import Scenes
from tests.browser.screens import item_page, payment_page
from tests.browser.visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser
WHY = "The room was cold at night."
DIALOGS = [
    pytest.param(item_page, "Write a change down", "kind", id="change"),
    pytest.param(payment_page, "Give money back", "amount", id="refund"),
    pytest.param(item_page, "Settle by hand", "outcome", id="settle"),
]


def open_by_keyboard(keys: Keyboard, button: str) -> Locator:
    """Tab to the button (a phone has it in a menu), unless the focus is there, and press Enter; returns the dialog."""
    opener, menu = keys.page.get_by_role("link", name=button), keys.page.get_by_role("button", name="Actions", exact=True)
    if not opener.is_visible():
        go_to(keys, menu)
        keys.press("Enter")
    go_to(keys, opener)
    keys.press("Enter")
    dialog = keys.page.get_by_role("dialog", name=button)
    expect(dialog.locator("*:focus")).to_have_count(1)
    return dialog


def go_to(keys: Keyboard, target: Locator) -> None:
    if not target.evaluate("(element) => element === document.activeElement"):
        keys.tab_to(target)


def enter(visitor: Visitor, scenes: Scenes, where: Callable[[Scenes], str]) -> Page:
    visitor.sign_in(scenes.session_of(scenes.dana))
    return visitor.go(where(scenes))


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(("where", "button", "first"), DIALOGS)
def test_dialog_when_opened_by_keyboard_then_the_focus_goes_in_stays_and_comes_back(
    visit: Callable[..., Visitor], scenes: Scenes, where: Callable[[Scenes], str], button: str, first: str, size: tuple[int, int]
) -> None:
    page = enter(visit(size=size), scenes, where)
    keys = Keyboard(page)
    for leave in ("Escape", "Cancel", "Close"):
        dialog = open_by_keyboard(keys, button)
        expect(dialog.locator(f"[name={first}]")).to_be_focused()
        unseen = len(keys.unseen)
        for _ in range(12):
            keys.press("Tab")
            keys.look()
            assert page.evaluate("document.activeElement === document.body || Boolean(document.activeElement.closest('#modal-content'))"), keys.holder()
        assert not keys.unseen[unseen:]
        if leave == "Escape":
            keys.press("Escape")
        else:
            keys.tab_to(dialog.get_by_role("button", name=leave))
            keys.press("Enter")
        expect(dialog).to_be_hidden()
        menu_closed = size == PHONE and leave != "Escape"  # the theme closes a phone's menu when something outside of it is pressed
        opener = page.get_by_role("button", name="Actions", exact=True) if menu_closed else page.get_by_role("link", name=button)
        expect(opener).to_be_focused()


def test_dialog_when_frames_come_late_then_the_focus_still_comes_back(visitor: Visitor, scenes: Scenes) -> None:
    """On a slow machine the form is there before the theme shows the dialog."""
    visitor.page.add_init_script("const frame = requestAnimationFrame; window.requestAnimationFrame = (draw) => setTimeout(() => frame(draw), 80)")
    keys = Keyboard(enter(visitor, scenes, payment_page))
    dialog = open_by_keyboard(keys, "Give money back")
    expect(dialog.locator("[name=amount]")).to_be_focused()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(keys.page.get_by_role("link", name="Give money back")).to_be_focused()


def test_dialog_when_more_is_given_back_than_was_paid_then_said_beside_the_amount_and_the_reason_stays(visitor: Visitor, scenes: Scenes) -> None:
    page = enter(visitor, scenes, payment_page)
    keys = Keyboard(page)
    dialog = open_by_keyboard(keys, "Give money back")
    keys.type("9999999")
    keys.tab_to(dialog.get_by_label("Reason"))
    keys.type(WHY)
    keys.tab_to(dialog.get_by_role("button", name="Give money back"))
    keys.press("Enter")
    amount = dialog.get_by_label("Amount")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_be_focused()
    expect(dialog.locator("#id_amount_error")).to_have_text("More can't be given back than was paid.")
    assert "id_amount_error" in (amount.get_attribute("aria-describedby") or "")
    expect(amount).to_have_value("9999999")
    expect(dialog.get_by_label("Reason")).to_have_value(WHY)
    assert not Refund.objects.filter(payment__booking=scenes.confirmed, cause="staff").exists()
    amount.press("ControlOrMeta+a")
    keys.type("5")
    keys.press("Enter")
    page.get_by_text("The refund of").wait_for()
    assert Refund.objects.get(payment__booking=scenes.confirmed, cause="staff").amount == 5


def test_dialog_when_no_reason_is_given_then_said_beside_it_and_the_amount_stays(visitor: Visitor, scenes: Scenes) -> None:
    page = enter(visitor, scenes, payment_page)
    keys = Keyboard(page)
    dialog = open_by_keyboard(keys, "Give money back")
    keys.type("7")
    keys.press("Enter")
    reason = dialog.get_by_label("Reason")
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(reason).to_be_focused()
    expect(dialog.locator("#id_reason_error")).to_have_text("This field is required.")
    expect(dialog.get_by_label("Amount")).to_have_value("7")


def test_dialog_when_a_moment_has_no_zone_or_nothing_is_said_then_told_and_what_was_typed_stays(visitor: Visitor, scenes: Scenes) -> None:
    page = enter(visitor, scenes, item_page)
    keys = Keyboard(page)
    dialog = open_by_keyboard(keys, "Write a change down")
    keys.tab_to(dialog.get_by_label("New departure"))
    keys.type("2027-01-15 09:30")
    keys.tab_to(dialog.get_by_label("A line for the traveler"))
    keys.type("At the north door")
    keys.press("Enter")
    departure, note = dialog.get_by_label("New departure"), dialog.get_by_label("A line for the traveler")
    expect(departure).to_be_focused()
    expect(departure).to_have_value("2027-01-15 09:30")
    expect(note).to_have_value("At the north door")
    expect(dialog.locator("#id_departure_time_error")).to_contain_text("with its zone")
    departure.fill("")
    note.fill("")
    note.press("Enter")
    expect(dialog.locator("#dialog-refusal")).to_be_focused()
    expect(dialog.locator("#dialog-refusal")).to_have_text("Say what is different now.")
    assert not SupplierChange.objects.filter(item__booking=scenes.confirmed).exists()
