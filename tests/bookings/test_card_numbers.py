"""PCI SAQ A: no card number that could be charged gets in, stays, or is said again, whoever takes the payments."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from bookings.actions import checkout
from bookings.gateways.payments.book import Book
from bookings.gateways.payments.mock import TEST_CARDS
from bookings.models import Booking
from tests.bookings.companies import razorpay_takes_payments, stripe_takes_payments
from tests.bookings.pages import book_url, contact, field, hold, pay_url
from tests.cast import actor_for
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core.card_numbers import card_numbers, refuse_card_numbers
from trips.models import Trip

REAL = ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011000990139424", "4917610000000000003", "4222222222222"]  # published samples of each brand
CONTACT = {"name": "Alice Example", "email": "alice@example.org", "phone": ""}


@pytest.fixture(params=["mock", "stripe", "razorpay"])
def gateway(request: Any, settings: Any) -> Iterator[str]:
    opened: Any = {"stripe": stripe_takes_payments, "razorpay": razorpay_takes_payments}.get(request.param)
    with opened(settings) if opened else nullcontext():
        yield request.param


def nowhere(number: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in a table nor in a log line, as typed or as digits."""
    digits = number.replace(" ", "").replace("-", "")
    kept = [str(row) for model in apps.get_models() for row in model._base_manager.values_list()]
    assert not [row for row in [*kept, caplog.text] if number in row or digits in row]


def send(client: APIClient, method: str, path: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(path, body, headers={"Idempotency-Key": uuid.uuid4().hex})


@pytest.mark.parametrize("number", REAL)
def test_api_when_a_card_number_is_sent_anywhere_then_400_and_it_is_nowhere(
    gateway: str, number: str, alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue, caplog: pytest.LogCaptureFixture, gateway_book: Book
) -> None:
    caplog.set_level(logging.DEBUG)
    held = hold_one(alice_api, alices_trip)
    new = {"tripId": alices_trip.reference, "userContact": CONTACT}
    ticket = {"service_id": str(catalogue.activities[0].pk), "booking_date": alices_trip.start_date.isoformat(), "time": "10:00", "quantity": 2}
    payments = [{"cardNumber": number}, {"method": "card", "cardNumber": number}, {"method": "card", "token": number}, {"method": number}, {"token": number}]
    tries = [
        *(("post", f"/api/bookings/{held.reference}/payments", body) for body in payments),
        *(("post", "/api/bookings", {**new, "payment": body}) for body in payments),
        ("post", "/api/bookings", {**new, "userContact": {**CONTACT, "name": f"Alice {number}"}}),
        ("post", "/api/bookings", {**new, "travelers": [{"firstName": "Guest", "lastName": number}]}),
        ("post", "/api/cart", {**ticket, "special_requests": f"Pay with {number}, please"}),
    ]
    for method, path, body in tries:
        answer = send(alice_api, method, path, body)
        assert answer.status_code == 400, (path, body, answer.content)
        assert number not in answer.content.decode()
    nowhere(number, caplog)
    assert gateway_book.all_charges() == []
    held.refresh_from_db()
    assert held.state == "PAYMENT_PENDING"


def hold_one(client: APIClient, trip: Trip) -> Booking:
    """Held, nothing charged."""
    assert trip.owner is not None
    return checkout.reserve_booking(actor=actor_for(trip.owner), trip_reference=trip.reference, contact=checkout.Contact(**CONTACT))


@pytest.mark.parametrize("number", REAL[:2])
def test_pages_when_a_card_number_is_typed_then_refused_and_it_is_nowhere(
    gateway: str, number: str, alice_page: Client, alices_trip: Trip, caplog: pytest.LogCaptureFixture, gateway_book: Book
) -> None:
    caplog.set_level(logging.DEBUG)
    total = field(alice_page.get(book_url(alices_trip)), "total")
    refused = alice_page.post(book_url(alices_trip, "/reserve"), contact(total=total, name=f"Alice {number}"))
    assert refused.status_code == 400
    booking = hold(alice_page, alices_trip)
    answer = alice_page.post(pay_url(booking), {"do": "pay", "card_number": number})
    assert answer.status_code in (302, 400)  # with Stripe and Razorpay the field isn't read: the payer is led to their page
    assert number not in answer.content.decode()
    nowhere(number, caplog)
    assert gateway_book.all_charges() == []


def test_pages_when_opened_then_no_field_could_take_a_card_number(gateway: str, alice_page: Client, alices_trip: Trip) -> None:
    html = alice_page.get(pay_url(hold(alice_page, alices_trip))).content.decode()
    assert "cc-number" not in html
    assert html.count('name="card_number"') == (len(TEST_CARDS) if gateway == "mock" else 0)
    assert 'type="text"' not in html.partition('id="pay"')[2].partition("</form>")[0]
    assert "js.stripe.com" not in html
    assert "checkout.razorpay.com" not in html


@pytest.mark.parametrize("text", [*REAL, "4242424242424242", "pay by 4111 1111 1111 1111 now", "x: 5555-5555-5555-4444."])
def test_card_number_when_it_could_be_one_then_found(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        refuse_card_numbers(text)
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "+91 98765 43210", "+4111111111111111", "4111111111111112", "0b6c2a4e-4111-1111-1111-111111111111", "BK_20261121_4111111111111111", "1763734523000", "2026-11-21 10:00", "41 11"],
)
def test_card_number_when_it_is_something_else_then_let_be(text: str) -> None:
    assert list(card_numbers(text)) == []
