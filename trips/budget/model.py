"""The predictor: one request in, one estimate out. Pure and deterministic; about a millisecond.

Method: ceilings of the place (looked up, else modelled from the country and continent) x shares by comfort and price
level, drawn to the catalogue's own prices by their precision; every category is log-normal with measured and assumed
sigmas in quadrature; the total's quantiles are those of the correlated sum (see `intervals`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from trips.budget.categories import activities_part, food_part, intercity_part, local_transport_part, lodging_part
from trips.budget.estimate import CATEGORIES, Breakdown, BudgetEstimate, ModelCard, Quantiles, Sentence, SourceNote
from trips.budget.explanation import explain_drivers, figure, list_assumptions, list_sources
from trips.budget.features import PlaceLevel, place_level, trip_calendar, years_ahead
from trips.budget.intervals import Band, Part, part_band, share_at_most, total_band, total_samples
from trips.budget.rates import convert_exact, find_rate, quantize_money
from trips.budget.request import MAX_DAYS, BudgetRequest
from trips.budget.tables import CostTables, load_tables


def predict(request: BudgetRequest) -> BudgetEstimate:
    """Predict what the stay costs all its people, as P10, P50 and P90 in the request's currency.

    Raises ValueError for a currency without a usable exchange rate (the request itself is checked when it is made).
    """
    return predict_stays((request,))


def predict_stays(stays: Sequence[BudgetRequest]) -> BudgetEstimate:
    """Predict a trip of one or more stays in a row; currency, people and budget are those of the first.

    Within a category the stays' errors are taken as fully correlated (the widest honest band). Raises ValueError for no
    stay, for stays that differ in currency or people, and for a currency without a usable exchange rate.
    """
    if not stays:
        raise ValueError("stays must not be empty")
    first = stays[0]
    if any((s.currency, s.people) != (first.currency, first.people) for s in stays):
        raise ValueError("stays must agree in currency and people")
    find_rate(first.currency)
    tables = load_tables()
    places = [place_level(s, tables) for s in stays]
    by_stay = [category_parts(s, place, tables) for s, place in zip(stays, places, strict=True)]
    parts = tuple(_together(column) for column in zip(*by_stay, strict=True))
    samples = total_samples(parts)
    total = _money(total_band(samples), first.currency)
    bands = {name: _money(part_band(p), first.currency) for name, p in zip(CATEGORIES, parts, strict=True)}
    low, high = first.budget_min, first.budget_max
    position = _position(total.p50, low, high)
    over = max(Decimal(0), total.p50 - high) if high is not None else Decimal(0)
    drivers, assumptions, sources = _explanation(stays, places, by_stay, tables)
    return BudgetEstimate(
        currency=first.currency,
        total=total,
        breakdown=Breakdown(**bands),
        per_day=quantize_money(total.p50 / sum(s.days for s in stays), first.currency),
        per_person=quantize_money(total.p50 / first.people, first.currency),
        model=_model_card(),
        drivers=drivers,
        sources=sources,
        assumptions=assumptions,
        within_range=None if position == "none" else position == "within",
        range_position=position,
        shortfall=quantize_money(over, first.currency),
        share_below_limit=None if high is None else figure(share_at_most(samples, _usd(high, first.currency))),
    )


def _together(parts: Sequence[Part]) -> Part:
    """One category over all stays: medians add up, sigmas are averaged by median."""
    median = sum(p.median for p in parts)
    if len(parts) == 1 or median <= 0:
        return parts[0]
    return Part(median, sum(p.median * p.sigma for p in parts) / median)


def _explanation(
    stays: Sequence[BudgetRequest],
    places: Sequence[PlaceLevel],
    by_stay: Sequence[tuple[Part, ...]],
    tables: CostTables,
) -> tuple[tuple[Sentence, ...], tuple[Sentence, ...], tuple[SourceNote, ...]]:
    """Drivers, assumptions and sources of all stays, each sentence once."""
    drivers: list[Sentence] = []
    assumptions: list[Sentence] = []
    sources: dict[str, SourceNote] = {}
    for stay, place, parts in zip(stays, places, by_stay, strict=True):
        when, extra = trip_calendar(stay), _extra_day(stay, place, tables, parts)
        drivers += [s for s in explain_drivers(stay, place, when, parts, extra) if s not in drivers]
        assumptions += [s for s in list_assumptions(stay, place, when, tables) if s not in assumptions]
        sources |= {s.id: s for s in list_sources(stay, place, tables)}
    return tuple(drivers), tuple(assumptions), tuple(sources.values())


def category_parts(request: BudgetRequest, place: PlaceLevel, tables: CostTables) -> tuple[Part, ...]:
    """Lodging, food, local transport, activities, intercity, in the order of `CATEGORIES`; USD."""
    when, years = trip_calendar(request), years_ahead(request)
    drift = {name: float(tables.figures[f"{name}_year_sigma"]) * years**0.5 for name in ("lodging", "meals")}
    return (
        lodging_part(request, place, when, drift["lodging"]),
        food_part(request, place, when, drift["meals"]),
        local_transport_part(request, place),
        activities_part(request, place),
        intercity_part(request, place, tables),
    )


def _extra_day(request: BudgetRequest, place: PlaceLevel, tables: CostTables, parts: tuple[Part, ...]) -> Decimal:
    """What one more day (or, at the longest stay, one day less) moves the sum of medians."""
    other = replace(request, days=request.days + (1 if request.days < MAX_DAYS else -1))
    moved = sum(p.median for p in category_parts(other, place, tables)) - sum(p.median for p in parts)
    return _from_usd(abs(moved), request.currency)


def _money(band: Band, currency: str) -> Quantiles:
    return Quantiles(*(_from_usd(value, currency) for value in band))


def _from_usd(value: float, currency: str) -> Decimal:
    """Floating USD to quantized money: the one door out of floating arithmetic."""
    return quantize_money(convert_exact(Decimal(repr(value)), "USD", currency), currency)


def _usd(amount: Decimal, currency: str) -> float:
    return float(convert_exact(amount, currency, "USD"))


def _position(p50: Decimal, low: Decimal | None, high: Decimal | None) -> Literal["below", "within", "above", "none"]:
    if low is None and high is None:
        return "none"
    if low is not None and p50 < low:
        return "below"
    if high is not None and p50 > high:
        return "above"
    return "within"


@lru_cache(maxsize=1)
def _model_card() -> ModelCard:
    tables = load_tables()
    metrics: Mapping[str, Decimal] = MappingProxyType(dict(tables.metrics))
    return ModelCard(tables.texts["name"], date.fromisoformat(tables.texts["trained_at"]), metrics)
