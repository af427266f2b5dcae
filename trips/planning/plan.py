"""What the engine answers: candidates of dated, timed, priced days. Units as in `problem`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

StopKind = Literal["place", "meal", "rest", "lodging", "transfer"]


@dataclass(frozen=True, slots=True)
class Stop:
    """One stay. A lodging stop opens and closes the day; `place_id` is None for meals on the way and rests."""

    kind: StopKind
    name: str
    arrive: int
    leave: int
    latitude: float
    longitude: float
    place_id: str | None = None
    fee: int = 0
    meal: str | None = None  # lunch, dinner ... also set when a place serves it
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from stop i to stop i + 1 of the same day (one leg per pair; zero minutes when both are the same spot)."""

    mode: str
    minutes: int
    distance_km: float
    cost: int = 0


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day: len(legs) == len(stops) - 1. `cost` = fees + meals + legs + transfers of the day, without beds."""

    index: int
    date: dt.date
    area: str
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    cost: int
    fatigue: float
    active_minutes: int
    walk_km: float
    rest: bool


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score: `value` 0..100, `weight` 0..1; weights add up to 1; the score is their sum product, rounded to 0.1."""

    name: str  # interests, money, pace, effort, certainty
    weight: float
    value: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Minor units, whole party; `total` is the sum of the others."""

    lodging: int
    food: int
    local_transport: int
    activities: int
    intercity: int

    @property
    def total(self) -> int:
        return self.lodging + self.food + self.local_transport + self.activities + self.intercity


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A wanted place that is not in the plan, and why: a code with what is needed to say it in words."""

    place_id: str
    name: str
    code: str  # closed, no_time, over_budget, too_far, too_hard, not_step_free, excluded, lower_value, other_area
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Itinerary:
    """One candidate. `score` 0..100; `fatigue` and `active_minutes` are means over the days."""

    profile: str
    days: tuple[DayPlan, ...]
    costs: Costs
    score: float
    score_parts: tuple[ScorePart, ...]
    fatigue: float
    active_minutes: float
    walk_km: float
    rest_days: int
    shortfall: int
    left_out: tuple[LeftOut, ...]
    unverified: tuple[str, ...]  # place ids
    iterations: int
    seed: int


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its number in `problem`, a code, where, and the figures that show it."""

    rule: int
    code: str
    day: int | None = None
    stop: int | None = None
    params: dict[str, object] = field(default_factory=dict)
