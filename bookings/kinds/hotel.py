"""A hotel: rooms for the nights from check-in to check-out."""

from __future__ import annotations

from typing import Any

from bookings.kinds.places import where
from bookings.kinds.schema import DAY, TIME, booked_schema, count, service_schema, text
from bookings.pricing.quote import Quote
from trips.models import Service

NAME = "hotel_v1"

SERVICE = service_schema(NAME, room_type=text(80), address=text(300), check_in_from=TIME, check_out_until=TIME, phone=text(32), breakfast={"type": "boolean"})
BOOKED = booked_schema(
    NAME,
    ("rooms", "nights", "checkIn", "checkOut", "hotelName", "guests"),
    rooms=count(),
    nights=count(1, 60),
    checkIn=DAY,
    checkOut=DAY,
    hotelName=text(200),
    guests=count(),
    roomType=text(80),
    address=text(300),
    checkInFrom=TIME,
    checkOutUntil=TIME,
    phone=text(32),
    breakfast={"type": "boolean"},
)


def booked(service: Service, quote: Quote, known: dict[str, Any]) -> dict[str, Any]:
    return {
        "rooms": quote.use.quantity,
        "nights": len(quote.dates),
        "checkIn": quote.use.first.isoformat(),
        "checkOut": quote.ends_on.isoformat(),
        "hotelName": service.name,
        "guests": quote.use.participants,
        "roomType": known.get("room_type", ""),
        "address": known.get("address") or where(service),
        "checkInFrom": known.get("check_in_from", ""),
        "checkOutUntil": known.get("check_out_until", ""),
        "phone": known.get("phone", ""),
        **({"breakfast": known["breakfast"]} if "breakfast" in known else {}),
    }


def columns(details: dict[str, Any], service: Service, quote: Quote) -> dict[str, Any]:
    """Columns of HotelDetail."""
    return {
        "hotel_name": details["hotelName"],
        "check_in": quote.use.first,
        "check_out": quote.ends_on,
        "room_type": details["roomType"],
        "rooms": details["rooms"],
        "guests": details["guests"],
        "address": details["address"],
    }
