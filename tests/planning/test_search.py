"""The search: same seed same answer, better with effort, limits and money kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.planning.problem_makers import city, place, random_city
from trips.planning.aim import aim_of
from trips.planning.geometry import tables_of
from trips.planning.problem import Limits, Pin, Problem, Window
from trips.planning.profiles import profile_of
from trips.planning.search import Search
from trips.planning.timings import Timings


def searched(
    problem: Problem, iterations: int, *, seed: str = "s", profile: str = "full", money: int | None = None
) -> Search:
    timings = Timings(tables_of(problem))
    search = Search(timings, aim_of(timings.tables, profile_of(profile), money=money), seed)
    search.run(iterations)
    return search


def test_same_seed_and_iterations_give_the_same_orders():
    problem = random_city(1)
    assert searched(problem, 40).orders == searched(problem, 40).orders
    assert searched(problem, 40, seed="other").orders != searched(problem, 40).orders


def test_more_iterations_are_never_worse_than_none():
    for seed in range(4):
        problem = random_city(seed)
        assert searched(problem, 60).worth() >= searched(problem, 0).worth()


def test_a_stop_signal_ends_the_run_and_the_count_makes_it_again():
    timings = Timings(tables_of(random_city(2)))
    aim = aim_of(timings.tables, profile_of("balanced"), money=None)
    calls = iter(range(100))
    stopped = Search(timings, aim, "s")
    done = stopped.run(1000, lambda: next(calls) >= 17)
    again = Search(Timings(timings.tables), aim, "s")
    assert done == 17
    assert again.run(17) == 17
    assert again.orders == stopped.orders


def test_limits_hold_on_every_day():
    limits = Limits(active_minutes=200, walk_km=3.0, fatigue=4.0, effort=2, rest_days=2)
    search = searched(random_city(3, limits=limits), 40)
    for state in search.states:
        assert state.active <= 200
        assert state.walk <= 300
        assert state.fatigue <= 4.0
        assert state.hardest <= 2
    assert sum(state.rest for state in search.states) >= 2


def test_money_is_never_overspent():
    for seed in range(4):
        search = searched(random_city(seed), 40, money=200000)
        assert sum(state.cost for state in search.states) <= 200000
        assert any(state.order for state in search.states)


def test_a_pin_is_placed_on_its_day_though_worthless():
    problem = random_city(4)
    problem = replace(
        problem,
        places=(place("pin", 2, value=0.0, windows=((Window(540, 1080),),) * 5), *problem.places),
        pinned=(Pin("pin", 3),),
    )
    assert 0 in searched(problem, 20).orders[3]


@pytest.mark.parametrize("size", [1, 2, 6])
def test_small_trips_get_everything_that_fits(size: int):
    problem = city(*(place(f"p{i}", i * 0.3, value=1.0 + i) for i in range(size)), days=2)
    assert sum(len(order) for order in searched(problem, 20).orders) == size
