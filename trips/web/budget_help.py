"""What would bring a trip under its limit: fewer days, simpler beds, a cheaper month, each predicted again. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from trips import budget
from trips.models import Destination

Kind = Literal["days", "comfort", "month"]

SIMPLER = {"luxury": "standard", "standard": "budget"}
SHORTEST = 2  # days: less is a visit, not a trip
MOST_TRIED = 20
WORTH_IT = 0.97  # a change that saves less than three in a hundred is no advice


@dataclass(frozen=True, slots=True)
class Relief:
    """One change and the most likely cost with it; `detail` is the number of days, the comfort, or the month (1-12)."""

    kind: Kind
    detail: int | str
    likely: float
    enough: bool


def reliefs(intent: Mapping[str, Any], likely: float, limit: float, destination: Destination, start: dt.date, today: dt.date) -> list[Relief]:
    """Changes that help, those that are enough first. `likely` is the trip's predicted middle; each change scales it by what the
    predictor says of the same trip with and without the change."""
    wish, wanted = intent["tripDuration"], intent["preferences"]
    request = budget.BudgetRequest(
        destination=destination.name,
        country=destination.country,
        latitude=destination.latitude,
        longitude=destination.longitude,
        days=wish["days"],
        people=wish["people"],
        comfort=wanted["comfortLevel"],
        currency=destination.currency,
        trip_type=wanted["tripType"],
        pace="packed" if wanted["pace"] == "full" else wanted["pace"],
        start_date=start,
        aliases=tuple(destination.aliases),
        as_of=today,
    )
    found: list[Relief] = []
    base = _likely(request)

    def offer(kind: Kind, detail: int | str, changed: budget.BudgetRequest) -> bool:
        ratio = _likely(changed) / base
        if ratio > WORTH_IT:
            return False
        found.append(Relief(kind, detail, likely * ratio, likely * ratio <= limit))
        return found[-1].enough

    if len(intent["destinations"]) == 1:
        _fewer_days(request, likely, limit, offer)
        month = _cheapest_month(request, destination)
        if month is not None:
            offer("month", month.month, replace(request, start_date=month))
    if simpler := SIMPLER.get(request.comfort):
        offer("comfort", simpler, replace(request, comfort=simpler))
    return sorted(found, key=lambda relief: not relief.enough)


def _likely(request: budget.BudgetRequest) -> float:
    return float(budget.predict(request).total.p50)


def _fewer_days(request: budget.BudgetRequest, likely: float, limit: float, offer: Callable[[Kind, int | str, budget.BudgetRequest], bool]) -> None:
    """The most days that are enough, else the shortest trip."""
    base = _likely(request)
    for days in range(min(request.days - 1, MOST_TRIED), SHORTEST - 1, -1):
        fewer = replace(request, days=days)
        if days == SHORTEST or likely * _likely(fewer) / base <= limit:
            offer("days", days, fewer)
            return


def _cheapest_month(request: budget.BudgetRequest, destination: Destination) -> dt.date | None:
    """The first day of the best month that the predictor finds cheapest, when that is another month."""
    if not request.start_date or not destination.best_months:
        return None
    starts = []
    for month in destination.best_months:
        year = request.start_date.year + (month < request.start_date.month)
        starts.append(dt.date(year, month, 10))
    cheapest = min(starts, key=lambda start: _likely(replace(request, start_date=start)))
    return None if cheapest.month == request.start_date.month else cheapest
