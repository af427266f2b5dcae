"""Reservations in schema.org's words, on the page and in the mail: valid, following the state, and no way out of their block."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from bookings.documents.structured import reservations_of
from bookings.models import Booking, BookingItem, BookingTraveler, FlightDetail
from travelplanner.core import outbox

pytestmark = pytest.mark.usefixtures("books_are_broken")  # states are set by hand here

# What Google's and Apple's readers need of each kind (their guides for reservation mails): dotted paths.
ALWAYS = ("@context", "@type", "reservationNumber", "reservationStatus", "underName.name", "reservationFor")
REQUIRED = {
    "FlightReservation": ("reservationFor.flightNumber", "reservationFor.provider.name", "reservationFor.provider.iataCode", "reservationFor.departureAirport.iataCode", "reservationFor.departureAirport.name", "reservationFor.departureTime", "reservationFor.arrivalAirport.iataCode", "reservationFor.arrivalTime"),
    "LodgingReservation": ("reservationFor.name", "reservationFor.address.addressLocality", "reservationFor.address.addressCountry", "checkinTime", "checkoutTime"),
    "EventReservation": ("reservationFor.name", "reservationFor.startDate", "reservationFor.location.name", "reservationFor.location.address.addressLocality"),
    "RentalCarReservation": ("reservationFor.name", "reservationFor.rentalCompany.name", "pickupLocation.name", "pickupLocation.address.addressLocality", "pickupTime", "dropoffLocation.name", "dropoffTime"),
    "Reservation": ("reservationFor.name",),
}  # fmt: skip


def missing(reservation: dict[str, Any]) -> list[str]:
    def there(path: str) -> bool:
        value: Any = reservation
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return bool(value)

    return [path for path in (*ALWAYS, *REQUIRED[reservation["@type"]]) if not there(path)]


def blocks(html: str) -> list[Any]:
    return [json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)]


def made(booking: Booking) -> dict[str, dict[str, Any]]:
    booking.refresh_from_db()
    found = reservations_of(booking, booking.items.all(), url="https://example.org/")
    return {reservation["@type"]: reservation for reservation in found}


def test_reservations_when_on_the_page_then_every_item_with_what_its_kind_needs(alice_page: Client, booked: Booking) -> None:
    (found,) = blocks(alice_page.get(f"/bookings/{booked.reference}").content.decode())
    assert sorted(each["@type"] for each in found) == ["EventReservation", "LodgingReservation", "RentalCarReservation"]
    assert [missing(each) for each in found] == [[], [], []]
    stay = next(each for each in found if each["@type"] == "LodgingReservation")
    assert (stay["totalPrice"], stay["priceCurrency"]) == ("5600.00", "INR")
    ticket = next(each for each in found if each["@type"] == "EventReservation")
    assert dt.datetime.fromisoformat(ticket["reservationFor"]["startDate"]).utcoffset() == dt.timedelta(hours=5, minutes=30)


def test_reservations_when_mailed_then_the_same_in_the_html(booked: Booking) -> None:
    outbox.deliver_due()
    html = str(mail.outbox[0].alternatives[0][0])
    (found,) = blocks(html)
    assert [each["reservationNumber"] for each in found] == list(booked.items.values_list("confirmation_code", flat=True))


@pytest.mark.parametrize(("state", "status"), [("pending", "Pending"), ("confirmed", "Confirmed"), ("completed", "Confirmed"), ("cancelled", "Cancelled")])
def test_status_when_an_item_moves_then_follows(booked: Booking, state: str, status: str) -> None:
    BookingItem.objects.filter(type="hotel").update(state=state)
    assert made(booked)["LodgingReservation"]["reservationStatus"] == f"https://schema.org/Reservation{status}"
    Booking.objects.update(state="CANCELLED")
    assert {each["reservationStatus"] for each in made(booked).values()} == {"https://schema.org/ReservationCancelled"}


def test_flight_when_all_is_known_then_a_flight_reservation_else_no_invented_one(booked: Booking) -> None:
    item = booked.items.get(type="activity")
    BookingItem.objects.filter(pk=item.pk).update(type="flight", details={"schema": "flight_v1", "origin": "DEL", "destination": "VNS", "minutes": 90})
    assert "reservationFor" in made(booked)["Reservation"]
    start = dt.datetime(2026, 12, 21, 4, 30, tzinfo=dt.UTC)
    FlightDetail.objects.create(item=item, origin="DEL", destination="VNS", departure_time=start, arrival_time=start + dt.timedelta(minutes=90), airline="Demo Air", flight_number="DX 123", passengers=2, gate="14")
    flight = made(booked)["FlightReservation"]
    assert missing(flight) == []
    assert flight["reservationFor"]["departureTime"] == "2026-12-21T10:00:00+05:30"
    assert flight["reservationFor"]["departureGate"] == "14"


def test_names_when_they_hold_markup_then_nothing_leaves_the_block(alice_page: Client, booked: Booking) -> None:
    hostile = "</script><script>alert(1)</script><!--"
    BookingItem.objects.update(name=hostile)
    Booking.objects.update(contact_name=hostile)
    html = alice_page.get(f"/bookings/{booked.reference}").content.decode()
    assert "<script>alert" not in html
    assert "<!--" not in html.split("ld+json")[1].split("</script>")[0]
    assert blocks(html)[0][0]["underName"]["name"] == hostile


def test_lodging_when_a_child_is_named_then_children_are_counted_apart(booked: Booking) -> None:
    assert made(booked)["LodgingReservation"]["numAdults"] == "2"
    stay = booked.items.get(type="hotel")
    BookingTraveler.objects.create(item=stay, position=0, first_name="Ira", traveler_type="child")
    found = made(booked)["LodgingReservation"]
    assert (found["numAdults"], found["numChildren"]) == ("1", "1")


def test_address_when_written_then_the_country_in_two_letters(booked: Booking) -> None:
    """As schema.org's readers want it (ISO 3166-1 alpha-2)."""
    assert made(booked)["LodgingReservation"]["reservationFor"]["address"]["addressCountry"] == "IN"
