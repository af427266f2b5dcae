"""Figures of the staff's dashboard: bookings, money, places. Aggregates, one statement each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from bookings.models import Booking, LedgerEntry, Payment, Refund, ServiceSlot
from bookings.states import BOOKING
from travelplanner.core import clock, money
from trips.models import Service


@dataclass(frozen=True, slots=True)
class Revenue:
    """What one currency's gateway account took in (refunds taken off), by date, oldest first; every date of the span is there."""

    currency: str
    days: tuple[tuple[dt.date, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _day, amount in self.days), Decimal(0))


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Units taken of all on sale on one date. `places` counts the services' own capacity, and a slot's own where one was made."""

    date: dt.date
    taken: Mapping[str, int]
    places: Mapping[str, int]

    def percent(self, kind: str) -> float:
        return 100 * self.taken.get(kind, 0) / self.places[kind] if self.places.get(kind) else 0.0


def bookings_by_state(*, since: dt.datetime) -> dict[str, tuple[int, int]]:
    """State -> (all, made since). One statement."""
    rows = Booking.objects.order_by().values_list("state").annotate(every=Count("id"), recent=Count("id", filter=Q(created_at__gte=since)))
    counts = {state: (every, recent) for state, every, recent in rows}
    return {state: counts.get(state, (0, 0)) for state in BOOKING.states}


def revenue_by_day(*, days: int = 14, now: dt.datetime | None = None) -> tuple[Revenue, ...]:
    """The ledger's gateway account by currency and UTC date, the largest currency by count of entries first. One statement."""
    last = (now or clock.now()).date()
    dates = [last - dt.timedelta(days=days - 1 - i) for i in range(days)]
    since = dt.datetime.combine(dates[0], dt.time.min, dt.UTC)
    rows = (
        LedgerEntry.objects.filter(account="gateway", created_at__gte=since)
        .annotate(day=TruncDate("created_at", tzinfo=dt.UTC))
        .order_by()
        .values_list("currency", "day")
        .annotate(total=Sum("amount"), entries=Count("id"))
    )
    sums: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
    entries: dict[str, int] = defaultdict(int)
    for currency, day, total, count in rows:
        sums[currency][day] = money.quantize(total, currency)  # SQLite adds decimals as floats
        entries[currency] += count
    return tuple(
        Revenue(currency, tuple((day, sums[currency].get(day, money.quantize(0, currency))) for day in dates))
        for currency in sorted(sums, key=lambda code: (-entries[code], code))
    )


def occupancy_by_day(*, first: dt.date, days: int = 14) -> tuple[Occupancy, ...]:
    """Places taken on each date from `first` on, by kind of service. Two statements; rules that change a capacity count where a slot exists."""
    whole: dict[str, int] = defaultdict(int)
    for kind, capacity, times in Service.objects.filter(active=True, supplier__active=True).order_by().values_list("type", "capacity", "times"):
        whole[kind] += capacity * max(1, len(times))
    rows = (
        ServiceSlot.objects.filter(date__range=(first, first + dt.timedelta(days=days - 1)), service__active=True, service__supplier__active=True)
        .order_by()
        .values_list("date", "service__type")
        .annotate(taken=Sum("taken"), more=Sum(F("capacity") - F("service__capacity")))
    )
    found = {(date, kind): (taken, more) for date, kind, taken, more in rows}
    answer = []
    for i in range(days):
        date = first + dt.timedelta(days=i)
        pairs = {kind: found.get((date, kind), (0, 0)) for kind in sorted(whole)}
        answer.append(Occupancy(date, {kind: taken for kind, (taken, _more) in pairs.items()}, {kind: whole[kind] + more for kind, (_taken, more) in pairs.items()}))
    return tuple(answer)


def payment_troubles(*, since: dt.datetime) -> dict[tuple[str, str], int]:
    """(state, code) -> how many payments failed since, or are without an answer whenever they were made. One statement."""
    troubles = Q(state="failed", updated_at__gte=since) | Q(state="unknown")
    rows = Payment.objects.filter(troubles).order_by().values_list("state", "failure_code").annotate(count=Count("id"))
    return {(state, code): count for state, code, count in rows}


def refund_troubles() -> dict[str, int]:
    """State -> how many refunds the gateway declined or hasn't answered, whenever they were made: someone waits for their money. One statement."""
    rows = Refund.objects.filter(state__in=("failed", "unknown")).order_by().values_list("state").annotate(count=Count("id"))
    return dict(rows)
