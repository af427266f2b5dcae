"""The answer of the engine: at least three candidates that really differ, best score first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations, islice, permutations

from .aim import aim_of
from .assembly import itinerary_of
from .geometry import Tables, tables_of
from .plan import Itinerary
from .problem import Problem
from .profiles import PROFILES, profile_of
from .score import Yardstick
from .search import Orders, Search
from .timings import Timings

DEFAULT_EFFORT = 150  # iterations per candidate
PIN_ITERATIONS = 40
DIFFERENT = 0.25  # least Jaccard distance of (day, place) pairs between two candidates
MOST_ORDERS = 60  # of a day, looked at when a trip is too small for different places or days
TIGHT = 0.9  # share of the budget that the unthinking plan would take, from which on a thrifty candidate is offered

Pairs = frozenset[tuple[int, int]]


def plan_candidates(
    problem: Problem,
    *,
    effort: int | Mapping[str, int] = DEFAULT_EFFORT,
    seed: int = 0,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[float], None] | None = None,
    count: int = 3,
) -> tuple[Itinerary, ...]:
    """At least `count` (1..4) candidates, ordered by score.

    `effort` is iterations per candidate, or per profile name: `{plan.profile: plan.iterations}` of an answer gives that answer
    again, also one that `should_stop` cut short. `on_progress` hears 0..1. Never fails for a valid problem, however small.
    """
    tables = tables_of(problem)
    timings, yardstick = Timings(tables), Yardstick(tables)
    pins, money, barred = _money_frame(timings, seed)
    names = _profiles(tables, yardstick, money, count)
    found: list[tuple[Itinerary, Pairs]] = []
    for number, name in enumerate(names):
        iterations = effort.get(name, 0) if isinstance(effort, Mapping) else effort
        others = [pairs for _, pairs in found]
        aim = aim_of(tables, profile_of(name), money=money, barred=barred, others=others)
        search = Search(timings, aim, f"{seed}:{name}", pins)
        done = search.run(iterations, should_stop)
        orders = _apart(timings, search.orders, others, money)
        plan = itinerary_of(timings, yardstick, orders, profile=name, seed=seed, iterations=done)
        found.append((plan, pairs_of(orders)))
        if on_progress is not None:
            on_progress((number + 1) / len(names))
    return tuple(plan for plan, _ in sorted(found, key=lambda entry: -entry[0].score))


def pairs_of(orders: Orders) -> Pairs:
    """The (day, place) pairs of a plan."""
    return frozenset((day, place) for day, order in enumerate(orders) for place in order)


def distance(a: Pairs, b: Pairs) -> float:
    """Jaccard distance: 0 the same stops on the same days, 1 nothing shared."""
    return 1 - len(a & b) / len(a | b) if a or b else 0.0


def _money_frame(timings: Timings, seed: int) -> tuple[Orders, int | None, set[int]]:
    """The plan of the pins alone, the most that fees and legs may come to, and the places that money rules out.

    When beds, meals and pins alone pass the budget, no paid place is added to them (rule 10); ways to free places may still cost:
    an empty plan would help nobody, and the shortfall says what it comes to.
    """
    tables = timings.tables
    problem = tables.problem
    empty: Orders = tuple(() for _ in tables.days)
    pins = empty
    if tables.pinned:
        aim = aim_of(tables, PROFILES["thrifty"], money=None)
        aim = replace(aim, worth=[worth if place in tables.pinned else 0.0 for place, worth in enumerate(aim.worth)])
        search = Search(timings, aim, f"{seed}:pins", empty)
        search.run(PIN_ITERATIONS)
        pins = search.orders
    if problem.budget is None:
        return pins, None, set()
    base = sum(state.cost for day, order in enumerate(pins) if (state := timings.state(day, order)) is not None)
    left = problem.budget - problem.fixed_cost - sum(day.fixed_cost for day in tables.days)
    if base <= left:
        return pins, left, set()
    paid = {place for place, fee in enumerate(tables.fee) if fee > 0 and place not in tables.pinned}
    return pins, None, paid


def _profiles(tables: Tables, yardstick: Yardstick, money: int | None, count: int) -> list[str]:
    """Balanced and relaxed always; thrifty as the third where money is tight, else full."""
    budget = tables.problem.budget
    tight = budget is not None and (money is None or yardstick.most_spent > TIGHT * money)
    names = ["balanced", "thrifty", "relaxed", "full"] if tight else ["balanced", "full", "relaxed", "thrifty"]
    return names[: max(1, min(4, count))]


def _apart(timings: Timings, orders: Orders, others: list[Pairs], money: int | None) -> Orders:
    """The same plan moved away from earlier candidates when the search left it too near: days exchanged, then stops moved.

    Where a trip is so small that no exchange is possible, stops are taken in another order; a single possible stop leaves
    plans that differ in pace and rests only.
    """

    def nearest(some: Orders) -> float:
        pairs = pairs_of(some)
        return min((distance(pairs, other) for other in others), default=1.0)

    best, apart = orders, nearest(orders)
    tables = timings.tables
    size = len(orders)
    pairs_of_days = list(combinations(range(size), 2))
    while apart < DIFFERENT:
        options = [_with(best, {a: best[b], b: best[a]}) for a, b in pairs_of_days]
        for a in range(size):
            for place in best[a]:
                rest = tuple(p for p in best[a] if p != place)
                for b in range(size):
                    if b != a and place in tables.days[b].places:
                        options.append(_with(best, {a: rest, b: (place, *best[b])}))
                        options.append(_with(best, {a: rest, b: (*best[b], place)}))
        better = [(nearest(option), option) for option in options if _possible(timings, option, best, money)]
        if not better or max(better, key=lambda entry: entry[0])[0] <= apart:
            break
        apart, best = max(better, key=lambda entry: entry[0])
    return best if apart >= DIFFERENT else _reordered(timings, best, len(others), money)


def _reordered(timings: Timings, orders: Orders, turn: int, money: int | None) -> Orders:
    """The same stops of each day at other times: the `turn`-th possible order of the first day that has one."""
    for day, order in enumerate(orders):
        others = islice((other for other in permutations(order) if other != order), MOST_ORDERS)
        found = [new for other in others if _possible(timings, new := _with(orders, {day: other}), orders, money)]
        if found:
            return found[(turn - 1) % len(found)]
    return orders


def _with(orders: Orders, changed: Mapping[int, tuple[int, ...]]) -> Orders:
    return tuple(changed.get(day, order) for day, order in enumerate(orders))


def _possible(timings: Timings, orders: Orders, base: Orders, money: int | None) -> bool:
    tables = timings.tables
    cost = resting = 0
    for day, order in enumerate(orders):
        if order is not base[day] and not set(order) <= set(tables.days[day].places):
            return False
        state = timings.state(day, order)
        if state is None:
            return False
        cost += state.cost
        resting += state.rest
    due = min(tables.problem.limits.rest_days, len(orders))
    return (money is None or cost <= money) and resting >= due
