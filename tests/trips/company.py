"""A trip with company for the tests of votes and expenses: Alice owns it, Bob edits, Vera views, Kim is a name alone, Emil has left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import api_for
from tests.factories.people import UserFactory
from tests.factories.trips import TripFactory
from travelplanner.core.actor import visitor_hash
from trips.models import Trip, TripMember

GUEST_TOKEN = "a-browser-token"  # Greta's, who has no account


@dataclass
class Company:
    trip: Trip
    alice: TripMember
    bob: TripMember
    vera: TripMember
    kim: TripMember
    emil: TripMember
    users: dict[str, User] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        return self.trip.reference

    def url(self, rest: str) -> str:
        return f"/api/trips/{self.trip.reference}/{rest}"

    def page(self, rest: str) -> str:
        return f"/trips/{self.trip.reference}/{rest}"

    def api(self, name: str) -> APIClient:
        return api_for(self.users[name])

    def ids(self, *names: str) -> list[str]:
        return [str(getattr(self, name).pk) for name in names]


def make_company(alice: User, bob: User, trip: Trip | None = None) -> Company:
    trip = trip or TripFactory(owner=alice, budget_currency="EUR", budget_amount=Decimal("777.77"))
    vera, emil = UserFactory(first_name="Vera"), UserFactory(first_name="Emil")
    now = dt.datetime.now(dt.UTC)

    def member(name: str, role: str, user: User | None = None, **more: Any) -> TripMember:
        return TripMember.objects.create(trip=trip, user=user, name=name, role=role, **more)

    return Company(
        trip,
        alice=member("Alice", "owner", alice),
        bob=member("Bob", "editor", bob),
        vera=member("Vera", "viewer", vera),
        kim=member("Kim", "viewer"),
        emil=member("Emil", "editor", emil, left_at=now),
        users={"alice": alice, "bob": bob, "vera": vera, "emil": emil},
    )


def add_guest(company: Company) -> TripMember:
    """Greta, who came by a link and has no account."""
    return TripMember.objects.create(trip=company.trip, visitor=visitor_hash(GUEST_TOKEN), name="Greta", role="viewer")


def money_of(text: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": text, "currency": currency}


def lunch(**changes: Any) -> dict[str, Any]:
    return {"title": "Lunch", "amount": money_of("10.00"), "category": "food", **changes}


def log(client: APIClient, company: Company, **changes: Any) -> dict[str, Any]:
    answer = client.post(company.url("expenses"), lunch(**changes))
    assert answer.status_code == 201, answer.content
    return answer.json()


def parts(expense: dict[str, Any]) -> dict[str, str]:
    """Name -> part."""
    return {share["member"]["name"]: share["amount"]["amount"] for share in expense["shares"]}


def balances(client: APIClient, company: Company) -> dict[str, str]:
    """Name -> balance, of those who have one."""
    body = client.get(company.url("balances")).json()
    return {row["member"]["name"]: row["balance"]["amount"] for row in body["members"] if Decimal(row["balance"]["amount"])}


def refused(answer: HttpResponse, field: str) -> None:
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["fields"], answer.json()
