"""POST and GET /api/bookings: the main way, second steps, refusals."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from bookings.gateways.payments.book import Book
from bookings.models import Booking, BudgetLock, CartItem, Hold, LedgerEntry, ServiceSlot
from bookings.queries.inventory import overbooked
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

CONTACT = {"name": "Alice Example", "email": "alice@example.org", "phone": "+91 98765 43210"}


def book(client: APIClient, trip: Trip, *, key: str | None = None, **body: Any) -> Any:
    return client.post("/api/bookings", {"tripId": trip.reference, "userContact": CONTACT, **body}, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def test_booking_when_everything_is_free_then_confirmed(alice_api: APIClient, alices_trip: Trip, gateway_book: Book) -> None:
    answer = book(alice_api, alices_trip)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert re.fullmatch(r"BK_\d{8}_[0-9A-F]{8}", body["bookingId"])
    assert body["bookingState"]["current"] == "CONFIRMED"
    assert [(step["from"], step["to"]) for step in body["bookingState"]["transitions"]] == [("INITIATED", "PAYMENT_PENDING"), ("PAYMENT_PENDING", "CONFIRMED")]
    assert body["lockedBudget"] == {"totalINR": 8200, "total": 8200, "currency": "INR", "locked": True, "lockedAt": body["lockedBudget"]["lockedAt"]}
    assert body["paymentDetails"]["status"] == "MOCK_SUCCESS"
    assert body["paymentDetails"]["method"] == "MOCK_PAYMENT_GATEWAY"
    assert body["paymentDetails"]["amount"] == 8200
    assert sum(item["total"] for item in body["items"]) == 8200
    assert {item["state"] for item in body["items"]} == {"confirmed"}
    assert [(line.status, line.amount) for line in gateway_book.all_charges()] == [("succeeded", "8200.00")]
    alices_trip.refresh_from_db()
    assert (alices_trip.state, alices_trip.locked_revision, alices_trip.actual_spent) == ("booked", 1, 8200)
    lock = BudgetLock.objects.get()
    assert (lock.held, lock.spent) == (0, 8200)
    assert {hold.state for hold in Hold.objects.all()} == {"consumed"}
    assert sum(entry.amount for entry in LedgerEntry.objects.all()) == 0
    assert sum(entry.amount for entry in LedgerEntry.objects.filter(account="gateway")) == 8200
    assert OutboxMessage.objects.get().template == "booking_confirmed"
    assert overbooked() == []
    assert sum(slot.taken for slot in ServiceSlot.objects.all()) == 1 + 1 + 2 + 1
    assert not CartItem.objects.exists()
    shown = alice_api.get(f"/api/bookings/{body['bookingId']}").json()
    assert shown == body


@pytest.mark.usefixtures("alices_trip")
def test_confirmation_when_booked_then_it_is_seed_000s(alice_api: APIClient, alices_trip: Trip) -> None:
    booking = book(alice_api, alices_trip).json()
    body = alice_api.get(f"/api/bookings/{booking['bookingId']}/confirmation").json()
    assert re.fullmatch(r"CONF_\d{14}_[0-9A-F]{6}", body["confirmationNumber"])
    assert body["destination"] == "Varanasi"
    assert body["itinerary"] == {"dailyActivityHours": 5.5, "restDays": 0, "travelFatigueScore": 3.2}
    assert body["pricing"] == {"lockedBudget": 8200, "currency": "INR", "perDay": 2733.33, "status": "LOCKED"}
    assert body["payment"]["status"] == "MOCK_SUCCESS"
    assert body["userContact"] == CONTACT
    assert body["status"] == "ACTIVE"
    assert body["nextSteps"]
    assert Booking.objects.get().reference == body["bookingId"]
