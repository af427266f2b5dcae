"""Iterated local search over the orders of all days: fill by worth per time, tear out runs of stops, fill again.

An order of a day is timed once and remembered (`Timings`), also across profiles; a place's best gap in an order is found once
(`insertion.fit`). The inner loop works on tuples of numbers only. The same input, seed and iterations give the same answer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection

from .aim import PIN_WORTH, Aim
from .insertion import fit
from .schedule import DayState
from .timings import Timings

COOLING = 40  # iterations after which the search is half as ready to accept worse plans; never the number asked for,
# so that a run that was cut short is the beginning of a longer one
WARMTH = 0.2  # mean worths that a worse plan may lack at the start and still be followed
LONGEST_RUN = 4  # stops torn out of a day at once
MOST_DAYS = 3  # days torn at once
LEAST_MINUTES = 30  # what any stop costs beside its visit and way, so that short stops don't always win
STALE = 30  # iterations without a better plan after which the search returns to the best
NOISE = 0.25  # relative randomness of an insertion's rank
CLOSENESS_PRICE = 4.0  # mean worths per shared stop beyond what lets two candidates count as different
SHARED_MOST = 3 / 7  # Jaccard distance >= 0.25 <=> shared <= 3/7 of both plans' stops together

Orders = tuple[tuple[int, ...], ...]


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
            self.states.append(timings.possible(day, start[day] if start else ()))
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
        warmth = WARMTH * self.aim.unit
        done = fruitless = 0
        if not any(self.open):
            return iterations
        while done < iterations:
            if should_stop is not None and should_stop():
                break
            done += 1
            fruitless += 1
            touched = self._tear()
            self._fill()
            changed = [day for day in everyday if self.states[day] is not kept[day]] or touched
            if self._polish(changed):
                self._fill()
            worth = self.worth()
            heat = warmth / (1 + done / COOLING)
            if worth > kept_worth - heat * -math.log(1 - self.random.random()):
                kept, kept_free, kept_worth = list(self.states), set(self.free), worth
                if worth > best_worth + 1e-9:
                    best, best_free, best_worth = kept, kept_free, worth
                    fruitless = 0
            else:
                self.states, self.free = list(kept), set(kept_free)
            if fruitless >= STALE:
                fruitless = 0
                kept, kept_free, kept_worth = best, best_free, best_worth
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
        money, fee = self.aim.money, self.tables.fee
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
            if money is not None:
                price = self.days[chosen].legs.cost
                before, after = old.points[gap], old.points[gap + 1]
                if spent + fee[place] + price[before][place] + price[place][after] - price[before][after] > money:
                    continue  # said before timing the order, which is what takes time
            new = self.timings.state(chosen, (*old.order[:gap], place, *old.order[gap:]))
            if new is None or not self._rests_enough(old, new):
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
            # A stop on the way can save more minutes than it takes (a ride instead of a long walk): at least one, so that it ranks first.
            rank = worth[place] * eager * loud[place] / max(1.0, length + found[1] + LEAST_MINUTES + spend * fee[place])
            if place in taste:
                rank *= taste[place]
            ranks.append((rank, place, found[0]))
        ranks.sort()
        return ranks

    def _rests_enough(self, old: DayState, new: DayState) -> bool:
        """Rest days are a promise about the trip, which no single day can judge."""
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
        touched = pick.sample(filled, min(len(filled), 1 + int(pick.random() * MOST_DAYS)))
        for day in touched:
            order = self.states[day].order
            length = 1 + int(pick.random() * min(len(order), LONGEST_RUN))
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
                new = self.timings.possible(day, order)
                if self.aim.money is None or new.cost <= old.cost:
                    self.states[day] = new
                    changed = True
        return changed
