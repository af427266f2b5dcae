"""What a traveler wishes, before it is checked against the catalogue. Pure: from form, sentence and API alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

COMFORT_LEVELS = ("budget", "standard", "luxury")
PACES = ("relaxed", "balanced", "full")
SEASONS = ("winter", "spring", "summer", "autumn", "monsoon")
INTERESTS = (
    "temples", "history", "art", "architecture", "food", "nature", "beaches", "adventure", "shopping", "nightlife", "family",
    "photography", "wellness", "culture", "trekking", "views", "spiritual",
)  # fmt: skip
MAX_DAYS, MAX_PEOPLE, MAX_DESTINATIONS = 30, 20, 5
DEFAULT_DAYS, DEFAULT_PEOPLE = 3, 1
MONTHS_AHEAD = 18  # how far inventory is on sale
# Northern hemisphere, but for the monsoon, which is South Asia's.
SEASON_MONTHS = {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "monsoon": (7, 8, 9)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Constraints of the party; the least able traveler sets them. None = no constraint."""

    step_free: bool = False
    max_walk_km: float | None = None
    max_effort: int | None = None
    rest_days: int | None = None
    earliest_start: int | None = None  # minutes after midnight
    latest_end: int | None = None
    must_see: tuple[str, ...] = ()  # place ids
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """None or empty = not said; the defaults that fill the gaps are listed in the intent's `assumed`."""

    destinations: tuple[str, ...]
    origin: str = ""
    start_date: dt.date | None = None
    month: int | None = None
    season: str = ""
    days: int | None = None
    people: int | None = None
    comfort: str = ""
    trip_type: str = ""
    interests: Mapping[str, float] = field(default_factory=dict)
    pace: str = ""
    budget_minimum: Decimal | None = None
    budget_maximum: Decimal | None = None
    currency: str = ""
    needs: Needs = field(default_factory=Needs)
    sentence: str = ""


def season_months(season: str, latitude: float) -> tuple[int, ...]:
    """Months of a season; south of the equator the four seasons are half a year off."""
    months = SEASON_MONTHS[season]
    if latitude < 0 and season != "monsoon":
        return tuple((month + 5) % 12 + 1 for month in months)
    return months


def season_of(day: dt.date, latitude: float) -> str:
    """winter, spring, summer or autumn by month and hemisphere."""
    for season in ("winter", "spring", "summer", "autumn"):
        if day.month in season_months(season, latitude):
            return season
    raise AssertionError("twelve months, four seasons")


def propose_start(*, today: dt.date, days: int, months: tuple[int, ...]) -> dt.date:
    """The first Thursday at least three weeks off that lies in one of the months (any month when empty) with its whole stay on sale."""
    day = today + dt.timedelta(days=21)
    day += dt.timedelta(days=(3 - day.weekday()) % 7)
    for _ in range(60):
        if not months or day.month in months:
            return day
        day += dt.timedelta(days=7)
    return day


def split_days(days: int, destinations: int) -> tuple[int, ...]:
    """Share days among destinations as evenly as whole days allow; earlier ones get the spare days."""
    base, spare = divmod(days, destinations)
    return tuple(base + (1 if i < spare else 0) for i in range(destinations))
