"""Sample trips as cards for the home page."""

from __future__ import annotations

from typing import Any

from trips.models import Document, Trip
from trips.queries.trips import sample_trips


def sample_cards(limit: int = 4) -> list[dict[str, Any]]:
    """Title, dates, people and predicted range of the sample trips; three statements for any number of them."""
    trips = list(sample_trips()[:limit])
    budgets: dict[Any, Document] = {}
    for document in Document.objects.filter(trip__in=trips, kind="budget").order_by("revision"):
        budgets[document.trip_id] = document
    return [_card(trip, budgets[trip.pk]) for trip in trips if trip.pk in budgets]


def _card(trip: Trip, budget: Document) -> dict[str, Any]:
    predicted = budget.body["predictedBudget"]
    return {
        "trip": trip,
        "destination": trip.destinations.all()[0].destination,
        "month": trip.start_date.month,
        "days": trip.days,
        "currency": predicted["currency"],
        "p10": predicted["p10"],
        "p50": predicted["p50"],
        "p90": predicted["p90"],
    }
