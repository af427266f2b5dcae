"""What the engine is asked: one trip as days, places, beds, meals, limits and money.

Units: times are minutes after local midnight of their day (0..1440; a day may end after midnight, up to 1560);
distances are kilometers; money is an integer in the currency's minor unit, for the whole party; values are >= 0, higher is better.

The rules that every answer obeys (the checker is written from this list, not from the search):

 1. A stop at a place lies wholly inside one opening window of that place on that date.
 2. Nobody is in two places: arrive >= the previous stop's leave + the leg's minutes; legs are those of `definitions.travel`.
 3. A day starts at its base not before `Day.start` and is back at the base of its night not after `Day.end`.
    A transfer in (`Day.arrival`) comes first, a transfer out (`Day.departure`) comes last.
 4. Each night has a bed: day i < last ends at a base of day i's area. Areas of places match the day's area.
 5. No place twice in a trip; excluded places never; pinned places are there (on their day, if one is named).
 6. Every meal of the day starts inside its span, unless the day's time frame leaves no room for that span.
    A place that serves meals and is visited inside the span is that meal.
 7. Active minutes, walking, effort and fatigue of a day stay within `Limits`; at least `Limits.rest_days` days are rest days.
 8. Step-free parties get only places that are step free or partial (partial is listed as unverified).
 9. The visit lasts at least the place's visit minutes.
10. Money: the cost is the sum of its parts; with a budget, cost <= budget or `shortfall` says exactly by how much it is over, and then
    the plan holds no paid place that is not pinned.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

Minute = int


@dataclass(frozen=True, slots=True)
class Window:
    """An opening span on one date, [opens, closes], in minutes after local midnight."""

    opens: Minute
    closes: Minute


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere one may stop. `windows` has one tuple per day of the problem; `fee` is for the whole party."""

    id: str
    name: str
    area: str
    latitude: float
    longitude: float
    visit_minutes: int
    windows: tuple[tuple[Window, ...], ...]
    fee: int = 0
    value: float = 1.0
    effort: int = 1
    category: str = "monument"
    interests: tuple[str, ...] = ()
    indoor: bool = False
    accessibility: str = "partial"  # step_free, partial, steps, none, unknown
    serves_meal: bool = False
    verified: bool = True  # hours come from an opened source; otherwise the plan lists the stop as unverified


@dataclass(frozen=True, slots=True)
class Base:
    """A bed for the party: `nightly` is the price of all rooms of one night."""

    id: str
    name: str
    area: str
    latitude: float
    longitude: float
    nightly: int = 0


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to move inside an area. The first mode of the area whose `max_km` covers the distance is taken."""

    name: str  # walk, auto, taxi, metro, bus, boat, car, trek
    max_km: float
    speed_kmh: float
    overhead_minutes: int = 0
    fare_base: int = 0  # for the party
    fare_per_km: int = 0  # for the party
    on_foot: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A destination of the trip. `detour` turns straight distance into distance along ways."""

    id: str
    name: str
    modes: tuple[Mode, ...]
    detour: float = 1.3


@dataclass(frozen=True, slots=True)
class Transfer:
    """A fixed journey at the start or end of a day, e.g. the train in; minutes and cost are estimates for the party."""

    mode: str
    origin: str
    destination: str
    minutes: int
    distance_km: float
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One date of the trip, spent in one area, between two bases (morning and night)."""

    index: int
    date: dt.date
    area: str
    morning_base: str
    night_base: str
    start: Minute = 9 * 60
    end: Minute = 21 * 60
    arrival: Transfer | None = None
    departure: Transfer | None = None


@dataclass(frozen=True, slots=True)
class MealRule:
    """A meal of each day: it starts within [earliest, latest], lasts `minutes`, costs `cost` for the party."""

    kind: str  # breakfast, lunch, dinner
    earliest: Minute
    latest: Minute
    minutes: int
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the party can do in one day; the least able traveler sets them."""

    active_minutes: int = 420  # visits, without legs and meals
    walk_km: float = 8.0
    fatigue: float = 7.0  # 0..10, see definitions.day_fatigue
    effort: int = 5
    step_free: bool = False
    rest_days: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """A place that must be in the plan; `day` is the day's index or None for any day."""

    place_id: str
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole trip. `fixed_cost` holds beds and journeys in and out; `budget` None = no ceiling; `expected` is what trips like this
    usually cost (the public prediction), which the score is held against, so that a score tells nothing of the ceiling. All in minor units. `usual` are the limits of the wished
    pace without anyone's needs (None = `limits`), which the score is held against for the same reason."""

    days: tuple[Day, ...]
    areas: tuple[Area, ...]
    bases: tuple[Base, ...]
    places: tuple[Place, ...]
    meals: tuple[MealRule, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pace: str = "balanced"  # relaxed, balanced, full: the traveler's wish
    party: int = 1
    currency: str = "USD"
    lodging_cost: int = 0
    intercity_cost: int = 0
    budget: int | None = None
    expected: int | None = None
    usual: Limits | None = None
    pinned: tuple[Pin, ...] = ()
    excluded: frozenset[str] = frozenset()

    @property
    def fixed_cost(self) -> int:
        return self.lodging_cost + self.intercity_cost
