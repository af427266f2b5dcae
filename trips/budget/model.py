"""The predictor: one request in, one estimate out. Pure and deterministic; about a millisecond.

Method: ceilings of the place (looked up, else modelled from the country and continent) x shares by comfort and price
level, drawn to the catalogue's own prices by their precision; every category is log-normal with measured and assumed
sigmas in quadrature; the total's quantiles are those of the correlated sum (see `intervals`).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from trips.budget.categories import activities_part, food_part, intercity_part, local_transport_part, lodging_part
from trips.budget.estimate import CATEGORIES, Breakdown, BudgetEstimate, ModelCard, Quantiles
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
    find_rate(request.currency)
    tables = load_tables()
    place = place_level(request, tables)
    parts = category_parts(request, place, tables)
    samples = total_samples(parts)
    total = _money(total_band(samples), request.currency)
    bands = {name: _money(part_band(p), request.currency) for name, p in zip(CATEGORIES, parts, strict=True)}
    low, high = request.budget_min, request.budget_max
    position = _position(total.p50, low, high)
    when = trip_calendar(request)
    return BudgetEstimate(
        currency=request.currency,
        total=total,
        breakdown=Breakdown(**bands),
        per_day=quantize_money(total.p50 / request.days, request.currency),
        per_person=quantize_money(total.p50 / request.people, request.currency),
        model=_model_card(),
        drivers=explain_drivers(request, place, when, parts, _extra_day(request, place, tables, parts)),
        sources=list_sources(request, place, tables),
        assumptions=list_assumptions(request, place, when, tables),
        within_range=None if position == "none" else position == "within",
        range_position=position,
        shortfall=quantize_money(
            max(Decimal(0), total.p50 - high) if high is not None else Decimal(0), request.currency
        ),
        share_below_limit=None if high is None else figure(share_at_most(samples, _usd(high, request.currency))),
    )


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
