"""What the words mean: distance, travel, fatigue, rest. Search and checker share these definitions and nothing else.

How a day is written down: lodging (setting out), places, meals and rests, lodging (being back). A day with a transfer in opens with
the transfer, then the bed where it arrives; one with a transfer out ends with it, after the bed where it leaves. A transfer stands
at that bed, lasts its own minutes and counts as a walk or a ride by its mode. Its cost shows in the day and is part of
`Problem.intercity_cost`, so a trip's total does not add it again. A place visited as a meal costs its fee, and the meal on top.
"""

from __future__ import annotations

import math

from .plan import Leg
from .problem import Area

EARTH_RADIUS_KM = 6371.0088
REST_DAY_ACTIVE_MINUTES = 150  # a day is a rest day when its visits take no longer ...
REST_DAY_EFFORT = 2  # ... and none is harder than this
SAME_SPOT_KM = 0.03


def straight_km(latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> float:
    """Great-circle distance in kilometers (haversine, mean Earth radius)."""
    phi_a, phi_b = math.radians(latitude_a), math.radians(latitude_b)
    half = math.sin((phi_b - phi_a) / 2) ** 2
    half += math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(longitude_b - longitude_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def travel(area: Area, latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> Leg:
    """The leg between two points of an area: first mode whose reach covers the way, whole minutes rounded up.

    Farther than every mode: the last mode is taken. Same spot: a walk of zero minutes.
    """
    straight = straight_km(latitude_a, longitude_a, latitude_b, longitude_b)
    if straight <= SAME_SPOT_KM:
        return Leg(mode="walk", minutes=0, distance_km=0.0, cost=0)
    distance = round(straight * area.detour, 2)
    mode = next((m for m in area.modes if distance <= m.max_km), area.modes[-1])
    minutes = math.ceil(distance / mode.speed_kmh * 60 + mode.overhead_minutes)
    cost = round(mode.fare_base + mode.fare_per_km * distance)
    return Leg(mode=mode.name, minutes=max(1, minutes), distance_km=distance, cost=cost)


def is_on_foot(area: Area, mode_name: str) -> bool:
    """Whether a leg's mode counts as walking in that area."""
    return any(mode.on_foot for mode in area.modes if mode.name == mode_name) or mode_name in ("walk", "trek")


def day_fatigue(*, active_minutes: int, effort_minutes: int, walk_km: float, ride_minutes: int, day_minutes: int) -> float:
    """How tired a day leaves one, 0 (nothing done) to 10 (exhausted), one decimal.

    `effort_minutes` = sum of visit minutes * (effort - 1), so an easy visit adds none; `day_minutes` = from leaving the base to being back,
    transfers included; `ride_minutes` = legs and transfers not on foot.
    The weights are an editor's scale (no measured source): eight easy hours with 5 km on foot come to about 4.5, a 12 h trek day to 9 or more.
    """
    hours = active_minutes / 60
    raw = 0.30 * hours + 0.22 * effort_minutes / 60 + 0.22 * walk_km + 0.20 * ride_minutes / 60 + 0.45 * max(0.0, day_minutes / 60 - 9)
    return round(min(10.0, raw), 1)


def is_rest_day(*, active_minutes: int, hardest_effort: int) -> bool:
    """A rest day: little to see, nothing hard."""
    return active_minutes <= REST_DAY_ACTIVE_MINUTES and hardest_effort <= REST_DAY_EFFORT
