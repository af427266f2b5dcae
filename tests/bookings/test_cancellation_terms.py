"""What comes back when: the arithmetic of a cancellation, for currencies with 0, 2 and 3 decimals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.pricing.cancellation import Refund, Sold, cap_refunds, ends_at, refund_at, spread
from travelplanner.core import money

NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 11)
HOUR = dt.timedelta(hours=1)
currencies = st.sampled_from(["JPY", "KRW", "INR", "EUR", "KWD", "TND"])
minors = st.integers(0, 10_000_000)


@st.composite
def sold_items(draw: st.DrawFn, currency: str | None = None) -> Sold:
    """Whatever can be bought; the fee may be more than the total, as rounding and rates may leave it."""
    code = currency or draw(currencies)
    start = NOON + dt.timedelta(minutes=draw(st.integers(-5000, 5000)))
    return Sold(
        total=money.from_minor(draw(minors), code),
        currency=code,
        cancellable=draw(st.booleans()),
        deadline=draw(st.none() | st.integers(0, 5000).map(lambda minutes: start - dt.timedelta(minutes=minutes))),
        fee=draw(minors.map(lambda minor: money.from_minor(minor, code)) | st.decimals(0, 9999, places=3)),
        start=start,
    )


def item(**fields: object) -> Sold:
    return Sold(**{"total": Decimal("100.00"), "currency": "EUR", "cancellable": True, "deadline": NOON, "fee": Decimal("30.00"), "start": NOON + HOUR} | fields)


def back(sold: Sold, moment: dt.datetime = NOON) -> tuple[Decimal, Decimal, str] | None:
    found = refund_at(sold, moment=moment, back_by=DAY)
    return (found.refund, found.fee, found.why) if found else None


def test_refund_when_the_deadline_is_there_then_free_and_a_moment_later_the_fee_is_kept() -> None:
    assert back(item()) == (100, 0, "free")
    assert back(item(), NOON + dt.timedelta(microseconds=1)) == (70, 30, "after_deadline")


def test_refund_when_not_cancellable_then_nothing_however_early() -> None:
    assert back(item(cancellable=False, deadline=None), NOON - 1000 * HOUR) == (0, 100, "not_cancellable")
    assert back(item(deadline=None)) == (0, 100, "not_cancellable")


def test_refund_when_it_has_begun_then_it_can_not_be_given_back() -> None:
    assert back(item(), NOON + HOUR) is None
    assert back(item(deadline=NOON + 2 * HOUR), NOON + HOUR) is None  # whatever the deadline says


def test_refund_when_the_fee_is_more_than_the_price_then_nothing_comes_back() -> None:
    assert back(item(fee=Decimal(900)), NOON + dt.timedelta(minutes=1)) == (0, 100, "after_deadline")


@given(sold_items(), st.integers(-6000, 6000))
def test_refund_when_anything_then_refund_and_fee_are_the_total_in_whole_units(sold: Sold, minutes: int) -> None:
    moment = NOON + dt.timedelta(minutes=minutes)
    found = refund_at(sold, moment=moment, back_by=DAY)
    assert (found is None) == (moment >= sold.start)
    if found is not None:
        assert found.refund + found.fee == sold.total
        assert min(found.refund, found.fee) >= 0
        assert found.refund == money.quantize(found.refund, sold.currency)
        assert found.fee == money.quantize(found.fee, sold.currency)
        assert found.back_by == DAY


@given(sold_items(), st.integers(-6000, 6000), st.integers(0, 6000))
def test_refund_when_asked_later_then_never_more(sold: Sold, minutes: int, later: int) -> None:
    first = refund_at(sold, moment=NOON + dt.timedelta(minutes=minutes), back_by=DAY)
    then = refund_at(sold, moment=NOON + dt.timedelta(minutes=minutes + later), back_by=DAY)
    if then is not None:
        assert first is not None
        assert then.refund <= first.refund


@given(st.data(), currencies)
def test_cap_when_less_is_left_than_comes_back_then_exactly_what_is_left(data: st.DataObject, currency: str) -> None:
    amounts = data.draw(st.lists(minors, max_size=8))
    found = [Refund(money.from_minor(minor, currency), money.from_minor(data.draw(minors), currency), "free", DAY) for minor in amounts]
    left = money.from_minor(data.draw(st.integers(-100, 90_000_000)), currency)
    capped = cap_refunds(found, left, currency)
    assert sum(one.refund for one in capped) == min(sum(one.refund for one in found), max(left, Decimal(0)))
    for before, after in zip(found, capped, strict=True):
        assert after.refund + after.fee == before.refund + before.fee
        assert 0 <= after.refund <= before.refund
        assert (after.why == "given_before") == (after.refund != before.refund)


@given(st.data(), currencies)
def test_spread_when_over_several_payments_then_exact_and_none_gives_more_than_its_room(data: st.DataObject, currency: str) -> None:
    rooms = [money.from_minor(minor, currency) for minor in data.draw(st.lists(minors, min_size=1, max_size=8))]
    amount = money.from_minor(data.draw(st.integers(0, money.to_minor(sum(rooms, Decimal(0)), currency))), currency)
    parts = spread(amount, rooms, currency)
    assert sum(parts) == amount
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
    if amount and sum(rooms):
        assert all(abs(part - amount * room / sum(rooms)) < money.common_step([amount, *rooms], currency) for part, room in zip(parts, rooms, strict=True))


def test_spread_when_more_than_all_rooms_then_refused() -> None:
    with pytest.raises(ValueError, match="more than is left"):
        spread(Decimal(11), [Decimal(5), Decimal(5)], "JPY")


def test_end_when_the_length_is_known_then_after_it_else_with_the_last_day_of_the_place() -> None:
    day = dt.date(2026, 12, 17)
    assert ends_at(day, day, "05:30", 90, "Asia/Kolkata") == dt.datetime(2026, 12, 17, 1, 30, tzinfo=dt.UTC)
    assert ends_at(day, day, "05:30", 0, "Asia/Kolkata") == dt.datetime(2026, 12, 17, 18, 30, tzinfo=dt.UTC)
    assert ends_at(day, day + dt.timedelta(days=2), "", 0, "Pacific/Kiritimati") == dt.datetime(2026, 12, 19, 10, tzinfo=dt.UTC)
