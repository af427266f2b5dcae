"""The clock of one day: an ordered list of places becomes exact times, or is found impossible.

Meals are fitted in exactly: for each gap between places and each number of meals already had, the earliest time is kept
(forward), and the latest time that still lets the rest of the day happen (backward). Earlier is never worse, since waiting
is allowed, so both are exact, and whether a place fits into a gap is answered without looking at the rest of the day.
Legs don't depend on where the meals are taken, because a meal is taken where one happens to be.
"""

from __future__ import annotations

from .definitions import day_fatigue, is_rest_day
from .geometry import DayTable, Tables

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
        "legs",
        "latest_any",
        "order",
        "points",
        "ready",
        "ready_first",
        "rest",
        "steps",
        "table",
        "travel",
        "waiting",
        "walk",
    )

    order: tuple[int, ...]
    points: tuple[int, ...]  # origin, places, target
    legs: list[int]  # minutes between neighbouring points
    ready: list[list[int]]  # [gap][meals had] -> earliest minute of leaving the gap's first point
    ready_first: list[int]  # the smallest of each gap
    latest: list[list[int]]  # [point][meals had] -> latest arrival that keeps the rest possible
    latest_any: list[int]  # the largest of each point
    steps: list[tuple[int, int, int, int]]  # kind, place or meal number, point, start; in order of time
    finish: int  # minute of being back at the target, meals there included
    depart: int  # minute of leaving the base (or of setting out on the transfer in)
    active: int  # minutes of visits
    travel: int  # minutes of legs
    waiting: int  # minutes of gaps with nothing to do before the last place
    cost: int  # fees and legs, minor units; meals and transfers are the same for each order
    fees: int
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
    _sum_up(tables, day, state)
    _latest_arrivals(tables, day, state)
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
    state.cost = cost + fees
    state.walk, state.travel = walk, sum(state.legs)
    state.fatigue = day_fatigue(
        active_minutes=active,
        effort_minutes=strain,
        walk_km=walk / 100,
        ride_minutes=ride + day.ride,
        day_minutes=state.finish + day.tail - state.depart,
    )
    state.rest = is_rest_day(active_minutes=active, hardest_effort=hardest)


def _latest_arrivals(tables: Tables, day: DayTable, state: DayState) -> None:
    earliest, latest_start, duration = day.earliest, day.latest, day.duration
    meals = len(earliest)
    visit, serves, windows = tables.visit, tables.serves, day.windows
    row = [-NEVER] * (meals + 1)
    row[meals] = day.closes
    for k in range(meals - 1, -1, -1):
        start = min(latest_start[k], row[k + 1] - duration[k])
        row[k] = start if start >= earliest[k] else -NEVER
    rows = [row]
    for position in range(len(state.order), 0, -1):
        place = state.points[position]
        leg, length = state.legs[position], visit[place]
        leave = [moment - leg for moment in row]
        for k in range(meals - 1, -1, -1):
            start = min(latest_start[k], leave[k + 1] - duration[k])
            if start >= earliest[k] and start > leave[k]:
                leave[k] = start
        row = [-NEVER] * (meals + 1)
        for k in range(meals + 1):
            best = -NEVER
            for opens, last in windows[place]:
                start = min(last, leave[k] - length)
                if k < meals and serves[place]:
                    eaten = min(last, latest_start[k], leave[k + 1] - length)
                    if eaten >= opens and eaten >= earliest[k] and eaten > best:
                        best = eaten
                    if earliest[k] <= start <= latest_start[k]:
                        start = earliest[k] - 1
                if start >= opens and start > best:
                    best = start
            row[k] = best
        rows.append(row)
    rows.append(row)  # nothing is asked of the origin
    rows.reverse()
    state.latest = rows
    state.latest_any = [max(r) for r in rows]


def fit(tables: Tables, day: DayTable, state: DayState, place: int) -> tuple[int, int] | None:
    """The gap (0 = before the first place) where a place adds the least time, and the minutes it adds besides the visit.

    None when it fits nowhere. Times only: limits and money are the caller's. The answer is kept in `state.table`.
    """
    known = state.table
    if place in known:
        return known[place]
    row = day.legs.minutes[place]
    length, spans, eats = tables.visit[place], day.windows[place], tables.serves[place]
    earliest, latest_start, duration = day.earliest, day.latest, day.duration
    meals = len(earliest)
    points, legs, ready_first, latest_any = state.points, state.legs, state.ready_first, state.latest_any
    best: tuple[int, int] | None = None
    least = NEVER
    for gap in range(len(legs)):
        to, on = row[points[gap]], row[points[gap + 1]]
        detour = to + on - legs[gap]
        if detour >= least or ready_first[gap] + to + length + on > latest_any[gap + 1]:
            continue
        limits = state.latest[gap + 1]
        k = -1
        fits = False
        for moment in state.ready[gap]:
            k += 1
            arrive = moment + to
            if arrive >= NEVER:
                continue
            for opens, last in spans:
                if arrive <= last:
                    start = arrive if arrive > opens else opens
                    break
            else:
                continue
            had = k
            if eats and k < meals and earliest[k] <= start <= latest_start[k]:
                had = k + 1
            end = start + length
            while True:
                if end + on <= limits[had]:
                    fits = True
                    break
                if had == meals:
                    break
                if end < earliest[had]:
                    end = earliest[had]
                if end > latest_start[had]:
                    break
                end += duration[had]
                had += 1
            if fits:
                break
        if fits:
            added = detour + ((start - arrive) >> 1) if gap else detour  # a wait before the first place is a later start
            if added < least:
                least = added
                best = (gap, added)
    known[place] = best
    return best
