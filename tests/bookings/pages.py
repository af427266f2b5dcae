"""What the tests of the booking pages share: the addresses of a trip's booking, its form, reading an answer."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from bookings.models import Booking
from trips.models import Trip

CARDS = {
    "works": "4242424242424242",
    "declined": "4000000000000002",
    "empty": "4000000000009995",
    "bank": "4000002500003155",
    "silent": "4000000000000119",
}


def book_url(trip: Trip, rest: str = "") -> str:
    return f"/trips/{trip.reference}/book{rest}"


def pay_url(booking: Booking) -> str:
    return f"/bookings/{booking.reference}/pay"


def words(answer: HttpResponse) -> str:
    """The page's text without tags, spaces made single."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def field(answer: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.content.decode())
    assert tag, f"no field {name}"
    value = re.search(r'value="([^"]*)"', tag.group())
    return value.group(1) if value else ""


def contact(**fields: Any) -> dict[str, Any]:
    return {"name": "Alice Example", "email": "alice@example.org", "phone": "+91 98765 43210", "request_key": uuid.uuid4().hex, **fields}


def hold(client: Client, trip: Trip, **fields: Any) -> Booking:
    """Press "hold my places" as the page offers it; returns the booking."""
    page = client.get(book_url(trip))
    assert page.status_code == 200, page.content
    answer = client.post(book_url(trip, "/reserve"), contact(total=field(page, "total"), **fields))
    assert answer.status_code == 302, words(answer)
    booking = Booking.objects.filter(trip=trip).latest("created_at")
    assert answer["Location"] == pay_url(booking)
    return booking


def pay(client: Client, booking: Booking, card: str = "works") -> HttpResponse:
    return client.post(pay_url(booking), {"do": "pay", "card_number": CARDS[card]}, follow=True)
