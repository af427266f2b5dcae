"""The four ways to spend the same trip. A profile bends the search; the score (see `score`) never looks at it."""

from __future__ import annotations

from dataclasses import dataclass

PACE_MINUTES = {"relaxed": 240, "balanced": 330, "full": 420}  # minutes of visits a day that the traveler's wish means


@dataclass(frozen=True, slots=True)
class Profile:
    """What a search aims at. Factors are relative to the traveler's wish; the limits of the party always hold.

    `pace` times the wished active minutes is the most a day gets; `stops` is the most places a day gets; `thrift` 0..1 makes
    money count against a place; `ease` 0..1 makes effort count; `rest_afternoon` keeps one afternoon of the trip free.
    """

    name: str
    pace: float
    stops: int
    thrift: float = 0.15
    ease: float = 0.0
    rest_break: bool = False
    rest_afternoon: bool = False


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("balanced", pace=1.1, stops=7),
        Profile("relaxed", pace=0.8, stops=4, ease=0.6, rest_break=True, rest_afternoon=True),
        Profile("full", pace=1.5, stops=10),
        Profile("thrifty", pace=1.1, stops=7, thrift=1.0),
    )
}


def profile_of(name: str) -> Profile:
    """The profile of that name; an unknown one (an older plan's) counts as balanced."""
    return PROFILES.get(name, PROFILES["balanced"])


def wished_minutes(pace: str, limit: int) -> int:
    """Active minutes of a day that the traveler's wish means, never more than the party can do."""
    return min(PACE_MINUTES.get(pace, PACE_MINUTES["balanced"]), limit)
