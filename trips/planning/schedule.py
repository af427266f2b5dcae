"""The clock of one day: an ordered list of places becomes exact times, or is found impossible.

Meals are fitted in exactly: for each gap between places and each number of meals already had, the earliest time is kept
(forward), and the latest time that still lets the rest of the day happen (backward). Earlier is never worse, since waiting
is allowed, so both are exact, and whether a place fits into a gap is answered
without looking at the rest of the day (see `insertion`).
Legs don't depend on where the meals are taken, because a meal is taken where one happens to be.
"""

from __future__ import annotations

from .definitions import day_fatigue, is_rest_day
from .geometry import DayTable, Tables
from .problem import MealRule

NEVER = 1_000_000
MARGIN = 15  # minutes before the last possible start that a later departure never eats up

PLACE, MEAL, PLACE_MEAL = 0, 1, 2


class DayState:
    """One order of one day with its times and sums; made by `evaluate`, never changed afterwards."""

    __slots__ = (
        "active",
        "cost",
        "depart",
        "fatigue",
        "fees",
        "finish",
        "hardest",
        "latest",
        "latest_any",
        "legs",
        "order",
        "points",
        "ready",
        "ready_first",
        "rest",
        "steps",
        "table",
        "travel",
        "treat_at",
        "treats",
        "waiting",
        "walk",
    )

    order: tuple[int, ...]
    points: tuple[int, ...]  # origin, places, target
    legs: list[int]  # minutes between neighbouring points
    ready: list[list[int]]  # [gap][meals had] -> earliest minute of leaving the gap's first point
    ready_first: list[int]  # the smallest of each gap
    latest: list[list[int]]  # [point][meals had] -> latest arrival that keeps the rest possible
    latest_any: list[int] | None  # the largest of each point; both are worked out when `fit` first asks
    steps: list[tuple[int, int, int, int]]  # kind, place or meal number, point, start; in order of time
    finish: int  # minute of being back at the target, meals there included
    depart: int  # minute of leaving the base (or of setting out on the transfer in)
    active: int  # minutes of visits
    travel: int  # minutes of legs
    waiting: int  # minutes of gaps with nothing to do before the last place
    cost: int  # fees, legs and `treats`, minor units; due meals and transfers are the same for each order
    fees: int
    treats: int  # meals that were not due, had at meal places that happen to be visited in their span
    treat_at: dict[int, MealRule]  # the places where
    walk: int  # hundredths of a kilometer
    fatigue: float
    hardest: int
    rest: bool
    table: dict[int, tuple[int, int] | None]  # place -> best (gap, minutes it adds) or None; filled by `fit`


def evaluate(tables: Tables, day: DayTable, order: tuple[int, ...]) -> DayState | None:
    """Time an order of places (numbers) on a day, or None when a window, a meal or the frame is missed.

    The schedule has the earliest end; within it, places before a wait are moved later, so that waits become a later start.
    Limits (active minutes, walking, fatigue) are summed here but judged by the caller.
    """
    windows, visit, serves = day.windows, tables.visit, tables.serves
    earliest, latest_start, duration = day.earliest, day.latest, day.duration
    meals = len(earliest)
    minutes = day.legs.minutes
    points = (day.origin, *order, day.target)

    # forward: ready[gap][meals had], eaten where strictly better; `via` remembers the state a visit came from
    arrived = [NEVER] * (meals + 1)
    arrived[0] = day.opens
    done_all: list[list[int]] = []
    ready_all: list[list[int]] = []
    via_all: list[list[int]] = []
    legs: list[int] = []
    here = day.origin
    for place in order:
        ready = arrived[:]
        for k in range(meals):
            start = ready[k]
            if start < earliest[k]:
                start = earliest[k]
            if start <= latest_start[k] and start + duration[k] < ready[k + 1]:
                ready[k + 1] = start + duration[k]
        done_all.append(arrived)
        ready_all.append(ready)
        leg = minutes[here][place]
        legs.append(leg)
        arrived = [NEVER] * (meals + 1)
        via = [0] * (meals + 1)
        length = visit[place]
        possible = False
        for k in range(meals + 1):
            arrive = ready[k] + leg
            if arrive >= NEVER:
                continue
            for opens, last in windows[place]:
                if arrive <= last:
                    start = arrive if arrive > opens else opens
                    break
            else:
                continue
            if k < meals and serves[place] and start <= latest_start[k]:
                if start >= earliest[k]:
                    if start + length < arrived[k + 1]:
                        arrived[k + 1] = start + length
                        via[k + 1] = k
                        possible = True
                    continue
                first = earliest[k]  # or wait until it is time to eat there
                for opens, last in windows[place]:
                    if first <= last:
                        begin = first if first > opens else opens
                        if begin <= latest_start[k] and begin + length < arrived[k + 1]:
                            arrived[k + 1] = begin + length
                            via[k + 1] = k
                            possible = True
                        break
            if start + length < arrived[k]:
                arrived[k] = start + length
                via[k] = k
                possible = True
        if not possible:
            return None
        via_all.append(via)
        here = place
    ready = arrived[:]
    for k in range(meals):
        start = ready[k]
        if start < earliest[k]:
            start = earliest[k]
        if start <= latest_start[k] and start + duration[k] < ready[k + 1]:
            ready[k + 1] = start + duration[k]
    done_all.append(arrived)
    ready_all.append(ready)
    leg = minutes[here][day.target]
    legs.append(leg)
    home = [moment + leg for moment in ready]
    final = home[:]
    for k in range(meals):
        start = final[k]
        if start < earliest[k]:
            start = earliest[k]
        if start <= latest_start[k] and start + duration[k] < final[k + 1]:
            final[k + 1] = start + duration[k]
    finish = final[meals]
    if finish > day.closes:
        return None

    # the path that ends earliest, read backwards
    steps: list[tuple[int, int, int, int]] = []
    k = meals
    while k and final[k] != home[k]:
        k -= 1
        steps.append((MEAL, k, day.target, final[k + 1] - duration[k]))
    for position in range(len(order), -1, -1):
        ready, done = ready_all[position], done_all[position]
        while k and ready[k] != done[k]:
            k -= 1
            steps.append((MEAL, k, points[position], ready[k + 1] - duration[k]))
        if position:
            place = points[position]
            came = via_all[position - 1][k]
            steps.append((PLACE if came == k else PLACE_MEAL, place, place, done[k] - visit[place]))
            k = came
    steps.reverse()

    state = DayState()
    state.order, state.points, state.legs, state.ready = order, points, legs, ready_all
    state.ready_first = [min(row) for row in ready_all]
    state.finish = finish
    state.steps, state.depart, state.waiting = _start_later(tables, day, steps, finish)
    state.table = {}
    state.latest_any = None
    _sum_up(tables, day, state)
    return state


def _start_later(
    tables: Tables, day: DayTable, steps: list[tuple[int, int, int, int]], finish: int
) -> tuple[list[tuple[int, int, int, int]], int, int]:
    """Move what comes before a wait later (never what follows the last place); give steps, departure, waiting left."""
    minutes, visit, duration = day.legs.minutes, tables.visit, day.duration
    last = len(steps) - 1
    while last >= 0 and steps[last][0] == MEAL:
        last -= 1
    waiting = 0
    if last > 0:
        had = sum(1 for step in steps[:last] if step[0] != PLACE)
        moved = list(steps)
        following = steps[last]
        for i in range(last - 1, -1, -1):
            kind, number, point, start = steps[i]
            length = duration[number] if kind == MEAL else visit[number]
            limit = following[3] - minutes[point][following[2]] - length
            if kind == MEAL:
                had -= 1
                bound = day.latest[number]
            else:
                bound = start
                for opens, latest in day.windows[number]:
                    if opens <= start <= latest:
                        bound = max(start, latest - MARGIN)
                        break
                if kind == PLACE_MEAL:
                    had -= 1
                    bound = min(bound, day.latest[had])
                elif tables.serves[number] and had < len(day.earliest) and start < day.earliest[had]:
                    bound = min(bound, day.earliest[had] - 1)  # it stays outside the meal's span
            begin = max(start, min(limit, bound))
            waiting += max(0, limit - begin)
            if begin != start:
                moved[i] = (kind, number, point, begin)
            following = moved[i]
        steps = moved
    if day.head:
        depart = day.begins
    elif steps:
        depart = steps[0][3] - minutes[day.origin][steps[0][2]]
    else:
        depart = finish - minutes[day.origin][day.target]
    return steps, depart, waiting


def _sum_up(tables: Tables, day: DayTable, state: DayState) -> None:
    points, order = state.points, state.order
    cost_rows, walk_rows, ride_rows = day.legs.cost, day.legs.walk, day.legs.ride
    cost = walk = ride = 0
    here = points[0]
    for point in points[1:]:
        cost += cost_rows[here][point]
        walk += walk_rows[here][point]
        ride += ride_rows[here][point]
        here = point
    active = fees = strain = 0
    hardest = 0
    for place in order:
        length, effort = tables.visit[place], tables.effort[place]
        active += length
        fees += tables.fee[place]
        strain += length * (effort - 1)
        if effort > hardest:
            hardest = effort
    state.active, state.fees, state.hardest = active, fees, hardest
    state.treat_at = {}
    for kind, place, _, start in state.steps if day.undue else ():
        if kind == PLACE and tables.serves[place]:
            for meal in day.undue:
                if meal.earliest <= start <= meal.latest and meal not in state.treat_at.values():
                    state.treat_at[place] = meal
                    break
    state.treats = sum(meal.cost for meal in state.treat_at.values())
    state.cost = cost + fees + state.treats
    walk += day.walk
    state.walk, state.travel = walk, sum(state.legs)
    state.fatigue = day_fatigue(
        active_minutes=active,
        effort_minutes=strain,
        walk_km=walk / 100,
        ride_minutes=ride + day.ride,
        day_minutes=state.finish + day.tail - state.depart,
    )
    state.rest = is_rest_day(active_minutes=active, hardest_effort=hardest)
