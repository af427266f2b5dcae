"""Nothing is charged finer than a hundredth, so nothing is shown finer: a thing has one price in search, cart, checkout and booking."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import cart
from bookings.models import Booking, CartItem, ServiceSlot
from bookings.pricing.quote import Use, quote
from bookings.pricing.tariff import Tariff
from bookings.queries.cart import get_cart
from tests.bookings.pages import book_url, hold, words
from tests.factories.bookings import choose, make_scarce_service
from tests.factories.trips import TripFactory
from travelplanner.core import money
from travelplanner.core.actor import Actor
from trips.models import Service, Trip

DAY = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).date()
WHOLE = {"amount": "12.340", "currency": "KWD"}


@pytest.fixture
def dinars(db: None) -> Service:
    """A ticket of 12.345 dinars; the fee is a third."""
    return make_scarce_service(price=Decimal("12.345"), capacity=9, currency="KWD", cancel_fee_percent=Decimal("33.33"))


@pytest.fixture
def trip(alice: User) -> Trip:
    trip: Trip = TripFactory(owner=alice, budget_currency="KWD", budget_amount=None, traveler_count=1)
    choose(trip)
    return trip


def test_price_when_it_ends_in_a_thousandth_then_every_answer_says_what_is_charged(alice_api: APIClient, trip: Trip, dinars: Service) -> None:
    service = alice_api.get(f"/api/services/{dinars.pk}").json()
    assert service["list_price"] == WHOLE
    dates = alice_api.get(f"/api/services/{dinars.pk}/availability?from={DAY}&to={DAY}").json()["dates"]
    assert [one["price"] for one in dates] == [WHOLE]
    (found,) = alice_api.get(f"/api/services?date={DAY}&people=1").json()["results"]
    assert (found["party_price"], found["list_price"], found["on_date"][0]["price"]) == (WHOLE, WHOLE, WHOLE)
    line = alice_api.post("/api/cart", {"service_id": str(dinars.pk), "booking_date": str(DAY), "trip_id": trip.reference}).json()
    assert (line["price_now"], line["price_seen"], line["price_changed"]) == (WHOLE, WHOLE, False)
    assert line["terms"]["fee_afterwards"] == {"amount": "4.110", "currency": "KWD"}
    assert alice_api.get("/api/cart").json()["totals"] == [WHOLE]
    wish = {"tripId": trip.reference, "userContact": {"name": "Alice", "email": "alice@example.org"}, "acceptedTotal": "12.340"}
    booked = alice_api.post("/api/bookings", wish, headers={"Idempotency-Key": "dinars"}).json()
    (item,) = booked["items"]
    assert (item["total"], item["supplierAmount"], booked["paymentDetails"]["amount"]) == (12.34, 12.345, 12.34)


def test_price_when_it_ends_in_a_thousandth_then_every_page_says_what_is_charged(alice_page: Client, actor: Actor, trip: Trip, dinars: Service) -> None:
    listed = words(alice_page.get("/services"))
    assert "12.340" in listed
    dated = words(alice_page.get(f"/services?date_from={DAY}&people=2"))
    assert "24.690" in dated  # two are rounded once, together
    cart.add_line(actor=actor, service_id=dinars.pk, booking_date=DAY, trip_reference=trip.reference)
    for page in (alice_page.get("/cart"), alice_page.get(book_url(trip))):
        assert "12.340" in words(page)
        assert "12.345" not in words(page)
        assert "Price unchanged" in words(page)
    assert hold(alice_page, trip).total == Decimal("12.340")


def test_price_when_a_line_kept_the_thousandth_from_before_then_it_has_not_changed(actor: Actor, trip: Trip, dinars: Service) -> None:
    line, _new = cart.add_line(actor=actor, service_id=dinars.pk, booking_date=DAY, trip_reference=trip.reference)
    CartItem.objects.filter(pk=line.item.pk).update(price_seen=Decimal("12.345"))
    assert not get_cart(actor).price_changed
    dinars.list_price = Decimal("12.346")
    dinars.save()
    assert get_cart(actor).price_changed  # 12.350 is charged now


def test_price_when_a_slot_was_made_with_the_thousandth_then_its_places_can_be_had(alice_page: Client, actor: Actor, trip: Trip, dinars: Service) -> None:
    ServiceSlot.objects.create(service=dinars, date=DAY, capacity=2, price=Decimal("12.345"), currency="KWD")
    cart.add_line(actor=actor, service_id=dinars.pk, booking_date=DAY, trip_reference=trip.reference)
    assert hold(alice_page, trip).items.get().total == Decimal("12.340")
    assert ServiceSlot.objects.get().taken == 1
    assert Booking.objects.count() == 1


@given(
    price=st.decimals(0, 10**5, places=3), quantity=st.integers(1, 9), nights=st.integers(1, 5), unit=st.sampled_from(["person", "room_night", "party"]),
    currency=st.sampled_from(["KWD", "BHD", "EUR", "JPY", "INR"]),
)  # fmt: skip
def test_quote_when_any_price_then_what_is_shown_is_what_can_be_charged(price: Decimal, quantity: int, nights: int, unit: str, currency: str) -> None:
    people = 2 if unit == "party" else 1
    tariff: Any = Tariff(unit=unit, list_price=money.quantize(price, currency), currency=currency, sleeps=people, capacity=9)
    quoted = quote(tariff, Use(DAY, quantity, people, nights))
    assert quoted.charged == money.payable(quoted.charged, currency)
    assert quoted.total == sum(day.unit_price for day in quoted.dates) * quantity  # the supplier is asked, and owed, to the thousandth
    assert abs(quoted.charged - quoted.total) <= money.payable_unit(currency) / 2
    assert not quoted.differs_from(quoted.total)
    assert money.payable(quoted.terms.fee, currency) <= quoted.charged
