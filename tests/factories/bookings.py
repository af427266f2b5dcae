"""Trips that can be booked, without planning: a final document with two nights, a ticket and a car."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from accounts.models import User
from bookings.actions.checkout import Contact
from bookings.models import CartItem
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SmallCatalogue
from tests.factories.trips import TripFactory
from trips.models import Document, Service, Trip, TripDestination

CONTACT = Contact("Alice Example", "alice@example.org", "+91 98765 43210")
_numbers = itertools.count(1)


def stop(service: Service, day: dt.date, time: str, *, units: int = 2) -> dict[str, Any]:
    """A stop of the document where a service is used, with the price of `units` at its list price."""
    hours, minutes = (int(part) for part in time.split(":"))
    return {
        "kind": "place",
        "placeId": str(service.place_id) if service.place_id else None,
        "serviceId": str(service.pk),
        "serviceTime": time if service.times else None,
        "name": service.name,
        "fee": 0,
        "serviceName": service.name,
        "servicePrice": {"amount": str(service.list_price * (units if service.unit == "person" else 1)), "currency": service.currency},
        "arrive": f"{day.isoformat()}T{time}+05:30",
        "leave": f"{day.isoformat()}T{(hours + 1) % 24:02d}:{minutes:02d}+05:30",
    }


def choose(trip: Trip, *, stops: Sequence[dict[str, Any]] = (), lodging: Sequence[dict[str, Any]] = (), revision: int = 1) -> Document:
    """Store a final document and make it the trip's chosen one."""
    body = {
        "tripId": trip.reference,
        "itinerary": {
            "dailyActivityHours": 5.5,
            "restDays": 0,
            "travelFatigueScore": 3.2,
            "days": [{"date": trip.start_date.isoformat(), "stops": list(stops)}],
        },
        "lodging": list(lodging),
        "cost": {
            "total": 12000,
            "currency": trip.budget_currency,
            "lodging": sum(stay["total"] for stay in lodging),
            "food": 3000,
            "localTransport": 800,
            "activities": 0,
            "intercity": 0,
        },
    }
    document = Document.objects.create(
        trip=trip, kind="final", version="final_v1", revision=revision, source="planning_engine", text=orjson.dumps(body).decode()
    )
    Trip.objects.filter(pk=trip.pk).update(chosen_revision=revision)
    trip.chosen_revision = revision
    return document


def bed(service: Service, trip: Trip, *, rooms: int = 1) -> dict[str, Any]:
    """A stay over all nights of the trip."""
    return {
        "serviceId": str(service.pk),
        "name": service.name,
        "arrival": trip.start_date.isoformat(),
        "departure": trip.end_date.isoformat(),
        "rooms": rooms,
        "total": float(service.list_price * rooms * (trip.end_date - trip.start_date).days),
        "currency": service.currency,
    }


def make_planned_trip(owner: User, catalogue: SmallCatalogue, **fields: Any) -> Trip:
    """Three days for two: a standard double room for two nights, museum tickets, the car. Costs 2 x 2800 + 2 x 200 + 2200 = 8200 INR."""
    trip = TripFactory(owner=owner, **fields)
    TripDestination.objects.create(trip=trip, destination=catalogue.destination, position=0, arrival=trip.start_date, departure=trip.end_date)
    choose(
        trip,
        stops=[stop(catalogue.activities[0], trip.start_date, "10:00"), stop(catalogue.car, trip.start_date + dt.timedelta(days=1), "09:00")],
        lodging=[bed(catalogue.hotels[1], trip)],
    )
    return trip


def make_scarce_service(capacity: int = 1, price: Decimal = Decimal(90), **fields: Any) -> Service:
    """A ticket of which there are few a day."""
    town = DestinationFactory(slug="varanasi", name="Varanasi")
    return ServiceFactory(destination=town, slug=f"scarce-{next(_numbers)}", capacity=capacity, list_price=price, **fields)


def put_in_cart(trip: Trip, service: Service, *, quantity: int = 1, day: dt.date | None = None, **fields: Any) -> CartItem:
    """A cart line as the action would leave it, for services without rules."""
    nights = fields.pop("nights", 1)
    return CartItem.objects.create(
        user=trip.owner,
        trip=trip,
        service=service,
        quantity=quantity,
        participants=fields.pop("participants", quantity),
        booking_date=day or trip.start_date,
        nights=nights,
        price_seen=fields.pop("price_seen", service.list_price * quantity * nights),
        currency=service.currency,
        **fields,
    )
