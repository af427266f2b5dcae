"""Instant answers for someone who edits a plan: what is wrong with an order, and where a place would fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .geometry import DayTable, Tables, tables_of
from .insertion import fit
from .left_out import missing_minutes
from .plan import Itinerary, Violation
from .problem import Problem
from .schedule import DayState, evaluate
from .timings import Timings, empty_state


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A day and position (0 = first stop of the day) where a place fits; minutes and minor units it adds."""

    day: int
    position: int
    extra_minutes: int
    extra_cost: int
    over_budget: int  # by how much the trip would then be over its budget; 0 = it isn't


def explain_plan(problem: Problem, days: Sequence[Sequence[str]]) -> tuple[Violation, ...]:
    """Everything that keeps the orders of all days from happening; empty when they can."""
    tables = tables_of(problem)
    found: list[Violation] = []
    if len(days) != len(problem.days):
        found.append(Violation(3, "days_missing", params={"given": len(days), "expected": len(problem.days)}))
        return tuple(found)
    seen: dict[str, int] = {}
    for index, order in enumerate(days):
        for position, place in enumerate(order):
            if place in seen and place not in order[:position]:
                found.append(Violation(5, "twice", index, position, {"place_id": place, "other_day": seen[place]}))
            seen.setdefault(place, index)
        found.extend(explain_violations(problem, index, tuple(order), tables=tables))
    return tuple(found)


def explain_violations(
    problem: Problem, day_index: int, order: tuple[str, ...], *, tables: Tables | None = None
) -> tuple[Violation, ...]:
    """What is wrong with an order of place ids on a day; `stop` is the position in the order.

    Every violation's params say by how much (`missing_minutes`, `over`) and what would help: `help` is `remove`, `other_day`
    (with `days`), `reorder` (with `order`, place ids of an order that works) or `shorten`.
    """
    tables = tables or tables_of(problem)
    day = tables.days[day_index]
    found = _wrong_places(tables, day, order)
    if found:
        return tuple(found)
    numbers = tuple(tables.place_index[place] for place in order)
    state = evaluate(tables, day, numbers)
    if state is not None:
        return tuple(_over_limits(tables, day, state)) if numbers else ()
    if not numbers:
        return ()  # an empty day is what it is, even one without room for its own ways
    return (_first_miss(tables, day, numbers),)


def best_position(problem: Problem, plan: Itinerary | Sequence[Sequence[str]], place_id: str) -> tuple[Suggestion, ...]:
    """Where a place fits best on each day of a plan, least added minutes first; a place that is there already is moved."""
    tables = tables_of(problem)
    timings = Timings(tables)
    place = tables.place_index.get(place_id)
    if place is None or place in tables.barred:
        return ()
    if isinstance(plan, Itinerary):
        plan = [[stop.place_id for stop in day.stops if stop.kind == "place" and stop.place_id] for day in plan.days]
    states: list[DayState] = []
    for index, ids in enumerate(plan):
        numbers = tuple(tables.place_index[i] for i in ids if i != place_id)
        states.append(
            timings.state(index, numbers) or evaluate(tables, tables.days[index], numbers) or empty_state(tables, index)
        )
    spent = sum(state.cost for state in states) + problem.fixed_cost + sum(day.fixed_cost for day in tables.days)
    found = []
    for day, state in zip(tables.days, states, strict=True):
        if place not in day.places:
            continue
        gap = fit(tables, day, state, place)
        if gap is None:
            continue
        new = timings.state(day.index, (*state.order[: gap[0]], place, *state.order[gap[0] :]))
        if new is None:
            continue
        extra = new.cost - state.cost
        over = max(0, spent + extra - problem.budget) if problem.budget is not None else 0
        found.append(Suggestion(day.index, gap[0], tables.visit[place] + gap[1], extra, over))
    return tuple(sorted(found, key=lambda s: (s.over_budget > 0, s.extra_minutes, s.day)))


def _wrong_places(tables: Tables, day: DayTable, order: tuple[str, ...]) -> list[Violation]:
    """Places that may not be on this day whatever the order."""
    problem, index = tables.problem, day.index
    found = []
    for position, place_id in enumerate(order):
        number = tables.place_index.get(place_id)
        about: dict[str, object] = {"place_id": place_id, "help": "remove"}
        if number is None:
            found.append(Violation(5, "unknown_place", index, position, about))
            continue
        place = problem.places[number]
        elsewhere = [other.index for other in tables.days if number in other.places and other.index != index]
        if elsewhere:
            about |= {"help": "other_day", "days": elsewhere}
        barred = tables.barred.get(number)
        if place_id in order[:position]:
            found.append(Violation(5, "twice", index, position, about | {"help": "remove"}))
        elif barred == "excluded":
            found.append(Violation(5, "excluded", index, position, about))
        elif barred == "not_step_free":
            found.append(Violation(8, barred, index, position, about | {"accessibility": place.accessibility}))
        elif barred == "too_hard":
            limit = problem.limits.effort
            found.append(Violation(7, "effort", index, position, about | {"effort": place.effort, "limit": limit}))
        elif place.area != problem.days[index].area:
            found.append(Violation(4, "other_area", index, position, about | {"area": place.area}))
        elif not day.windows[number]:
            found.append(Violation(1, "closed", index, position, about))
        elif number not in day.places:
            pinned = tables.pinned.get(number)
            found.append(Violation(5, "pinned_elsewhere", index, position, about | {"pinned_day": pinned}))
    return found


def _over_limits(tables: Tables, day: DayTable, state: DayState) -> list[Violation]:
    limits = tables.problem.limits
    sums = (
        ("active_minutes", state.active, limits.active_minutes),
        ("walk_km", state.walk / 100, limits.walk_km),
        ("fatigue", state.fatigue, limits.fatigue),
    )
    return [
        Violation(
            7,
            name,
            day.index,
            None,
            {"value": value, "limit": limit, "over": round(value - limit, 2), "help": "shorten"},
        )
        for name, value, limit in sums
        if value > limit
    ]


def _first_miss(tables: Tables, day: DayTable, numbers: tuple[int, ...]) -> Violation:
    """The first stop that makes an order impossible: it is closed by then, a meal is missed, or the way back is too late."""
    upto = 1
    while upto < len(numbers) and evaluate(tables, day, numbers[:upto]) is not None:
        upto += 1
    number, before = numbers[upto - 1], evaluate(tables, day, numbers[: upto - 1]) or empty_state(tables, day.index)
    place = tables.problem.places[number]
    params: dict[str, object] = {"place_id": place.id, "help": "remove"}
    better = _working_order(tables, day, numbers)
    elsewhere = [other.index for other in tables.days if number in other.places and other.index != day.index]
    if better is not None:
        params |= {"help": "reorder", "order": tuple(tables.problem.places[n].id for n in better)}
    elif elsewhere:
        params |= {"help": "other_day", "days": elsewhere}
    leg = day.legs.minutes[before.points[-2]][number]
    arrive = before.ready_first[-1] + leg
    last = max(last for _, last in day.windows[number])
    if arrive > last:
        closes = last + tables.visit[number]
        return Violation(
            1,
            "closed_by_then",
            day.index,
            upto - 1,
            params | {"arrive": arrive, "closes": closes, "missing_minutes": arrive - last},
        )
    start = next(max(arrive, opens) for opens, last in day.windows[number] if arrive <= last)
    end = start + tables.visit[number] + day.legs.minutes[number][day.target]
    if end > day.closes:
        return Violation(3, "late_back", day.index, upto - 1, params | {"missing_minutes": end - day.closes})
    missing = missing_minutes(tables, day, before, number)
    return Violation(6, "meal_missed", day.index, upto - 1, params | {"missing_minutes": missing})


def _working_order(tables: Tables, day: DayTable, numbers: tuple[int, ...]) -> tuple[int, ...] | None:
    """An order of the same places that can happen, by putting the pickiest in first; None when none was found."""
    built = evaluate(tables, day, ())
    if built is None:
        return None
    for number in sorted(numbers, key=lambda n: sum(last - opens for opens, last in day.windows[n])):
        gap = fit(tables, day, built, number)
        if gap is None:
            return None
        built = evaluate(tables, day, (*built.order[: gap[0]], number, *built.order[gap[0] :]))
        if built is None:
            return None
    return built.order
