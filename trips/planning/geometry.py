"""A problem turned into tables of whole numbers, once: points, legs, windows, frames. The search reads nothing else.

Points are numbered: places 0..P-1 in the problem's order, then bases. Minutes and minor units as in `problem`; walking in
hundredths of a kilometer, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .definitions import is_on_foot, travel
from .problem import Area, Base, Day, MealRule, Place, Problem

FREE_ACCESS = ("step_free", "partial")


@dataclass(frozen=True, slots=True)
class AreaLegs:
    """Legs between all points of one area, as rows by point number; a row of a point elsewhere is empty."""

    minutes: list[list[int]]
    cost: list[list[int]]
    walk: list[list[int]]  # hundredths of a kilometer on foot
    ride: list[list[int]]  # minutes not on foot


@dataclass(frozen=True, slots=True)
class DayTable:
    """One day as numbers. `opens` is the first minute after a transfer in, `closes` the last before a transfer out.

    `windows[p]` holds (opens, latest start) pairs, in order; places that can't be visited that day have none.
    """

    index: int
    legs: AreaLegs
    origin: int
    target: int
    opens: int
    closes: int
    earliest: list[int]  # of the meals that the frame has room for
    latest: list[int]
    duration: list[int]
    meals: tuple[MealRule, ...]
    undue: tuple[MealRule, ...]  # without room of their own; a meal place visited in the span is that meal all the same
    windows: list[tuple[tuple[int, int], ...]]
    places: list[int]  # that may be visited on this day, pins of other days left out
    begins: int  # Day.start
    head: int  # minutes of the transfer in
    tail: int  # minutes of the transfer out
    ride: int  # minutes of both transfers, those on foot left out
    walk: int  # hundredths of a kilometer of transfers on foot
    fixed_cost: int  # meals of the day


@dataclass(frozen=True, slots=True)
class Tables:
    """The whole problem as numbers."""

    problem: Problem
    place_index: dict[str, int]
    bases: list[Base]
    days: list[DayTable]
    visit: list[int]
    fee: list[int]
    effort: list[int]
    value: list[float]
    serves: list[bool]
    pinned: dict[int, int | None]
    barred: dict[int, str]  # place -> why it may not be in any plan: excluded, not_step_free, too_hard, other_area


def tables_of(problem: Problem) -> Tables:
    """The problem's tables; the last few problems are remembered, since edits ask many times about the same one."""
    try:
        return _remembered(problem)
    except TypeError:  # a caller put a list where a tuple belongs
        return _build(problem)


@lru_cache(maxsize=4)
def _remembered(problem: Problem) -> Tables:
    return _build(problem)


def entry_base(day: Day, area_of: dict[str, str]) -> str:
    """The base where the day's outing begins: a transfer in from another area ends at the night's base."""
    moved = day.arrival is not None and area_of.get(day.morning_base) != day.area
    return day.night_base if moved and area_of.get(day.night_base) == day.area else day.morning_base


def exit_base(day: Day, area_of: dict[str, str]) -> str:
    """The base where the day's outing ends: a transfer out to another area starts where the day began."""
    moved = day.departure is not None and area_of.get(day.night_base) != day.area
    return entry_base(day, area_of) if moved else day.night_base


def barred_reason(place: Place, problem: Problem, areas: set[str]) -> str | None:
    """Why a place can't be in any plan of the problem, whatever its hours, or None."""
    if place.id in problem.excluded:
        return "excluded"
    if place.area not in areas:
        return "other_area"
    if problem.limits.step_free and place.accessibility not in FREE_ACCESS:
        return "not_step_free"
    if place.effort > problem.limits.effort:
        return "too_hard"
    return None


def _build(problem: Problem) -> Tables:
    places, bases = problem.places, list(problem.bases)
    area_of = {base.id: base.area for base in bases}
    number = {base.id: len(places) + offset for offset, base in enumerate(bases)}
    place_index = {place.id: index for index, place in enumerate(places)}
    used = {day.area for day in problem.days}
    barred: dict[int, str] = {}
    for index, place in enumerate(places):
        reason = barred_reason(place, problem, used) if place_index[place.id] == index else "twice"
        if reason is not None:
            barred[index] = reason
    pinned: dict[int, int | None] = {}
    for pin in problem.pinned:
        number_of_pin = place_index.get(pin.place_id)
        if number_of_pin is not None and number_of_pin not in barred and pinned.get(number_of_pin) is None:
            pinned[number_of_pin] = pin.day
    areas = {area.id: area for area in problem.areas}
    stays: dict[str, set[int]] = {area: set() for area in used}
    for day in problem.days:
        stays[day.area].update(number[b] for b in (day.morning_base, day.night_base) if b in number)
    areas |= {area_id: Area(area_id, area_id, ()) for area_id in used if area_id not in areas}
    legs = {area_id: _legs(areas[area_id], problem, stays[area_id], barred) for area_id in used}
    days = [
        _day(problem, i, day, legs[day.area], areas[day.area], number, area_of, pinned, barred)
        for i, day in enumerate(problem.days)
    ]
    return Tables(
        problem=problem,
        place_index=place_index,
        bases=bases,
        days=days,
        visit=[max(0, place.visit_minutes) for place in places],
        fee=[place.fee for place in places],
        effort=[place.effort for place in places],
        value=[max(0.0, place.value) for place in places],
        serves=[place.serves_meal for place in places],
        pinned=pinned,
        barred=barred,
    )


def _legs(area: Area, problem: Problem, stays: set[int], barred: dict[int, str]) -> AreaLegs:
    places, size = problem.places, len(problem.places) + len(problem.bases)
    points = [i for i, place in enumerate(places) if place.area == area.id and i not in barred] + sorted(stays)
    spots = {i: places[i] if i < len(places) else problem.bases[i - len(places)] for i in points}
    on_foot = {mode.name: is_on_foot(area, mode.name) for mode in area.modes} | {"walk": True}
    grids: list[list[list[int]]] = [[[] for _ in range(size)] for _ in range(4)]
    for point in points:
        for grid in grids:
            grid[point] = [0] * size
    minutes, cost, walk, ride = grids
    if area.modes:  # an area without modes has no ways: everything is where it is, at no cost
        for position, a in enumerate(points):
            spot_a = spots[a]
            for b in points[position + 1 :]:
                spot_b = spots[b]
                leg = travel(area, spot_a.latitude, spot_a.longitude, spot_b.latitude, spot_b.longitude)
                minutes[a][b] = minutes[b][a] = leg.minutes
                cost[a][b] = cost[b][a] = leg.cost
                if on_foot[leg.mode]:
                    walk[a][b] = walk[b][a] = round(leg.distance_km * 100)
                else:
                    ride[a][b] = ride[b][a] = leg.minutes
    return AreaLegs(minutes, cost, walk, ride)


def _bed(base_id: str, day: Day, number: dict[str, int]) -> int:
    """The base's number; a day that names one base only (the bed of the last night is at home) uses that one."""
    for candidate in (base_id, day.morning_base, day.night_base):
        if candidate in number:
            return number[candidate]
    raise ValueError(f"day {day.index} names no base of the problem")


def _day(
    problem: Problem,
    position: int,
    day: Day,
    legs: AreaLegs,
    area: Area,
    number: dict[str, int],
    area_of: dict[str, str],
    pinned: dict[int, int | None],
    barred: dict[int, str],
) -> DayTable:
    head = day.arrival.minutes if day.arrival else 0
    tail = day.departure.minutes if day.departure else 0
    moves = [transfer for transfer in (day.arrival, day.departure) if transfer is not None]
    opens, closes = day.start + head, day.end - tail
    origin, target = _bed(entry_base(day, area_of), day, number), _bed(exit_base(day, area_of), day, number)
    # a meal is due when the frame, less the way between the bases, has room for it after the meals before it
    meals: list[MealRule] = []
    ready, last = opens, closes - legs.minutes[origin][target]
    for meal in sorted(problem.meals, key=lambda m: (m.earliest, m.latest)):
        start = max(ready, meal.earliest)
        if start <= meal.latest and start + meal.minutes <= last:
            meals.append(meal)
            ready = start + meal.minutes
    windows: list[tuple[tuple[int, int], ...]] = []
    allowed: list[int] = []
    for index, place in enumerate(problem.places):
        spans: tuple[tuple[int, int], ...] = ()
        if index not in barred and place.area == day.area and position < len(place.windows):
            visit = max(0, place.visit_minutes)
            spans = tuple(
                sorted((w.opens, w.closes - visit) for w in place.windows[position] if w.closes - visit >= w.opens)
            )
        windows.append(spans)
        if spans and (pinned.get(index) is None or pinned[index] == position):
            allowed.append(index)
    return DayTable(
        index=position,
        legs=legs,
        origin=origin,
        target=target,
        opens=opens,
        closes=closes,
        earliest=[meal.earliest for meal in meals],
        latest=[meal.latest for meal in meals],
        duration=[meal.minutes for meal in meals],
        meals=tuple(meals),
        undue=tuple(meal for meal in problem.meals if meal not in meals),
        windows=windows,
        places=allowed,
        begins=day.start,
        head=head,
        tail=tail,
        ride=sum(t.minutes for t in moves if not is_on_foot(area, t.mode)),
        walk=sum(round(t.distance_km * 100) for t in moves if is_on_foot(area, t.mode)),
        fixed_cost=sum(meal.cost for meal in meals),
    )
