"""The checker finds every broken rule: each test breaks a hand-made valid plan and names the rule that must speak."""

from __future__ import annotations

import ast
import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import pytest

import trips.planning.checker as checker_package
from trips.planning.checker import check
from trips.planning.plan import LeftOut, Leg, ScorePart
from trips.planning.problem import Pin, Window

from .checker_changes import (
    Mutation,
    asked,
    asked_day,
    asked_place,
    both,
    codes,
    costs,
    day,
    inserted,
    leg,
    limited,
    parts,
    plan,
    shifted,
    step_free,
    stop,
    swapped,
    without,
)
from .checker_example import BASE, FORT, ITINERARY, PROBLEM, STUPA, TEMPLE, at, visit

MUTATIONS: list[tuple[str, int, str, Mutation]] = [
    # rule 0, the plan's own contract
    ("a day is missing", 0, "days_count", lambda: plan(days=ITINERARY.days[:2])),
    ("two days are exchanged", 0, "day_order", lambda: plan(days=tuple(ITINERARY.days[i] for i in (1, 0, 2)))),
    ("a day is planned twice", 0, "days_count", lambda: plan(days=(*ITINERARY.days, ITINERARY.days[2]))),
    ("a date is one off", 0, "day_date", lambda: day(1, date=dt.date(2026, 12, 9))),
    ("an unknown place", 0, "unknown_place", lambda: stop(0, 2, place_id="atlantis")),
    ("a place without an id", 0, "unknown_place", lambda: stop(0, 2, place_id=None)),
    ("a wrong name", 0, "name", lambda: stop(0, 2, name="Fort")),
    ("an unknown kind", 0, "stop_kind", lambda: stop(1, 2, kind="nap")),
    ("a rest with a place", 0, "stray_place_id", lambda: stop(1, 2, place_id="zoo")),
    ("a bed in an unknown house", 0, "unknown_base", lambda: stop(0, 1, place_id="palace")),
    ("left out but planned", 0, "left_out_but_planned", lambda: plan(left_out=(LeftOut("fort", "Fort", "no_time"),))),
    ("left out twice", 0, "left_out_twice", lambda: plan(left_out=ITINERARY.left_out[:1] * 2)),
    ("left out with no known reason", 0, "left_out_code", lambda: plan(left_out=(LeftOut("zoo", "Zoo", "mood"),))),
    ("left out, never heard of", 0, "left_out_unknown", lambda: plan(left_out=(LeftOut("moon", "Moon", "too_far"),))),
    ("left out under a false name", 0, "left_out_name", lambda: plan(left_out=(LeftOut("zoo", "Park", "excluded"),))),
    ("the score is 0.1 high", 0, "score", lambda: plan(score=86.6)),
    ("the score isn't rounded", 0, "score", lambda: plan(score=86.52)),
    ("the score is no number", 0, "score", lambda: plan(score=math.nan)),
    ("weights above 1", 0, "score_weights", lambda: parts(*ITINERARY.score_parts[:4], ScorePart("certainty", 0.2, 95))),
    ("no parts", 0, "score_weights", lambda: parts()),
    ("a part above 100", 0, "score_part_scale", lambda: parts(ScorePart("pace", 1.0, 100.5))),
    (
        "a negative weight",
        0,
        "score_part_scale",
        lambda: parts(ScorePart("pace", 1.5, 50), ScorePart("money", -0.5, 50)),
    ),
    ("a part twice", 0, "score_parts", lambda: parts(ScorePart("pace", 0.5, 50), ScorePart("pace", 0.5, 50))),
    ("a part of no meaning", 0, "score_parts", lambda: parts(ScorePart("luck", 1.0, 86.5))),
    # rule 1, opening windows
    ("arrives before opening", 1, "outside_windows", lambda: asked_place("temple", windows=((Window(705, 900),),) * 3)),
    ("leaves after closing", 1, "outside_windows", lambda: asked_place("temple", windows=((Window(600, 763),),) * 3)),
    (
        "stays over the noon break",
        1,
        "outside_windows",
        lambda: asked_place("temple", windows=((Window(600, 730), Window(731, 900)),) * 3),
    ),
    ("a closed day", 1, "closed_day", lambda: asked_place("fort", windows=((), (Window(540, 1080),), ()))),
    ("no window is known", 1, "closed_day", lambda: asked_place("stupa", windows=((Window(0, 1440),),))),
    ("an unverified place isn't listed", 1, "unverified_missing", lambda: plan(unverified=())),
    ("an unverified place isn't flagged", 1, "unverified_flag", lambda: stop(1, 1, unverified=False)),
    ("a verified place is flagged", 1, "unverified_flag", lambda: stop(0, 2, unverified=True)),
    ("a verified place is listed", 1, "unverified_extra", lambda: plan(unverified=("bazaar", "fort"))),
    ("an unverified place is listed twice", 1, "unverified_twice", lambda: plan(unverified=("bazaar", "bazaar"))),
    # rule 2, movement
    ("arrives a minute too early", 2, "arrives_too_early", lambda: shifted(0, 4, -4)),
    ("leaves a minute too late", 2, "arrives_too_early", lambda: stop(0, 4, leave=1125)),
    ("two stops are exchanged", 2, "arrives_too_early", lambda: swapped(0, 2, 4)),
    ("leaves before arriving", 2, "leaves_before_arriving", lambda: stop(1, 2, arrive=880, leave=879)),
    ("before midnight", 2, "outside_day", lambda: stop(1, 0, arrive=-1)),
    ("after two at night", 2, "outside_day", lambda: stop(1, 4, leave=1561)),
    ("a leg is missing", 2, "legs_count", lambda: day(1, legs=ITINERARY.days[1].legs[:-1])),
    ("a leg too many", 2, "legs_count", lambda: day(1, legs=(*ITINERARY.days[1].legs, Leg("walk", 0, 0.0)))),
    ("a leg is a minute short", 2, "leg_minutes", lambda: leg(0, 3, minutes=11)),
    ("a leg is free", 2, "leg_cost", lambda: leg(0, 3, cost=4219)),
    ("a leg is short", 2, "leg_distance", lambda: leg(0, 3, distance_km=2.21)),
    ("a leg has no length", 2, "leg_distance", lambda: leg(0, 3, distance_km=math.nan)),
    ("a leg is on foot", 2, "leg_mode", lambda: leg(0, 3, mode="walk")),
    ("a place has moved", 2, "position", lambda: stop(0, 2, latitude=BASE)),
    ("a stop is nowhere", 2, "no_position", lambda: stop(1, 2, latitude=math.nan)),
    ("a stop is off the Earth", 2, "no_position", lambda: stop(1, 2, longitude=math.inf)),
    ("an area without ways", 2, "unknown_area", lambda: asked(areas=PROBLEM.areas[1:])),
    # rule 3, the day's frame
    ("starts a minute early", 3, "starts_too_early", lambda: asked_day(1, start=721)),
    ("arrives before the day starts", 3, "starts_too_early", lambda: asked_day(0, start=541)),
    ("back a minute late", 3, "ends_too_late", lambda: asked_day(1, end=1179)),
    ("leaves town after the day's end", 3, "ends_too_late", lambda: asked_day(2, end=919)),
    ("starts at another bed", 3, "morning_base", lambda: asked_day(1, morning_base="station")),
    ("starts on the way", 3, "morning_base", lambda: without(1, 0)),
    ("starts at no known bed", 3, "morning_base", lambda: asked_day(1, morning_base="nowhere")),
    (
        "checks in at another bed",
        3,
        "bed_beside_transfer",
        lambda: stop(0, 1, name="Station Inn", place_id="station", latitude=FORT),
    ),
    ("sleeps elsewhere", 3, "night_base", lambda: asked_day(1, night_base="station")),
    ("the bed has moved", 3, "night_base", lambda: stop(1, 4, latitude=BASE + 0.001)),
    (
        "the last day doesn't come back",
        3,
        "not_back_at_base",
        lambda: both(asked_day(2, departure=None), stop(2, 4, kind="rest")),
    ),
    ("a nap in a strange bed", 3, "stray_lodging", lambda: stop(1, 2, kind="lodging")),
    ("the train in is missing", 3, "transfer_missing", lambda: without(0, 0)),
    ("the train out is missing", 3, "transfer_missing", lambda: without(2, 4)),
    ("the train in comes second", 3, "transfer_stray", lambda: swapped(0, 0, 1)),
    ("the train out isn't last", 3, "transfer_stray", lambda: swapped(2, 3, 4)),
    ("a train nobody asked for", 3, "transfer_stray", lambda: stop(1, 2, kind="transfer")),
    ("the train is fast", 3, "transfer_minutes", lambda: stop(0, 0, leave=659)),
    ("no bed after the train in", 3, "bed_beside_transfer", lambda: without(0, 1)),
    ("no bed before the train out", 3, "bed_beside_transfer", lambda: without(2, 3)),
    ("the train stops at the sight", 3, "transfer_position", lambda: stop(0, 0, latitude=TEMPLE)),
    ("an empty day", 3, "empty_day", lambda: day(1, stops=(), legs=())),
    # rule 4, beds and areas
    ("a night without a bed", 4, "no_bed", lambda: without(1, 4)),
    (
        "a bed in another town",
        4,
        "bed_elsewhere",
        lambda: both(asked_day(1, night_base="karol"), stop(1, 4, name="Karol Lodge")),
    ),
    ("the day says another area", 4, "day_area", lambda: day(1, area="delhi")),
    ("the day should be elsewhere", 4, "day_area", lambda: asked_day(1, area="delhi")),
    ("a place of another area", 4, "place_area", lambda: stop(0, 2, place_id="minar", name="Minar")),
    # rule 5, places
    ("a place twice in a day", 5, "place_twice", lambda: inserted(0, 3, visit("temple", TEMPLE, 764, 764))),
    ("a place twice in a trip", 5, "place_twice", lambda: inserted(1, 3, visit("stupa", STUPA, 950, 1040, fee=2500))),
    ("an excluded place", 5, "excluded", lambda: stop(0, 2, place_id="zoo", name="Zoo")),
    ("a pin is missing", 5, "pin_missing", lambda: without(2, 1)),
    ("a pin of an unknown place", 5, "pin_missing", lambda: asked(pinned=(Pin("moon"),))),
    ("a pin on another day", 5, "pin_day", lambda: asked(pinned=(Pin("stupa", 1),))),
    # rule 6, meals
    ("no lunch", 6, "meal_missing", lambda: without(0, 3)),
    ("no dinner", 6, "meal_missing", lambda: without(1, 3)),
    ("lunch too early", 6, "meal_outside_span", lambda: stop(2, 2, arrive=719, leave=785)),
    ("lunch too late", 6, "meal_outside_span", lambda: stop(0, 3, arrive=841, leave=900)),
    ("lunch in the market too early", 6, "meal_outside_span", lambda: stop(1, 1, arrive=719)),
    ("lunch in a hurry", 6, "meal_short", lambda: stop(0, 3, leave=814)),
    (
        "lunch twice",
        6,
        "meal_twice",
        lambda: inserted(1, 2, at(25.29, "meal", "Lunch", 830, 875, meal="lunch", fee=3000)),
    ),
    ("tea", 6, "meal_unknown", lambda: stop(0, 3, meal="tea")),
    ("a meal without a name", 6, "meal_unknown", lambda: stop(0, 3, meal=None)),
    ("lunch in the temple", 6, "meal_not_served", lambda: stop(0, 2, arrive=725, leave=785, meal="lunch")),
    ("lunch that isn't called lunch", 6, "meal_not_named", lambda: stop(1, 1, meal=None)),
    ("the day has just room for dinner", 6, "meal_missing", lambda: asked_day(2, end=1110 + 60 + 120)),
    # rule 7, what the party can bear
    ("a day too full", 7, "active_minutes_over", lambda: limited(active_minutes=179)),
    ("a day too far on foot", 7, "walk_over", lambda: limited(walk_km=2.21)),
    ("a day too tiring", 7, "fatigue_over", lambda: limited(fatigue=2.9)),
    ("a place too hard", 7, "effort_over", lambda: limited(effort=1)),
    ("too few rest days", 7, "rest_days_short", lambda: limited(rest_days=3)),
    ("a rest day too many is claimed", 7, "rest_days_count", lambda: plan(rest_days=3)),
    ("minutes are hidden", 7, "active_minutes", lambda: day(0, active_minutes=179)),
    ("kilometers are hidden", 7, "walk_km", lambda: day(1, walk_km=2.1)),
    ("tiredness is hidden", 7, "fatigue", lambda: day(0, fatigue=2.9)),
    ("tiredness is no number", 7, "fatigue", lambda: day(0, fatigue=math.nan)),
    ("a full day is called rest", 7, "rest", lambda: day(0, rest=True)),
    ("a rest day is called full", 7, "rest", lambda: day(1, rest=False)),
    ("the mean tiredness is off", 7, "trip_fatigue", lambda: plan(fatigue=1.7)),
    ("the mean of minutes is off", 7, "trip_active_minutes", lambda: plan(active_minutes=121)),
    ("the trip's kilometers are off", 7, "trip_walk_km", lambda: plan(walk_km=3.23)),
    # rule 9, visit lengths
    ("a visit a minute short", 9, "visit_short", lambda: stop(0, 4, leave=949)),
    ("a place that needs longer", 9, "visit_short", lambda: asked_place("stupa", visit_minutes=91)),
    # rule 10, money
    ("a place costs more", 10, "fee", lambda: stop(0, 4, fee=4999)),
    ("a meal costs less", 10, "fee", lambda: stop(0, 3, fee=0)),
    ("a rest costs money", 10, "fee", lambda: stop(1, 2, fee=1)),
    ("the train shows another price", 10, "fee", lambda: stop(0, 0, fee=119_999)),
    ("the bed shows another price", 10, "fee", lambda: stop(0, 1, fee=79_999)),
    ("the place's price went up", 10, "cost_activities", lambda: asked_place("fort", fee=5001)),
    ("a day's cost is one off", 10, "day_cost", lambda: day(0, cost=141_561)),
    ("the lodging is one off", 10, "cost_lodging", lambda: costs(lodging=159_999)),
    ("the food is one off", 10, "cost_food", lambda: costs(food=16_999)),
    ("the rides are one off", 10, "cost_local_transport", lambda: costs(local_transport=18_001)),
    ("the sights are one off", 10, "cost_activities", lambda: costs(activities=8501)),
    ("the trains are one off", 10, "cost_intercity", lambda: costs(intercity=239_999)),
    ("a shortfall out of nothing", 10, "shortfall", lambda: plan(shortfall=1)),
    ("a shortfall is hidden", 10, "shortfall", lambda: asked(budget=443_499)),
    ("a shortfall without a budget", 10, "shortfall", lambda: both(asked(budget=None), plan(shortfall=1))),
    ("a shortfall is one off", 10, "shortfall", lambda: both(asked(budget=443_000), plan(shortfall=499))),
    (
        "paid places over the budget",
        10,
        "paid_place_over_budget",
        lambda: both(asked(budget=443_000), plan(shortfall=500)),
    ),
]


MUTATIONS += [
    (
        f"{access} for a step-free party",
        8,
        "not_step_free",
        lambda access=access: (step_free("fort", access), ITINERARY),
    )
    for access in ("steps", "none", "unknown")
]
MUTATIONS += [
    ("partial access isn't listed", 8, "unverified_missing", lambda: (step_free("fort", "partial"), ITINERARY)),
    ("partial access isn't flagged", 8, "unverified_flag", lambda: (step_free("fort", "partial"), ITINERARY)),
]


def test_checker_when_plan_is_valid_then_finds_nothing() -> None:
    assert check(PROBLEM, ITINERARY) == ()


@pytest.mark.parametrize(("rule", "code", "mutate"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_checker_when_one_thing_is_broken_then_names_the_rule(rule: int, code: str, mutate: Mutation) -> None:
    assert (rule, code) in codes(mutate())


def test_mutations_when_counted_then_cover_every_rule() -> None:
    assert {rule for _, rule, _, _ in MUTATIONS} == set(range(11))


def test_checker_when_codes_are_listed_then_each_has_a_mutation() -> None:
    """No code of the checker goes untested: its string literals after `Violation(` are read from the source."""
    written: set[str] = set()
    for path in Path(checker_package.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Violation", "_wrong", "_over"}
            ):
                second = node.args[1]
                if isinstance(second, ast.Constant) and isinstance(second.value, str):
                    written.add(second.value)
    assert written - {code for _, _, code, _ in MUTATIONS} == set()


VALID_VARIANTS: list[tuple[str, Mutation]] = [
    ("no budget", lambda: asked(budget=None)),
    ("the budget is met exactly", lambda: asked(budget=443_500)),
    (
        "a shortfall with pinned places",
        lambda: both(
            asked(budget=443_000, pinned=tuple(Pin(p) for p in ("stupa", "fort", "bazaar"))), plan(shortfall=500)
        ),
    ),
    ("the train shows its price", lambda: stop(0, 0, fee=120_000)),
    ("the bed shows its price", lambda: stop(0, 1, fee=80_000)),
    ("no room for dinner, by one minute", lambda: asked_day(2, end=1110 + 60 + 120 - 1)),
    ("limits met exactly", lambda: limited(active_minutes=180, walk_km=2.22, fatigue=3.0, effort=2, rest_days=2)),
    ("the bed of the night before lies in another town", lambda: asked_day(0, morning_base="karol")),
    ("a step-free party", lambda: limited(step_free=True)),
]


@pytest.mark.parametrize("mutate", [v[1] for v in VALID_VARIANTS], ids=[v[0] for v in VALID_VARIANTS])
def test_checker_when_variant_obeys_the_rules_then_finds_nothing(mutate: Mutation) -> None:
    assert check(*mutate()) == ()


def test_checker_when_partial_access_is_listed_then_finds_nothing() -> None:
    _, flagged = stop(0, 4, unverified=True)
    assert check(step_free("fort", "partial"), replace(flagged, unverified=("fort", "bazaar"))) == ()


def test_checker_when_search_hides_a_shortfall_in_costs_then_budget_uses_the_recount() -> None:
    problem, cheap = both(asked(budget=443_000), costs(food=16_500))
    assert {(10, "cost_food"), (10, "shortfall")} <= codes((problem, cheap))
