"""Properties of the checker: exact slack of each stop, exact money, no exception for any garbage."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import trips.planning.checker as checker_package
from trips.planning.checker import check
from trips.planning.plan import Leg, ScorePart, Stop, Violation
from trips.planning.problem import Limits, Problem

from .checker_changes import asked, asked_day, both, codes, costs, day, limited, plan, shifted
from .checker_example import BASE, FORT, ITINERARY, PROBLEM, at

# (day, stop, how far it may move earlier, how far later): counted by hand from the example's legs, windows and spans
SLACK = [
    (0, 2, 0, 6),
    (0, 3, 6, 3),
    (0, 4, 3, 70),
    (0, 5, 30, 0),
    (1, 1, 6, 0),
    (1, 2, 0, 226),
    (1, 3, 10, 0),
    (2, 1, 3, 15),
    (2, 2, 20, 0),
]


@given(which=st.sampled_from(SLACK), minutes=st.integers(-300, 300))
def test_checker_when_a_stop_is_shifted_then_finds_it_exactly_when_it_leaves_its_slack(
    which: tuple[int, int, int, int], minutes: int
) -> None:
    index, position, earlier, later = which
    assert (not check(*shifted(index, position, minutes))) == (-earlier <= minutes <= later)


@given(
    name=st.sampled_from(["lodging", "food", "local_transport", "activities", "intercity"]),
    by=st.integers(-(10**9), 10**9),
)
def test_checker_when_a_cost_is_changed_then_finds_it(name: str, by: int) -> None:
    found = codes(costs(**{name: getattr(ITINERARY.costs, name) + by}))
    assert found == ({(10, f"cost_{name}")} if by else set())


@given(budget=st.none() | st.integers(0, 10**6), shortfall=st.integers(-10, 10**6))
def test_checker_when_budget_and_shortfall_vary_then_accepts_only_the_exact_one(
    budget: int | None, shortfall: int
) -> None:
    right = max(0, 443_500 - budget) if budget is not None else 0
    found = codes(both(asked(budget=budget), plan(shortfall=shortfall)))
    assert ((10, "shortfall") in found) == (shortfall != right)


numbers = st.floats() | st.integers(-(10**6), 10**6)
any_stop = st.builds(
    Stop,
    kind=st.sampled_from(["place", "meal", "rest", "lodging", "transfer", "x"]),
    name=st.text(max_size=5),
    arrive=st.integers(-5000, 5000),
    leave=st.integers(-5000, 5000),
    latitude=st.floats(),
    longitude=st.floats(),
    place_id=st.none() | st.sampled_from(["temple", "fort", "ghat", "nowhere"]),
    fee=st.integers(),
    meal=st.none() | st.sampled_from(["lunch", "tea"]),
    unverified=st.booleans(),
)
any_leg = st.builds(Leg, mode=st.text(max_size=5), minutes=st.integers(), distance_km=st.floats(), cost=st.integers())


@given(
    stops=st.lists(any_stop, max_size=6),
    legs=st.lists(any_leg, max_size=6),
    index=st.integers(-2, 4),
    figures=st.tuples(st.floats(), st.integers(), st.floats()),
    part=st.builds(ScorePart, name=st.text(max_size=3), weight=st.floats(), value=st.floats()),
    score=st.floats(),
)
def test_checker_when_a_plan_is_garbage_then_says_so_and_never_raises(
    stops: list[Stop], legs: list[Leg], index: int, figures: tuple[float, int, float], part: ScorePart, score: float
) -> None:
    fatigue, active, walk = figures
    wild = replace(
        ITINERARY.days[1],
        index=index,
        stops=tuple(stops),
        legs=tuple(legs),
        fatigue=fatigue,
        active_minutes=active,
        walk_km=walk,
    )
    days = (ITINERARY.days[0], wild, ITINERARY.days[2])
    garbage = replace(ITINERARY, days=days, score=score, score_parts=(part, part), fatigue=fatigue, walk_km=walk)
    assert check(PROBLEM, garbage)


def test_checker_when_trip_is_empty_then_judges_its_score_only() -> None:
    empty = replace(
        ITINERARY,
        days=(),
        costs=replace(ITINERARY.costs, lodging=0, food=0, local_transport=0, activities=0, intercity=0),
    )
    empty = replace(empty, fatigue=0, active_minutes=0, walk_km=0, rest_days=0, left_out=(), unverified=())
    problem = Problem(days=(), areas=(), bases=(), places=(), limits=Limits())
    assert check(problem, empty) == ()
    assert check(problem, replace(empty, score=0.0)) == (
        Violation(0, "score", params={"expected": 86.5, "found": 0.0}),
    )


def test_checker_when_several_rules_break_then_sorts_them_and_repeats_itself() -> None:
    case = both(limited(effort=1, rest_days=3), plan(shortfall=1, score=1.0))
    found = check(*case)
    assert [v.rule for v in found] == sorted(v.rule for v in found)
    assert found == check(*case)


def test_checker_when_imports_are_read_then_shares_only_the_contract() -> None:
    """Independence: the judge may import the problem, the plan and the definitions, and its own rooms."""
    for path in Path(checker_package.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                assert node.module in {"problem", "plan", "definitions"}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert node.module in {"__future__", "collections.abc", "dataclasses", "itertools", "statistics"}


@pytest.mark.parametrize(("end", "room"), [(720 + 45 + 16, True), (720 + 45 + 15, False)])
def test_checker_when_beds_differ_then_a_meal_needs_room_beside_the_way(end: int, room: bool) -> None:
    """From 12:00 on, lunch takes 45 minutes and the way from the house to the station's inn 16."""
    stops = (at(BASE, "lodging", "Ghat House", 0, 720), at(FORT, "lodging", "Station Inn", 736, 1440))
    problem, _ = asked_day(1, start=720, end=end, night_base="station")
    _, moved = day(1, stops=stops, legs=(Leg("auto", 16, 3.34, 5340),))
    assert ((6, "meal_missing") in codes((problem, moved))) == room
