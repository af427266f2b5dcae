"""Reads what the company spent: entries, where everybody stands, and spending beside the prediction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from travelplanner.core import money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips import registries, rules
from trips.budget import convert, has_rate
from trips.expenses import Settlement as Plan
from trips.expenses import Standing, settle, standings
from trips.models import Expense, ExpenseShare, Settlement, Trip, TripMember
from trips.models.expense import CATEGORIES
from trips.queries.page_documents import newest_of
from trips.queries.roster import Person, people_of, person_of
from trips.queries.trips import get_trip

PREDICTED = {"lodging": "lodging", "food": "food", "localTransport": "local_transport", "activities": "activities", "intercity": "intercity"}


def get_trip_of_mine(actor: Actor, reference: str) -> Trip:
    """A trip whose company the actor is of; NotFound for others, and for samples: nobody travels there."""
    trip = get_trip(actor, reference, whole=False)
    if not rules.may_take_part(actor, trip):
        raise NotFound
    return trip


def expenses_of(trip: Trip, *, category: str = "", member: str = "") -> QuerySet[Expense]:
    """Entries, newest first, with payer, maker and parts (two statements for any number). `member`: who paid for it or has a part in it."""
    rows = Expense.objects.filter(trip=trip, archived_at=None)
    if category:
        rows = rows.filter(category=category)
    if member:
        try:
            key = uuid.UUID(member)
        except ValueError:
            return rows.none()
        rows = rows.filter(Q(paid_by=key) | Q(pk__in=ExpenseShare.objects.filter(member=key).values("expense")))
    return _whole(rows)


def _whole(rows: QuerySet[Expense]) -> QuerySet[Expense]:
    shares = ExpenseShare.objects.select_related("member").order_by("member__created_at", "member_id")
    return rows.select_related("paid_by", "made_by").prefetch_related(Prefetch("shares", queryset=shares))


def get_expense(trip: Trip, expense_id: uuid.UUID) -> Expense:
    """One entry with payer, maker and parts; NotFound when it is of another trip or deleted."""
    expense = _whole(Expense.objects.filter(trip=trip, archived_at=None, pk=expense_id)).first()
    if expense is None:
        raise NotFound
    return expense


def deleted_expenses(trip: Trip, *, since: dt.datetime) -> QuerySet[Expense]:
    """Entries deleted since then, the latest first, at most twenty."""
    return Expense.objects.filter(trip=trip, archived_at__gte=since).select_related("made_by").order_by("-archived_at", "id")[:20]


def settlements_of(trip: Trip) -> QuerySet[Settlement]:
    """Settlements, newest first, with both members."""
    return Settlement.objects.filter(trip=trip, archived_at=None).select_related("payer", "payee", "made_by")


def may_change(actor: Actor, trip: Trip, made_by: TripMember) -> bool:
    """Whether the actor may change an entry that this member made."""
    return rules.may_change_entry(actor, trip, own=person_of(actor, made_by).you)


@dataclass(frozen=True, slots=True)
class Balances:
    """Where everybody stands, in the trip's currency. `total` is what was logged, settlements aside; `plan` are the transfers that even it out."""

    people: Mapping[str, Person]
    standings: tuple[Standing, ...]
    plan: Plan
    total: Decimal
    logged: Mapping[str, Decimal]  # by category
    sharing: int  # how many people have a part in it
    count: int
    currency: str

    @property
    def per_head(self) -> Decimal | None:
        """The total over those who have a part in it; None when there is nothing."""
        return money.quantize(self.total / self.sharing, self.currency) if self.sharing else None


def balances_of(actor: Actor, trip: Trip) -> Balances:
    """Four statements for any number of entries; sums are made here, since SQLite would add decimals as floats."""
    people = {person.id: person for person in people_of(actor, trip)}
    paid = list(Expense.objects.filter(trip=trip, archived_at=None).order_by().values_list("paid_by_id", "trip_amount", "category"))
    shares = list(ExpenseShare.objects.filter(expense__trip=trip, expense__archived_at=None).order_by().values_list("member_id", "trip_amount"))
    settled = Settlement.objects.filter(trip=trip, archived_at=None).order_by().values_list("payer_id", "payee_id", "amount")
    found = standings(
        members=people,
        paid=[(str(member), amount) for member, amount, _category in paid],
        shares=[(str(member), amount) for member, amount in shares],
        settled=[(str(payer), str(payee), amount) for payer, payee, amount in settled],
    )
    logged: dict[str, Decimal] = defaultdict(Decimal)
    for _member, amount, category in paid:
        logged[category] += amount
    return Balances(
        people=people,
        standings=found,
        plan=settle({row.member: row.balance for row in found}),
        total=sum(logged.values(), Decimal(0)),
        logged=dict(logged),
        sharing=len({member for member, amount in shares if amount}),
        count=len(paid),
        currency=trip.budget_currency,
    )


@dataclass(frozen=True, slots=True)
class Spending:
    """One category in the trip's currency: predicted (low, likely, high; None when it isn't), booked through us, logged by the company."""

    category: str
    planned: tuple[Decimal, Decimal, Decimal] | None
    booked: Decimal
    logged: Decimal


@dataclass(frozen=True, slots=True)
class SpendingTable:
    """Rows of the categories of which there is anything, their sum, and the prediction for the whole trip."""

    rows: tuple[Spending, ...]
    total: Spending


def spending_of(trip: Trip, logged: Mapping[str, Decimal]) -> SpendingTable:
    """Prediction, bookings and log beside each other; two statements. What is booked never counts as logged, and the other way round."""
    predicted, whole = _predicted(trip)
    booked = registries.booked_costs(trip.pk)
    zero = Decimal(0)
    rows = tuple(
        Spending(category, predicted.get(category), booked.get(category, zero), logged.get(category, zero))
        for category, _label in CATEGORIES
        if category in predicted or booked.get(category) or logged.get(category)
    )
    return SpendingTable(rows, Spending("total", whole, sum(booked.values(), zero), sum(logged.values(), zero)))


def _predicted(trip: Trip) -> tuple[dict[str, tuple[Decimal, Decimal, Decimal]], tuple[Decimal, Decimal, Decimal] | None]:
    """The newest prediction by category and in total; everybody of the trip may see it, the ceiling isn't in it."""
    document = newest_of(trip, "budget")
    if document is None:
        return {}, None
    body = document.body
    source, target = body["predictedBudget"]["currency"], trip.budget_currency
    if source != target and not (has_rate(source) and has_rate(target)):
        return {}, None

    def band(part: Mapping[str, float]) -> tuple[Decimal, Decimal, Decimal]:
        low, likely, high = (money.quantize(convert(Decimal(str(part[name])), source, target), target) for name in ("p10", "p50", "p90"))
        return low, likely, high

    found = {PREDICTED[name]: band(part) for name, part in body["breakdown"].items() if part["p90"]}
    return found, band(body["predictedBudget"])
