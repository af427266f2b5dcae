"""The request's checks, currencies and exponents."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trips.budget import BudgetRequest, HotelPrice, Origin, PersonPrice, convert, exponent, predict, quantize_money
from trips.budget.rates import convert_exact
from trips.budget.tables import load_tables

VARANASI = BudgetRequest(
    "Varanasi", "IND", 25.317, 83.006, days=5, people=2, comfort="standard", currency="INR",
    start_date=date(2026, 11, 23),
)  # fmt: skip
USABLE = sorted(code for code, row in load_tables().rates.items() if row.status != "replaced")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("destination", "  "), ("country", "IN"), ("country", "ind"), ("latitude", 90.5), ("latitude", float("nan")),
        ("longitude", -181.0), ("days", 0), ("days", 367), ("people", 0), ("people", 501), ("comfort", "royal"),
        ("currency", "rupee"), ("pace", "hasty"), ("months", (0,)), ("high_months", (13,)),
        ("budget_min", Decimal("-1")), ("budget_max", Decimal("NaN")), ("budget_max", 12.5),
    ],
)  # fmt: skip
def test_request_when_field_is_wrong_then_value_error_names_it(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        replace(VARANASI, **{field: value})


def test_request_when_minimum_is_over_maximum_then_value_error() -> None:
    with pytest.raises(ValueError, match="budget_min must not be over"):
        replace(VARANASI, budget_min=Decimal(2), budget_max=Decimal(1))


def test_catalogue_prices_when_wrong_then_value_error() -> None:
    with pytest.raises(ValueError, match="nightly"):
        HotelPrice(Decimal(0), "INR", "standard")
    with pytest.raises(ValueError, match="sleeps"):
        HotelPrice(Decimal(1), "INR", "standard", sleeps=0)
    with pytest.raises(ValueError, match="amount"):
        PersonPrice(Decimal(-1), "INR")
    with pytest.raises(ValueError, match="origin country"):
        Origin(1.0, 2.0, "France")


@pytest.mark.parametrize(("code", "message"), [("ZZZ", "no exchange rate"), ("HRK", "no longer legal tender")])
def test_predict_when_currency_has_no_usable_rate_then_value_error(code: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        predict(replace(VARANASI, currency=code))


@pytest.mark.parametrize(("code", "digits"), [("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("INR", 2), ("EUR", 2)])
def test_exponent_when_asked_then_is_iso_4217(code: str, digits: int) -> None:
    assert exponent(code) == digits
    assert quantize_money(Decimal("12.34567"), code).as_tuple().exponent == -digits


def test_quantize_money_when_half_then_rounds_up() -> None:
    assert quantize_money(Decimal("0.005"), "EUR") == Decimal("0.01")
    assert quantize_money(Decimal("0.5"), "JPY") == Decimal(1)


@given(
    amount=st.decimals(min_value=0, max_value=Decimal("1e12"), places=3), source=st.sampled_from(USABLE),
    target=st.sampled_from(USABLE),
)  # fmt: skip
def test_convert_when_there_and_back_then_same_amount(amount: Decimal, source: str, target: str) -> None:
    back = convert_exact(convert_exact(amount, source, target), target, source)
    assert abs(back - amount) <= Decimal("1e-15") * (1 + amount)
    assert quantize_money(back, source) == quantize_money(amount, source) or abs(back - amount) < Decimal("1e-12")
    assert convert(amount, source, target).as_tuple().exponent == -exponent(target)


def test_rates_when_read_then_every_row_is_dated_and_sourced() -> None:
    tables = load_tables()
    assert tables.rates["EUR"].per_eur == 1
    assert {"USD", "INR", "JPY", "GBP", "KWD"} <= set(USABLE)
    for row in tables.rates.values():
        assert row.per_eur > 0
        assert row.source in tables.sources
        assert row.day <= date.fromisoformat(tables.texts["trained_at"])
