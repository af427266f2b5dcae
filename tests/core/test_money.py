"""Money: exact, by the currency's own decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travelplanner.core import money
from travelplanner.core.money import Money

EXPONENTS = {"JPY": 0, "KRW": 0, "EUR": 2, "INR": 2, "USD": 2, "KWD": 3, "BHD": 3, "TND": 3}
currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(min_value=0, max_value=10**14)


@pytest.mark.parametrize(("currency", "places"), EXPONENTS.items())
def test_exponent_when_asked_then_the_currencys_own(currency: str, places: int) -> None:
    assert money.exponent(currency) == places
    assert money.unit(currency) == Decimal(10) ** -places


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("2.345", "EUR", "2.34"), ("2.355", "EUR", "2.36"), ("2.5", "JPY", "2"), ("3.5", "JPY", "4"), ("1.0005", "KWD", "1.000"), ("1.0015", "KWD", "1.002")],
)
def test_quantize_when_half_way_then_to_even(amount: str, currency: str, rounded: str) -> None:
    assert money.quantize(amount, currency) == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "currency", "payable"),
    [("12.345", "KWD", "12.340"), ("12.355", "KWD", "12.360"), ("0.004", "BHD", "0.000"), ("12.345", "EUR", "12.34"), ("12.5", "JPY", "12"), ("7", "TND", "7.000")],
)
def test_payable_when_asked_then_never_finer_than_a_hundredth(amount: str, currency: str, payable: str) -> None:
    assert str(money.payable(Decimal(amount), currency)) == payable


@given(minors, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(any), currencies)
def test_split_when_in_payable_steps_then_adds_up_and_each_part_can_be_charged(minor: int, weights: list[int], currency: str) -> None:
    total = money.payable(money.from_minor(minor, currency), currency)
    step = money.common_step([total], currency)
    parts = money.split(total, weights, currency, step=step)
    assert sum(parts) == total
    assert all(part >= 0 and money.payable(part, currency) == part for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < step


def test_split_when_the_total_is_no_whole_number_of_steps_then_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        money.split(Decimal("1.005"), [1, 1], "KWD", step=Decimal("0.01"))


@given(minors, currencies)
def test_minor_units_when_there_and_back_then_the_same(minor: int, currency: str) -> None:
    assert money.to_minor(money.from_minor(minor, currency), currency) == minor


@given(minors, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(any), currencies)
def test_split_when_any_weights_then_adds_up_and_is_fair_to_a_unit(minor: int, weights: list[int], currency: str) -> None:
    total = money.from_minor(minor, currency)
    parts = money.split(total, weights, currency)
    assert sum(parts) == total
    assert all(part >= 0 and money.quantize(part, currency) == part for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        exact = total * weight / sum(weights)
        assert abs(part - exact) < money.unit(currency)


@given(minors, st.integers(min_value=1, max_value=30), currencies)
def test_split_when_weights_are_equal_then_first_come_first(minor: int, heads: int, currency: str) -> None:
    parts = money.split(money.from_minor(minor, currency), [1] * heads, currency)
    assert list(parts) == sorted(parts, reverse=True)
    assert max(parts) - min(parts) <= money.unit(currency)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_split_when_weights_make_no_sense_then_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        money.split(Decimal(1), weights, "EUR")


def test_money_when_added_then_same_currency_only() -> None:
    assert Money(Decimal("1.10"), "EUR") + Money(Decimal("2.2"), "EUR") == Money(Decimal("3.30"), "EUR")
    with pytest.raises(ValueError, match="USD"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")


@pytest.mark.parametrize(("amount", "currency", "json"), [("12.5", "EUR", "12.50"), ("1200", "JPY", "1200"), ("1", "KWD", "1.000")])
def test_money_as_json_then_text_with_the_currencys_decimals(amount: str, currency: str, json: str) -> None:
    assert Money(Decimal(amount), currency).as_json() == {"amount": json, "currency": currency}


def test_as_number_when_whole_then_int_else_float() -> None:
    assert money.as_number(Decimal("12.00"), "EUR") == 12
    assert isinstance(money.as_number(Decimal("12.00"), "EUR"), int)
    assert money.as_number(Decimal("12.345"), "EUR") == 12.34


def test_known_currencies_when_listed_then_in_use_today() -> None:
    known = money.known_currencies()
    assert {"INR", "EUR", "JPY", "KWD"} <= known
    assert not {"DEM", "XXX", "ABC"} & known
