"""The only module of the predictor that reads files: the derived tables of `trips/data/costs/`, once per process."""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from trips.budget.estimate import SourceNote

FOLDER = Path(__file__).resolve().parent.parent / "data" / "costs"
REST_OF_COUNTRY = "[Other]"
#: Names under which travelers look for a listed place (normalised name -> the table's name).
ALIASES = {
    ("IND", "delhi"): "New Delhi", ("IND", "bangalore"): "Bengaluru", ("IND", "bombay"): "Mumbai",
    ("IND", "calcutta"): "Kolkata", ("IND", "thiruvananthapuram"): "Trivandrum",
    ("USA", "washington"): "District of Columbia",
    ("USA", "washington dc"): "District of Columbia",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlaceRate:
    """Ceilings of a listed place in USD, twelve months from January: a room and night; a person's meals and day."""

    alpha3: str
    location: str
    latitude: float | None
    longitude: float | None
    lodging: tuple[float, ...]
    meals: tuple[float, ...]
    effective: str
    source: str


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country's ceilings of an unlisted place (USD, yearly mean) and its price level (United States = 1)."""

    alpha3: str
    continent: str
    currency: str
    lodging: float
    meals: float
    rate_basis: str
    listed_places: int
    price_level: float
    price_level_year: str
    price_level_basis: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """Units of a currency per EUR on a day; status current, suspended (no longer quoted) or replaced (not tender)."""

    currency: str
    per_eur: Decimal
    day: date
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class CostTables:
    """All derived tables, indexed for one look-up per question."""

    places: Mapping[tuple[str, str], PlaceRate]
    places_of: Mapping[str, tuple[PlaceRate, ...]]
    countries: Mapping[str, CountryRow]
    rates: Mapping[str, RateRow]
    figures: Mapping[str, Decimal]
    metrics: Mapping[str, Decimal]
    texts: Mapping[str, str]
    sources: Mapping[str, SourceNote]


def plain_name(text: str) -> str:
    """A name for look-ups: no accents, lower case, one space, without a trailing " city"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    return " ".join(re.sub(r"[^\w ]", " ", bare.replace("_", " ")).split()).removesuffix(" city")


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@lru_cache(maxsize=1)
def load_tables() -> CostTables:
    """Read and index the tables (about 20 ms, once)."""
    places = _places()
    index: dict[tuple[str, str], PlaceRate] = {}
    of_country: dict[str, list[PlaceRate]] = defaultdict(list)
    for (alpha3, _, location), place in places.items():
        if location == REST_OF_COUNTRY:
            continue
        of_country[alpha3].append(place)
        # A name in two US states: the dearer one is the better known (Portland, OR; Springfield is nobody's goal).
        key = (alpha3, plain_name(location))
        if key not in index or max(place.lodging) > max(index[key].lodging):
            index[key] = place
    for (alpha3, alias), location in ALIASES.items():
        found = index.get((alpha3, plain_name(location)))
        if found:
            index[alpha3, alias] = found
    model = _rows("model.csv")
    return CostTables(
        places=index,
        places_of={k: tuple(v) for k, v in of_country.items()},
        countries={
            r["alpha3"]: CountryRow(
                r["alpha3"], r["continent"], r["currency"], float(r["lodging_usd"]), float(r["meals_usd"]),
                r["rate_basis"], int(r["listed_places"]), float(r["price_level"]), r["price_level_year"],
                r["price_level_basis"],
            )
            for r in _rows("countries.csv")
        },
        rates={
            r["currency"]: RateRow(
                r["currency"], Decimal(r["per_eur"]), date.fromisoformat(r["date"]), r["source"], r["status"]
            )
            for r in _rows("exchange_rates.csv")
        },
        figures={r["name"]: Decimal(r["value"]) for r in model if r["kind"] != "text"},
        metrics={r["name"]: Decimal(r["value"]) for r in model if r["kind"] == "metric"},
        texts={r["name"]: r["value"] for r in model if r["kind"] == "text"},
        sources={
            r["id"]: SourceNote(
                r["id"], r["title"], r["reference"], r["date"], r["used_for"],
                "high" if r["confidence"] == "high" else "medium" if r["confidence"] == "medium" else "low",
            )
            for r in _rows("sources.csv")
        },
    )  # fmt: skip


def _places() -> dict[tuple[str, str, str], PlaceRate]:
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for r in _rows("per_diem.csv"):
        groups[r["alpha3"], r["state"], r["location"]].append(r)
    return {key: _place(key, rows) for key, rows in groups.items()}


def _place(key: tuple[str, str, str], rows: list[dict[str, str]]) -> PlaceRate:
    monthly: dict[int, tuple[float, float]] = {}
    for r in rows:
        for month in r["months"].split("|"):
            monthly[int(month)] = (float(r["lodging_usd"]), float(r["meals_usd"]))
    # A month no season covers (two raw tables have gaps) takes the mean of those that are covered.
    mean = tuple(sum(v[i] for v in monthly.values()) / len(monthly) for i in (0, 1))
    first = rows[0]
    return PlaceRate(
        key[0],
        key[2],
        float(first["latitude"]) if first["latitude"] else None,
        float(first["longitude"]) if first["longitude"] else None,
        tuple(monthly[m][0] if m in monthly else mean[0] for m in range(1, 13)),
        tuple(monthly[m][1] if m in monthly else mean[1] for m in range(1, 13)),
        first["effective"],
        first["source"],
    )
