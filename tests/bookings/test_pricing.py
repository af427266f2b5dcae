"""The till: what a line costs, how much is left, until when it can be given back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.pricing.cancellation import starts_at, terms_of
from bookings.pricing.exchange import Quotation, RateTable, exchange
from bookings.pricing.quote import SlotState, UnfitUse, Use, quote
from bookings.pricing.tariff import CapacityStep, PriceStep, Span, Tariff, Terms, capacity_on, price_on, units_for
from travelplanner.core import money

FRIDAY = dt.date(2026, 11, 27)
CURRENCIES = st.sampled_from(["JPY", "INR", "EUR", "KWD"])
DAY = dt.date(2026, 11, 20)
RATES = RateTable({code: Quotation(Decimal(rate), DAY, "ecb") for code, rate in {"JPY": "171.3", "INR": "96.41", "KWD": "0.3551"}.items()})
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    edges = sorted(draw(st.lists(DAYS, min_size=2, max_size=2)))
    return Span(
        valid_from=draw(st.sampled_from([None, edges[0]])),
        valid_until=draw(st.sampled_from([None, edges[1]])),
        months=draw(st.frozensets(st.integers(1, 12), max_size=4)),
        weekdays=draw(st.frozensets(st.integers(0, 6), max_size=3)),
    )


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    currency = draw(CURRENCIES)
    percents = st.decimals(-90, 300, places=2)
    return Tariff(
        unit=draw(st.sampled_from(["room_night", "person", "vehicle_day", "vehicle_trip"])),
        list_price=money.from_minor(draw(st.integers(0, 50_000_000)), currency),
        currency=currency,
        sleeps=draw(st.integers(1, 9)),
        capacity=draw(st.integers(0, 50)),
        times=draw(st.sampled_from([(), ("10:00",), ("06:00", "17:30")])),
        prices=tuple(PriceStep(f"p{i}", draw(percents), draw(spans())) for i in range(draw(st.integers(0, 3)))),
        capacities=tuple(CapacityStep(f"c{i}", draw(st.integers(0, 60)), draw(spans())) for i in range(draw(st.integers(0, 3)))),
        terms=Terms(draw(st.booleans()), draw(st.integers(0, 240)), draw(st.decimals(0, 100, places=2))),
        timezone=draw(st.sampled_from(["Asia/Kolkata", "Europe/Paris", "America/New_York", "Asia/Tokyo"])),
    )


@st.composite
def uses(draw: st.DrawFn, tariff: Tariff) -> Use:
    people = draw(st.integers(1, 40))
    least = units_for(tariff, people)
    return Use(draw(DAYS), draw(st.integers(least, 99)), people, draw(st.integers(1, 30)), draw(st.sampled_from(tariff.times or ("",))))


@given(st.data())
def test_quote_when_any_fit_use_then_parts_add_up_exactly(data: st.DataObject) -> None:
    tariff = data.draw(tariffs())
    use = data.draw(uses(tariff))
    quoted = quote(tariff, use)
    assert quoted.total == sum(day.unit_price for day in quoted.dates) * use.quantity
    assert quoted.total == money.quantize(quoted.total, tariff.currency) >= 0
    assert all(day.unit_price == money.quantize(day.unit_price, tariff.currency) for day in quoted.dates)
    assert quoted.left == min(day.left for day in quoted.dates)
    assert len(quoted.dates) == (use.nights if tariff.unit == "room_night" else 1)
    assert quoted.ends_on >= use.first
    assert 0 <= quoted.terms.fee <= quoted.total


@given(st.data())
def test_quote_when_quantity_doubles_then_total_doubles(data: st.DataObject) -> None:
    tariff = data.draw(tariffs())
    use = data.draw(uses(tariff).filter(lambda use: use.quantity <= 49))
    twice = Use(use.first, use.quantity * 2, use.participants, use.nights, use.time)
    assert quote(tariff, twice).total == 2 * quote(tariff, use).total


@given(st.data())
def test_quote_when_stay_is_cut_in_two_then_the_parts_cost_the_same(data: st.DataObject) -> None:
    tariff = data.draw(tariffs().filter(lambda tariff: tariff.unit == "room_night"))
    use = data.draw(uses(tariff).filter(lambda use: use.nights >= 2))
    cut = data.draw(st.integers(1, use.nights - 1))
    first = Use(use.first, use.quantity, use.participants, cut, use.time)
    rest = Use(use.first + dt.timedelta(days=cut), use.quantity, use.participants, use.nights - cut, use.time)
    assert quote(tariff, first).total + quote(tariff, rest).total == quote(tariff, use).total


@given(tariffs(), DAYS)
def test_capacity_when_rules_match_then_the_smallest_wins(tariff: Tariff, day: dt.date) -> None:
    matching = [step.capacity for step in tariff.capacities if step.span.covers(day)]
    assert capacity_on(tariff, day) == (min(matching) if matching else tariff.capacity)


@given(tariffs(), DAYS)
def test_price_when_rules_are_reordered_then_it_stays(tariff: Tariff, day: dt.date) -> None:
    turned = Tariff(tariff.unit, tariff.list_price, tariff.currency, prices=tariff.prices[::-1])
    assert price_on(turned, day) == price_on(tariff, day) >= 0


def test_price_when_weekend_and_season_match_then_percents_add_up() -> None:
    steps = (
        PriceStep("weekend", Decimal(10), Span(weekdays=frozenset({4, 5}))),
        PriceStep("season", Decimal(25), Span(months=frozenset({11}))),
        PriceStep("another month", Decimal(80), Span(months=frozenset({7}))),
        PriceStep("over", Decimal(80), Span(valid_until=FRIDAY - dt.timedelta(days=1))),
    )
    tariff = Tariff("person", Decimal("199.99"), "EUR", prices=steps)
    assert price_on(tariff, FRIDAY) == Decimal("269.99")
    assert price_on(tariff, FRIDAY + dt.timedelta(days=2)) == Decimal("249.99")


def test_price_when_percents_fall_below_minus_hundred_then_zero() -> None:
    steps = (PriceStep("a", Decimal(-90)), PriceStep("b", Decimal(-90)))
    assert price_on(Tariff("person", Decimal(100), "EUR", prices=steps), FRIDAY) == 0


def test_quote_when_a_slot_exists_then_its_price_and_places_count() -> None:
    tariff = Tariff("person", Decimal(100), "EUR", capacity=10)
    quoted = quote(tariff, Use(FRIDAY, 2, 2), {FRIDAY: SlotState(Decimal("120.000"), 8, 7)})
    assert (quoted.total, quoted.left, quoted.fits) == (Decimal("240.00"), 1, False)


@pytest.mark.parametrize(
    ("use", "field", "code"),
    [
        (Use(FRIDAY, 0, 1), "quantity", "out_of_range"),
        (Use(FRIDAY, 100, 1), "quantity", "out_of_range"),
        (Use(FRIDAY, 1, 0), "participants", "out_of_range"),
        (Use(FRIDAY, 1, 1, 61), "nights", "out_of_range"),
        (Use(FRIDAY, 1, 1, 1, "11:00"), "time", "unknown_departure"),
        (Use(FRIDAY, 1, 3, 1, "10:00"), "participants", "do_not_fit"),
    ],
)
def test_quote_when_use_does_not_fit_then_says_where(use: Use, field: str, code: str) -> None:
    with pytest.raises(UnfitUse) as refused:
        quote(Tariff("vehicle_trip", Decimal(100), "EUR", sleeps=2, times=("10:00",)), use)
    if not (use.time == "" and code == "out_of_range"):
        assert (refused.value.field, refused.value.code) == (field, code)


def test_units_when_party_of_five_then_by_what_a_unit_holds() -> None:
    assert units_for(Tariff("person", Decimal(1), "EUR"), 5) == 5
    assert units_for(Tariff("room_night", Decimal(1), "EUR", sleeps=2), 5) == 3
    assert units_for(Tariff("vehicle_day", Decimal(1), "EUR", sleeps=4), 5) == 2


def test_terms_when_start_is_local_then_deadline_counts_back_in_utc() -> None:
    start = starts_at(FRIDAY, "10:00", "Asia/Kolkata")
    assert start == dt.datetime(2026, 11, 27, 4, 30, tzinfo=dt.UTC)
    terms = terms_of(Terms(True, 24, Decimal("33.33")), total=Decimal("100.10"), currency="EUR", start=start)
    assert terms.deadline == dt.datetime(2026, 11, 26, 4, 30, tzinfo=dt.UTC)
    assert terms.fee == Decimal("33.36")


def test_terms_when_clocks_change_in_between_then_hours_are_real_hours() -> None:
    start = starts_at(dt.date(2027, 3, 28), "12:00", "Europe/Paris")  # clocks went forward at 02:00
    terms = terms_of(Terms(True, 24, Decimal(0)), total=Decimal(10), currency="EUR", start=start)
    assert terms.deadline == dt.datetime(2027, 3, 27, 10, 0, tzinfo=dt.UTC)


def test_terms_when_not_cancellable_then_all_is_kept() -> None:
    terms = terms_of(Terms(cancellable=False), total=Decimal(70), currency="JPY", start=starts_at(FRIDAY, "", "Asia/Tokyo"))
    assert (terms.cancellable, terms.deadline, terms.fee) == (False, None, Decimal(70))


@given(st.integers(0, 10**9), CURRENCIES, CURRENCIES)
def test_exchange_when_any_pair_then_amount_follows_from_the_frozen_rate(minor: int, source: str, target: str) -> None:
    amount = money.from_minor(minor, source)
    own = exchange(amount, source, target, RATES)
    assert own.amount == money.payable(amount * own.rate, target)
    assert (own.rate_date is None) == (source == target)
    if source == target:
        assert own.amount == money.payable(amount, target)


def test_exchange_when_currency_is_unknown_then_says_so() -> None:
    with pytest.raises(ValueError):
        exchange(Decimal(1), "XXX", "EUR", RATES)
