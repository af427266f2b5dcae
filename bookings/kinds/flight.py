"""A flight: seats on one departure. Times are moments with their zones, as the airports' clocks show them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from bookings.kinds.schema import (
    MOMENT,
    NULLABLE_MOMENT,
    NULLABLE_TIME,
    ZONE,
    booked_schema,
    count,
    moment_of,
    service_schema,
    text,
)
from bookings.pricing.quote import Quote
from trips.models import Service

NAME = "flight_v1"
CABINS = ["economy", "premium_economy", "business", "first"]
FLIGHT_NUMBER = {"type": "string", "pattern": r"^([A-Z0-9]{2,3} ?[0-9]{1,4}[A-Z]?)?$"}
FACTS = {"origin": text(80), "destination": text(80), "airline": text(120), "cabin": {"enum": ["", *CABINS]}, "terminal": text(20), "gate": text(20)}

SERVICE = service_schema(
    NAME,
    **FACTS,
    flight_number=FLIGHT_NUMBER,
    origin_zone=ZONE,
    destination_zone=ZONE,
    departs_at=MOMENT,  # of an offer that flies once; else the date of use and the service's departure say it
    arrives_at=MOMENT,
    baggage=text(120),
)
BOOKED = booked_schema(
    NAME,
    ("seats", "passengers", "departure", "minutes"),
    **FACTS,
    flightNumber=FLIGHT_NUMBER,
    seats=count(),
    passengers=count(),
    departure=NULLABLE_TIME,
    minutes=count(0, 10_000),
    departureTime=NULLABLE_MOMENT,
    arrivalTime=NULLABLE_MOMENT,
    seatNumbers={"type": "array", "items": text(6), "maxItems": 99},
    baggage=text(120),
)


def booked(service: Service, quote: Quote, known: dict[str, Any]) -> dict[str, Any]:
    departs, arrives = _times(service, quote, known)
    return {
        "seats": quote.use.quantity,
        "passengers": quote.use.participants,
        "departure": quote.use.time or None,
        "minutes": service.minutes,
        **{name: known.get(name, "") for name in ("origin", "airline", "cabin", "terminal", "gate", "baggage")},
        "destination": known.get("destination") or service.destination.name[:80],
        "flightNumber": known.get("flight_number", ""),
        "departureTime": departs.isoformat() if departs else None,
        "arrivalTime": arrives.isoformat() if arrives else None,
        "seatNumbers": [],
    }


def _times(service: Service, quote: Quote, known: dict[str, Any]) -> tuple[dt.datetime | None, dt.datetime | None]:
    departs, arrives = moment_of(known.get("departs_at")), moment_of(known.get("arrives_at"))
    if departs is None and quote.use.time:
        zone = ZoneInfo(known.get("origin_zone") or service.destination.timezone)
        departs = dt.datetime.combine(quote.use.first, dt.time.fromisoformat(quote.use.time), zone)
    if arrives is None and departs is not None and service.minutes:
        landed = departs.astimezone(dt.UTC) + dt.timedelta(minutes=service.minutes)
        arrives = landed.astimezone(ZoneInfo(known.get("destination_zone") or service.destination.timezone))
    if departs is not None and arrives is not None and arrives < departs:
        arrives = None  # a supplier that lands before it starts: one of the two is wrong, and the departure matters more
    return departs, arrives


def columns(details: dict[str, Any], service: Service, quote: Quote) -> dict[str, Any]:
    """Columns of FlightDetail."""
    return {
        "origin": details["origin"],
        "destination": details["destination"],
        "departure_time": moment_of(details["departureTime"]),
        "arrival_time": moment_of(details["arrivalTime"]),
        "airline": details["airline"],
        "flight_number": details["flightNumber"],
        "cabin": details["cabin"],
        "passengers": details["passengers"],
        "seats": details["seatNumbers"],
        "terminal": details["terminal"],
        "gate": details["gate"],
    }
