"""Splitting an expense: exact, fair to the cent, the same whatever the order, and not always the same person pays the odd cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travelplanner.core import money
from trips.expenses import Item, frozen_rate, is_stale, known_currencies, rate_sources, share_out, weights_of_items

CURRENCIES = st.sampled_from(["EUR", "INR", "JPY", "KWD"])  # 2, 2, 0 and 3 decimals
NAMES = st.lists(st.text("abcdefgh", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)
KEYS = st.uuids().map(str)


@st.composite
def shared(draw: st.DrawFn) -> tuple[Decimal, dict[str, Decimal], str, str]:
    """A total, weights (not all zero), a currency and an expense's id."""
    currency = draw(CURRENCIES)
    total = money.from_minor(draw(st.integers(0, 10**15)), currency)
    names = draw(NAMES)
    weights = [Decimal(draw(st.integers(0, 10**6))) / 1000 for _ in names]
    weights[0] = weights[0] or Decimal(1)
    return total, dict(zip(names, weights, strict=True)), currency, draw(KEYS)


@given(shared())
def test_parts_when_shared_out_then_they_add_up_and_none_is_negative_or_off_by_a_unit(case: tuple[Decimal, dict[str, Decimal], str, str]) -> None:
    total, weights, currency, key = case
    parts = share_out(total, weights, currency, key=key)
    assert sum(part.amount for part in parts) == total
    assert {part.member for part in parts} == set(weights)
    whole = sum(map(Fraction, weights.values()))
    for part in parts:
        exact = Fraction(total) * Fraction(weights[part.member]) / whole
        assert part.amount >= 0
        assert abs(Fraction(part.amount) - exact) < Fraction(money.unit(currency))
        assert part.amount == money.quantize(part.amount, currency)
        if not weights[part.member]:
            assert part.amount == 0


@given(shared(), st.randoms(use_true_random=False))
def test_parts_when_the_members_come_in_another_order_then_they_are_the_same(case: tuple[Decimal, dict[str, Decimal], str, str], random: object) -> None:
    total, weights, currency, key = case
    pairs = list(weights.items())
    random.shuffle(pairs)
    assert share_out(total, dict(pairs), currency, key=key) == share_out(total, weights, currency, key=key)


@given(shared())
def test_parts_when_one_weighs_more_then_they_never_pay_less(case: tuple[Decimal, dict[str, Decimal], str, str]) -> None:
    total, weights, currency, key = case
    parts = {part.member: part.amount for part in share_out(total, weights, currency, key=key)}
    for one in weights:
        for other in weights:
            if weights[one] > weights[other]:
                assert parts[one] >= parts[other]


def test_odd_cent_when_there_are_many_expenses_then_everybody_pays_it_now_and_then() -> None:
    def payer_of_the_cent(number: int) -> str:
        parts = share_out(Decimal("10.00"), {"a": 1, "b": 1, "c": 1}, "EUR", key=f"expense-{number}")
        assert sorted(part.amount for part in parts) == [Decimal("3.33"), Decimal("3.33"), Decimal("3.34")]
        return next(part.member for part in parts if part.amount == Decimal("3.34"))

    turns = [payer_of_the_cent(number) for number in range(300)]
    assert all(60 < turns.count(name) < 140 for name in "abc")


@pytest.mark.parametrize(
    ("total", "currency", "parts"),
    [("100", "JPY", ["33", "33", "34"]), ("1.000", "KWD", ["0.333", "0.333", "0.334"]), ("0.01", "EUR", ["0.00", "0.00", "0.01"]), ("0", "EUR", ["0.00"] * 3)],
)
def test_parts_when_the_currency_has_other_decimals_then_in_its_own_units(total: str, currency: str, parts: list[str]) -> None:
    assert sorted(str(part.amount) for part in share_out(Decimal(total), {"a": 1, "b": 1, "c": 1}, currency, key="k")) == parts


def test_parts_when_weights_differ_then_the_largest_remainder_gets_the_cent() -> None:
    parts = share_out(Decimal("10.00"), {"a": Decimal(1), "b": Decimal(2), "c": Decimal(4)}, "EUR", key="any")
    assert [str(part.amount) for part in parts] == ["1.43", "2.86", "5.71"]  # 1.4286, 2.8571, 5.7143


@pytest.mark.parametrize(("total", "weights"), [("-1", {"a": 1}), ("1.001", {"a": 1}), ("1", {}), ("1", {"a": 0}), ("1", {"a": 2, "b": -1})])
def test_split_when_it_makes_no_sense_then_refused(total: str, weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"split|weights"):
        share_out(Decimal(total), weights, "EUR", key="k")


def test_items_when_there_is_a_tip_then_it_falls_to_all_in_proportion() -> None:
    items = [Item(Decimal("12.00"), ("a",)), Item(Decimal("6.00"), ("b",)), Item(Decimal("2.00"), ("a", "b"))]
    parts = share_out(Decimal("22.00"), weights_of_items(Decimal("22.00"), items), "EUR", key="k")
    assert [str(part.amount) for part in parts] == ["14.30", "7.70"]  # 13 and 7, and a tenth more


@given(st.lists(st.tuples(st.integers(1, 10**9), st.lists(st.sampled_from("abcde"), min_size=1, max_size=5, unique=True)), min_size=1, max_size=8), st.integers(0, 10**9), KEYS)
def test_items_when_split_then_exact_and_nobody_pays_less_than_a_unit_below_their_own(lines: list[tuple[int, list[str]]], tip: int, key: str) -> None:
    items = [Item(money.from_minor(amount, "EUR"), tuple(members)) for amount, members in lines]
    total = sum((item.amount for item in items), money.from_minor(tip, "EUR"))
    weights = weights_of_items(total, items)
    parts = share_out(total, weights, "EUR", key=key)
    assert sum(part.amount for part in parts) == total
    for part in parts:
        assert Fraction(part.amount) > weights[part.member] - Fraction(1, 100)


@pytest.mark.parametrize(
    "items", [[], [Item(Decimal(1), ())], [Item(Decimal(0), ("a",))], [Item(Decimal(-1), ("a",))], [Item(Decimal(1), ("a", "a"))], [Item(Decimal(11), ("a",))]]
)
def test_items_when_they_fit_no_bill_then_refused(items: list[Item]) -> None:
    with pytest.raises(ValueError, match="item"):
        weights_of_items(Decimal(10), items)


@given(st.sampled_from(known_currencies()), CURRENCIES, st.integers(1, 10**9))
def test_rate_when_frozen_then_the_amount_is_exact_by_it_and_its_date_is_known(source: str, target: str, minor: int) -> None:
    amount = money.from_minor(minor, source)
    rate = frozen_rate(source, target)
    converted = rate.convert(amount, target)
    assert abs(Fraction(converted) - Fraction(amount) * Fraction(rate.rate)) <= Fraction(money.unit(target)) / 2
    assert converted == money.quantize(converted, target)
    if source == target:
        assert (rate.rate, rate.date, converted, rate_sources(source, target)) == (1, None, amount, ())
    else:
        assert rate.date is not None
        assert rate_sources(source, target)
        assert -rate.rate.as_tuple().exponent <= 12  # as the column keeps it


def test_rate_when_older_than_a_week_at_the_spending_then_it_is_stale() -> None:
    day = dt.date(2026, 10, 30)
    assert not is_stale(day, dt.date(2026, 11, 6))
    assert is_stale(day, dt.date(2026, 11, 7))
    assert not is_stale(None, dt.date(2030, 1, 1))


def test_rate_when_the_table_has_none_then_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        frozen_rate("KPW", "EUR")
    assert "KPW" not in known_currencies()
    assert {"EUR", "USD", "INR", "JPY"} <= set(known_currencies())
