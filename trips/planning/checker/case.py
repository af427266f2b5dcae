"""The evidence: an itinerary laid beside its problem, with legs and figures recomputed from the raw stops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ..definitions import day_fatigue, is_on_foot, is_rest_day, travel
from ..plan import DayPlan, Itinerary, Leg, Stop
from ..problem import Area, Base, Day, MealRule, Place, Problem, Transfer

POSITION_TOLERANCE_DEGREES = 1e-6  # about 0.1 m: a copy through JSON is the same place, a move is not


@dataclass(frozen=True, slots=True)
class Figures:
    """What a day comes to when counted again: minutes, kilometers, tiredness on a scale of 10."""

    active_minutes: int
    walk_km: float
    fatigue: float
    fatigue_of_rounded_walk: float  # from kilometers rounded to 10 m: float noise may straddle an edge
    hardest_effort: int
    rest: bool


@dataclass(frozen=True, slots=True)
class DayCase:
    """One day's plan beside the day it answers.

    `legs` are recomputed; None where no leg can be (unknown area, no coordinates).
    """

    problem: Problem
    day: Day
    plan: DayPlan
    last: bool
    area: Area | None
    places: Mapping[str, Place]
    bases: Mapping[str, Base]
    meals: Mapping[str, MealRule]
    legs: tuple[Leg | None, ...]
    figures: Figures

    @property
    def index(self) -> int:
        return self.day.index

    def visits(self) -> list[tuple[int, Stop, Place]]:
        """The stops at known places with their position in the day."""
        found = ((position, stop, self.place_of(stop)) for position, stop in enumerate(self.plan.stops))
        return [(position, stop, place) for position, stop, place in found if place is not None]

    def place_of(self, stop: Stop) -> Place | None:
        """The place of a place stop, None for other kinds and unknown places."""
        return self.places.get(stop.place_id or "") if stop.kind == "place" else None

    def meal_of(self, stop: Stop) -> MealRule | None:
        """The meal that a stop says it is, None when it says none or an unknown one."""
        return self.meals.get(stop.meal or "")


@dataclass(frozen=True, slots=True)
class TripCase:
    """The whole plan. `days` holds only the day plans that answer a day of the problem."""

    problem: Problem
    itinerary: Itinerary
    days: tuple[DayCase, ...]
    places: Mapping[str, Place]

    @property
    def visited(self) -> list[tuple[int, int, str]]:
        """(day, stop, place id) of every place stop, known or not, in the order of the plan."""
        return [
            (day.index, position, stop.place_id)
            for day in self.itinerary.days
            for position, stop in enumerate(day.stops)
            if stop.kind == "place" and stop.place_id is not None
        ]


def open_case(problem: Problem, itinerary: Itinerary) -> TripCase:
    """Lay each day plan beside the day with its index and count it again."""
    areas = {area.id: area for area in problem.areas if area.modes}
    places = {place.id: place for place in problem.places}
    bases = {base.id: base for base in problem.bases}
    meals = {meal.kind: meal for meal in problem.meals}
    days: list[DayCase] = []
    for plan in itinerary.days:
        if not 0 <= plan.index < len(problem.days):
            continue
        day = problem.days[plan.index]
        area = areas.get(day.area)
        legs = _recompute_legs(area, plan.stops)
        days.append(
            DayCase(
                problem=problem,
                day=day,
                plan=plan,
                last=plan.index == len(problem.days) - 1,
                area=area,
                places=places,
                bases=bases,
                meals=meals,
                legs=legs,
                figures=_count(day, area, plan.stops, legs, places),
            )
        )
    return TripCase(problem=problem, itinerary=itinerary, days=tuple(days), places=places)


def has_position(stop: Stop) -> bool:
    """Whether a stop's coordinates are a point on Earth (NaN and infinity are not)."""
    return -90 <= stop.latitude <= 90 and -180 <= stop.longitude <= 180


def stands_at(stop: Stop, spot: Place | Base) -> bool:
    """Whether a stop has the coordinates of a place or base."""
    return (
        abs(stop.latitude - spot.latitude) <= POSITION_TOLERANCE_DEGREES
        and abs(stop.longitude - spot.longitude) <= POSITION_TOLERANCE_DEGREES
    )


def _recompute_legs(area: Area | None, stops: tuple[Stop, ...]) -> tuple[Leg | None, ...]:
    legs: list[Leg | None] = []
    for here, there in pairwise(stops):
        if area is None or not has_position(here) or not has_position(there):
            legs.append(None)
        else:
            legs.append(travel(area, here.latitude, here.longitude, there.latitude, there.longitude))
    return tuple(legs)


def _count(
    day: Day, area: Area | None, stops: tuple[Stop, ...], legs: tuple[Leg | None, ...], places: Mapping[str, Place]
) -> Figures:
    seen = [stop for stop in stops if stop.kind == "place" and stop.place_id in places]
    stays = [(stop.leave - stop.arrive, places[stop.place_id or ""]) for stop in seen]
    active = sum(minutes for minutes, _ in stays)
    effort_minutes = sum(minutes * (place.effort - 1) for minutes, place in stays)
    hardest = max((place.effort for _, place in stays), default=0)
    walked: list[float] = []
    ridden = 0
    journeys: list[Leg | Transfer] = [leg for leg in legs if leg is not None]
    journeys += [transfer for transfer in (day.arrival, day.departure) if transfer is not None]
    for journey in journeys:
        if area is not None and is_on_foot(area, journey.mode):
            walked.append(journey.distance_km)
        else:
            ridden += journey.minutes
    walk_km = math.fsum(walked)

    def fatigue(kilometers: float) -> float:
        return day_fatigue(
            active_minutes=active,
            effort_minutes=effort_minutes,
            walk_km=kilometers,
            ride_minutes=ridden,
            day_minutes=_day_minutes(stops),
        )

    return Figures(
        active_minutes=active,
        walk_km=walk_km,
        fatigue=fatigue(walk_km),
        fatigue_of_rounded_walk=fatigue(round(walk_km, 2)),
        hardest_effort=hardest,
        rest=is_rest_day(active_minutes=active, hardest_effort=hardest),
    )


def _day_minutes(stops: tuple[Stop, ...]) -> int:
    if not stops:
        return 0
    begin = stops[0].leave if stops[0].kind == "lodging" else stops[0].arrive
    end = stops[-1].arrive if stops[-1].kind == "lodging" else stops[-1].leave
    return max(0, end - begin)
