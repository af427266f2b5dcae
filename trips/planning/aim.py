"""What a search wants: a profile applied to a problem, as worths, prices and caps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from .geometry import Tables
from .profiles import Profile, wished_minutes

PIN_WORTH = 1e6


@dataclass(frozen=True, slots=True)
class Aim:
    """What one search wants: worth of places, penalties, caps. Made by `aim_of`."""

    worth: list[float]
    taste: list[dict[int, float]]  # per day: factors of places that an earlier candidate has on this day
    target: list[float]  # active minutes of each day that are about right
    most_active: list[float]
    most_stops: int
    money: int | None  # most that fees and legs of all days may come to
    spend: float  # worth lost per minor unit
    travel: float  # worth lost per minute of legs
    wait: float
    crowd: float  # worth lost for a day at its target, growing with the square of the load
    unit: float  # mean worth of a place
    others: list[frozenset[tuple[int, int]]] = field(default_factory=list)


def aim_of(
    tables: Tables,
    profile: Profile,
    *,
    money: int | None,
    barred: Collection[int] = (),
    others: Collection[frozenset[tuple[int, int]]] = (),
) -> Aim:
    """A profile applied to a problem. `others` are the (day, place) pairs of earlier candidates, to keep away from."""
    problem = tables.problem
    usable = {place for day in tables.days for place in day.places if place not in barred}
    mean = max(1e-9, sum(tables.value[place] for place in usable) / max(1, len(usable)))
    paid = [tables.fee[place] for place in usable if tables.fee[place] > 0]
    typical_fee = sum(paid) / len(paid) if paid else 0.0
    worth = [0.0] * len(tables.value)
    seen: dict[int, int] = {}
    for pairs in others:
        for _, place in pairs:
            seen[place] = seen.get(place, 0) + 1
    for place in usable:
        value = tables.value[place] + 0.02 * mean  # a place of no value still beats an empty afternoon
        if typical_fee:
            value /= 1 + profile.thrift * tables.fee[place] / typical_fee
        value *= 1 - profile.ease * 0.12 * (tables.effort[place] - 1)
        value *= 0.93 ** seen.get(place, 0)
        worth[place] = PIN_WORTH * mean if place in tables.pinned else max(value, 1e-9)
    wished = wished_minutes(problem.pace, problem.limits.active_minutes)
    total = sum(tables.visit[place] for place in usable)
    count = len(tables.days)
    even = 1.15 * total / count + 30 if count else 0.0
    pace = wished * min(profile.pace, 1.25)
    target = [max(30.0, min(pace, even, max(60.0, _room(tables, day)))) for day in range(count)]
    most = [float(min(problem.limits.active_minutes, profile.pace * wished))] * count
    if profile.rest_afternoon and count >= 3:
        free = min(range(1, count - 1), key=lambda day: (abs(day - count // 2), day))
        most[free] = min(most[free], 150.0)
        target[free] = min(target[free], 120.0)
    taste: list[dict[int, float]] = [{} for _ in tables.days]
    for pairs in others:
        for day, place in pairs:
            taste[day][place] = taste[day].get(place, 1.0) * 0.7
    return Aim(
        worth=worth,
        taste=taste,
        target=target,
        most_active=most,
        most_stops=profile.stops,
        money=money,
        spend=(0.1 + profile.thrift) * mean / (4 * typical_fee) if typical_fee else 0.0,
        travel=mean / 300,
        wait=mean / 180,
        crowd=0.5 * mean,
        unit=mean,
        others=list(others),
    )


def _room(tables: Tables, day: int) -> float:
    """Active minutes that a day's frame has room for: what is left of it after meals, less a quarter for legs."""
    table = tables.days[day]
    return 0.75 * (table.closes - table.opens - sum(table.duration))
