"""Rules 1, 5, 8 and 9: opening windows, pins and exclusions, access, visit lengths; what must be called unverified."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan import Violation
from ..problem import Place, Problem
from .case import DayCase, TripCase

STEP_FREE_ENOUGH = ("step_free", "partial")


def check_windows(case: DayCase) -> Iterator[Violation]:
    """Rule 1: the whole stay lies inside one opening window of that date."""
    for position, stop, place in case.visits():
        windows = place.windows[case.index] if case.index < len(place.windows) else ()
        if not windows:
            yield Violation(1, "closed_day", case.index, position, {"place": place.id})
        elif not any(w.opens <= stop.arrive and stop.leave <= w.closes for w in windows):
            spans = [[w.opens, w.closes] for w in windows]
            yield Violation(
                1,
                "outside_windows",
                case.index,
                position,
                {"place": place.id, "arrive": stop.arrive, "leave": stop.leave, "windows": spans},
            )


def check_repeats(case: TripCase) -> Iterator[Violation]:
    """Rule 5: no place twice in a trip."""
    seen: set[str] = set()
    for day, position, place_id in case.visited:
        if place_id in seen:
            yield Violation(5, "place_twice", day, position, {"place": place_id})
        seen.add(place_id)


def check_exclusions(case: TripCase) -> Iterator[Violation]:
    """Rule 5: excluded places never."""
    for day, position, place_id in case.visited:
        if place_id in case.problem.excluded:
            yield Violation(5, "excluded", day, position, {"place": place_id})


def check_pins(case: TripCase) -> Iterator[Violation]:
    """Rule 5: pinned places are there, on their day if one is named."""
    days_of: dict[str, set[int]] = {}
    for day, _, place_id in case.visited:
        days_of.setdefault(place_id, set()).add(day)
    for pin in case.problem.pinned:
        days = days_of.get(pin.place_id, set())
        if not days:
            yield Violation(5, "pin_missing", pin.day, params={"place": pin.place_id})
        elif pin.day is not None and pin.day not in days:
            yield Violation(
                5, "pin_day", pin.day, params={"place": pin.place_id, "expected": pin.day, "found": sorted(days)}
            )


def check_access(case: DayCase) -> Iterator[Violation]:
    """Rule 8: a step-free party gets only places that are step free or partial; unknown is not good enough."""
    if not case.problem.limits.step_free:
        return
    for position, _, place in case.visits():
        if place.accessibility not in STEP_FREE_ENOUGH:
            yield Violation(8, "not_step_free", case.index, position, {"place": place.id, "found": place.accessibility})


def check_visit_lengths(case: DayCase) -> Iterator[Violation]:
    """Rule 9: the visit lasts at least the place's visit minutes."""
    for position, stop, place in case.visits():
        if stop.leave - stop.arrive < place.visit_minutes:
            yield Violation(
                9,
                "visit_short",
                case.index,
                position,
                {"place": place.id, "expected": place.visit_minutes, "found": stop.leave - stop.arrive},
            )


def check_unverified(case: TripCase) -> Iterator[Violation]:
    """Rules 1 and 8: unopened sources and partial access are flagged at the stop and listed once; nothing else is."""
    listed = list(case.itinerary.unverified)
    due: set[str] = set()
    for day in case.days:
        for position, stop, place in day.visits():
            rule = doubt(case.problem, place)
            if rule is not None:
                due.add(place.id)
                if place.id not in listed:
                    yield Violation(rule, "unverified_missing", day.index, position, {"place": place.id})
            if stop.unverified != (rule is not None):
                yield Violation(
                    rule or 1, "unverified_flag", day.index, position, {"place": place.id, "found": stop.unverified}
                )
    for place_id in sorted(set(listed) - due):
        yield Violation(1, "unverified_extra", params={"place": place_id})
    if len(listed) != len(set(listed)):
        yield Violation(1, "unverified_twice", params={"listed": listed})


def doubt(problem: Problem, place: Place) -> int | None:
    """The rule that makes a place unverified for this party: 1 hours, 8 partial access; None if nothing does."""
    if not place.verified:
        return 1
    if problem.limits.step_free and place.accessibility == "partial":
        return 8
    return None
