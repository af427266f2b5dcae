"""Rule 6: every meal of the day starts inside its span, unless the day's frame leaves no room for that span."""

from __future__ import annotations

from collections.abc import Iterator

from ..definitions import travel
from ..plan import Stop, Violation
from ..problem import MealRule
from .case import DayCase


def check_meal_stops(case: DayCase) -> Iterator[Violation]:
    """A stop that says it is a meal is one: known, served there, begun inside its span, long enough, once a day."""
    seen: set[str] = set()
    for position, stop in enumerate(case.plan.stops):
        if stop.kind != "meal" and stop.meal is None:
            continue
        rule = case.meal_of(stop)
        if rule is None:
            yield Violation(6, "meal_unknown", case.index, position, {"found": stop.meal})
            continue
        if rule.kind in seen:
            yield Violation(6, "meal_twice", case.index, position, {"meal": rule.kind})
        seen.add(rule.kind)
        yield from _check_meal_stop(case, position, stop, rule)


def _check_meal_stop(case: DayCase, position: int, stop: Stop, rule: MealRule) -> Iterator[Violation]:
    if not _begins_inside(stop, rule):
        params = {"meal": rule.kind, "arrive": stop.arrive, "earliest": rule.earliest, "latest": rule.latest}
        yield Violation(6, "meal_outside_span", case.index, position, params)
    if stop.kind == "meal":
        if stop.leave - stop.arrive < rule.minutes:
            params = {"meal": rule.kind, "expected": rule.minutes, "found": stop.leave - stop.arrive}
            yield Violation(6, "meal_short", case.index, position, params)
    elif not _serves(case, stop):
        yield Violation(6, "meal_not_served", case.index, position, {"meal": rule.kind, "place": stop.place_id})


def check_meals_eaten(case: DayCase) -> Iterator[Violation]:
    """Each meal that the day has room for is in the plan, under its name."""
    named = {stop.meal for stop in case.plan.stops}
    for rule in case.meals.values():
        if rule.kind in named:
            continue
        eaten_at = [
            p for p, s in enumerate(case.plan.stops) if _serves(case, s) and s.meal is None and _begins_inside(s, rule)
        ]
        if eaten_at:
            yield Violation(6, "meal_not_named", case.index, eaten_at[0], {"meal": rule.kind})
        elif has_room(case, rule):
            yield Violation(6, "meal_missing", case.index, params={"meal": rule.kind})


def has_room(case: DayCase, rule: MealRule) -> bool:
    """Whether the meal can begin inside its span and end inside the frame that the day's transfers leave.

    A day between two beds must also find time for the way from one to the other, before the meal or after it.
    """
    day = case.day
    begin = day.start + (day.arrival.minutes if day.arrival else 0)
    end = day.end - (day.departure.minutes if day.departure else 0)
    way = _way_between_beds(case)
    for first, after in ((begin, way), (begin + way, 0)):
        soonest = max(rule.earliest, first)
        if soonest <= rule.latest and soonest + rule.minutes + after <= end:
            return True
    return False


def _way_between_beds(case: DayCase) -> int:
    """Minutes from the morning's bed to the night's; a transfer may stand at either, so with one no way is certain."""
    morning, night = case.bases.get(case.day.morning_base), case.bases.get(case.day.night_base)
    if case.area is None or morning is None or night is None or case.day.arrival or case.day.departure:
        return 0
    return travel(case.area, morning.latitude, morning.longitude, night.latitude, night.longitude).minutes


def _begins_inside(stop: Stop, rule: MealRule) -> bool:
    return rule.earliest <= stop.arrive <= rule.latest


def _serves(case: DayCase, stop: Stop) -> bool:
    place = case.place_of(stop)
    return place is not None and place.serves_meal
