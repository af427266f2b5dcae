"""The judge of an itinerary, written from the ten numbered rules of `problem` and nothing else.

It shares `definitions` with the search (also how a day is written down) and imports no line of it, so that a mistake in
the search can't hide here too. Everything is recomputed from the raw stops; what the plan says of itself is compared
with that.
Rule 0 is the plan's own contract (`plan`): dates complete, names true, summaries and score right.

Where the rules' text leaves room, the judge reads it so:

- A lodging stop's `leave` opens the day, its `arrive` closes it; a transfer lies inside [Day.start, Day.end].
- A transfer, and the bed beside it, stand at one of the day's two bases, in its area (so a travel day whose morning
  base is in another area opens at its night base). It lasts exactly its minutes; its fee is 0 or the transfer's cost.
- A day before the last that leaves by a transfer ends at the base where the transfer stands.
- A meal is due when it can start in its span and end within the frame that transfers and the way between two different
  beds leave of the day, whatever else is planned. A place is that meal when the party arrives inside the span; its stop
  says so (`Stop.meal`) and shows the place's fee. Meal stops may stand anywhere: their legs count like all.
- Active minutes are the stays at all places, those that serve a meal too. Transfers count as legs in walking or riding;
  a day lasts from its first stop's leaving (a transfer: its begin) to its last stop's arriving (a transfer: its end).
- `walk_km` of the trip is a sum. Pins make a paid place legal under a shortfall whatever day they name.
- Stays may be longer than asked, waiting is free, and the values of the score's parts are taken as given.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..plan import Itinerary, Violation
from ..problem import Problem
from .case import DayCase, TripCase, open_case
from .frame import check_areas, check_closing, check_night, check_opening, check_stray_lodgings, check_transfers
from .meals import check_meal_stops, check_meals_eaten
from .money import check_budget, check_costs, check_day_cost, check_fees
from .movement import check_legs, check_moves, check_positions, check_times
from .record import check_days_complete, check_left_out, check_names, check_stop_kinds, check_unknown_places
from .score import check_score
from .strain import check_day_figures, check_limits, check_rest_days, check_trip_figures
from .visits import (
    check_access,
    check_exclusions,
    check_pins,
    check_repeats,
    check_unverified,
    check_visit_lengths,
    check_windows,
)

__all__ = ["check"]

_DAY_RULES = (
    check_stop_kinds,
    check_unknown_places,
    check_names,
    check_windows,
    check_times,
    check_positions,
    check_legs,
    check_moves,
    check_transfers,
    check_opening,
    check_closing,
    check_stray_lodgings,
    check_night,
    check_areas,
    check_meal_stops,
    check_meals_eaten,
    check_day_figures,
    check_limits,
    check_access,
    check_visit_lengths,
    check_fees,
    check_day_cost,
)
_TRIP_RULES = (
    check_days_complete,
    check_left_out,
    check_score,
    check_repeats,
    check_exclusions,
    check_pins,
    check_unverified,
    check_rest_days,
    check_trip_figures,
    check_costs,
    check_budget,
)


def check(problem: Problem, itinerary: Itinerary) -> tuple[Violation, ...]:
    """Every broken rule of an itinerary, by rule, day and stop; empty when the plan holds.

    Never raises for an itinerary of the right types, however wrong its figures are.
    """
    case = open_case(problem, itinerary)
    found = [*_judge_days(case), *_judge_trip(case)]
    return tuple(sorted(found, key=_order))


def _judge_days(case: TripCase) -> Iterator[Violation]:
    for day in case.days:
        yield from _judge_day(day)


def _judge_day(day: DayCase) -> Iterator[Violation]:
    for rule in _DAY_RULES:
        yield from rule(day)


def _judge_trip(case: TripCase) -> Iterator[Violation]:
    for rule in _TRIP_RULES:
        yield from rule(case)


def _order(violation: Violation) -> tuple[int, int, int, str]:
    return (
        violation.rule,
        -1 if violation.day is None else violation.day,
        -1 if violation.stop is None else violation.stop,
        violation.code,
    )
