"""What the payment can come to, as the payer sees it: declined, asked, unknown, charged without an answer, pressed twice, out of time."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bookings.gateways.payments import ChargeRequest, ChargeResult, mock
from bookings.models import Booking, Payment
from tests.browser import main_job
from tests.browser.scenes import Scenes
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from travelplanner.core import clock

pytestmark = pytest.mark.browser
Payer = Callable[[], tuple[Page, Booking]]


@pytest.fixture
def payer(visitor: Visitor, scenes: Scenes) -> Payer:
    """Asha in front of the payment of a booking of hers."""

    def begin() -> tuple[Page, Booking]:
        booking = scenes.hold()
        visitor.sign_in(scenes.session_of(scenes.asha))
        return visitor.go(f"/bookings/{booking.reference}/pay"), booking

    return begin


def charges_of(site: Site, booking: Booking) -> list[tuple[str, int]]:
    """(status, how often it was asked for) of every charge that the company knows of this booking."""
    keys = {str(key) for key in Payment.objects.filter(booking=booking).values_list("pk", flat=True)}
    return [(charge.status, charge.calls) for charge in site.book.all_charges() if charge.key in keys]


def test_payment_when_declined_then_the_page_says_so_and_one_press_tries_again(site: Site, payer: Payer) -> None:
    page, booking = payer()
    main_job.pick_card(page, "Declined")
    main_job.pay(page)
    expect(page.get_by_role("heading", name="The payment was declined")).to_be_visible()
    expect(page.get_by_text("Nothing was charged.")).to_be_visible()
    booking.refresh_from_db()
    assert booking.state == "FAILED"

    page.get_by_role("button", name="Hold my places again").click()
    page.wait_for_url("**/pay", wait_until="commit")
    main_job.pay(page)
    main_job.see_confirmation(page)
    again = Booking.objects.exclude(pk=booking.pk).get(trip_id=booking.trip_id)
    assert again.state == "CONFIRMED"
    assert [status for status, _ in charges_of(site, again)] == ["succeeded"]


def test_payment_when_the_account_is_empty_then_the_page_says_so(payer: Payer) -> None:
    page, _booking = payer()
    main_job.pick_card(page, "Not enough money")
    main_job.pay(page)
    expect(page.get_by_role("heading", name="The payment was declined")).to_be_visible()


def test_payment_when_the_bank_asks_and_is_told_yes_then_confirmed(site: Site, payer: Payer) -> None:
    page, booking = payer()
    main_job.pick_card(page, "Asks your bank")
    main_job.pay(page)
    expect(page.get_by_role("heading", name="Your bank asks you")).to_be_visible()
    page.get_by_role("button", name="Approve").locator("visible=true").first.click()
    main_job.see_confirmation(page)
    assert [status for status, _ in charges_of(site, booking)] == ["succeeded"]


def test_payment_when_the_bank_asks_and_is_told_no_then_nothing_is_charged(site: Site, payer: Payer) -> None:
    page, booking = payer()
    main_job.pick_card(page, "Asks your bank")
    main_job.pay(page)
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("heading", name="The payment was declined")).to_be_visible()
    assert "succeeded" not in [status for status, _ in charges_of(site, booking)]


def test_payment_when_nobody_answers_then_it_is_never_called_failed_and_can_be_tried_again(site: Site, payer: Payer) -> None:
    page, booking = payer()
    main_job.pick_card(page, "No answer")
    main_job.pay(page)
    expect(page.get_by_text("The bank has not answered yet.")).to_be_visible()
    assert Payment.objects.get(booking=booking).state == "unknown"
    expect(page.get_by_text("Your payment never arrived at the bank.")).to_be_visible(timeout=10_000)  # it asks by itself
    page.get_by_role("link", name="Choose how to pay again").click()
    main_job.pay(page)
    main_job.see_confirmation(page)
    assert [status for status, _ in charges_of(site, booking)] == ["succeeded"]


def test_payment_when_charged_but_the_answer_was_lost_then_the_page_finds_out_and_charges_nothing_more(
    site: Site, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, booking = payer()
    monkeypatch.setitem(mock.TEST_CARDS, "4242424242424242", "tok_hang_up")
    main_job.pay(page)
    expect(page.get_by_text("The bank has not answered yet.")).to_be_visible()
    main_job.see_confirmation(page)
    assert charges_of(site, booking) == [("succeeded", 1)]


def test_payment_when_the_button_is_pressed_again_while_the_bank_thinks_then_charged_once(
    site: Site, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, booking = payer()
    at_once = mock.MockGateway.charge

    def slowly(gateway: mock.MockGateway, request: ChargeRequest) -> ChargeResult:
        time.sleep(1)
        return at_once(gateway, request)

    monkeypatch.setattr(mock.MockGateway, "charge", slowly)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    box = page.get_by_role("button", name="Pay").locator("visible=true").first.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with page.expect_request("**/pay"):
        page.mouse.click(*middle)
    page.mouse.click(*middle)
    main_job.see_confirmation(page)
    assert len(sent) == 2, "the browser kept the second press to itself, so this proves nothing"
    assert [status for status, _ in charges_of(site, booking)] == ["succeeded"]
    assert Payment.objects.filter(booking=booking).count() == 1


def test_payment_when_sent_from_two_tabs_then_charged_once(site: Site, payer: Payer) -> None:
    page, booking = payer()
    other = page.context.new_page()
    other.goto(page.url)
    main_job.pay(page)
    main_job.see_confirmation(page)
    main_job.pay(other)
    main_job.see_confirmation(other)
    assert [status for status, _ in charges_of(site, booking)] == ["succeeded"]


def test_payment_when_the_hold_ends_on_the_open_page_then_the_page_says_so_and_holds_again(payer: Payer) -> None:
    page, booking = payer()
    held = Booking.objects.filter(pk=booking.pk)
    held.update(hold_expires_at=clock.now() + dt.timedelta(minutes=1))
    page.clock.install()  # the page's minute goes by at once, however long it took to come
    page.reload()
    held.update(hold_expires_at=clock.now() - dt.timedelta(seconds=1))
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("heading", name="The hold has ended")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Hold my places again").locator("visible=true").first.click()
    page.wait_for_url("**/pay", wait_until="commit")
    expect(page.get_by_role("heading", name="Pay, and it is yours")).to_be_visible()
