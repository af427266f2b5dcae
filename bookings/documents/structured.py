"""A booking in schema.org's words (JSON-LD), for mail programs and assistants that put it in a calendar: reservations with their state.

Required by schema.org's readers: reservationNumber, reservationStatus, underName, reservationFor with what the kind needs (a flight's number,
airline and airports; a lodging's name and address; an event's name, place and start; a car's name with pick-up). What we don't know isn't
invented: a flight without its number is a plain Reservation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from bookings.documents.use import Use, use_of
from bookings.models import Booking, BookingItem
from travelplanner.core import money
from travelplanner.core.countries import alpha2

IATA = re.compile(r"[A-Z]{3}")
STATUS = {
    "pending": "https://schema.org/ReservationPending",
    "confirmed": "https://schema.org/ReservationConfirmed",
    "completed": "https://schema.org/ReservationConfirmed",
    "cancelled": "https://schema.org/ReservationCancelled",
}


def reservations_of(booking: Booking, items: Iterable[BookingItem], *, url: str) -> list[dict[str, Any]]:
    """One reservation per item, each readable by itself. `url` is the confirmation's page."""
    return [_reservation(booking, item, url) for item in items]


def _reservation(booking: Booking, item: BookingItem, url: str) -> dict[str, Any]:
    use = use_of(item)
    state = "cancelled" if booking.state == "CANCELLED" else item.state
    kind, extra = _KINDS[item.type](item, use)
    return {
        "@context": "https://schema.org",
        "@type": kind,
        "reservationNumber": item.confirmation_code,
        "reservationStatus": STATUS[state],
        "underName": {"@type": "Person", "name": booking.contact_name},
        "broker": {"@type": "Organization", "name": "Travel planner"},
        "provider": {"@type": "Organization", "name": item.supplier_name},
        "url": url,
        "modifiedTime": item.updated_at.isoformat(),
        "totalPrice": str(money.quantize(item.total, item.currency)),
        "priceCurrency": item.currency,
        **extra,
    }


def _flight(item: BookingItem, use: Use) -> tuple[str, dict[str, Any]]:
    row = getattr(item, "flight", None)
    number = (row.flight_number if row else "") or str(item.details.get("flightNumber") or "")
    airline = (row.airline if row else "") or str(item.details.get("airline") or "")
    ends = {"departureAirport": _airport(use.origin), "arrivalAirport": _airport(use.place)}
    if not (number and airline and use.start and use.end and all(ends.values())):
        return "Reservation", {"reservationFor": {"@type": "Trip", "name": item.name, **_span(use, "departureTime", "arrivalTime")}}
    flight = {
        "@type": "Flight",
        "flightNumber": number.replace(" ", ""),
        "provider": {"@type": "Airline", "name": airline, **({"iataCode": code.group()} if (code := re.match(r"[A-Z0-9]{2}(?=\s?\d)", number)) else {})},
        **ends,
        "departureTime": use.start.isoformat(),
        "arrivalTime": use.end.isoformat(),
        **({"departureTerminal": row.terminal} if row and row.terminal else {}),
        **({"departureGate": row.gate} if row and row.gate else {}),
    }
    seats = {"numSeats": str(item.quantity)}
    return "FlightReservation", {"reservationFor": flight, "reservedTicket": {"@type": "Ticket", "ticketNumber": item.confirmation_code}, **seats}


def _airport(name: str) -> dict[str, str]:
    if not name:
        return {}
    return {"@type": "Airport", "name": name, **({"iataCode": name} if IATA.fullmatch(name) else {})}


def _lodging(item: BookingItem, use: Use) -> tuple[str, dict[str, Any]]:
    business = {"@type": "LodgingBusiness", "name": item.supplier_name, "address": _address(item, use), **_geo(use)}
    phone = str(item.details.get("phone") or "")
    return "LodgingReservation", {
        "reservationFor": {**business, **({"telephone": phone} if phone else {})},
        "checkinTime": use.first.isoformat(),
        "checkoutTime": use.last.isoformat(),
        "lodgingUnitDescription": item.name,
        **_guests(item),
    }


def _guests(item: BookingItem) -> dict[str, str]:
    """Heads by age; whoever isn't named counts as an adult, as they do where the bed is sold."""
    young = sum(1 for named in item.travelers.all() if named.traveler_type in ("child", "infant"))
    return {"numAdults": str(max(item.participants - young, 0)), **({"numChildren": str(young)} if young else {})}


def _event(item: BookingItem, use: Use) -> tuple[str, dict[str, Any]]:
    place = {"@type": "Place", "name": use.place, "address": _address(item, use), **_geo(use)}
    event = {"@type": "Event", "name": item.name, "location": place, **_span(use, "startDate", "endDate")}
    return "EventReservation", {"reservationFor": event, "numSeats": str(item.quantity)}


def _car(item: BookingItem, use: Use) -> tuple[str, dict[str, Any]]:
    place = {"@type": "Place", "name": use.address or use.place, "address": _address(item, use)}
    back = str(item.details.get("dropOffPlace") or "") or place["name"]
    return "RentalCarReservation", {
        "reservationFor": {"@type": "RentalCar", "name": str(item.details.get("vehicle") or item.name), "rentalCompany": {"@type": "Organization", "name": item.supplier_name}},
        "pickupLocation": place,
        "dropoffLocation": {**place, "name": back},
        **_span(use, "pickupTime", "dropoffTime"),
    }


def _span(use: Use, start: str, end: str) -> dict[str, str]:
    """Moments with their offset, or dates where nobody said a time."""
    first: dt.date = use.start or use.first
    last: dt.date = use.end or use.last
    return {start: first.isoformat(), end: last.isoformat()}


def _address(item: BookingItem, use: Use) -> dict[str, str]:
    town = item.service.destination
    return {"@type": "PostalAddress", "addressLocality": town.name, "addressCountry": alpha2(town.country) or town.country, **({"streetAddress": use.address} if use.address else {})}


def _geo(use: Use) -> dict[str, Any]:
    return {"geo": {"@type": "GeoCoordinates", "latitude": use.latitude, "longitude": use.longitude}}


_KINDS = {"flight": _flight, "hotel": _lodging, "activity": _event, "car_rental": _car}
