"""Iterated local search over the orders of all days: fill by worth per time, tear out runs of stops, fill again.

An order of a day is timed once and remembered (`Timings`), also across profiles; a place's best gap in an order is found once
(`schedule.fit`). The inner loop works on tuples of numbers only. The same input, seed and iterations give the same answer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from .geometry import Tables
from .profiles import Profile, wished_minutes
from .schedule import DayState, evaluate, fit

PIN_WORTH = 1e6
NOISE = 0.25  # relative randomness of an insertion's rank
CLOSENESS_PRICE = 4.0  # mean worths per shared stop beyond what lets two candidates count as different
SHARED_MOST = 3 / 7  # Jaccard distance >= 0.25 <=> shared <= 3/7 of both plans' stops together

Orders = tuple[tuple[int, ...], ...]


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

    def polished(self, day: int, order: tuple[int, ...]) -> tuple[int, ...]:
        """The same places in a better order: less travel and waiting (2-opt and moving one stop, first improvement)."""
        known = self._polished[day]
        if order in known:
            return known[order]
        best = self.state(day, order)
        assert best is not None
        minutes = self.tables.days[day].legs.minutes
        improved = len(order) > 1
        while improved:
            improved = False
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
                        tried = rest[:gap] + (stop,) + rest[gap:]
                        improved = (better := self._shorter(day, tried, best)) is not None
                        if improved:
                            break
                if improved:
                    break
            if improved:
                assert better is not None
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
    state.ready, state.ready_first = [[10**6]], [10**6]
    state.latest, state.latest_any = [[-(10**6)]] * 2, [-(10**6)] * 2
    state.steps, state.depart, state.finish = [], day.opens - day.head, day.opens + way
    state.active = state.fees = state.hardest = state.waiting = 0
    state.travel, state.walk = way, day.legs.walk[day.origin][day.target]
    state.cost = day.legs.cost[day.origin][day.target]
    state.fatigue, state.rest, state.table = 0.0, True, {}
    return state


@dataclass(slots=True)
class Aim:
    """What one search wants: worth of places, penalties, caps. Made by `aim_of`."""

    worth: list[float]
    taste: list[dict[int, float]]  # per day: factors of places that an earlier candidate has on this day
    target: list[float]  # active minutes of each day that are about right
    most_active: list[float]
    most_stops: int
    money: int | None  # most that fees and legs of all days may come to
    spend: float  # worth lost per minor unit
    travel: float  # worth lost per minute of legs
    wait: float
    crowd: float  # worth lost for a day at its target, growing with the square of the load
    unit: float  # mean worth of a place
    others: list[frozenset[tuple[int, int]]] = field(default_factory=list)


def aim_of(
    tables: Tables,
    profile: Profile,
    *,
    money: int | None,
    barred: Collection[int] = (),
    others: Collection[frozenset[tuple[int, int]]] = (),
) -> Aim:
    """A profile applied to a problem. `others` are the (day, place) pairs of earlier candidates, to keep away from."""
    problem = tables.problem
    usable = {place for day in tables.days for place in day.places if place not in barred}
    mean = max(1e-9, sum(tables.value[place] for place in usable) / max(1, len(usable)))
    paid = [tables.fee[place] for place in usable if tables.fee[place] > 0]
    typical_fee = sum(paid) / len(paid) if paid else 0.0
    worth = [0.0] * len(tables.value)
    seen: dict[int, int] = {}
    for pairs in others:
        for _, place in pairs:
            seen[place] = seen.get(place, 0) + 1
    for place in usable:
        value = tables.value[place] + 0.02 * mean  # a place of no value still beats an empty afternoon
        if typical_fee:
            value /= 1 + profile.thrift * tables.fee[place] / typical_fee
        value *= 1 - profile.ease * 0.12 * (tables.effort[place] - 1)
        value *= 0.93 ** seen.get(place, 0)
        worth[place] = PIN_WORTH * mean if place in tables.pinned else max(value, 1e-9)
    wished = wished_minutes(problem.pace, problem.limits.active_minutes)
    total = sum(tables.visit[place] for place in usable)
    count = len(tables.days)
    even = 1.15 * total / count + 30 if count else 0.0
    target = [min(wished * min(profile.pace, 1.25), even, max(60.0, _room(tables, day))) for day in range(count)]
    most = [float(min(problem.limits.active_minutes, profile.pace * wished))] * count
    if profile.rest_afternoon and count >= 3:
        free = min(range(1, count - 1), key=lambda day: (abs(day - count // 2), day))
        most[free] = min(most[free], 150.0)
        target[free] = min(target[free], 120.0)
    taste: list[dict[int, float]] = [{} for _ in tables.days]
    for pairs in others:
        for day, place in pairs:
            taste[day][place] = taste[day].get(place, 1.0) * 0.7
    return Aim(
        worth=worth,
        taste=taste,
        target=target,
        most_active=most,
        most_stops=profile.stops,
        money=money,
        spend=(0.1 + profile.thrift) * mean / (4 * typical_fee) if typical_fee else 0.0,
        travel=mean / 300,
        wait=mean / 180,
        crowd=0.5 * mean,
        unit=mean,
        others=list(others),
    )


def _room(tables: Tables, day: int) -> float:
    """Active minutes that a day's frame has room for: what is left of it after meals, less a quarter for legs."""
    table = tables.days[day]
    return 0.75 * (table.closes - table.opens - sum(table.duration))


class Search:
    """One run for one aim. `orders` holds the best plan so far; `run` continues from there."""

    def __init__(self, timings: Timings, aim: Aim, seed: str, start: Orders | None = None) -> None:
        self.timings, self.tables, self.aim = timings, timings.tables, aim
        self.random = random.Random(seed)
        self.days = self.tables.days
        self.open = [[place for place in day.places if aim.worth[place] > 0] for day in self.days]
        self.rests_due = min(self.tables.problem.limits.rest_days, len(self.days))
        self.states: list[DayState] = []
        for day in range(len(self.days)):
            state = timings.state(day, start[day] if start else ())
            assert state is not None
            self.states.append(state)
        wanted = {place for places in self.open for place in places}
        self.free = wanted - {place for state in self.states for place in state.order}

    @property
    def orders(self) -> Orders:
        return tuple(state.order for state in self.states)

    def run(self, iterations: int, should_stop: Callable[[], bool] | None = None) -> int:
        """Build and improve; the number of iterations really done (fewer only when told to stop)."""
        everyday = range(len(self.days))
        self._fill()
        self._polish(everyday)
        self._fill()
        best, best_free = list(self.states), set(self.free)
        best_worth = self.worth()
        kept, kept_free, kept_worth = best, best_free, best_worth
        warmth = 0.6 * self.aim.unit
        done = 0
        if not any(self.open):
            return iterations
        while done < iterations:
            if should_stop is not None and should_stop():
                break
            done += 1
            touched = self._tear()
            self._fill()
            changed = [day for day in everyday if self.states[day] is not kept[day]] or touched
            if self._polish(changed):
                self._fill()
            worth = self.worth()
            heat = warmth * (1 - done / (iterations + 1))
            if worth > kept_worth - heat * -math.log(1 - self.random.random()):
                kept, kept_free, kept_worth = list(self.states), set(self.free), worth
                if worth > best_worth + 1e-9:
                    best, best_free, best_worth = kept, kept_free, worth
            else:
                self.states, self.free = list(kept), set(kept_free)
        self.states, self.free = list(best), set(best_free)
        return done

    def worth(self) -> float:
        """The aim's judgment of the present plan; higher is better."""
        aim = self.aim
        worths = aim.worth
        total = 0.0
        for day, state in enumerate(self.states):
            for place in state.order:
                total += worths[place]
            load = state.active / aim.target[day]
            total -= aim.travel * state.travel + aim.wait * state.waiting + aim.spend * state.cost
            total -= aim.crowd * load * load
        if aim.money is not None:  # taking a stop out may turn two walks into one ride
            total -= max(0, sum(state.cost for state in self.states) - aim.money) * PIN_WORTH * aim.unit
        if aim.others:
            pairs = {(day, place) for day, state in enumerate(self.states) for place in state.order}
            for other in aim.others:
                over = len(pairs & other) - SHARED_MOST * (len(pairs) + len(other))
                if over > 0:
                    total -= CLOSENESS_PRICE * aim.unit * (over + 1)
        return total

    def _fill(self) -> None:
        """Put in place after place, the one with the most worth per time and money first, until nothing fits."""
        if not self.free:
            return
        noise = self.random.random
        loud = {place: 1 + NOISE * (2 * noise() - 1) for place in sorted(self.free)}
        ranked = [self._rank(day, loud) for day in range(len(self.days))]
        spent = sum(state.cost for state in self.states)
        while True:
            chosen, top = -1, 0.0
            for day, ranks in enumerate(ranked):
                while ranks and ranks[-1][1] not in self.free:
                    ranks.pop()
                if ranks and ranks[-1][0] > top:
                    chosen, top = day, ranks[-1][0]
            if chosen < 0:
                return
            _, place, gap = ranked[chosen].pop()
            old = self.states[chosen]
            new = self.timings.state(chosen, (*old.order[:gap], place, *old.order[gap:]))
            if new is None or not self._allowed(chosen, old, new, place, spent):
                continue
            spent += new.cost - old.cost
            self.states[chosen] = new
            self.free.discard(place)
            ranked[chosen] = self._rank(chosen, loud)

    def _rank(self, day: int, loud: dict[int, float]) -> list[tuple[float, int, int]]:
        """What could go into a day: (rank, place, gap), best last."""
        aim, tables, state, table = self.aim, self.tables, self.states[day], self.days[day]
        room = aim.most_active[day] - state.active
        full = len(state.order) >= aim.most_stops
        eager = 1.6 - min(1.0, state.active / aim.target[day])
        visit, fee, worth, taste = tables.visit, tables.fee, aim.worth, aim.taste[day]
        spend, known, free, pinned = aim.spend / aim.unit * 100, state.table, self.free, tables.pinned
        ranks = []
        for place in self.open[day]:
            if place not in free:
                continue
            length = visit[place]
            if (full or length > room) and place not in pinned:
                continue
            found = known[place] if place in known else fit(tables, table, state, place)
            if found is None:
                continue
            rank = worth[place] * eager * loud[place] / (length + found[1] + 20 + spend * fee[place])
            if place in taste:
                rank *= taste[place]
            ranks.append((rank, place, found[0]))
        ranks.sort()
        return ranks

    def _allowed(self, day: int, old: DayState, new: DayState, place: int, spent: int) -> bool:
        """Money and rest days, which no single day can judge."""
        if self.aim.money is not None and spent + new.cost - old.cost > self.aim.money:
            return False
        if self.rests_due and old.rest and not new.rest:
            return sum(state.rest for state in self.states) - 1 >= self.rests_due
        return True

    def _tear(self) -> list[int]:
        """Take runs of stops out of one to three days, or exchange two days; gives the days touched."""
        pick = self.random
        filled = [day for day, state in enumerate(self.states) if state.order]
        if not filled:
            return []
        if len(filled) > 1 and pick.random() < 0.1 and (swapped := self._exchange(pick.sample(filled, 2))):
            return swapped
        touched = pick.sample(filled, min(len(filled), 1 + int(pick.random() * 3)))
        for day in touched:
            order = self.states[day].order
            length = 1 + int(pick.random() * min(len(order), 4))
            start = int(pick.random() * (len(order) - length + 1))
            self._set(day, order[:start] + order[start + length :])
        return touched

    def _exchange(self, pair: list[int]) -> list[int]:
        a, b = pair
        one, other = self.states[a].order, self.states[b].order
        ours, theirs = self.timings.state(a, other), self.timings.state(b, one)
        if ours is None or theirs is None or self.days[a].legs is not self.days[b].legs:
            return []
        if not set(other) <= set(self.days[a].places) or not set(one) <= set(self.days[b].places):
            return []
        cost = ours.cost + theirs.cost - self.states[a].cost - self.states[b].cost
        if self.aim.money is not None and cost > 0:
            return []
        self.states[a], self.states[b] = ours, theirs
        return pair

    def _set(self, day: int, order: tuple[int, ...]) -> None:
        """Give a day fewer stops; stops fall out until it is possible (rounded legs may break the triangle rule)."""
        old = self.states[day]
        state = self.timings.state(day, order)
        while state is None:
            order = order[:-1]
            state = self.timings.state(day, order)
        self.free.update(place for place in old.order if place not in state.order)
        self.states[day] = state

    def _polish(self, days: Collection[int]) -> bool:
        changed = False
        for day in days:
            old = self.states[day]
            order = self.timings.polished(day, old.order)
            if order != old.order:
                new = self.timings.state(day, order)
                assert new is not None
                if self.aim.money is None or new.cost <= old.cost:
                    self.states[day] = new
                    changed = True
        return changed
