"""What a booked line says of itself, by kind. The schema's name is stored with it: `BookingItem.details`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bookings.pricing.quote import Quote
from trips.models import Service


def _hotel(service: Service, quote: Quote) -> dict[str, Any]:
    return {
        "schema": "hotel_v1",
        "rooms": quote.use.quantity,
        "nights": len(quote.dates),
        "checkIn": quote.use.first.isoformat(),
        "checkOut": quote.ends_on.isoformat(),
    }


def _activity(service: Service, quote: Quote) -> dict[str, Any]:
    return {"schema": "activity_v1", "tickets": quote.use.quantity, "time": quote.use.time or None, "minutes": service.minutes}


def _flight(service: Service, quote: Quote) -> dict[str, Any]:
    return {"schema": "flight_v1", "seats": quote.use.quantity, "departure": quote.use.time or None, "minutes": service.minutes}


def _car_rental(service: Service, quote: Quote) -> dict[str, Any]:
    return {
        "schema": "car_rental_v1",
        "vehicles": quote.use.quantity,
        "seats": service.sleeps * quote.use.quantity,
        "time": quote.use.time or None,
        "minutes": service.minutes,
    }


_DETAILS: dict[str, Callable[[Service, Quote], dict[str, Any]]] = {
    "hotel": _hotel,
    "activity": _activity,
    "flight": _flight,
    "car_rental": _car_rental,
}


def details_of(service: Service, quote: Quote) -> dict[str, Any]:
    """The details of a line, as stored and shown."""
    return _DETAILS[service.type](service, quote)
