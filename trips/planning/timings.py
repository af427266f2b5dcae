"""Every order of every day timed once: the memory that all profiles of one problem share."""

from __future__ import annotations

from .definitions import day_fatigue
from .geometry import Tables
from .schedule import NEVER, DayState, evaluate


class Timings:
    """Every order of every day timed so far. Limits of the party are judged here, once per order."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        limits = tables.problem.limits
        self._limits = (limits.active_minutes, round(limits.walk_km * 100), limits.fatigue)
        self._known: list[dict[tuple[int, ...], DayState | None]] = [{} for _ in tables.days]
        self._polished: list[dict[tuple[int, ...], tuple[int, ...]]] = [{} for _ in tables.days]

    def state(self, day: int, order: tuple[int, ...]) -> DayState | None:
        """The timed order, or None when hours, frame, meals or limits forbid it. An empty day is always possible."""
        known = self._known[day]
        if order in known:
            return known[order]
        found = evaluate(self.tables, self.tables.days[day], order)
        if found is not None and order:
            active, walk, fatigue = self._limits
            if found.active > active or found.walk > walk or found.fatigue > fatigue:
                found = None
        if found is None and not order:
            found = empty_state(self.tables, day)
        known[order] = found
        return found

    def possible(self, day: int, order: tuple[int, ...]) -> DayState:
        """The timed order, of which the caller knows that it is possible."""
        found = self.state(day, order)
        if found is None:
            raise ValueError(f"day {day} can't hold {order}")
        return found

    def polished(self, day: int, order: tuple[int, ...]) -> tuple[int, ...]:
        """The same places in a better order: less travel and waiting (2-opt and moving one stop, first improvement)."""
        known = self._polished[day]
        if order in known:
            return known[order]
        best = self.possible(day, order)
        minutes = self.tables.days[day].legs.minutes
        improved = len(order) > 1
        while improved:
            improved, better = False, None
            points, size = best.points, len(best.order)
            for i in range(1, size + 1):
                for j in range(i + 1, size + 1):
                    a, b, c, d = points[i - 1], points[i], points[j], points[j + 1]
                    if minutes[a][c] + minutes[b][d] < minutes[a][b] + minutes[c][d]:
                        tried = best.order[: i - 1] + best.order[i - 1 : j][::-1] + best.order[j:]
                        improved = (better := self._shorter(day, tried, best)) is not None
                        if improved:
                            break
                if improved:
                    break
                stop, left, right = points[i], points[i - 1], points[i + 1]
                saved = minutes[left][stop] + minutes[stop][right] - minutes[left][right]
                rest = best.order[: i - 1] + best.order[i:]
                for gap in range(size):
                    if gap == i - 1:
                        continue
                    before = rest[gap - 1] if gap else points[0]
                    after = rest[gap] if gap < size - 1 else points[-1]
                    if minutes[before][stop] + minutes[stop][after] - minutes[before][after] < saved:
                        tried = (*rest[:gap], stop, *rest[gap:])
                        improved = (better := self._shorter(day, tried, best)) is not None
                        if improved:
                            break
                if improved:
                    break
            if better is not None:
                best = better
        known[order] = known[best.order] = best.order
        return best.order

    def _shorter(self, day: int, order: tuple[int, ...], than: DayState) -> DayState | None:
        found = self.state(day, order)
        return found if found is not None and found.travel + found.waiting < than.travel + than.waiting else None


def empty_state(tables: Tables, index: int) -> DayState:
    """A day in which nothing fits, not even its own meals or ways: set out and be back, whatever the frame says."""
    day = tables.days[index]
    state = DayState()
    way = day.legs.minutes[day.origin][day.target]
    state.order, state.points, state.legs = (), (day.origin, day.target), [way]
    state.ready, state.ready_first = [[NEVER]], [NEVER]
    state.latest, state.latest_any = [[-NEVER]] * 2, [-NEVER] * 2
    state.steps, state.depart, state.finish = [], day.opens - day.head, day.opens + way
    state.active = state.fees = state.hardest = state.waiting = 0
    state.travel, state.walk = way, day.walk + day.legs.walk[day.origin][day.target]
    state.cost = day.legs.cost[day.origin][day.target]
    state.fatigue = day_fatigue(
        active_minutes=0,
        effort_minutes=0,
        walk_km=state.walk / 100,
        ride_minutes=day.ride + day.legs.ride[day.origin][day.target],
        day_minutes=state.finish + day.tail - state.depart,
    )
    state.rest, state.table, state.treats, state.treat_at = True, {}, 0, {}
    return state
