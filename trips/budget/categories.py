"""The five categories of spending: for each the median (USD, whole trip) and the sigma of its logarithm."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from trips.budget import assumptions as a
from trips.budget.features import Calendar, PlaceLevel
from trips.budget.intervals import Part
from trips.budget.rates import convert_exact, has_rate
from trips.budget.request import BudgetRequest, HotelPrice, PersonPrice
from trips.budget.tables import CostTables
from trips.budget.unlisted import distance_km, half_band


class TripFactors(NamedTuple):
    """Spending of a kind of trip relative to a leisure trip."""

    lodging: float
    food: float
    local_transport: float
    activities: float


@dataclass(frozen=True, slots=True)
class Journey:
    """How the travelers get there: mode none (same place or unknown), ground or air; km one way."""

    mode: str
    km: float


def rooms_needed(people: int, sleeps: int = a.PEOPLE_PER_ROOM) -> int:
    """Whole rooms for so many people."""
    return -(-people // sleeps)


def in_usd(amount: Decimal, currency: str) -> float:
    """Internal arithmetic is in floating USD; only the answer is money again."""
    return float(convert_exact(amount, currency, "USD"))


def lodging_part(request: BudgetRequest, place: PlaceLevel, when: Calendar, drift: float) -> Part:
    """Rooms x nights x (ceiling x season x comfort share x price level), drawn to the catalogue where it has hotels."""
    season_nights = sum(n * f for n, f in zip(when.nights, place.lodging_months, strict=True))
    rate = (
        place.lodging
        * a.LODGING_SHARE[request.comfort]
        * place.price_level**a.LEVEL_POWER
        * trip_factors(request).lodging
    )
    model = rooms_needed(request.people) * rate * season_nights
    sigma = math.hypot(
        place.lodging_sigma, a.CHOICE_SIGMA["lodging"], a.SHARE_SIGMA, place.level_sigma * a.LEVEL_POWER, drift
    )
    hotels = usable_hotels(request)
    if not hotels or model <= 0:
        return Part(model, sigma)
    # List prices per place to sleep: the spread and the disagreement must not depend on people and days, or a longer
    # trip could have a lower P10.
    heads = [math.log(in_usd(h.nightly, h.currency) / h.sleeps) for h in hotels]
    spread = half_band(x - statistics.median(heads) for x in heads)
    catalogue_sigma = math.hypot(min(max(a.CATALOGUE_SIGMA, spread), a.MOST_APART), drift)
    weight = sigma**2 / (sigma**2 + catalogue_sigma**2)
    catalogue = statistics.median(_hotel_total(h, request.people, when) for h in hotels)
    apart = statistics.median(heads) - math.log(rate / a.PEOPLE_PER_ROOM)
    between = weight * (1 - weight) * min(abs(apart), a.MOST_APART) ** 2
    combined = math.sqrt(1 / (1 / sigma**2 + 1 / catalogue_sigma**2) + between)
    return Part(math.exp(weight * math.log(catalogue) + (1 - weight) * math.log(model)), combined)


def usable_hotels(request: BudgetRequest) -> list[HotelPrice]:
    """Catalogue hotels of the asked comfort whose currency can be converted."""
    return [h for h in request.hotels if h.comfort in ("", request.comfort) and has_rate(h.currency)]


def usable_prices(request: BudgetRequest, prices: Sequence[PersonPrice]) -> list[float]:
    """Catalogue prices per person, USD, of the asked comfort, in currencies that can be converted."""
    return [in_usd(p.amount, p.currency) for p in prices if p.comfort in ("", request.comfort) and has_rate(p.currency)]


def _hotel_total(hotel: HotelPrice, people: int, when: Calendar) -> float:
    """USD for all nights, with the hotel's own high months and weekends."""
    high, weekend = 1 + float(hotel.high_percent) / 100, float(hotel.weekend_percent) / 100
    nights = sum(
        (n + w * weekend) * (high if month in hotel.high_months else 1.0)
        for month, (n, w) in enumerate(zip(when.nights, when.weekend_nights, strict=True), start=1)
    )
    return in_usd(hotel.nightly, hotel.currency) * rooms_needed(people, hotel.sleeps) * nights


def food_part(request: BudgetRequest, place: PlaceLevel, when: Calendar, drift: float) -> Part:
    """People x days x (meals ceiling x season x comfort share x price level)."""
    season_days = sum(n * f for n, f in zip(when.days, place.meals_months, strict=True))
    rate = place.meals * a.FOOD_SHARE[request.comfort] * place.price_level**a.LEVEL_POWER * trip_factors(request).food
    sigma = math.hypot(
        place.meals_sigma, a.CHOICE_SIGMA["food"], a.SHARE_SIGMA, place.level_sigma * a.LEVEL_POWER, drift
    )
    return Part(request.people * season_days * rate, sigma)


def local_transport_part(request: BudgetRequest, place: PlaceLevel) -> Part:
    """People x days x a daily sum at the country's price level."""
    rate = a.TRANSPORT_USD[request.comfort] * place.price_level * trip_factors(request).local_transport
    sigma = math.hypot(a.CHOICE_SIGMA["local_transport"], a.SHARE_SIGMA, place.level_sigma)
    return Part(request.people * request.days * rate, sigma)


def activities_part(request: BudgetRequest, place: PlaceLevel) -> Part:
    """People x days x a daily sum at the price level, mixed with the catalogue's fees and activities where given."""
    pace, factor = a.PACE_FACTOR[request.pace], trip_factors(request).activities
    daily = a.ACTIVITIES_USD[request.comfort] * place.price_level * pace * factor
    fees, tours = usable_prices(request, request.fees), usable_prices(request, request.activities)
    each = request.days * daily
    if fees or tours:
        # Nobody pays the same place's fee twice: a long stay runs out of places.
        visits = min(a.STOPS_PER_DAY[request.pace] * request.days, float(len(fees)))
        known = visits * statistics.fmean(fees) if fees else 0.0
        known += request.days * a.TOURS_PER_DAY * pace * factor * statistics.median(tours) if tours else 0.0
        each = a.FEES_WEIGHT * known + (1 - a.FEES_WEIGHT) * each
    return Part(request.people * each, math.hypot(a.CHOICE_SIGMA["activities"], a.SHARE_SIGMA, place.level_sigma))


def journey(request: BudgetRequest) -> Journey:
    """Mode and distance from the origin; short ways go by road or rail."""
    if request.origin is None:
        return Journey("none", 0.0)
    km = distance_km(request.latitude, request.longitude, request.origin.latitude, request.origin.longitude)
    if km < a.SAME_PLACE_KM:
        return Journey("none", km)
    return Journey("ground" if km < a.GROUND_LIMIT_KM else "air", km)


def intercity_part(request: BudgetRequest, place: PlaceLevel, tables: CostTables) -> Part:
    """People x return journey: the US fare curve in the air, a sum per km on the ground, at both ends' price level."""
    way = journey(request)
    if request.origin is None or way.mode == "none":
        return Part(0.0, a.CHOICE_SIGMA["intercity"])
    figures = tables.figures
    origin = tables.countries.get(request.origin.country)
    level = math.sqrt(place.price_level * (origin.price_level if origin else place.price_level))
    if way.mode == "air":
        # Aircraft and fuel cost the same everywhere, crews and taxes don't: half of the price level's power.
        fare = float(figures["fare_a"]) * way.km ** float(figures["fare_b"]) * level ** (a.LEVEL_POWER / 2)
    else:
        fare = a.GROUND_BASE_USD + a.GROUND_USD_PER_KM * way.km
        fare *= level**a.LEVEL_POWER
    inside = request.country == "USA" and request.origin.country == "USA" and way.mode == "air"
    sigma = math.hypot(a.CHOICE_SIGMA["intercity"], float(figures["fare_sigma"]), 0.0 if inside else a.ABROAD_SIGMA)
    ways = 1 if request.one_way else 2
    return Part(ways * request.people * fare * a.FARE_FACTOR[request.comfort], sigma)


def trip_factors(request: BudgetRequest) -> TripFactors:
    """The kind of trip relative to leisure; an unknown kind counts as leisure."""
    return TripFactors(*a.TRIP_TYPE_FACTORS.get(request.trip_type, (1.0, 1.0, 1.0, 1.0)))
