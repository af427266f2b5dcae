"""Pages of the shared cost: the checkout's question, who has paid, paying a share, closing; each role sees what is theirs."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from bookings.actions.checkout import expire_due
from bookings.actions.payment_inquiry import resolve_payment
from bookings.gateways.payments.book import Book
from bookings.models import Booking, Payment, PaymentShare
from bookings.web import payment
from tests.bookings.pages import CARDS, book_url, contact, field, words
from tests.bookings.shares import DAY, collect, join, share_of
from tests.bookings.shares import pay as pay_share
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.actions.doors import end_membership
from trips.models import Trip, TripMember

pytestmark = pytest.mark.usefixtures("books_balance")


@pytest.fixture
def shared(alices_trip: Trip, bob: User) -> Trip:
    join(alices_trip, bob)
    return alices_trip


@pytest.fixture
def booking(actor: Actor, shared: Trip) -> Booking:
    return collect(actor, shared)


def shares_url(booking: Booking, rest: str = "") -> str:
    return f"/bookings/{booking.reference}/shares{rest}"


def pay_url(booking: Booking, who: User) -> str:
    return shares_url(booking, f"/{share_of(booking, who).pk}/pay")


def pay(client: Client, booking: Booking, who: User, card: str = "works", **form: Any) -> HttpResponse:
    return client.post(pay_url(booking, who), form or {"do": "pay", "card_number": CARDS[card]}, follow=True)


def people(trip: Trip, **amounts: str) -> dict[str, str]:
    """The form's fields of those who pay, by first name ("" for an equal part)."""
    found: dict[str, str] = {"how": "share"}
    for name, amount in amounts.items():
        member = TripMember.objects.filter(trip=trip, name__iexact=name).exclude(role="owner").first()
        key = str(member.pk) if member else "me"
        found |= {f"share-{key}-pays": "on", f"share-{key}-amount": amount}
    return found


# --- the checkout's question


def test_checkout_when_alone_then_nothing_is_asked_and_in_company_how_to_pay(alice_page: Client, alices_trip: Trip, bob: User) -> None:
    assert "Who pays?" not in words(alice_page.get(book_url(alices_trip)))
    join(alices_trip, bob)
    said = words(alice_page.get(book_url(alices_trip)))
    assert "Pay all of it" in said
    assert "Share the cost" in said
    assert said.count("pays ₹4,100") == 2


def test_checkout_when_the_shares_are_worked_out_then_shown_and_nothing_is_held(alice_page: Client, shared: Trip) -> None:
    fields = contact(total="8200", name="Someone Else") | people(shared, alice="", bob="199.5")
    answer = alice_page.post(book_url(shared, "/shares"), fields)
    said = words(answer)
    assert answer.status_code == 200
    assert "pays ₹199.50" in said
    assert "pays ₹8,000.50" in said
    assert "Together ₹8,200, exactly." in said
    assert field(answer, "request_key") == fields["request_key"]
    assert 'value="Someone Else"' in answer.content.decode()
    assert not Booking.objects.exists()
    off = words(alice_page.post(book_url(shared, "/shares"), fields | people(shared, alice="1", bob="2")))
    assert "The shares come to ₹8,197 less than ₹8,200." in off


@pytest.mark.parametrize("amounts", [{"alice": "1", "bob": "1"}, {"alice": "x", "bob": ""}, {}])
def test_checkout_when_the_shares_do_not_fit_then_said_and_nothing_is_held(alice_page: Client, shared: Trip, amounts: dict[str, str]) -> None:
    answer = alice_page.post(book_url(shared, "/reserve"), contact(total="8200") | people(shared, **amounts))
    assert answer.status_code == 400
    assert "The shares don't fit." in words(answer)
    assert not Booking.objects.exists()


def test_checkout_when_shared_then_held_and_the_shares_page_follows(alice_page: Client, shared: Trip, alice: User, bob: User) -> None:
    join(shared, None, "Kid")
    answer = alice_page.post(book_url(shared, "/reserve"), contact(total="8200") | people(shared, alice="", kid="200"), follow=True)
    booking = Booking.objects.get()
    assert answer.redirect_chain[-1][0] == shares_url(booking)
    assert list(PaymentShare.objects.values_list("label", "amount")) == [("Alice", 8000), ("Kid", 200)]
    said = words(answer)
    assert "Each of you pays a share" in said
    assert "Kid has no account here, so this share is yours to pay." in said
    again = alice_page.post(book_url(shared, "/reserve"), contact(total="8200"), follow=True)  # the collection is open: it is shown
    assert again.redirect_chain[-1][0] == shares_url(booking)


def test_checkout_when_not_the_owner_then_not_asked(bob_page: Client, shared: Trip) -> None:
    assert "Who pays?" not in words(bob_page.get(book_url(shared)))
    assert bob_page.post(book_url(shared, "/shares"), people(shared, alice="")).status_code == 403


# --- the collection's page


def test_shares_page_when_a_companion_opens_it_then_theirs_and_no_contact_of_the_owner(bob_page: Client, booking: Booking, bob: User) -> None:
    with counted() as statements:
        answer = bob_page.get(shares_url(booking))
    assert len(statements) <= 5 + 2 + 2, statements
    said, html = words(answer), answer.content.decode()
    assert "₹0 of ₹8,200 is paid, ₹8,200 is missing." in said
    assert "Pay my share" in said
    assert "Close the collection" not in said
    assert pay_url(booking, bob) in html
    assert "data-hold=" in html
    assert not [mark for mark in ("alice@example.org", "+91 98765", "Alice Example", "40,000") if mark in said]


def test_shares_page_when_stranger_or_ex_member_then_404(charlie_page: Client, bob_page: Client, page: Client, booking: Booking, bob: User) -> None:
    address = pay_url(booking, bob)
    for path in (shares_url(booking), address):
        assert charlie_page.get(path).status_code == 404
        assert page.get(path)["Location"].startswith("/accounts/login/")
    assert bob_page.get(address).status_code == 200
    assert bob_page.get(f"/bookings/{booking.reference}").status_code == 404
    end_membership(actor=actor_for(bob), reference=booking.trip.reference)
    for path in (shares_url(booking), address):
        assert bob_page.get(path).status_code == 404
    assert bob_page.post(address, {"do": "pay", "card_number": CARDS["works"]}).status_code == 404
    assert not Payment.objects.exists()


def test_shares_page_when_a_member_left_then_the_owner_may_pay_for_them(alice_page: Client, booking: Booking, bob: User) -> None:
    end_membership(actor=actor_for(bob), reference=booking.trip.reference)
    said = words(alice_page.get(shares_url(booking)))
    assert "Bob has left the trip. You can pay this share, or close the collection." in said
    assert "Paid paid for them" in words(pay(alice_page, booking, bob))


def test_shares_when_both_pay_then_booked_and_each_sees_it(alice_page: Client, bob_page: Client, booking: Booking, alice: User, bob: User, gateway_book: Book) -> None:
    first = pay(bob_page, booking, bob)
    assert first.redirect_chain[-1][0] == shares_url(booking)
    assert "₹4,100 of ₹8,200 is paid, ₹4,100 is missing." in words(first)
    assert alice_page.get(f"/bookings/{booking.reference}", follow=True).redirect_chain[-1][0] == shares_url(booking)
    assert alice_page.get(f"/bookings/{booking.reference}/pay", follow=True).redirect_chain[-1][0] == shares_url(booking)
    done = words(pay(alice_page, booking, alice))
    assert "Everyone has paid, and it is booked" in done
    assert "Open the confirmation" in done
    assert "You are going to Varanasi" in words(alice_page.get(f"/bookings/{booking.reference}"))
    seen = words(bob_page.get(shares_url(booking)))
    assert "Everyone has paid, and it is booked" in seen
    assert "Open the confirmation" not in seen
    assert len(gateway_book.all_charges()) == 2


# --- paying


def test_share_when_declined_then_said_on_the_page_and_tried_again(bob_page: Client, booking: Booking, bob: User) -> None:
    answer = pay(bob_page, booking, bob, "empty")
    said = words(answer)
    assert answer.redirect_chain[-1][0] == pay_url(booking, bob)
    assert "there isn't enough money" in said
    assert "Nothing was charged. Try again" in said
    assert "Pay ₹4,100" in said
    assert "Paid" in words(pay(bob_page, booking, bob))


def test_share_when_the_bank_asks_then_approved_on_the_next_page(bob_page: Client, booking: Booking, bob: User) -> None:
    asked = words(pay(bob_page, booking, bob, "bank"))
    assert "Do you approve this payment?" in asked
    assert "₹4,100" in asked
    pay(bob_page, booking, bob, do="approve")
    assert share_of(booking, bob).state == "paid"


def test_share_when_the_gateway_is_silent_then_waits_without_charging_twice(bob_page: Client, booking: Booking, bob: User, gateway_book: Book) -> None:
    waiting = pay(bob_page, booking, bob, "silent")
    assert "We are asking about your payment" in words(waiting)
    assert shares_url(booking, f"/{share_of(booking, bob).pk}/progress") in waiting.content.decode()
    progress = bob_page.post(shares_url(booking, f"/{share_of(booking, bob).pk}/progress"))
    assert "Your payment never arrived at the bank." in words(progress)
    resolve_payment(actor=actor_for(bob), payment=Payment.objects.select_related("booking").get())
    again = bob_page.get(pay_url(booking, bob) + "?again=1")
    assert "Pay your share" in words(again)
    pay(bob_page, booking, bob)
    assert share_of(booking, bob).state == "paid"
    assert len(gateway_book.all_charges()) == 1


def test_share_when_someone_elses_then_403(bob_page: Client, booking: Booking, alice: User) -> None:
    assert bob_page.get(pay_url(booking, alice)).status_code == 403
    assert bob_page.post(pay_url(booking, alice), {"do": "pay", "card_number": CARDS["works"]}).status_code == 403
    assert not Payment.objects.exists()


# --- the end


def test_collection_when_the_time_is_over_then_the_page_says_what_comes_back(alice_page: Client, bob_page: Client, booking: Booking, bob: User) -> None:
    pay(bob_page, booking, bob)
    Booking.objects.update(hold_expires_at=clock.now() - dt.timedelta(seconds=1))
    assert "Not everyone paid in time." in words(bob_page.get(shares_url(booking)))
    expire_due()
    said = words(alice_page.get(f"/bookings/{booking.reference}", follow=True))
    assert "This was not booked" in said
    assert "What was paid goes back in full" in said
    assert "Go back to the checkout" in said
    assert "Goes back" in words(bob_page.get(shares_url(booking)))


def test_collection_when_closed_then_only_by_its_owner_and_everything_goes_back(alice_page: Client, bob_page: Client, booking: Booking, bob: User, gateway_book: Book) -> None:
    pay(bob_page, booking, bob)
    assert bob_page.post(shares_url(booking, "/close")).status_code == 403
    answer = alice_page.post(shares_url(booking, "/close"), follow=True)
    assert "The collection is closed. What was paid goes back in full." in words(answer)
    assert len(gateway_book.all_refunds()) == 1
    assert "can't be closed any more" in words(alice_page.post(shares_url(booking, "/close"), follow=True))


# --- the ways there


def test_trip_and_bookings_when_a_share_is_owed_then_lead_to_it(bob_page: Client, alice_page: Client, actor: Actor, booking: Booking, bob: User, charlie_page: Client) -> None:
    trip = booking.trip
    company = bob_page.get(f"/trips/{trip.reference}/company")
    assert "Your share: ₹4,100" in words(company)
    assert re.search(rf'href="{shares_url(booking)}"', company.content.decode())
    mine = words(bob_page.get("/bookings"))
    assert "Shares to pay" in mine
    pay_share(actor_for(bob), share_of(booking, bob))
    assert "Shared cost" in words(bob_page.get(f"/trips/{trip.reference}/company"))
    assert "Shares to pay" not in words(bob_page.get("/bookings"))
    pay_share(actor, share_of(booking, trip.owner))
    assert "Shared cost" not in words(alice_page.get(f"/trips/{trip.reference}/company"))


def test_paying_when_the_hold_ends_while_the_page_is_made_then_no_contact_of_the_owner(bob_page: Client, booking: Booking, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bill is read a moment before the hold ends, the page made a moment after."""
    assert bob_page.get(pay_url(booking, bob)).status_code == 200
    monkeypatch.setattr(payment, "clock", SimpleNamespace(now=lambda: clock.now() + DAY))
    answer = bob_page.get(pay_url(booking, bob))
    assert booking.contact_email not in answer.content.decode()
    assert (answer.status_code, answer["Location"]) == (302, shares_url(booking))
