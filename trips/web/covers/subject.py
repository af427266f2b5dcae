"""What a cover is drawn from: the place and the light, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["city", "region", "trek"]
Relief = Literal["plain", "mountain", "coast", "hill"]
Water = Literal["river", "coast", "lake", "none"]
Side = Literal["east", "west", "north", "south", ""]
Climate = Literal["dry", "humid", "alpine", "temperate", "mediterranean"]
Light = Literal["dawn", "noon", "dusk"]
Crop = Literal["10:7", "5:6", "5:2", "3:1"]
Tradition = Literal["south_asia", "east_asia", "west_asia", "europe", "americas", "elsewhere"]

TALL_CATEGORIES = frozenset({"viewpoint", "entertainment", "bridge", "neighborhood", "gallery", "street", "park"})


@dataclass(frozen=True, slots=True)
class CoverInput:
    """One picture's input; equal inputs give equal bytes.

    ``places`` are the catalogue's categories, most important first (the skyline is the catalogue); ``latitude`` and
    ``longitude`` in degrees; ``days`` draws the course with a ring per day (0: no course); ``seed`` is the
    destination's id. ``skyline`` overrides what the categories say about tall buildings.
    """

    seed: str
    kind: Kind = "city"
    relief: Relief = "plain"
    water: Water = "none"
    water_side: Side = ""
    climate_group: Climate = "temperate"
    month: int = 6
    light: Light = "noon"
    places: tuple[str, ...] = ()
    latitude: float = 45.0
    longitude: float | None = None
    days: int = 0
    crop: Crop = "10:7"
    skyline: Literal["auto", "low", "high"] = "auto"

    @property
    def winter(self) -> bool:
        """Whether the month is winter on this half of the globe."""
        return self._season_month in {12, 1, 2}

    @property
    def autumn(self) -> bool:
        """Whether the month is autumn on this half of the globe."""
        return self._season_month in {9, 10, 11}

    @property
    def spring(self) -> bool:
        """Whether the month is spring on this half of the globe."""
        return self._season_month in {3, 4, 5}

    @property
    def tropical(self) -> bool:
        """Whether palms grow here."""
        return abs(self.latitude) < 27

    @property
    def tradition(self) -> Tradition:
        """The way of building, from the coordinates alone."""
        lat, lon = self.latitude, self.longitude
        if lon is None:
            by_climate: dict[str, Tradition] = {"dry": "south_asia", "mediterranean": "europe", "temperate": "europe"}
            return by_climate.get(self.climate_group, "elsewhere")
        if lon < -30:
            return "americas"
        if 66 <= lon < 97 and 5 <= lat < 37:
            return "south_asia"
        if 97 <= lon < 150 and lat > -12:
            return "east_asia"
        if (26 <= lon < 66 and 12 <= lat < 42) or (-18 <= lon < 26 and 15 <= lat < 35):
            return "west_asia"
        if -25 <= lon < 66 and lat >= 35:
            return "europe"
        return "elsewhere"

    @property
    def tall(self) -> bool:
        """Whether the city's skyline is of towers: few old buildings in the catalogue, or the caller says so."""
        if self.skyline != "auto":
            return self.skyline == "high"
        if self.kind != "city" or not self.places:
            return False
        modern = sum(place in TALL_CATEGORIES for place in self.places) / len(self.places)
        return modern >= (0.28 if self.tradition in {"americas", "east_asia"} else 0.72)

    @property
    def _season_month(self) -> int:
        return self.month if self.latitude >= 0 else (self.month + 5) % 12 + 1
