"""Rows in every table that the staff admin shows, made through the actions where there is one."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User
from bookings.actions import (
    cancellations,
    checkout,
    gateway_events,
    item_documents,
    webhook_deliveries,
    webhook_endpoints,
)
from bookings.actions.checkout import Contact, PaymentWish
from bookings.actions.named_travelers import NamedTraveler
from bookings.gateways.payments import MockGateway, signatures
from bookings.models import Booking, BookingItem, CapacityRule, PriceRule, WebhookAttempt
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
from tests.factories.office_money import tell_of_money
from tests.factories.office_people import bring_company, make_signed_in, tell_of_oneself
from travelplanner.core import clock, outbox
from travelplanner.core.actor import Actor
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


def be_disputed(booking: Booking) -> None:
    """The payer's bank wants it back, and the mock gateway says so at our door."""
    payment, gateway = booking.payments.get(), MockGateway()
    name = gateway.open_dispute(str(payment.pk))
    body = next(said for event_id, said in gateway.book.untold(limit=1000) if event_id.endswith(name)).encode()
    signature = signatures.sign(body, secret=settings.PAYMENTS.mock_webhook_secrets[0], now=clock.now())
    gateway_events.receive_event(actor=gateway_events.LISTENER, gateway="mock", body=body, headers={"mock-signature": signature})
    gateway_events.handle_due()
    assert payment.disputes.get().state == "open"


def think_of_cancelling(owner: User, trip: Trip) -> None:
    """Two offers to cancel, of which the second replaces the first; nobody confirms."""
    for _offer in range(2):
        cancellations.quote_cancellation(actor=actor_for(owner), reference=trip.bookings.get().reference)


def tell_programs(owner: User) -> None:
    """An endpoint, a delivery to it and a try that found nobody."""
    made = webhook_endpoints.add_endpoint(actor=actor_for(owner), url="https://hooks.example.org/office")
    delivery = webhook_deliveries.send_ping(actor=actor_for(owner), endpoint_id=made.endpoint.pk)
    WebhookAttempt.objects.create(delivery=delivery, number=1, error="unknown_host", milliseconds=12)


def keep_a_ticket(owner: User, trip: Trip) -> None:
    """The number of an e-ticket beside a booked item, as staff enters it."""
    item = BookingItem.objects.filter(booking__trip=trip, state="confirmed").first()
    assert item is not None
    item_documents.add_document(actor=Actor(user_id=owner.pk, is_staff=True), item_id=item.pk, kind="ticket", title="E-ticket", number="098-1234567890")


def make_office_rows(catalogue: SmallCatalogue, *, planned: bool = True) -> None:
    """One more row, at least, in each table. `planned`: through the pipeline, else its rows are written directly (for many)."""
    number = next(_numbers)
    owner = make_signed_in(f"office{number}@example.org")
    traveler = tell_of_oneself(owner, files=planned)
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
        trip = plan_a_trip(owner, catalogue)
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
    bring_company(owner, trip, traveler, f"friend{number}@example.org")
    booked = make_planned_trip(owner, catalogue, start_date=clock.now().date() + dt.timedelta(days=number % 12 + 2))
    spare = ServiceFactory(destination=catalogue.destination, supplier=service.supplier)
    contact = Contact("Alice Example", owner.email, "+91 98765 43210")
    named = [NamedTraveler(traveler_id=traveler.pk), NamedTraveler(first_name="Guest")]
    assert checkout.book_trip(actor=actor_for(owner), trip_reference=booked.reference, contact=contact, travelers=named).state == "CONFIRMED"
    tell_of_money(Booking.objects.get(trip=booked), number)
    think_of_cancelling(owner, booked)
    be_disputed(Booking.objects.get(trip=booked))
    tell_programs(owner)
    keep_a_ticket(owner, booked)
    late = make_planned_trip(owner, catalogue)
    put_in_cart(late, spare)
    book_late(owner, late)
    put_in_cart(late, service)
    outbox.enqueue_mail(template="booking_confirmed", recipient=owner.email, context={"link": "https://example.org/secret"}, dedupe_key=f"office:{number}")
    PeriodicJob.objects.create(name=f"job {number}", interval_seconds=60)
    now = clock.now()
    IdempotencyKey.objects.create(scope=f"{owner.pk} POST /api/bookings", key=f"key-{number}", fingerprint="f" * 64, lease_until=now, expires_at=now, status=201, body=b"sealed")
