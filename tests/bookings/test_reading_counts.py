"""What many ask for takes as many statements with thirty rows as with one: the cart, bookings, a booking, what is on sale, notifications."""

from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from accounts.models import Notification, User
from bookings.actions import checkout
from bookings.models import Booking, PriceRule
from tests.factories.bookings import CONTACT, make_planned_trip, put_in_cart
from tests.factories.catalogue import ServiceFactory, SmallCatalogue
from tests.statements import counted
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Trip

DAY = clock.now().date() + dt.timedelta(days=30)
FEW, MANY = 1, 30


def statements(client: APIClient, path: str) -> int:
    client.get(path)  # what is read once per process (rates) is no statement of the request
    with counted() as found:
        answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    return len(found)


def test_cart_when_it_grows_then_four_statements(alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    put_in_cart(alices_trip, catalogue.activities[0])
    assert statements(alice_api, "/api/cart") == 4
    for number in range(MANY):
        put_in_cart(alices_trip, ServiceFactory(destination=catalogue.destination, slug=f"more-{number}"))
    assert len(alice_api.get("/api/cart").json()["results"]) == MANY + 1
    assert statements(alice_api, "/api/cart") == 4


def test_bookings_when_there_are_more_then_three_statements(alice: User, alice_api: APIClient, actor: Actor, catalogue: SmallCatalogue, booked: Booking) -> None:
    assert statements(alice_api, "/api/bookings?page_size=100") == 3
    for number in range(MANY):
        trip = make_planned_trip(alice, catalogue)
        Booking.objects.create(trip=trip, user=alice, reference=f"BKG_{number:012}", state="EXPIRED", currency="INR", total=100, contact_name="Alice", contact_email=alice.email)
    answer = alice_api.get("/api/bookings?page_size=100").json()
    assert (answer["count"], len(answer["results"])) == (MANY + 1, MANY + 1)
    assert {one["items"] for one in answer["results"]} == {0, 3}
    assert statements(alice_api, "/api/bookings?page_size=100") == 3


def test_booking_when_it_holds_more_then_five_statements_and_its_confirmation_three(
    alice: User, alice_api: APIClient, actor: Actor, catalogue: SmallCatalogue, booked: Booking
) -> None:
    assert statements(alice_api, f"/api/bookings/{booked.reference}") == 5
    assert statements(alice_api, f"/api/bookings/{booked.reference}/confirmation") == 3
    trip = make_planned_trip(alice, catalogue)
    for number in range(MANY):
        put_in_cart(trip, ServiceFactory(destination=catalogue.destination, slug=f"more-{number}"))
    larger = checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=CONTACT)
    assert len(alice_api.get(f"/api/bookings/{larger.reference}").json()["items"]) >= MANY
    assert statements(alice_api, f"/api/bookings/{larger.reference}") == 5


@pytest.mark.parametrize(("query", "most"), [("", 5), ("&destination=varanasi", 6), ("&destination=varanasi&ordering=price", 6)])
def test_services_on_a_date_when_there_are_more_then_no_more_statements(api: APIClient, catalogue: SmallCatalogue, query: str, most: int) -> None:
    path = f"/api/services?date={DAY.isoformat()}&page_size=100{query}"
    few = statements(api, path)
    assert few <= most
    for number in range(MANY):
        service = ServiceFactory(destination=catalogue.destination, slug=f"more-{number}")
        PriceRule.objects.create(service=service, name="weekend", percent=10, weekdays=[5, 6])
    assert alice_finds(api, path) > MANY
    assert statements(api, path) == few


def alice_finds(api: APIClient, path: str) -> int:
    return int(api.get(path).json()["count"])


def test_availability_when_asked_for_a_day_or_a_quarter_then_three_statements(api: APIClient, catalogue: SmallCatalogue) -> None:
    base = f"/api/services/{catalogue.hotels[0].pk}/availability?from={DAY.isoformat()}"
    assert statements(api, f"{base}&to={DAY.isoformat()}") == statements(api, f"{base}&to={(DAY + dt.timedelta(days=90)).isoformat()}") == 3


def test_notifications_when_there_are_more_then_four_statements(alice: User, alice_api: APIClient) -> None:
    for number, size in enumerate((FEW, MANY)):
        Notification.objects.bulk_create(Notification(user=alice, notification_type="test", title="t", message="m", dedupe_key=f"{number}-{n}") for n in range(size))
        assert statements(alice_api, "/api/notifications?page_size=100") == 4
    answer = alice_api.get("/api/notifications?page_size=100").json()
    assert answer["count"] == answer["unread_count"] == len(answer["results"]) == FEW + MANY
