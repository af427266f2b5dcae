"""Trips as a program makes them: wished through the API, planned by the worker's own task in this process."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from rest_framework.test import APIClient

from trips import tasks
from trips.models import Document, ItineraryDay, PlanningRun, PrivateWish, Trip, TripDestination

MADE_BY_A_WISH: tuple[type[models.Model], ...] = (Trip, TripDestination, Document, PrivateWish, PlanningRun, ItineraryDay)
ERROR_FIELDS = {"status", "error", "message", "timestamp", "request_id"}


def in_days(days: int) -> str:
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()


def wish(**changes: Any) -> dict[str, Any]:
    """Three days in the small Varanasi for two, under 40,000 INR; `changes` replace top-level fields."""
    return {
        "destination": "Varanasi",
        "startDate": in_days(40),
        "tripDuration": {"days": 3, "people": 2},
        "preferences": {"comfortLevel": "standard", "interests": ["temples", "food"]},
        "budgetRange": {"max": 40000, "currency": "INR"},
        **changes,
    }


def ask(client: APIClient, **changes: Any) -> str:
    """Send a wish; returns the trip's reference."""
    answer = client.post("/api/trips/intent", wish(**changes))
    assert answer.status_code == 201, answer.content
    return answer.json()["tripId"]


def run_of(reference: str) -> PlanningRun:
    return PlanningRun.objects.filter(trip__reference=reference).latest("created_at")


def plan(reference: str) -> str:
    return tasks.work_on_run.call(str(run_of(reference).pk))


def planned(client: APIClient, **changes: Any) -> str:
    """A trip with budget, research and candidates."""
    reference = ask(client, **changes)
    assert plan(reference) == "done"
    return reference


def chosen(client: APIClient, candidate: str = "A", **changes: Any) -> str:
    """A trip with an itinerary."""
    reference = planned(client, **changes)
    answer = client.post(f"/api/trips/{reference}/itineraries/final", {"candidateId": candidate})
    assert answer.status_code == 201, answer.content
    return reference


def counts() -> dict[str, int]:
    return {table.__name__: table._base_manager.count() for table in MADE_BY_A_WISH}


def assert_error(answer: Any, status: int, error: str | None = None) -> dict[str, Any]:
    """The error body of the contract; returns it."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer["Content-Type"].startswith("application/json")
    body = answer.json()
    assert ERROR_FIELDS <= set(body) <= ERROR_FIELDS | {"fields", "details"}, body
    assert body["status"] == status
    assert dt.datetime.fromisoformat(body["timestamp"]).tzinfo is not None
    assert body["message"]
    assert body["request_id"]
    if error is not None:
        assert body["error"] == error, body
    return body


def orders(body: dict[str, Any]) -> list[list[str]]:
    """The place ids of each day of a final document."""
    return [[stop["placeId"] for stop in day["stops"] if stop["placeId"]] for day in body["itinerary"]["days"]]
