"""Whether and where one more place fits into a timed day, exactly and without timing the day again."""

from __future__ import annotations

from .geometry import DayTable, Tables
from .schedule import NEVER, DayState


def latest_arrivals(tables: Tables, day: DayTable, state: DayState) -> list[int]:
    """Per point of the day the latest arrival, with however many meals had, that keeps the rest of the day possible."""
    return state.latest_any if state.latest_any is not None else _work_out(tables, day, state)


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
    latest_any = latest_arrivals(tables, day, state)
    points, legs, ready_first = state.points, state.legs, state.ready_first
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
            waits = False
            if eats and k < meals and start <= latest_start[k]:
                if start >= earliest[k]:
                    had = k + 1
                else:
                    waits = True
            while True:
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
                if fits or not waits:
                    break
                waits = False  # once more: wait until it is time to eat there
                had = k + 1
                start = earliest[k]
                for opens, last in spans:
                    if start <= last:
                        if start < opens:
                            start = opens
                        break
                else:
                    break
                if start > latest_start[k]:
                    break
            if fits:
                break
        if fits:
            # a wait before the first place is a later start, no loss
            added = detour + ((start - arrive) >> 1) if gap else detour
            if added < least:
                least = added
                best = (gap, added)
    known[place] = best
    return best


def _work_out(tables: Tables, day: DayTable, state: DayState) -> list[int]:
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
            until = leave[k] - length
            for opens, last in windows[place]:
                start = until if until < last else last
                if start < opens and not serves[place]:
                    break
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
    return state.latest_any
