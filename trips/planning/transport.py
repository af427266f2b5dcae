"""How one moves inside a destination, and what it costs: an editor's table of typical local fares (no checked source; shown as estimates)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .problem import Mode

FAR = 10_000.0


@dataclass(frozen=True, slots=True)
class Fare:
    """Local currency; `seats` people share one vehicle, 1 = everyone pays (a ticket)."""

    currency: str
    base: Decimal
    per_km: Decimal
    seats: int


@dataclass(frozen=True, slots=True)
class Ride:
    """A mode with its reach, door-to-door speed and fare; None = free."""

    name: str
    max_km: float
    speed_kmh: float
    overhead_minutes: int
    fare: Fare | None = None
    on_foot: bool = False


def _fare(currency: str, base: str, per_km: str, seats: int) -> Fare:
    return Fare(currency, Decimal(base), Decimal(per_km), seats)


CITY_RIDES: dict[str, tuple[Ride, ...]] = {
    "IND": (
        Ride("auto", 14, 17, 7, _fare("INR", "30", "14", 3)),
        Ride("car", FAR, 30, 12, _fare("INR", "150", "16", 4)),
    ),
    "FRA": (Ride("metro", 12, 17, 9, _fare("EUR", "2.50", "0", 1)), Ride("train", FAR, 34, 16, _fare("EUR", "2.50", "0.10", 1))),
    "ITA": (Ride("metro", 10, 15, 9, _fare("EUR", "1.50", "0", 1)), Ride("train", FAR, 32, 18, _fare("EUR", "1.50", "0.08", 1))),
    "JPN": (Ride("metro", 14, 20, 9, _fare("JPY", "180", "8", 1)), Ride("train", FAR, 38, 14, _fare("JPY", "200", "14", 1))),
    "TUR": (Ride("tram", 12, 15, 9, _fare("TRY", "27", "0", 1)), Ride("taxi", FAR, 26, 8, _fare("TRY", "60", "28", 4))),
    "USA": (Ride("metro", 20, 19, 9, _fare("USD", "2.90", "0", 1)), Ride("taxi", FAR, 28, 8, _fare("USD", "6", "2.50", 4))),
}
OTHER_RIDES = (Ride("bus", 10, 15, 10, _fare("USD", "1.50", "0", 1)), Ride("taxi", FAR, 28, 8, _fare("USD", "3", "1.20", 4)))
TREK_RIDES = (
    Ride("trek", 13, 2.9, 0, None, on_foot=True),
    Ride("car", FAR, 24, 15, _fare("INR", "400", "25", 6)),
)
HILL_RIDES = (
    Ride("car", FAR, 24, 8, _fare("INR", "150", "18", 4)),
)
REGION_RIDES = (
    Ride("taxi", FAR, 32, 8, _fare("INR", "120", "20", 4)),
)
WALK_KM = {"trek": 1.0, "region": 1.0, "city": 1.3}
DETOUR = {"plain": 1.3, "coast": 1.35, "hill": 1.4, "mountain": 1.55}


def modes_for(
    *, kind: str, relief: str, country: str, people: int, max_walk_km: float | None, to_minor: Callable[[Decimal, str], int]
) -> tuple[Mode, ...]:
    """The modes of a destination for a party; `to_minor` turns (amount, currency) into minor units of the trip's currency."""
    rides: tuple[Ride, ...]
    if kind == "trek":
        rides = TREK_RIDES
    elif country == "IND" and relief == "mountain":
        rides = HILL_RIDES
    elif country == "IND" and kind == "region":
        rides = REGION_RIDES
    else:
        rides = CITY_RIDES.get(country, OTHER_RIDES)
    if max_walk_km is not None and max_walk_km < 4:
        rides = tuple(ride for ride in rides if not ride.on_foot) or rides
    walk = min(WALK_KM[kind], max_walk_km / 4 if max_walk_km is not None else FAR)
    modes = [Mode("walk", round(walk, 2), 4.5 if relief != "mountain" else 3.8, on_foot=True)]
    for ride in rides:
        base = per_km = 0
        if ride.fare is not None:
            vehicles = math.ceil(people / ride.fare.seats)
            base = to_minor(ride.fare.base * vehicles, ride.fare.currency)
            per_km = to_minor(ride.fare.per_km * vehicles, ride.fare.currency)
        modes.append(Mode(ride.name, ride.max_km, ride.speed_kmh, ride.overhead_minutes, base, per_km, ride.on_foot))
    return tuple(modes)


def detour_for(relief: str) -> float:
    """Way along roads over straight distance, by relief (editor's figures)."""
    return DETOUR.get(relief, 1.3)


def journey(km: float) -> tuple[str, int]:
    """Mode and minutes door to door of a journey between destinations, as an estimate by distance."""
    if km < 350:
        return "train" if km > 60 else "car", math.ceil(km * 1.25 / 48 * 60) + 30
    return "flight", math.ceil(km / 720 * 60) + 210
