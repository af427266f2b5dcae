"""Months on the calendar: ends of months and leap days."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trips.readiness.dates import months_after, years_before

days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "more", "after"),
    [
        ("2027-01-31", 1, 0, "2027-02-28"),
        ("2028-01-31", 1, 0, "2028-02-29"),
        ("2027-11-30", 3, 0, "2028-02-29"),
        ("2026-11-30", 3, 0, "2027-02-28"),
        ("2028-02-29", 12, 0, "2029-02-28"),
        ("2028-02-29", 48, 0, "2032-02-29"),
        ("2027-12-15", 1, 0, "2028-01-15"),
        ("2027-08-31", 6, 0, "2028-02-29"),
        ("2027-01-05", 0, 150, "2027-06-04"),
        ("2027-01-05", 0, 0, "2027-01-05"),
        ("2027-03-31", -1, 0, "2027-02-28"),
    ],
)
def test_months_when_a_month_is_shorter_then_its_last_day(day: str, months: int, more: int, after: str) -> None:
    assert months_after(dt.date.fromisoformat(day), months, more) == dt.date.fromisoformat(after)


@given(days, st.integers(0, 240))
def test_months_when_added_then_the_month_is_right_and_the_day_never_later(day: dt.date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == min(day.day, calendar.monthrange(found.year, found.month)[1])


@given(days, days, st.integers(0, 24), st.integers(0, 200))
def test_months_when_one_day_is_later_then_its_limit_is_no_earlier(one: dt.date, other: dt.date, months: int, more: int) -> None:
    first, last = sorted((one, other))
    assert months_after(first, months, more) <= months_after(last, months, more)


@given(days, st.integers(0, 20), st.integers(0, 20))
def test_months_when_split_then_no_more_than_in_one_step(day: dt.date, a: int, b: int) -> None:
    """31 January and two months is 31 March; in two steps it would be the 28th: never later."""
    assert months_after(months_after(day, a), b) <= months_after(day, a + b)


def test_years_when_counted_back_from_a_leap_day_then_the_28th() -> None:
    assert years_before(dt.date(2028, 2, 29), 10) == dt.date(2018, 2, 28)


def test_months_when_they_pass_the_end_of_time_then_the_last_day_there_is() -> None:
    assert months_after(dt.date(9999, 12, 1), 3) == dt.date.max
    assert months_after(dt.date(9999, 12, 31), 0, 5) == dt.date.max
