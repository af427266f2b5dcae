"""From a request to the figures the model needs: rates of the place and month, season, price level, distance."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from trips.budget.assumptions import CONUS_LODGING_FACTOR, CONUS_MEALS_FACTOR
from trips.budget.request import BudgetRequest
from trips.budget.tables import CostTables, PlaceRate, plain_name
from trips.budget.unlisted import distance_km

Basis = Literal["listed", "nearby", "country", "continent", "world"]
#: A listed place of the same country this near is taken for the place itself.
NEARBY_KM = 10.0


@dataclass(frozen=True, slots=True)
class PlaceLevel:
    """Ceilings of the place: means of the year (USD), factors of the twelve months, and how sure they are."""

    basis: Basis
    location: str
    effective: str
    source: str
    lodging: float
    meals: float
    lodging_months: tuple[float, ...]
    meals_months: tuple[float, ...]
    seasonal: Literal["table", "high_months", "none"]
    lodging_sigma: float
    meals_sigma: float
    price_level: float
    level_basis: str
    level_year: str
    level_sigma: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """Nights, days, and nights on a Friday or Saturday, in each month (January first)."""

    nights: tuple[float, ...]
    days: tuple[float, ...]
    weekend_nights: tuple[float, ...]
    known: Literal["dates", "months", "none"]


def find_place(request: BudgetRequest, tables: CostTables) -> tuple[PlaceRate | None, Basis]:
    """The listed place by name or alias, else the nearest within `NEARBY_KM`, else what the country's row rests on."""
    for name in (request.destination, *request.aliases):
        found = tables.places.get((request.country, plain_name(name.replace("-", " "))))
        if found:
            return found, "listed"
    near: tuple[float, PlaceRate] | None = None
    for place in tables.places_of.get(request.country, ()):
        if place.latitude is not None and place.longitude is not None:
            km = distance_km(request.latitude, request.longitude, place.latitude, place.longitude)
            if km <= NEARBY_KM and (near is None or km < near[0]):
                near = (km, place)
    if near:
        return near[1], "nearby"
    country = tables.countries.get(request.country)
    if country is None:
        return None, "world"
    return None, "country" if country.rate_basis == "country" else "continent"


def place_level(request: BudgetRequest, tables: CostTables) -> PlaceLevel:
    """Look up first, model only what isn't listed; the sigmas are those measured for each way (model.csv)."""
    place, basis = find_place(request, tables)
    country = tables.countries.get(request.country)
    figures = tables.figures
    if place:
        lodging, meals = sum(place.lodging) / 12, sum(place.meals) / 12
        location, effective, source = place.location, place.effective, place.source
        lodging_months = tuple(rate / lodging for rate in place.lodging)
        meals_months = tuple(rate / meals for rate in place.meals)
    else:
        lodging = country.lodging if country else float(figures["world_lodging_usd"])
        meals = country.meals if country else float(figures["world_meals_usd"])
        location, effective, source = "", "", "gsa" if request.country == "USA" else "state_department"
        lodging_months = meals_months = (1.0,) * 12
    if source == "gsa":
        lodging, meals = lodging * CONUS_LODGING_FACTOR, meals * CONUS_MEALS_FACTOR
    seasonal: Literal["table", "high_months", "none"] = "none"
    if max(lodging_months) - min(lodging_months) > 1e-9:
        seasonal = "table"
    elif request.high_months and len(set(request.high_months)) < 12:
        seasonal = "high_months"
        lodging_months = _assumed_season(frozenset(request.high_months), float(figures["season_peak_ratio"]))
    level_basis = country.price_level_basis if country else "modelled"
    # The US has hundreds of listed towns, and its own, smaller error.
    suffix = "continent" if basis == "world" else "us" if basis == "country" and request.country == "USA" else basis
    return PlaceLevel(
        basis=basis,
        location=location,
        effective=effective,
        source=source,
        lodging=lodging,
        meals=meals,
        lodging_months=lodging_months,
        meals_months=meals_months,
        seasonal=seasonal,
        lodging_sigma=0.0 if basis == "listed" else float(figures[f"lodging_{suffix}_sigma"]),
        meals_sigma=0.0 if basis == "listed" else float(figures[f"meals_{suffix}_sigma"]),
        price_level=country.price_level if country else float(figures["world_price_level"]),
        level_basis=level_basis,
        level_year=country.price_level_year if country else "",
        # The median of |error| of a normal is 0.6745 sigma.
        level_sigma=float(figures["price_level_median_error"]) / 0.6745 if level_basis == "modelled" else 0.0,
    )


def _assumed_season(high: frozenset[int], ratio: float) -> tuple[float, ...]:
    """Month factors with mean 1 and `ratio` between high and other months."""
    low = 12 / (12 + len(high) * (ratio - 1))
    return tuple(low * ratio if month in high else low for month in range(1, 13))


def trip_calendar(request: BudgetRequest) -> Calendar:
    """Nights and days per month; without a date they are spread over the months thought of, or over the year."""
    if request.start_date is None:
        chosen = sorted(set(request.months)) or list(range(1, 13))
        share = [1 / len(chosen) if month in chosen else 0.0 for month in range(1, 13)]
        return Calendar(
            tuple(request.nights * s for s in share),
            tuple(request.days * s for s in share),
            tuple(request.nights * s * 2 / 7 for s in share),
            "months" if request.months else "none",
        )
    nights, days, weekend = [0.0] * 12, [0.0] * 12, [0.0] * 12
    for offset in range(request.days):
        day = _later(request.start_date, offset)
        days[day.month - 1] += 1
        if offset < request.nights:
            nights[day.month - 1] += 1
            weekend[day.month - 1] += day.weekday() in (calendar.FRIDAY, calendar.SATURDAY)
    return Calendar(tuple(nights), tuple(days), tuple(weekend), "dates")


def _later(start: date, days: int) -> date:
    """The date so many days on; the calendar's last day if it ends before."""
    return start + timedelta(days=days) if (date.max - start).days >= days else date.max


def years_ahead(request: BudgetRequest) -> float:
    """Years from the day of asking to the start (0 to 3), for the drift of prices."""
    if request.as_of is None or request.start_date is None:
        return 0.0
    return min(3.0, max(0.0, (request.start_date - request.as_of).days / 365.25))
