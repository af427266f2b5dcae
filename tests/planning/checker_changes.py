"""Ways to break the checker's example, one thing at a time: a change of the plan or of what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from trips.planning.checker import check
from trips.planning.plan import Itinerary, Leg, ScorePart, Stop
from trips.planning.problem import Problem

from .checker_example import ITINERARY, PROBLEM

Case = tuple[Problem, Itinerary]
Mutation = Callable[[], Case]


def codes(case: Case) -> set[tuple[int, str]]:
    return {(violation.rule, violation.code) for violation in check(*case)}


def plan(**changes: Any) -> Case:
    return PROBLEM, replace(ITINERARY, **changes)


def day(index: int, **changes: Any) -> Case:
    days = list(ITINERARY.days)
    days[index] = replace(days[index], **changes)
    return plan(days=tuple(days))


def stop(index: int, position: int, **changes: Any) -> Case:
    stops = list(ITINERARY.days[index].stops)
    stops[position] = replace(stops[position], **changes)
    return day(index, stops=tuple(stops))


def shifted(index: int, position: int, minutes: int) -> Case:
    old = ITINERARY.days[index].stops[position]
    return stop(index, position, arrive=old.arrive + minutes, leave=old.leave + minutes)


def without(index: int, position: int) -> Case:
    stops, legs = list(ITINERARY.days[index].stops), list(ITINERARY.days[index].legs)
    del stops[position], legs[max(position - 1, 0)]
    return day(index, stops=tuple(stops), legs=tuple(legs))


def inserted(index: int, position: int, new: Stop) -> Case:
    stops, legs = list(ITINERARY.days[index].stops), list(ITINERARY.days[index].legs)
    stops.insert(position, new)
    legs.insert(min(position, len(legs)), Leg("walk", 0, 0.0))
    return day(index, stops=tuple(stops), legs=tuple(legs))


def swapped(index: int, first: int, second: int) -> Case:
    stops = list(ITINERARY.days[index].stops)
    stops[first], stops[second] = stops[second], stops[first]
    return day(index, stops=tuple(stops))


def leg(index: int, position: int, **changes: Any) -> Case:
    legs = list(ITINERARY.days[index].legs)
    legs[position] = replace(legs[position], **changes)
    return day(index, legs=tuple(legs))


def asked(**changes: Any) -> Case:
    return replace(PROBLEM, **changes), ITINERARY


def asked_place(id_: str, **changes: Any) -> Case:
    return asked(places=tuple(replace(p, **changes) if p.id == id_ else p for p in PROBLEM.places))


def asked_day(index: int, **changes: Any) -> Case:
    days = list(PROBLEM.days)
    days[index] = replace(days[index], **changes)
    return asked(days=tuple(days))


def limited(**changes: Any) -> Case:
    return asked(limits=replace(PROBLEM.limits, **changes))


def costs(**changes: int) -> Case:
    return plan(costs=replace(ITINERARY.costs, **changes))


def parts(*changes: ScorePart) -> Case:
    return plan(score_parts=changes)


def both(first: Case, second: Case) -> Case:
    """The first case's problem with the second's itinerary."""
    return first[0], second[1]


STEP_FREE = replace(PROBLEM.limits, step_free=True)


def step_free(place: str, accessibility: str) -> Problem:
    """The problem of a step-free party, with one place's access changed."""
    return replace(asked_place(place, accessibility=accessibility)[0], limits=STEP_FREE)
