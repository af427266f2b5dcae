"""Properties of the prediction that hold for every request."""

import json
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trips.budget import (
    COMFORTS,
    PACES,
    BudgetEstimate,
    BudgetRequest,
    HotelPrice,
    Origin,
    PersonPrice,
    Quantiles,
    budget_body,
    exponent,
    predict,
)
from trips.budget.estimate import CATEGORIES
from trips.budget.tables import load_tables

COUNTRIES = ("IND", "FRA", "ITA", "JPN", "TUR", "USA", "NPL", "ATA", "CUB", "QQQ")
DESTINATIONS = ("Varanasi", "Manali", "hampta-pass", "Goa", "Delhi", "Paris", "Rome", "Tokyo", "Istanbul", "New York")

percents = st.integers(-50, 200).map(Decimal)
months = st.lists(st.integers(1, 12), max_size=12, unique=True).map(tuple)
prices = st.builds(
    PersonPrice, st.decimals(0, 100000, places=2), st.sampled_from(("INR", "EUR", "JPY", "QQQ")),
    st.sampled_from(("", *COMFORTS)),
)  # fmt: skip
hotels = st.builds(
    HotelPrice, st.decimals(1, 1000000, places=2), st.sampled_from(("INR", "EUR", "JPY", "QQQ")),
    st.sampled_from(("", *COMFORTS)), st.integers(1, 6), percents, months, percents,
)  # fmt: skip
origins = st.builds(Origin, st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(COUNTRIES))
requests = st.builds(
    BudgetRequest,
    destination=st.sampled_from(DESTINATIONS),
    country=st.sampled_from(COUNTRIES),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    days=st.integers(1, 60),
    people=st.integers(1, 30),
    comfort=st.sampled_from(COMFORTS),
    currency=st.sampled_from(("INR", "EUR", "JPY", "KWD", "USD", "LBP", "RUB")),
    trip_type=st.sampled_from(("leisure", "trek", "spiritual", "unheard of")),
    pace=st.sampled_from(PACES),
    start_date=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    months=months,
    high_months=months,
    origin=st.none() | origins,
    hotels=st.lists(hotels, max_size=4).map(tuple),
    fees=st.lists(prices, max_size=4).map(tuple),
    activities=st.lists(prices, max_size=4).map(tuple),
    budget_max=st.none() | st.decimals(0, 10**9, places=2),
    as_of=st.none() | st.just(date(2026, 11, 21)),
)


def bands(estimate: BudgetEstimate) -> Iterator[Quantiles]:
    """The total's quantiles and each category's."""
    yield estimate.total
    for name in CATEGORIES:
        yield getattr(estimate.breakdown, name)


def leaves(value: Any) -> Iterator[Any]:
    """Every plain value inside an answer."""
    if is_dataclass(value):
        value = [getattr(value, f.name) for f in fields(value)]
    if isinstance(value, dict) or hasattr(value, "items"):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def assert_not_below(more: BudgetEstimate, less: BudgetEstimate) -> None:
    for high, low in zip(bands(more), bands(less), strict=True):
        assert (high.p10 >= low.p10, high.p50 >= low.p50, high.p90 >= low.p90) == (True, True, True)


@settings(max_examples=150, deadline=None)
@given(requests)
def test_predict_when_any_request_then_quantiles_are_ordered_money_without_floats(request: BudgetRequest) -> None:
    estimate = predict(request)
    for band in bands(estimate):
        assert Decimal(0) <= band.p10 <= band.p50 <= band.p90
        for amount in (band.p10, band.p50, band.p90):
            assert amount.as_tuple().exponent == -exponent(request.currency)
    assert estimate.total.p50 > 0
    assert not any(isinstance(leaf, float) for leaf in leaves(estimate))
    assert not any(isinstance(leaf, float) for leaf in leaves(budget_body(estimate)))


@settings(max_examples=150, deadline=None)
@given(requests)
def test_predict_when_any_request_then_total_lies_between_its_parts_extremes(request: BudgetRequest) -> None:
    estimate = predict(request)
    parts = list(bands(estimate))[1:]
    unit = Decimal(1).scaleb(-exponent(request.currency))
    # Fixed points of the sum: its quantiles are exact to about a percent.
    slack = estimate.total.p50 / 50 + 6 * unit
    assert sum(p.p10 for p in parts) <= estimate.total.p10 + slack
    assert sum(p.p50 for p in parts) <= estimate.total.p50 + slack
    assert estimate.total.p90 <= sum(p.p90 for p in parts) + slack
    assert abs(estimate.per_day * request.days - estimate.total.p50) <= unit * request.days
    assert abs(estimate.per_person * request.people - estimate.total.p50) <= unit * request.people


@settings(max_examples=150, deadline=None)
@given(requests, st.integers(1, 5))
def test_predict_when_more_people_then_never_cheaper(request: BudgetRequest, more: int) -> None:
    assert_not_below(predict(replace(request, people=request.people + more)), predict(request))


@settings(max_examples=150, deadline=None)
@given(requests, st.integers(1, 5))
def test_predict_when_more_days_then_never_cheaper(request: BudgetRequest, more: int) -> None:
    assert_not_below(predict(replace(request, days=request.days + more)), predict(request))


@settings(max_examples=100, deadline=None)
@given(requests, st.decimals(0, 10**7, places=2))
def test_predict_when_limit_is_given_then_shortfall_and_share_agree(request: BudgetRequest, limit: Decimal) -> None:
    estimate = predict(replace(request, budget_max=limit))
    share = estimate.share_below_limit
    assert share is not None
    assert 0 <= share <= 1
    over = estimate.total.p50 - limit
    assert abs(estimate.shortfall - max(Decimal(0), over)) <= Decimal(1).scaleb(-exponent(request.currency))
    assert estimate.within_range is (over <= 0)
    if limit > estimate.total.p90 + 1:
        assert share >= Decimal("0.899")
    if limit < estimate.total.p10 - 1:
        assert share <= Decimal("0.101")


@settings(max_examples=50, deadline=None)
@given(requests)
def test_predict_when_asked_twice_then_same_answer(request: BudgetRequest) -> None:
    assert predict(request) == predict(request)


@pytest.mark.parametrize("alpha3", sorted(load_tables().countries))
def test_predict_when_place_is_unlisted_in_any_country_then_works(alpha3: str) -> None:
    estimate = predict(BudgetRequest("Nowhere at all", alpha3, 0.0, -30.0, 3, 2, "standard", "USD"))
    codes = {s.code for s in estimate.assumptions}
    assert codes & {"place_not_listed", "country_not_listed"}
    assert estimate.total.p10 < estimate.total.p50 < estimate.total.p90


def test_predict_when_extremes_then_stays_finite() -> None:
    small = predict(BudgetRequest("x", "QQQ", 0, 0, 1, 1, "budget", "KWD"))
    assert small.breakdown.lodging.p90 == 0
    huge = predict(
        BudgetRequest("New York", "USA", 40.7, -74, 366, 500, "luxury", "LBP", start_date=date.max,
                      origin=Origin(-40.7, 106.0, "AUS"), budget_max=Decimal("1e15"))
    )  # fmt: skip
    assert huge.total.p90.is_finite()
    assert huge.share_below_limit == 1


def test_predict_when_warm_then_takes_under_five_milliseconds() -> None:
    request = BudgetRequest("Paris", "FRA", 48.85, 2.35, 30, 4, "standard", "EUR", start_date=date(2027, 5, 1))
    predict(request)
    best = min(_seconds(request) for _ in range(5))
    assert best < 0.005


def _seconds(request: BudgetRequest) -> float:
    start = time.perf_counter()
    predict(request)
    return time.perf_counter() - start


def test_budget_body_when_rupees_then_has_the_documents_fields() -> None:
    request = BudgetRequest("Varanasi", "IND", 25.317, 83.006, 3, 2, "luxury", "INR", budget_max=Decimal(1))
    body = budget_body(predict(request))
    predicted = body["predictedBudget"]
    assert predicted["totalINR"] == predicted["total"] == predicted["p50"]
    assert set(body["breakdown"]) == {"lodging", "food", "localTransport", "activities", "intercity"}
    assert set(body) >= {"model", "drivers", "sources", "withinRange", "shortfall"}
    assert body["withinRange"] is False
    json.dumps(body, default=str)
