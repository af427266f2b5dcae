"""One day's clock: meals, waits, transfers, later starts, and that the quick fit never promises what the clock refuses."""

from __future__ import annotations

import random

import pytest

from tests.planning.problem_makers import FIRST, city, place, random_city, strange_problem
from trips.planning.definitions import travel
from trips.planning.geometry import tables_of
from trips.planning.insertion import fit
from trips.planning.plan import DayPlan
from trips.planning.problem import Base, Day, MealRule, Problem, Transfer, Window
from trips.planning.schedule import evaluate
from trips.planning.timeline import day_plan


def timed(problem: Problem, *names: str) -> DayPlan | None:
    tables = tables_of(problem)
    state = evaluate(tables, tables.days[0], tuple(tables.place_index[name] for name in names))
    return day_plan(tables, 0, state) if state else None


def kinds(plan: DayPlan | None) -> list[str]:
    assert plan is not None
    return [stop.meal or stop.kind for stop in plan.stops]


def test_a_day_starts_and_ends_at_the_bed_with_one_leg_per_pair():
    plan = timed(city(place("a", 1)), "a")
    assert plan is not None
    assert plan.stops[0].kind == plan.stops[-1].kind == "lodging"
    assert len(plan.legs) == len(plan.stops) - 1
    assert plan.cost == sum(s.fee for s in plan.stops) + sum(leg.cost for leg in plan.legs)


def test_a_place_that_opens_late_means_a_later_departure_without_waiting():
    late = place("a", 1, windows=((Window(660, 1080),),))
    plan = timed(city(late, meals=()), "a")
    assert plan is not None
    assert plan.stops[1].arrive == 660
    assert plan.stops[0].leave + plan.legs[0].minutes == 660


def test_earlier_stops_move_later_instead_of_waiting_at_the_next():
    plan = timed(city(place("a", 1), place("b", 1, 1, windows=((Window(780, 1080),),)), meals=()), "a", "b")
    assert plan is not None
    a, b = (stop for stop in plan.stops if stop.kind == "place")
    assert b.arrive == 780
    assert a.leave + plan.legs[1].minutes == 780


def test_meals_start_in_their_spans_and_food_places_count_as_the_meal():
    food = place("food", 1, serves_meal=True, windows=((Window(720, 800),),))
    plan = timed(city(food, place("a", 1, 1)), "a", "food")
    assert kinds(plan).count("lunch") == 1
    assert plan is not None
    lunch = next(stop for stop in plan.stops if stop.meal == "lunch")
    assert lunch.place_id == "food"
    assert lunch.fee == 0
    assert plan.cost == 20000 + 30000 + sum(leg.cost for leg in plan.legs)
    assert 720 <= lunch.arrive <= 840


def test_a_visit_over_the_whole_lunch_span_is_refused():
    assert timed(city(place("a", 1, windows=((Window(700, 1000),),), visit_minutes=290)), "a") is None


def test_a_meal_without_room_in_the_frame_is_not_due():
    short = (Day(0, FIRST, "v", "b", "b", 845, 1100),)
    assert kinds(timed(city(place("a", 1)), "a")).count("lunch") == 1
    problem = city(place("a", 1))
    assert "lunch" not in kinds(timed(Problem(**{**_fields(problem), "days": short}), "a"))


def _fields(problem: Problem) -> dict[str, object]:
    return {name: getattr(problem, name) for name in problem.__dataclass_fields__}


def test_closed_by_then_and_late_back_are_refused():
    assert timed(city(place("a", 1, windows=((Window(540, 590),),))), "a") is None
    assert timed(city(place("far", 150), meals=()), "far") is None


def test_an_evening_window_past_midnight_is_used():
    night = place("bar", 1, windows=((Window(1380, 1560),),), visit_minutes=120)
    days = (Day(0, FIRST, "v", "b", "b", 900, 1560),)
    plan = timed(Problem(**{**_fields(city(night)), "days": days}), "bar")
    assert plan is not None
    assert max(stop.leave for stop in plan.stops) > 1440


def test_transfers_come_first_and_last_and_move_the_day_between_areas():
    far = Base("home", "Home inn", "w", 28.6, 77.2)
    days = (
        Day(0, FIRST, "v", "home", "b", 480, 1260, Transfer("train", "W", "V", 200, 700.0, 4000)),
        Day(1, FIRST, "v", "b", "home", 480, 1260, None, Transfer("train", "V", "W", 200, 700.0, 4000)),
    )
    problem = city(place("a", 1))
    problem = Problem(**{**_fields(problem), "days": days, "bases": (*problem.bases, far)})
    tables = tables_of(problem)
    first = day_plan(tables, 0, evaluate(tables, tables.days[0], (0,)))
    second = day_plan(tables, 1, evaluate(tables, tables.days[1], (0,)))
    assert [s.kind for s in first.stops][:2] == ["transfer", "lodging"]
    assert first.stops[1].name == "Hotel"
    assert first.stops[2].arrive >= 480 + 200
    assert [s.kind for s in second.stops][-2:] == ["lodging", "transfer"]
    assert second.stops[-1].leave <= 1260


def test_the_empty_day_has_its_meals_and_no_way():
    plan = timed(city())
    assert kinds(plan) == ["lodging", "lunch", "rest", "dinner", "lodging"]
    assert plan is not None
    assert plan.rest


def test_long_waits_become_rests():
    plan = timed(
        city(place("a", 1, windows=((Window(540, 620),),)), place("b", 1, 1, windows=((Window(960, 1080),),))), "a", "b"
    )
    assert plan is not None
    assert "rest" in kinds(plan)
    _assert_sound(plan, city())


@pytest.mark.parametrize("seed", range(60))
def test_random_orders_are_sound_and_fit_agrees_with_the_clock(seed: int):
    problem = strange_problem(seed) if seed % 2 else random_city(seed, 20, 2)
    tables, pick = tables_of(problem), random.Random(seed)
    for day in tables.days:
        state = evaluate(tables, day, ())
        while state is not None:
            _assert_sound(day_plan(tables, day.index, state), problem)
            free = [p for p in day.places if p not in state.order]
            pick.shuffle(free)
            grown = None
            for number in free:
                gap = fit(tables, day, state, number)
                tries = [
                    evaluate(tables, day, (*state.order[:g], number, *state.order[g:]))
                    for g in range(len(state.order) + 1)
                ]
                if gap is None:  # exact: what fits nowhere really fits nowhere
                    assert not any(tries)
                else:
                    assert tries[gap[0]] is not None
                    grown = tries[gap[0]]
            state = grown


def _assert_sound(plan: DayPlan, problem: Problem) -> None:
    """Rules 1, 2, 3 and 6, told again from the stops alone."""
    day = problem.days[plan.index]
    area = next(a for a in problem.areas if a.id == day.area)
    places = {p.id: p for p in problem.places}
    assert plan.stops[0].leave >= day.start
    assert plan.stops[-1].arrive <= day.end
    for before, leg, after in zip(plan.stops, plan.legs, plan.stops[1:], strict=False):
        assert after.arrive >= before.leave + leg.minutes
        assert after.leave >= after.arrive
        assert leg == travel(area, before.latitude, before.longitude, after.latitude, after.longitude)
    meals: list[str] = []
    rules: dict[str, MealRule] = {meal.kind: meal for meal in problem.meals}
    for stop in plan.stops:
        if stop.meal:
            meals.append(stop.meal)
            assert rules[stop.meal].earliest <= stop.arrive <= rules[stop.meal].latest
        if stop.place_id in places:
            found = places[stop.place_id]
            assert any(w.opens <= stop.arrive and stop.leave <= w.closes for w in found.windows[plan.index])
            assert stop.leave - stop.arrive == found.visit_minutes
    assert len(meals) == len(set(meals))
