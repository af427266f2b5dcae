"""Rule 2: nobody is in two places. Times run forward, positions are true, legs are those of `definitions.travel`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..plan import Leg, Violation
from .case import DayCase, has_position, stands_at

LAST_MINUTE = 1560  # a day may end after midnight, up to 02:00
DISTANCE_TOLERANCE_KM = 0.005  # legs are rounded to 10 m


def check_times(case: DayCase) -> Iterator[Violation]:
    """A stay doesn't end before it begins, and a day lies within its minutes."""
    for position, stop in enumerate(case.plan.stops):
        if stop.leave < stop.arrive:
            yield Violation(
                2, "leaves_before_arriving", case.index, position, {"arrive": stop.arrive, "leave": stop.leave}
            )
        if stop.arrive < 0 or stop.leave > LAST_MINUTE:
            yield Violation(2, "outside_day", case.index, position, {"arrive": stop.arrive, "leave": stop.leave})


def check_positions(case: DayCase) -> Iterator[Violation]:
    """Stops lie on Earth and places where they are: a moved stop would make every leg look short."""
    for position, stop in enumerate(case.plan.stops):
        if not has_position(stop):
            yield Violation(2, "no_position", case.index, position)
    for position, stop, place in case.visits():
        if has_position(stop) and not stands_at(stop, place):
            yield Violation(
                2,
                "position",
                case.index,
                position,
                {
                    "place": place.id,
                    "expected": [place.latitude, place.longitude],
                    "found": [stop.latitude, stop.longitude],
                },
            )


def check_legs(case: DayCase) -> Iterator[Violation]:
    """One leg per pair of stops, in the mode, minutes, kilometers and money that the definition gives."""
    if case.area is None:
        yield Violation(2, "unknown_area", case.index, params={"area": case.day.area})
    given = case.plan.legs
    if len(given) != max(0, len(case.plan.stops) - 1):
        yield Violation(
            2, "legs_count", case.index, params={"expected": max(0, len(case.plan.stops) - 1), "found": len(given)}
        )
    for position, (leg, true) in enumerate(zip(given, case.legs, strict=False)):
        if true is not None:
            yield from _compare(case.index, position, leg, true)


def _compare(day: int, position: int, leg: Leg, true: Leg) -> Iterator[Violation]:
    if leg.mode != true.mode:
        yield Violation(2, "leg_mode", day, position, {"expected": true.mode, "found": leg.mode})
    if leg.minutes != true.minutes:
        yield Violation(2, "leg_minutes", day, position, {"expected": true.minutes, "found": leg.minutes})
    # written so that NaN fails too
    if not abs(leg.distance_km - true.distance_km) <= DISTANCE_TOLERANCE_KM:
        yield Violation(2, "leg_distance", day, position, {"expected": true.distance_km, "found": leg.distance_km})
    if leg.cost != true.cost:
        yield Violation(2, "leg_cost", day, position, {"expected": true.cost, "found": leg.cost})


def check_moves(case: DayCase) -> Iterator[Violation]:
    """Each arrival leaves time for the way there; the way is the recomputed one, not the plan's."""
    stops = case.plan.stops
    for position, (here, there) in enumerate(pairwise(stops)):
        true = case.legs[position]
        minutes = 0 if true is None else true.minutes
        if there.arrive < here.leave + minutes:
            params: dict[str, object] = {"earliest": here.leave + minutes, "arrive": there.arrive, "minutes": minutes}
            yield Violation(2, "arrives_too_early", case.index, position + 1, params)
