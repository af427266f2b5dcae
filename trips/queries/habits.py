"""How someone travels, put into the gaps of a wish. What was said for a trip always wins; nothing here ever sets a limit to the money."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import TravelPreferences
from accounts.queries.travelers import self_of
from travelplanner.core import money, reads
from trips import budget
from trips.planning.party import Person, party_of
from trips.planning.wish import COMFORT_LEVELS, DEFAULT_DAYS, INTERESTS, PACES, Needs, Wish
from trips.queries.cities import find_city


@dataclass(frozen=True, slots=True)
class Habits:
    """`needs` are keys of the user as a traveler; `daily` is a proposal for the form of a new trip, per person, in `wish.currency`."""

    wish: Wish
    needs: frozenset[str] = frozenset()
    daily: Decimal | None = None

    @property
    def empty(self) -> bool:
        return self == NONE


NONE = Habits(Wish(destinations=()))


def read_habits(user_id: uuid.UUID | None) -> Habits:
    """Two statements; nothing for someone unknown. Values that the planner doesn't know (any more) are left out."""
    if user_id is None:
        return NONE
    row: TravelPreferences = reads.first(_preferences, user_id=user_id) or TravelPreferences()
    me = self_of(user_id)
    currency = row.currency if row.currency in money.known_currencies() and budget.has_rate(row.currency) else ""
    wish = Wish(
        destinations=(),
        origin=row.home_city if row.home_city and find_city(row.home_city) else "",
        days=row.days,
        people=row.people,
        comfort=row.comfort_level if row.comfort_level in COMFORT_LEVELS else "",
        trip_type=row.trip_type,
        interests={name: weight for name, weight in row.interests.items() if name in INTERESTS},
        pace=row.pace if row.pace in PACES else "",
        currency=currency,
        needs=Needs(earliest_start=row.earliest_start, latest_end=row.latest_end),
    )
    return Habits(wish, frozenset(str(key) for key in me.needs) if me else frozenset(), row.daily_budget if currency else None)


def _preferences(*, user_id: uuid.UUID) -> QuerySet[TravelPreferences]:
    return TravelPreferences.objects.filter(user=user_id).order_by()


def fill(wish: Wish, habits: Habits, *, said: Collection[str] = ()) -> tuple[Wish, tuple[str, ...]]:
    """The wish with its gaps filled, and the names of what was filled (the intent's own names; needs as "constraints", hours as "hours").

    `said` names what was spoken of even if by a no or an empty field, e.g. "stepFree", "origin". A currency is taken over only when no amount
    was said: an amount without one is in the destination's.
    """
    have, changes, filled = habits.wish, {}, []
    gaps: tuple[tuple[str, str, Any], ...] = (
        ("origin", "origin", have.origin),
        ("people", "people", have.people),
        ("comfort", "comfortLevel", have.comfort),
        ("pace", "pace", have.pace),
        ("trip_type", "tripType", have.trip_type),
        ("interests", "interests", have.interests),
        ("days", "days", have.days if (have.days or 0) >= len(wish.destinations) else None),
        ("currency", "currency", have.currency if wish.budget_minimum is None and wish.budget_maximum is None else ""),
    )
    for name, told, value in gaps:
        if value and told not in said and not getattr(wish, name):
            changes[name] = value
            filled.append(told)
    needs = _needs(wish, habits, changes.get("days") or wish.days or DEFAULT_DAYS, said)
    hours = _hours(needs, habits, said)
    filled += ["constraints"] * (needs != wish.needs) + ["hours"] * (hours != needs)
    return replace(wish, **changes, needs=hours), tuple(filled)


def _needs(wish: Wish, habits: Habits, days: int, said: Collection[str]) -> Needs:
    own, asked = party_of([Person(habits.needs)], days=days).said, wish.needs
    gaps = (("stepFree", "step_free"), ("maxWalkKm", "max_walk_km"), ("maxEffort", "max_effort"), ("restDays", "rest_days"))
    return replace(asked, **{name: getattr(own, name) for told, name in gaps if told not in said and (getattr(asked, name) is None or getattr(asked, name) is False)})


def _hours(asked: Needs, habits: Habits, said: Collection[str]) -> Needs:
    gaps = (("earliestStart", "earliest_start"), ("latestEnd", "latest_end"))
    return replace(asked, **{name: getattr(habits.wish.needs, name) for told, name in gaps if told not in said and getattr(asked, name) is None})


def proposed_budget(habits: Habits, *, people: int, days: int) -> Decimal | None:
    """Daily budget x people x days, for the form; None when nobody said what a day may cost."""
    return None if habits.daily is None else money.quantize(habits.daily * people * days, habits.wish.currency)
