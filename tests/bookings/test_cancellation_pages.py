"""Cancelling over the API and on pages: the same offer, the same words, the same refusals."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.gateways.payments.book import Book
from bookings.models import Booking, BookingItem, CancellationQuote
from tests.bookings.pages import words
from tests.bookings.steps import pay, reserve
from tests.bookings.suppliers import book, flight_trip
from tests.fakes.memory_supplier import DEAF, REFUSES, MemorySupplier
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Trip

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(actor: Actor, alices_trip: Trip) -> Booking:
    return pay(actor, reserve(actor, alices_trip))


def quotes(booking: Booking, rest: str = "") -> str:
    return f"/api/bookings/{booking.reference}/cancellation-quotes{rest}"


# --- API --------------------------------------------------------------------------------------------------------------
def test_api_when_quoted_and_confirmed_then_each_item_says_refund_fee_by_whom_and_by_when(alice_api: APIClient, booking: Booking) -> None:
    car = booking.items.get(type="car_rental")
    BookingItem.objects.filter(pk=car.pk).update(cancellable=False)
    answer = alice_api.post(quotes(booking))
    assert answer.status_code == 201, answer.content
    said = answer.json()
    line = next(line for line in said["lines"] if line["itemId"] == str(car.pk))
    back_by = CancellationQuote.objects.get().lines.first().back_by.isoformat()
    assert line == {
        "itemId": str(car.pk), "name": car.name, "type": "car_rental", "refund": 0, "fee": 2200, "currency": "INR",
        "refundedBy": "Demo Test Supplier", "backBy": back_by, "why": "not_cancellable", "accepted": None,
    }  # fmt: skip
    assert (said["status"], said["refund"], said["fee"], said["whole"], said["bookingState"]) == ("offered", 6000, 2200, True, "CONFIRMED")
    done = alice_api.post(quotes(booking, f"/{said['quoteId']}/confirm"), headers={"Idempotency-Key": "k"})
    assert done.status_code == 200, done.content
    assert (done.json()["status"], done.json()["bookingState"]) == ("done", "CANCELLED")
    assert [(one["amount"], one["state"], one["backBy"]) for one in done.json()["refunds"]] == [(6000, "succeeded", back_by)]
    again = alice_api.post(quotes(booking, f"/{said['quoteId']}/confirm"), headers={"Idempotency-Key": "k"})
    assert again.content == done.content
    assert alice_api.get(quotes(booking, f"/{said['quoteId']}")).json() == done.json()
    assert alice_api.get(f"/api/bookings/{booking.reference}/confirmation").json()["status"] == "CANCELLED"


def test_api_when_only_some_items_then_only_those(alice_api: APIClient, booking: Booking) -> None:
    car = booking.items.get(type="car_rental")
    said = alice_api.post(quotes(booking), {"itemIds": [str(car.pk)]}).json()
    assert ([line["itemId"] for line in said["lines"]], said["whole"]) == ([str(car.pk)], False)
    for body in ({"itemIds": []}, {"itemIds": ["x"]}, {"itemIds": "x"}, [], {"itemIds": ["f1696de9-8cb3-5519-bc5d-15e4d2c6db57"]}):
        assert alice_api.post(quotes(booking), body).status_code == 400


def test_api_when_confirming_without_a_key_then_400_and_nothing_happens(alice_api: APIClient, booking: Booking) -> None:
    quote = alice_api.post(quotes(booking)).json()["quoteId"]
    answer = alice_api.post(quotes(booking, f"/{quote}/confirm"))
    assert (answer.status_code, answer.json()["error"]) == (400, "idempotency_key_missing")
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"


def test_api_when_the_offer_is_not_good_any_more_then_409_with_the_reason(alice_api: APIClient, booking: Booking) -> None:
    first = alice_api.post(quotes(booking)).json()["quoteId"]
    second = alice_api.post(quotes(booking)).json()["quoteId"]
    CancellationQuote.objects.filter(pk=second).update(expires_at=clock.now())
    for quote, code in ((first, "quote_replaced"), (second, "quote_expired")):
        answer = alice_api.post(quotes(booking, f"/{quote}/confirm"), headers={"Idempotency-Key": code})
        assert (answer.status_code, answer.json()["error"]) == (409, code)
    assert alice_api.get(quotes(booking, f"/{second}")).json()["status"] == "expired"


def test_api_when_it_is_anothers_then_404_like_one_that_does_not_exist(alice_api: APIClient, charlie_api: APIClient, booking: Booking) -> None:
    quote = alice_api.post(quotes(booking)).json()["quoteId"]
    for rest in ("", f"/{quote}/confirm"):
        assert charlie_api.post(quotes(booking, rest), headers={"Idempotency-Key": "k"}).status_code == 404
    assert charlie_api.get(quotes(booking, f"/{quote}")).status_code == 404


# --- pages ------------------------------------------------------------------------------------------------------------
def ask(page: Client, booking: Booking, **form: str) -> str:
    answer = page.post(f"/bookings/{booking.reference}/cancel", form)
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def test_page_when_all_is_cancelled_then_says_what_comes_back_and_what_is_lost_before_and_after(
    alice_page: Client, booking: Booking, gateway_book: Book
) -> None:
    BookingItem.objects.filter(booking=booking, type="car_rental").update(cancellable=False)
    page = words(alice_page.get(f"/bookings/{booking.reference}"))
    assert "Cancel all of it" in page
    url = ask(alice_page, booking)
    said = words(shown := alice_page.get(url))
    assert "What comes back, from whom, by when" in said
    for part in ("From Demo Test Supplier, there by", "Demo Test Supplier gives nothing back.", "Not refundable, as you booked it.", "You lose ₹2,200.",
                 "Comes back ₹6,000", "This can't be undone.", "minutes from now"):  # fmt: skip
        assert part in said, part
    assert 'btn btn--bad" type="submit"' in shown.content.decode()
    assert re.search(r"<[^>]+\sstyle=|\son\w+=", shown.content.decode()) is None
    done = alice_page.post(f"{url}/confirm", follow=True)
    said = words(done)
    assert "is cancelled" in said
    assert "₹6,000 comes back" in said
    assert "Given back" in said
    assert Decimal(gateway_book.all_refunds()[0][2]) == 6000
    after = words(alice_page.get(f"/bookings/{booking.reference}"))
    assert "Your refunds ₹6,000" in after
    assert "Cancel all of it" not in after
    assert "Cancelling was asked for" in after


def test_page_when_one_item_is_cancelled_then_the_rest_can_still_be(alice_page: Client, booking: Booking) -> None:
    car = booking.items.get(type="car_rental")
    url = ask(alice_page, booking, item=str(car.pk))
    assert "Cancel this?" in words(alice_page.get(url))
    assert "Cancelled; the rest stays booked" in words(alice_page.post(f"{url}/confirm", follow=True))
    page = words(alice_page.get(f"/bookings/{booking.reference}"))
    assert "What was cancelled is cancelled; the rest stays yours" in page
    assert "cancelled" in page
    assert f"Cancel {car.name}" not in page


def test_page_when_the_offer_is_old_then_nothing_is_cancelled_and_a_new_one_is_near(alice_page: Client, booking: Booking) -> None:
    url = ask(alice_page, booking)
    CancellationQuote.objects.update(expires_at=clock.now())
    answer = alice_page.post(f"{url}/confirm")
    assert answer.status_code == 409
    assert "Nothing was cancelled" in words(answer)
    assert "Ask for a new offer" in words(answer)
    assert "This offer has run out." in words(alice_page.get(url))
    newer = ask(alice_page, booking)
    assert newer != url
    assert "You asked for a newer offer since." in words(alice_page.get(url)) or "run out" in words(alice_page.get(url))


def test_page_when_a_supplier_is_silent_or_refuses_then_says_so(
    actor: Actor, alice: User, alice_page: Client, supplier: MemorySupplier
) -> None:
    booking = book(actor, flight_trip(alice))
    supplier.script["out", "cancel"] = [DEAF]
    supplier.script["home", "cancel"] = [REFUSES]
    url = ask(alice_page, booking)
    said = words(alice_page.post(f"{url}/confirm", follow=True))
    assert "It is being cancelled" in said
    assert "Test Airways said no: it stays booked and paid." in said
    assert "A part of this is being cancelled." in words(alice_page.get(f"/bookings/{booking.reference}"))


def test_page_when_it_is_anothers_or_nobodys_then_not_there(alice_page: Client, charlie_page: Client, page: Client, booking: Booking) -> None:
    url = ask(alice_page, booking)
    assert charlie_page.get(url).status_code == 404
    assert charlie_page.post(f"{url}/confirm").status_code == 404
    assert charlie_page.post(f"/bookings/{booking.reference}/cancel").status_code == 404
    assert page.get(url)["Location"].startswith("/accounts/login")
    assert alice_page.get(f"/bookings/{booking.reference}/cancel")["Location"].endswith("#change")
    assert alice_page.post(f"/bookings/{booking.reference}/cancel", {"item": "x"}).status_code == 302
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
