"""Rows in every table that the staff admin shows, made through the actions where there is one."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from decimal import Decimal

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import Contact, PaymentWish
from bookings.models import Booking, CapacityRule, PriceRule
from tests.cast import actor_for
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import (
    DestinationFactory,
    PlaceFactory,
    ServiceFactory,
    SmallCatalogue,
    SourceFactory,
    SupplierFactory,
)
from tests.factories.people import UserFactory
from travelplanner.core import clock, outbox
from travelplanner.core.models import IdempotencyKey, PeriodicJob
from trips.actions import itineraries, runs
from trips.actions.intents import create_trip
from trips.models import ClimateMonth, DestinationNote, ItineraryDay, ItineraryStop, Leg, Trip
from trips.planning.wish import Wish

_numbers = itertools.count(1)


def plan_a_trip(owner: User, catalogue: SmallCatalogue) -> Trip:
    """From a wish to a chosen itinerary, by the real pipeline: run, documents, private wish, days, stops, legs."""
    wish = Wish(destinations=(catalogue.destination.slug,), days=3, people=2, budget_maximum=Decimal(90000), interests={"temples": 2})
    trip = create_trip(actor=actor_for(owner), wish=wish)
    outcome = runs.work_on(run_id=trip.runs.get().pk)
    assert outcome == "done", trip.runs.get().error_message
    itineraries.choose_candidate(actor=actor_for(owner), reference=trip.reference, candidate_id="A")
    return trip


def book_late(owner: User, trip: Trip) -> Booking:
    """A booking whose hold ended before the gateway's word came: expired, the money refunded."""
    contact = Contact("Alice Example", owner.email, "")
    booking = checkout.book_trip(actor=actor_for(owner), trip_reference=trip.reference, contact=contact, wish=PaymentWish(token="tok_hang_up"))
    later = clock.now() + dt.timedelta(hours=1)
    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later)
    booking.refresh_from_db()
    assert (booking.state, booking.payments.get().refunds.get().state) == ("EXPIRED", "succeeded")
    return booking


def make_office_rows(catalogue: SmallCatalogue, *, planned: bool = True) -> None:
    """One more row, at least, in each table. `planned`: through the pipeline, else its rows are written directly (for many)."""
    number = next(_numbers)
    owner = UserFactory(email=f"office{number}@example.org")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    UserSession.objects.create(user=owner, ip="192.0.2.1", session_key=uuid.uuid4().hex, user_agent="Test")
    Group.objects.create(name=f"Desk {number}")
    source = SourceFactory()
    town = DestinationFactory(location_source=source)
    ClimateMonth.objects.create(destination=town, month=1, low_c=9, high_c=22, rain_mm=18, source=source)
    DestinationNote.objects.create(destination=town, kind="safety", text="Look both ways.", source=source)
    place = PlaceFactory(destination=town, hours_source=source, fee_source=source)
    service = ServiceFactory(destination=town, place=place, supplier=SupplierFactory(name=f"Demo Supplier {number}"))
    PriceRule.objects.create(service=service, name="weekend", weekdays=[4, 5], percent=Decimal(10))
    CapacityRule.objects.create(service=service, name="renovation", months=[2], capacity=2)
    if planned:
        plan_a_trip(owner, catalogue)
    else:
        trip = make_planned_trip(owner, catalogue)
        create_trip(actor=actor_for(owner), wish=Wish(destinations=(catalogue.destination.slug,), days=2, people=1))
        day = ItineraryDay.objects.create(
            trip=trip, revision=1, position=0, date=trip.start_date, destination=catalogue.destination, cost=Decimal(100), currency="INR", fatigue=2.0
        )
        noon = dt.datetime.combine(trip.start_date, dt.time(12), dt.UTC)
        ItineraryStop.objects.create(
            day=day, position=0, kind="place", place=catalogue.places[0], name="Stop", arrive=noon, leave=noon, latitude=25.3, longitude=83.0
        )
        Leg.objects.create(day=day, position=0, mode="walk", minutes=5, distance_km=0.4)
    booked = make_planned_trip(owner, catalogue, start_date=clock.now().date() + dt.timedelta(days=number % 12 + 2))
    spare = ServiceFactory(destination=catalogue.destination, supplier=service.supplier)
    contact = Contact("Alice Example", owner.email, "+91 98765 43210")
    assert checkout.book_trip(actor=actor_for(owner), trip_reference=booked.reference, contact=contact).state == "CONFIRMED"
    late = make_planned_trip(owner, catalogue)
    put_in_cart(late, spare)
    book_late(owner, late)
    put_in_cart(late, service)
    outbox.enqueue_mail(template="booking_confirmed", recipient=owner.email, context={"link": "https://example.org/secret"}, dedupe_key=f"office:{number}")
    PeriodicJob.objects.create(name=f"job {number}", interval_seconds=60)
    now = clock.now()
    IdempotencyKey.objects.create(scope=f"{owner.pk} POST /api/bookings", key=f"key-{number}", fingerprint="f" * 64, lease_until=now, expires_at=now, status=201, body=b"sealed")
