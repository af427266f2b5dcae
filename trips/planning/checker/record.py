"""Rule 0: the plan keeps the contract of `plan`: days complete, stops of known kinds, true names, honest left-outs."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan import Violation
from .case import DayCase, TripCase

STOP_KINDS = frozenset({"place", "meal", "rest", "lodging", "transfer"})
LEFT_OUT_CODES = frozenset(
    {
        "closed",
        "no_time",
        "over_budget",
        "too_far",
        "too_hard",
        "not_step_free",
        "excluded",
        "lower_value",
        "other_area",
    }
)


def check_days_complete(case: TripCase) -> Iterator[Violation]:
    """One plan per day of the problem, in its order, with its index and date."""
    wanted = [(index, day.date) for index, day in enumerate(case.problem.days)]
    given = [(day.index, day.date) for day in case.itinerary.days]
    if len(given) != len(wanted):
        yield Violation(0, "days_count", params={"expected": len(wanted), "found": len(given)})
    for (index, date), (given_index, given_date) in zip(wanted, given, strict=False):
        if given_index != index:
            yield Violation(0, "day_order", day=index, params={"expected": index, "found": given_index})
        elif given_date != date:
            yield Violation(
                0, "day_date", day=index, params={"expected": date.isoformat(), "found": given_date.isoformat()}
            )


def check_stop_kinds(case: DayCase) -> Iterator[Violation]:
    """A stop is of a known kind; only places (and a lodging, by its base) carry an id."""
    for position, stop in enumerate(case.plan.stops):
        if stop.kind not in STOP_KINDS:
            yield Violation(0, "stop_kind", case.index, position, {"found": stop.kind})
        elif stop.kind == "lodging":
            if stop.place_id is not None and stop.place_id not in case.bases:
                yield Violation(0, "unknown_base", case.index, position, {"base": stop.place_id})
        elif stop.kind != "place" and stop.place_id is not None:
            yield Violation(0, "stray_place_id", case.index, position, {"kind": stop.kind, "place": stop.place_id})


def check_unknown_places(case: DayCase) -> Iterator[Violation]:
    """A place stop names a place of the problem."""
    for position, stop in enumerate(case.plan.stops):
        if stop.kind == "place" and stop.place_id not in case.places:
            yield Violation(0, "unknown_place", case.index, position, {"place": stop.place_id})


def check_names(case: DayCase) -> Iterator[Violation]:
    """A stop at a place carries the place's own name."""
    for position, stop, place in case.visits():
        if stop.name != place.name:
            yield Violation(
                0, "name", case.index, position, {"place": place.id, "expected": place.name, "found": stop.name}
            )


def check_left_out(case: TripCase) -> Iterator[Violation]:
    """What was left out is a known place, named once, with a known reason, and is not in the plan."""
    visited = {place_id for _, _, place_id in case.visited}
    seen: set[str] = set()
    for entry in case.itinerary.left_out:
        if entry.place_id in visited:
            yield Violation(0, "left_out_but_planned", params={"place": entry.place_id})
        if entry.place_id in seen:
            yield Violation(0, "left_out_twice", params={"place": entry.place_id})
        if entry.place_id not in case.places:
            yield Violation(0, "left_out_unknown", params={"place": entry.place_id})
        elif entry.name != case.places[entry.place_id].name:
            yield Violation(0, "left_out_name", params={"place": entry.place_id, "found": entry.name})
        if entry.code not in LEFT_OUT_CODES:
            yield Violation(0, "left_out_code", params={"place": entry.place_id, "found": entry.code})
        seen.add(entry.place_id)
