"""Why the sum is what it is: drivers, assumptions and sources, as codes with parameters (rendered elsewhere)."""

from collections.abc import Sequence
from decimal import Decimal

from trips.budget import assumptions as a
from trips.budget.categories import journey, rooms_needed, trip_factors, usable_hotels, usable_prices
from trips.budget.estimate import CATEGORIES, DOCUMENT_NAMES, Param, Sentence, SourceNote
from trips.budget.features import Calendar, PlaceLevel
from trips.budget.intervals import CORRELATION, Part
from trips.budget.rates import find_rate
from trips.budget.request import BudgetRequest
from trips.budget.tables import CostTables


def figure(value: float, places: int = 3) -> Decimal:
    """A factor or share as a Decimal, so that no float leaves the predictor."""
    return Decimal(repr(round(value, places)))


def _say(code: str, **params: Param) -> Sentence:
    return Sentence(code, params)


def explain_drivers(
    request: BudgetRequest, place: PlaceLevel, when: Calendar, parts: Sequence[Part], extra_day: Decimal
) -> tuple[Sentence, ...]:
    """What moves the sum, the largest part first."""
    total = sum(part.median for part in parts) or 1.0
    shares = sorted(((part.median / total, name) for part, name in zip(parts, CATEGORIES, strict=True)), reverse=True)
    drivers = [_say("largest_part", category=DOCUMENT_NAMES[shares[0][1]], share=figure(shares[0][0]))]
    if shares[1][0] > 0:
        drivers.append(_say("second_part", category=DOCUMENT_NAMES[shares[1][1]], share=figure(shares[1][0])))
    drivers.append(_say("price_level", country=request.country, factor=figure(place.price_level)))
    nights = sum(when.nights)
    if nights:
        season = sum(n * f for n, f in zip(when.nights, place.lodging_months, strict=True)) / nights
        if abs(season - 1) >= 0.005:
            drivers.append(_say("season", factor=figure(season)))
        drivers.append(_say("rooms", rooms=rooms_needed(request.people), nights=request.nights, people=request.people))
    if request.comfort != "standard":
        ratio = a.LODGING_SHARE[request.comfort] / a.LODGING_SHARE["standard"]
        drivers.append(_say("comfort", comfort=request.comfort, factor=figure(ratio)))
    if request.pace != "balanced":
        drivers.append(_say("pace", pace=request.pace, factor=figure(a.PACE_FACTOR[request.pace])))
    factors = trip_factors(request)
    if any(factor != 1 for factor in factors):
        drivers.append(_say("trip_type", tripType=request.trip_type, lodging=figure(factors.lodging),
                            food=figure(factors.food), localTransport=figure(factors.local_transport),
                            activities=figure(factors.activities)))  # fmt: skip
    way = journey(request)
    if way.mode != "none":
        drivers.append(_say("journey", mode=way.mode, km=round(way.km)))
    drivers.append(_say("extra_day", amount=extra_day, currency=request.currency))
    return tuple(drivers)


def list_assumptions(
    request: BudgetRequest, place: PlaceLevel, when: Calendar, tables: CostTables
) -> tuple[Sentence, ...]:
    """Everything that was assumed, not measured or asked for."""
    said = [
        _say("per_diem_ceilings", lodgingShare=figure(a.LODGING_SHARE[request.comfort]),
             foodShare=figure(a.FOOD_SHARE[request.comfort]), comfort=request.comfort,
             levelPower=figure(a.LEVEL_POWER), level=figure(place.price_level)),
        _say("daily_sums", currency="USD", transport=figure(a.TRANSPORT_USD[request.comfort]),
             activities=figure(a.ACTIVITIES_USD[request.comfort])),
        *([_say("people_per_room", people=a.PEOPLE_PER_ROOM)] if request.people > 1 else []),
        _say("parts_do_not_add", correlation=figure(CORRELATION)),
        _say("traveler_spread", lodging=figure(a.CHOICE_SIGMA["lodging"]), food=figure(a.CHOICE_SIGMA["food"]),
             localTransport=figure(a.CHOICE_SIGMA["local_transport"]),
             activities=figure(a.CHOICE_SIGMA["activities"]), shares=figure(a.SHARE_SIGMA)),
    ]  # fmt: skip
    if place.basis == "nearby":
        said.append(_say("place_taken_from_nearby", location=place.location))
    elif place.basis == "country":
        way = "us" if request.country == "USA" else "country"
        said.append(_say("place_not_listed", country=request.country,
                         listedPlaces=tables.countries[request.country].listed_places,
                         medianError=tables.figures[f"lodging_{way}_median_error"]))  # fmt: skip
    elif place.basis in ("continent", "world"):
        said.append(_say("country_not_listed", country=request.country, basis=place.basis,
                         medianError=tables.figures["lodging_continent_median_error"]))  # fmt: skip
    if place.source == "gsa":
        said.append(_say("us_rates_are_averages", lodging=figure(a.CONUS_LODGING_FACTOR),
                         meals=figure(a.CONUS_MEALS_FACTOR)))  # fmt: skip
    if place.level_basis == "modelled":
        said.append(_say("price_level_modelled", medianError=tables.figures["price_level_median_error"]))
    if place.seasonal == "high_months":
        said.append(_say("season_assumed", ratio=tables.figures["season_peak_ratio"]))
    elif place.seasonal == "none":
        said.append(_say("no_season_known"))
    if when.known != "dates":
        said.append(_say("dates_unknown" if when.known == "none" else "months_only", months=len(set(request.months))))
    if request.trip_type not in a.TRIP_TYPE_FACTORS:
        said.append(_say("trip_type_as_leisure", tripType=request.trip_type))
    said += _journey_assumptions(request, tables)
    said += _catalogue_assumptions(request)
    rate = find_rate(request.currency)
    newest = max(row.day for row in tables.rates.values())
    if (newest - rate.day).days > 31:
        said.append(_say("exchange_rate_old", currency=request.currency, date=rate.day.isoformat()))
    return tuple(said)


def _journey_assumptions(request: BudgetRequest, tables: CostTables) -> list[Sentence]:
    if request.origin is None:
        return [_say("intercity_not_included")]
    way = journey(request)
    if way.mode == "none":
        return [_say("no_journey_needed", km=round(way.km))]
    if way.mode == "ground":
        return [_say("ground_journey", usdPerKm=figure(a.GROUND_USD_PER_KM), km=round(way.km))]
    said = [_say("fare_curve", a=tables.figures["fare_a"], b=tables.figures["fare_b"],
                 medianError=tables.figures["fare_median_error"])]  # fmt: skip
    if request.country != "USA" or request.origin.country != "USA":
        said.append(_say("us_fares_used_abroad", sigma=figure(a.ABROAD_SIGMA)))
    if way.km > float(tables.figures["fare_longest_km"]):
        said.append(_say("fare_curve_extrapolated", km=round(way.km), upTo=int(tables.figures["fare_longest_km"])))
    return said


def _catalogue_assumptions(request: BudgetRequest) -> list[Sentence]:
    said: list[Sentence] = []
    hotels = usable_hotels(request)
    if hotels and request.nights:
        said.append(_say("catalogue_hotels", count=len(hotels), comfort=request.comfort))
    elif request.hotels and request.nights:
        said.append(_say("catalogue_hotels_unused", count=len(request.hotels), comfort=request.comfort))
    fees, tours = usable_prices(request, request.fees), usable_prices(request, request.activities)
    if fees or tours:
        said.append(_say("catalogue_fees", fees=len(fees), activities=len(tours), weight=figure(a.FEES_WEIGHT),
                         stopsPerDay=figure(a.STOPS_PER_DAY[request.pace])))  # fmt: skip
    return said


def list_sources(request: BudgetRequest, place: PlaceLevel, tables: CostTables) -> tuple[SourceNote, ...]:
    """The sources that this answer used, each once, surest first where they overlap."""
    ids = [place.source]
    # The price level's year is matched with market rates of the ECB or The Economist; modelled levels rest on meals.
    if place.level_basis == "world_bank":
        ids.append("world_bank")
    if journey(request).mode == "air":
        ids.append("us_dot")
    if usable_hotels(request) or usable_prices(request, request.fees) or usable_prices(request, request.activities):
        ids.append("catalogue")
    ids += [find_rate("USD").source, find_rate(request.currency).source, "editor"]
    return tuple(tables.sources[key] for key in dict.fromkeys(ids))
