"""Rule 7: what the party can bear. Figures are counted again; limits are held against the recount, not the claim."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from ..plan import Violation
from .case import DayCase, TripCase

WALK_TOLERANCE_KM = 0.051  # a plan may print kilometers with one decimal
MEAN_TOLERANCE = 0.051  # and means too
LIMIT_TOLERANCE = 1e-9  # a sum of floats may pass its own limit by noise


def check_day_figures(case: DayCase) -> Iterator[Violation]:
    """What the day says of itself is what its stops come to."""
    figures, plan = case.figures, case.plan
    if plan.active_minutes != figures.active_minutes:
        yield _wrong(case, "active_minutes", figures.active_minutes, plan.active_minutes)
    if not abs(plan.walk_km - figures.walk_km) <= WALK_TOLERANCE_KM:
        yield _wrong(case, "walk_km", round(figures.walk_km, 2), plan.walk_km)
    if not any(abs(plan.fatigue - f) <= 1e-6 for f in (figures.fatigue, figures.fatigue_of_rounded_walk)):
        yield _wrong(case, "fatigue", figures.fatigue, plan.fatigue)
    if plan.rest != figures.rest:
        yield _wrong(case, "rest", figures.rest, plan.rest)


def check_limits(case: DayCase) -> Iterator[Violation]:
    """No day passes the least able traveler's limits."""
    figures, limits = case.figures, case.problem.limits
    if figures.active_minutes > limits.active_minutes:
        yield _over(case, "active_minutes_over", limits.active_minutes, figures.active_minutes)
    if figures.walk_km > limits.walk_km + LIMIT_TOLERANCE:
        yield _over(case, "walk_over", limits.walk_km, round(figures.walk_km, 2))
    if min(figures.fatigue, figures.fatigue_of_rounded_walk) > limits.fatigue + LIMIT_TOLERANCE:
        yield _over(case, "fatigue_over", limits.fatigue, figures.fatigue)
    for position, _, place in case.visits():
        if place.effort > limits.effort:
            params = {"place": place.id, "limit": limits.effort, "found": place.effort}
            yield Violation(7, "effort_over", case.index, position, params)


def check_rest_days(case: TripCase) -> Iterator[Violation]:
    """Enough days are rest days, and the plan counts them truly."""
    rest_days = sum(day.figures.rest for day in case.days)
    if rest_days < case.problem.limits.rest_days:
        yield Violation(7, "rest_days_short", params={"expected": case.problem.limits.rest_days, "found": rest_days})
    if case.itinerary.rest_days != rest_days:
        yield Violation(7, "rest_days_count", params={"expected": rest_days, "found": case.itinerary.rest_days})


def check_trip_figures(case: TripCase) -> Iterator[Violation]:
    """The trip's means and its kilometers are those of its days."""
    figures = [day.figures for day in case.days]
    fatigue = fmean(f.fatigue for f in figures) if figures else 0.0
    active = fmean(f.active_minutes for f in figures) if figures else 0.0
    walk = sum(f.walk_km for f in figures)
    plan = case.itinerary
    claims = (
        ("trip_fatigue", fatigue, plan.fatigue, MEAN_TOLERANCE),
        ("trip_active_minutes", active, plan.active_minutes, MEAN_TOLERANCE),
        ("trip_walk_km", walk, plan.walk_km, WALK_TOLERANCE_KM),
    )
    for code, expected, found, tolerance in claims:
        if not abs(expected - found) <= tolerance:  # written so that NaN fails too
            yield Violation(7, code, params={"expected": round(expected, 2), "found": found})


def _wrong(case: DayCase, code: str, expected: float, found: float) -> Violation:
    return Violation(7, code, case.index, params={"expected": expected, "found": found})


def _over(case: DayCase, code: str, limit: float, found: float) -> Violation:
    return Violation(7, code, case.index, params={"limit": limit, "found": found})
