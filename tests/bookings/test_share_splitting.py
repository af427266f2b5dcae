"""Shares of a sum: whatever is wished, they add up to the last unit, and nobody pays nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.errors import unfit_shares
from bookings.pricing.shares import UnfitShares, divide
from travelplanner.core import money

currencies = st.sampled_from(["JPY", "INR", "EUR", "KWD"])  # 0, 2, 2 and 3 decimals


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Decimal, list[Decimal | None], str]:
    """A total, the amounts that were wished of it, the currency."""
    currency = draw(currencies)
    total = money.from_minor(draw(st.integers(1, 10**9)), currency)
    wished = st.one_of(st.none(), st.integers(-5, 10**9).map(lambda minor: money.from_minor(minor, currency)), st.decimals(-1, 9999, places=4))
    return total, draw(st.lists(wished, max_size=12)), currency


@st.composite
def fitting(draw: st.DrawFn) -> tuple[Decimal, list[Decimal | None], str]:
    """Wishes that fit: a total cut into parts, some of them left open."""
    currency = draw(currencies)
    minors = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
    amounts = [minor * money.payable_unit(currency) for minor in minors]
    return sum(amounts, Decimal(0)), [None if draw(st.booleans()) else amount for amount in amounts], currency


def is_sound(total: Decimal, shares: tuple[Decimal, ...], currency: str) -> bool:
    whole = money.payable if total == money.payable(total, currency) else money.quantize
    return sum(shares, Decimal(0)) == total and all(share > 0 and whole(share, currency) == share for share in shares)


@given(fitting())
def test_shares_when_the_wishes_fit_then_exact_and_each_as_wished(wish: tuple[Decimal, list[Decimal | None], str]) -> None:
    total, amounts, currency = wish
    shares = divide(total, amounts, currency)
    assert is_sound(total, shares, currency)
    assert all(wished is None or wished == share for wished, share in zip(amounts, shares, strict=True))
    equal = [share for wished, share in zip(amounts, shares, strict=True) if wished is None]
    assert not equal or max(equal) - min(equal) <= money.payable_unit(currency)


@given(wishes())
def test_shares_when_anything_is_wished_then_sound_or_refused_in_words(wish: tuple[Decimal, list[Decimal | None], str]) -> None:
    total, amounts, currency = wish
    try:
        shares = divide(total, amounts, currency)
    except UnfitShares as unfit:
        refusal = unfit_shares(unfit, total, currency, [f"Person {n}" for n in range(len(amounts))])
        assert all(str(said) and "%(" not in str(said) for said in refusal.fields["collect"])
        return
    assert is_sound(total, shares, currency)
    assert len(shares) == len(amounts)


@pytest.mark.parametrize(
    ("total", "currency", "people", "shares"),
    [("100", "JPY", 3, ["34", "33", "33"]), ("0.01", "EUR", 1, ["0.01"]), ("10.00", "INR", 3, ["3.34", "3.33", "3.33"]), ("1.000", "KWD", 7, ["0.15"] * 2 + ["0.14"] * 5)],
)
def test_shares_when_equal_then_the_spare_units_go_to_the_first(total: str, currency: str, people: int, shares: list[str]) -> None:
    assert list(divide(Decimal(total), [None] * people, currency)) == [Decimal(share) for share in shares]


def test_shares_when_there_are_fewer_units_than_people_then_refused() -> None:
    with pytest.raises(UnfitShares) as unfit:
        divide(Decimal(2), [None] * 3, "JPY")
    assert unfit.value.code == "too_small"
