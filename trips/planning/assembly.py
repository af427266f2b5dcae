"""From orders of places to a whole itinerary: times, sums, score, reasons."""

from __future__ import annotations

from collections.abc import Sequence

from .edits import explain_plan
from .geometry import Tables, tables_of
from .left_out import left_out_of
from .plan import Costs, Itinerary, Violation
from .problem import Problem
from .profiles import profile_of
from .schedule import DayState
from .score import Yardstick, score_of, score_parts
from .search import Orders
from .timeline import day_plan, state_of, unverified
from .timings import Timings, empty_state


class InfeasibleDays(ValueError):
    """The given orders break the rules; `violations` says which, where and by how much."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("; ".join(f"day {v.day}: {v.code}" for v in violations))
        self.violations = violations


def assemble(
    problem: Problem, days: tuple[tuple[str, ...], ...], *, profile: str, seed: int = 0, iterations: int = 0
) -> Itinerary:
    """The itinerary of the given place ids per day, with all metrics.

    Raises InfeasibleDays when a day can't happen (hours, frame, meals, limits, access, area, a place twice). Money and rest
    days are not refused: `shortfall` and `rest_days` tell, and the checker judges.
    """
    tables = tables_of(problem)
    violations = explain_plan(problem, days)
    if violations:
        raise InfeasibleDays(violations)
    orders = tuple(tuple(tables.place_index[place] for place in day) for day in days)
    return itinerary_of(Timings(tables), Yardstick(tables), orders, profile=profile, seed=seed, iterations=iterations)


def itinerary_of(
    timings: Timings, yardstick: Yardstick, orders: Orders, *, profile: str, seed: int, iterations: int
) -> Itinerary:
    """The itinerary of orders known to be possible."""
    tables = timings.tables
    problem = tables.problem
    rests = profile_of(profile).rest_break
    states: list[DayState] = []
    for day, order in enumerate(orders):
        state = state_of(tables, day, order, rest_break=rests)
        states.append(state if state is not None else empty_state(tables, day))
    plans = tuple(day_plan(tables, day, state) for day, state in enumerate(states))
    costs = costs_of(tables, states)
    parts = score_parts(tables, yardstick, states, costs)
    count = max(1, len(plans))
    return Itinerary(
        profile=profile,
        days=plans,
        costs=costs,
        score=score_of(parts),
        score_parts=parts,
        fatigue=round(sum(plan.fatigue for plan in plans) / count, 1),
        active_minutes=round(sum(plan.active_minutes for plan in plans) / count, 1),
        walk_km=round(sum(plan.walk_km for plan in plans), 2),
        rest_days=sum(plan.rest for plan in plans),
        shortfall=max(0, costs.total - problem.budget) if problem.budget is not None else 0,
        left_out=left_out_of(
            timings, [timings.state(d, o) or states[d] for d, o in enumerate(orders)], costs.total, profile_of(profile)
        ),
        unverified=tuple(
            problem.places[place].id for state in states for place in state.order if unverified(tables, place)
        ),
        iterations=iterations,
        seed=seed,
    )


def costs_of(tables: Tables, states: Sequence[DayState]) -> Costs:
    """Where the money goes. Transfers are part of the problem's `intercity_cost` already, so they are not added again."""
    fees = sum(state.fees for state in states)
    treats = sum(state.treats for state in states)
    return Costs(
        lodging=tables.problem.lodging_cost,
        food=sum(day.fixed_cost for day in tables.days) + treats,
        local_transport=sum(state.cost for state in states) - fees - treats,
        activities=fees,
        intercity=tables.problem.intercity_cost,
    )
