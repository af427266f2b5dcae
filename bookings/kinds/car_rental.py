"""A vehicle for a day or for one ride, with a driver unless the supplier says otherwise."""

from __future__ import annotations

from typing import Any

from bookings.kinds.places import where
from bookings.kinds.schema import DAY, NULLABLE_TIME, booked_schema, count, service_schema, text
from bookings.pricing.quote import Quote
from trips.models import Service

NAME = "car_rental_v1"

SERVICE = service_schema(NAME, vehicle=text(120), with_driver={"type": "boolean"}, pick_up_place=text(200), drop_off_place=text(200))
BOOKED = booked_schema(
    NAME,
    ("vehicles", "seats", "time", "minutes", "vehicle", "pickUpOn", "dropOffOn", "withDriver"),
    vehicles=count(),
    seats=count(1, 99_999),
    time=NULLABLE_TIME,
    minutes=count(0, 100_000),
    vehicle=text(120),
    pickUpOn=DAY,
    dropOffOn=DAY,
    pickUpPlace=text(200),
    dropOffPlace=text(200),
    withDriver={"type": "boolean"},
)


def booked(service: Service, quote: Quote, known: dict[str, Any]) -> dict[str, Any]:
    pick_up = known.get("pick_up_place") or where(service, most=200)
    return {
        "vehicles": quote.use.quantity,
        "seats": service.sleeps * quote.use.quantity,
        "time": quote.use.time or None,
        "minutes": service.minutes,
        "vehicle": known.get("vehicle") or service.name[:120],
        "pickUpOn": quote.use.first.isoformat(),
        "dropOffOn": quote.ends_on.isoformat(),
        "pickUpPlace": pick_up,
        "dropOffPlace": known.get("drop_off_place") or pick_up,
        "withDriver": known.get("with_driver", True),
    }


def columns(details: dict[str, Any], service: Service, quote: Quote) -> dict[str, Any]:
    """Columns of CarRentalDetail."""
    return {
        "vehicle": details["vehicle"],
        "pick_up_on": quote.use.first,
        "drop_off_on": quote.ends_on,
        "pick_up_time": quote.use.time,
        "pick_up_place": details["pickUpPlace"],
        "drop_off_place": details["dropOffPlace"],
        "vehicles": details["vehicles"],
        "seats": details["seats"],
        "with_driver": details["withDriver"],
    }
