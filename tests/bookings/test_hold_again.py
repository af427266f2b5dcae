"""A hold that has ended is held again with one press, whoever made it; and nothing is booked that nobody agreed to."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from bookings.actions import cart
from bookings.actions.checkout import expire_due
from bookings.models import Booking, CartItem, PriceRule, ServiceSlot
from tests.bookings.pages import book_url, pay_url, words
from tests.bookings.steps import LATER
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Trip

pytestmark = pytest.mark.django_db
CONTACT = {"name": "Alice Example", "email": "alice@example.org"}


def hold_by_api(client: APIClient, trip: Trip, **more: Any) -> Booking:
    """Held for a card whose owner's bank asks first; nobody answers."""
    body = {"tripId": trip.reference, "userContact": CONTACT, "payment": {"method": "card", "token": "tok_three_d_secure"}, **more}
    answer = client.post("/api/bookings", body, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 201, answer.content
    return Booking.objects.get(reference=answer.json()["bookingId"])


def press_again(page: Client, booking: Booking) -> HttpResponse:
    """What the button of the booking's own page sends."""
    html = page.get(f"/bookings/{booking.reference}", follow=True).content.decode()
    form = html[html.index('id="again"') :].split("</form>", 1)[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return page.post(book_url(booking.trip, "/reserve"), fields)


def ended(booking: Booking) -> Booking:
    expire_due(now=booking.locked_at + LATER)
    booking.refresh_from_db()
    assert booking.state == "EXPIRED"
    return booking


def test_again_when_a_program_held_the_cart_beside_a_plan_then_one_press_holds_the_same(
    alice_api: APIClient, alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    """A program books the cart alone; the checkout page would bring the plan along."""
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    old = ended(hold_by_api(alice_api, alices_trip))
    answer = press_again(alice_page, old)
    assert answer.status_code == 302, words(answer)
    new = Booking.objects.exclude(pk=old.pk).get()
    assert answer["Location"] == pay_url(new)
    assert list(new.items.values_list("name", "quantity")) == list(old.items.values_list("name", "quantity")) == [("Demo Boat ride", 2)]


def test_again_when_nights_were_sent_for_a_ticket_then_it_is_still_the_same_ticket(
    alice_api: APIClient, alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    line = alice_api.post(
        "/api/cart", {"service_id": str(catalogue.car.pk), "booking_date": alices_trip.start_date.isoformat(), "trip_id": alices_trip.reference}
    ).json()
    assert alice_api.put(f"/api/cart/{line['id']}", {"nights": 5}).json()["nights"] == 1
    CartItem.objects.update(nights=5)  # as it was kept before
    old = ended(hold_by_api(alice_api, alices_trip))
    assert press_again(alice_page, old).status_code == 302


def test_again_when_the_whole_plan_was_held_by_a_program_then_one_press_holds_it(alice_api: APIClient, alice_page: Client, alices_trip: Trip) -> None:
    old = ended(hold_by_api(alice_api, alices_trip))
    assert press_again(alice_page, old).status_code == 302
    assert Booking.objects.exclude(pk=old.pk).get().items.count() == 3


def test_again_when_something_was_added_to_the_cart_since_then_it_stays_for_another_time(
    alice_api: APIClient, alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    old = ended(hold_by_api(alice_api, alices_trip))
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    assert press_again(alice_page, old).status_code == 302
    assert "Demo Boat ride" not in Booking.objects.exclude(pk=old.pk).get().items.values_list("name", flat=True)


def test_again_when_what_was_held_is_in_the_cart_no_more_then_told_and_nothing_is_held(
    alice_api: APIClient, alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    put_in_cart(alices_trip, catalogue.car)
    old = ended(hold_by_api(alice_api, alices_trip))
    cart.remove_line(actor=actor, item_id=CartItem.objects.get(service=catalogue.activities[1]).pk)
    answer = press_again(alice_page, old)
    assert answer.status_code == 409
    assert "What there is to book has changed" in words(answer)
    assert Booking.objects.count() == 1


def test_again_when_the_price_rose_then_asked_with_old_and_new_first(
    alice_api: APIClient, alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    put_in_cart(alices_trip, catalogue.car)
    old = ended(hold_by_api(alice_api, alices_trip))
    ServiceSlot.objects.filter(service=catalogue.car).update(price=Decimal(2420))
    answer = press_again(alice_page, old)
    assert answer.status_code == 409
    assert "₹2,420 instead of ₹2,200" in words(answer)
    assert Booking.objects.count() == 1


def test_again_when_the_clock_has_not_come_by_yet_then_one_press_ends_the_old_and_holds_the_new(
    alice_api: APIClient, alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    old = hold_by_api(alice_api, alices_trip, collect=None)
    ended(old)
    press_again(alice_page, old)
    second = Booking.objects.exclude(pk=old.pk).get()
    Booking.objects.filter(pk=second.pk).update(hold_expires_at=clock.now())
    answer = press_again(alice_page, second)
    assert answer.status_code == 302, words(answer)
    second.refresh_from_db()
    assert second.state == "EXPIRED"
    assert Booking.objects.filter(state="PAYMENT_PENDING").count() == 1


# --- what a program agrees to ---------------------------------------------------------------------------------------------------
def book(client: APIClient, trip: Trip, **body: Any) -> Any:
    whole = {"tripId": trip.reference, "userContact": CONTACT, **body}
    return client.post("/api/bookings", whole, headers={"Idempotency-Key": uuid.uuid4().hex})


@pytest.mark.parametrize("percent", [10, -10])
def test_api_when_a_seen_price_moved_either_way_then_409_with_old_and_new_until_agreed(
    alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue, percent: int
) -> None:
    put_in_cart(alices_trip, catalogue.car)
    PriceRule.objects.create(service=catalogue.car, name="season", percent=Decimal(percent))
    new = f"{2200 + 22 * percent}.00"
    lies: tuple[dict[str, Any], ...] = ({}, {"total": "1"}, {"price_seen": new}, {"acceptPrices": True}, {"acceptedTotal": "2200.00"}, {"acceptedTotal": None})
    for body in lies:
        answer = book(alice_api, alices_trip, **body)
        assert (answer.status_code, answer.json()["error"]) == (409, "price_changed"), body
        (line,) = answer.json()["details"]["lines"]
        assert (line["old"]["amount"], line["new"]["amount"]) == ("2200.00", new)
    assert not Booking.objects.exists()
    agreed = book(alice_api, alices_trip, acceptedTotal=answer.json()["details"]["total"]["amount"])
    assert (agreed.status_code, agreed.json()["items"][0]["total"]) == (201, 2200 + 22 * percent)


def test_api_when_the_plans_own_price_moved_then_409_too_and_the_one_call_goes_on_when_agreed(alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    PriceRule.objects.create(service=catalogue.car, name="more", percent=Decimal(10))
    asked = book(alice_api, alices_trip)
    assert (asked.status_code, asked.json()["error"], asked.json()["details"]["total"]["amount"]) == (409, "price_changed", "8420.00")
    assert book(alice_api, alices_trip, acceptedTotal="8420.00").status_code == 201


def test_api_when_nothing_moved_then_the_one_call_of_the_plan_books_it(alice_api: APIClient, alices_trip: Trip) -> None:
    answer = book(alice_api, alices_trip)
    assert (answer.status_code, answer.json()["bookingState"]["current"], answer.json()["lockedBudget"]["total"]) == (201, "CONFIRMED", 8200)


def test_api_when_another_sum_was_agreed_to_though_no_price_moved_then_409_says_so(alice_api: APIClient, alices_trip: Trip) -> None:
    answer = book(alice_api, alices_trip, acceptedTotal="8000")
    assert (answer.status_code, answer.json()["error"], answer.json()["details"]["lines"]) == (409, "price_changed", [])
    assert "What this comes to has changed" in answer.json()["message"]
    assert answer.json()["details"]["total"] == {"amount": "8200.00", "currency": "INR"}


def test_api_when_another_device_added_something_since_then_a_program_that_says_what_it_saw_is_told(
    alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    put_in_cart(alices_trip, catalogue.car)
    shown = [line["mark"] for line in alice_api.get("/api/cart").json()["results"]]
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    answer = book(alice_api, alices_trip, shown=shown)
    assert (answer.status_code, answer.json()["error"]) == (409, "basket_changed")
    assert not Booking.objects.exists()
    shown = [line["mark"] for line in alice_api.get("/api/cart").json()["results"]]
    assert book(alice_api, alices_trip, shown=shown).status_code == 201


@pytest.mark.parametrize("shown", [[], "x", ["x" * 61], [1, {}], ["x"] * 101])
def test_api_when_what_was_shown_is_garbage_then_400(alice_api: APIClient, alices_trip: Trip, shown: Any) -> None:
    assert book(alice_api, alices_trip, shown=shown).status_code == 400


def test_api_when_the_cart_was_merged_from_a_browser_then_what_was_seen_there_counts(alice_api: APIClient, alice: Any, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    item = put_in_cart(trip, catalogue.car, price_seen=Decimal(2000))
    answer = book(alice_api, trip)
    assert answer.json()["details"]["lines"][0]["old"]["amount"] == "2000.00"
    assert CartItem.objects.get(pk=item.pk).price_seen == 2000
