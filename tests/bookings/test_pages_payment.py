"""Paying: every test card, every way to be late, and that a charge is made once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from bookings.actions.checkout import expire_due
from bookings.gateways.payments.book import Book
from bookings.models import Booking, CartItem, Payment
from bookings.queries.inventory import overbooked
from tests.bookings.pages import CARDS, book_url, contact, field, hold, pay, pay_url, words
from tests.statements import HEADER, counted
from travelplanner.core import clock
from trips.models import Trip

SIGNED_IN = 2  # statements of the session and its user


@pytest.fixture
def booking(alice_page: Client, alices_trip: Trip) -> Booking:
    return hold(alice_page, alices_trip)


def end_hold(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() - dt.timedelta(seconds=1))


def test_pay_page_when_opened_then_counts_down_and_lists_test_cards(alice_page: Client, booking: Booking) -> None:
    with counted() as statements:
        answer = alice_page.get(pay_url(booking))
    assert len(statements) <= 5 + SIGNED_IN + HEADER, statements
    html, said = answer.content.decode(), words(answer)
    assert "data-hold=" in html
    assert "Your places are held until" in said
    assert "no real money moves" in said
    assert all(f'value="{number}"' in html for number in CARDS.values())
    assert "Pay ₹8,200" in said


def test_pay_page_when_not_mine_then_404_and_when_nobody_then_sign_in(charlie_page: Client, page: Client, booking: Booking) -> None:
    for address in (pay_url(booking), f"/bookings/{booking.reference}", f"/bookings/{booking.reference}/calendar.ics"):
        assert charlie_page.get(address).status_code == 404
        assert page.get(address)["Location"] == f"/accounts/login/?next={address}"
    assert charlie_page.post(pay_url(booking), {"do": "pay", "card_number": CARDS["works"]}).status_code == 404
    assert charlie_page.post(f"/bookings/{booking.reference}/progress").status_code == 404
    booking.refresh_from_db()
    assert booking.state == "PAYMENT_PENDING"


def test_pay_when_card_works_then_confirmed_and_charged_once(alice_page: Client, booking: Booking, gateway_book: Book) -> None:
    answer = pay(alice_page, booking)
    assert answer.redirect_chain[-1][0] == f"/bookings/{booking.reference}"
    assert "You are going to Varanasi" in words(answer)
    again = pay(alice_page, booking)  # a second press, or the browser's back button
    assert "You are going to Varanasi" in words(again)
    assert [Decimal(charge.amount) for charge in gateway_book.all_charges()] == [Decimal(8200)]


@pytest.mark.parametrize(("card", "reason"), [("declined", "Your bank declined the card"), ("empty", "there isn't enough money")])
def test_pay_when_declined_then_kindly_said_and_one_press_holds_again(
    alice_page: Client, alices_trip: Trip, booking: Booking, card: str, reason: str
) -> None:
    CartItem.objects.all().delete()
    answer = pay(alice_page, booking, card)
    said = words(answer)
    assert "The payment was declined" in said
    assert reason in said
    assert "Nothing was charged" in said
    assert overbooked() == []
    sent = {name: field(answer, name) for name in ("name", "email", "phone", "total", "request_key")}
    assert (sent["name"], sent["email"]) == ("Alice Example", "alice@example.org")
    again = alice_page.post(book_url(alices_trip, "/reserve"), sent, follow=True)
    new = Booking.objects.latest("created_at")
    assert new.pk != booking.pk
    assert again.redirect_chain[-1][0] == pay_url(new)
    assert "You are going to" in words(pay(alice_page, new))


def test_pay_when_bank_asks_then_approving_confirms(alice_page: Client, booking: Booking) -> None:
    asked = pay(alice_page, booking, "bank")
    assert "Do you approve this payment?" in words(asked)
    done = alice_page.post(pay_url(booking), {"do": "approve"}, follow=True)
    assert "You are going to" in words(done)


def test_pay_when_bank_asks_then_refusing_charges_nothing(alice_page: Client, booking: Booking) -> None:
    pay(alice_page, booking, "bank")
    done = words(alice_page.post(pay_url(booking), {"do": "refuse"}, follow=True))
    assert "The payment was not approved with the bank. Nothing was charged." in done


def test_pay_when_nobody_knows_then_waits_asks_and_never_charges_twice(alice_page: Client, booking: Booking, gateway_book: Book) -> None:
    waiting = pay(alice_page, booking, "silent")
    assert "The bank has not answered yet" in words(waiting)
    assert f'hx-post="/bookings/{booking.reference}/progress"' in waiting.content.decode()
    asked = alice_page.post(f"/bookings/{booking.reference}/progress", headers={"HX-Request": "true"})
    assert "Your payment never arrived at the bank" in words(asked)
    assert gateway_book.all_charges() == []
    assert Payment.objects.get().state == "unknown"
    choose_again = alice_page.get(pay_url(booking) + "?again=1")
    assert "Choose a test card" in words(choose_again)
    assert "You are going to" in words(pay(alice_page, booking))
    assert len(gateway_book.all_charges()) == 1
    assert Payment.objects.count() == 1


def test_progress_when_the_charge_went_through_unheard_then_leads_on(alice_page: Client, booking: Booking, gateway_book: Book) -> None:
    pay(alice_page, booking, "silent")
    payment = Payment.objects.get()
    gateway_book.enter(str(payment.pk), amount="8200", currency="INR", status="succeeded", code="")
    answer = alice_page.post(f"/bookings/{booking.reference}/progress", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == pay_url(booking)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert gateway_book.find(str(payment.pk)).calls == 1


def test_look_when_without_script_then_asks_too(alice_page: Client, booking: Booking) -> None:
    pay(alice_page, booking, "silent")
    answer = alice_page.post(pay_url(booking), {"do": "look"})
    assert answer["Location"] == pay_url(booking) + "?again=1"


@pytest.mark.parametrize("number", ["4111111111111111", "", "\x00", "4242 4242 4242 4242 9", "x" * 5000])
def test_pay_when_not_a_listed_test_card_then_refused_unread(alice_page: Client, booking: Booking, gateway_book: Book, number: str) -> None:
    answer = alice_page.post(pay_url(booking), {"do": "pay", "card_number": number})
    assert answer.status_code == 400
    assert "test cards" in words(answer)
    assert not number.strip("\x00") or number not in answer.content.decode()
    assert gateway_book.all_charges() == []
    booking.refresh_from_db()
    assert booking.state == "PAYMENT_PENDING"


@pytest.mark.parametrize("noticed", [False, True])
def test_pay_when_hold_is_over_then_said_with_one_button_to_hold_again(
    alice_page: Client, alices_trip: Trip, booking: Booking, gateway_book: Book, noticed: bool
) -> None:
    end_hold(booking)
    if noticed:
        expire_due()
    answer = alice_page.get(pay_url(booking), follow=True)
    assert "The hold has ended" in words(answer)
    assert "Hold my places again" in words(answer)
    late = pay(alice_page, booking)
    assert "The hold has ended" in words(late)
    assert gateway_book.all_charges() == []
    sent = {name: field(late, name) for name in ("name", "email", "phone", "total", "request_key")}
    assert "Pay, and it is yours" in words(alice_page.post(book_url(alices_trip, "/reserve"), sent, follow=True))


def test_again_when_a_price_rose_then_asks_before_holding(alice_page: Client, alices_trip: Trip, booking: Booking) -> None:
    answer = pay(alice_page, booking, "declined")
    sent = contact(total="8199", request_key=field(answer, "request_key"))
    assert alice_page.post(book_url(alices_trip, "/reserve"), sent).status_code == 409
    assert Booking.objects.count() == 1
