"""The hours grammar: what it means, and that what breaks it is refused with a clear message."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trips.planning.hours import HoursError, parse_exceptions, parse_hours, windows_on
from trips.planning.problem import Window

MONDAY = dt.date(2026, 11, 16)


def on(text: str, date: dt.date = MONDAY, exceptions: str = "") -> list[tuple[int, int]]:
    return [(w.opens, w.closes) for w in windows_on(parse_hours(text), parse_exceptions(exceptions), date)]


def test_weekly_hours_with_a_later_rule_lets_the_later_rule_win():
    text = "Mo-Su 05:00-21:00; Tu off"
    assert on(text) == [(300, 1260)]
    assert on(text, MONDAY + dt.timedelta(1)) == []


def test_two_spans_on_a_day_stay_two_windows_in_order():
    assert on("Mo-Fr 14:00-18:00,09:00-12:00") == [(540, 720), (840, 1080)]


def test_lists_and_ranges_over_the_weekend_are_read():
    text = "Fr-Mo,We 10:00-11:00"
    days = [bool(on(text, MONDAY + dt.timedelta(i))) for i in range(7)]
    assert days == [True, False, True, False, True, True, True]


def test_all_day_every_day_reaches_two_at_night():
    assert on("24/7") == [(0, 1560)]


def test_evening_past_midnight_is_one_window_of_the_evening():
    text = "Mo-Su 00:00-02:00,18:00-24:00"
    assert on(text) == [(0, 120), (1080, 1560)]
    assert on("Mo 18:00-24:00; Tu 00:00-01:30") == [(1080, 1530)]


def test_evening_before_a_closed_day_ends_at_midnight():
    text = "Mo-Su 00:00-02:00,18:00-24:00"
    assert on(text, exceptions="2026-11-17 off") == [(0, 120), (1080, 1440)]


def test_exceptions_by_date_span_and_year_apply_to_their_dates_only():
    text = "Mo-Su 09:00-17:00"
    assert on(text, exceptions="11-16 off") == []
    assert on(text, MONDAY + dt.timedelta(1), "11-16 off") == [(540, 1020)]
    assert on(text, exceptions="2026-11-16 10:00-14:00") == [(600, 840)]
    assert on(text, exceptions="2025-11-16 10:00-14:00") == [(540, 1020)]
    assert on(text, dt.date(2027, 1, 3), "12-20..01-05 off") == []
    assert on(text, dt.date(2027, 1, 6), "12-20..01-05 off") == [(540, 1020)]
    assert on(text, exceptions="11-01..11-30 off; 11-16 10:00-12:00") == [(600, 720)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Xx 09:00-10:00",
        "Mo",
        "Mo 9-10",
        "Mo 10:00-09:00",
        "Mo 22:00-02:00",
        "Mo 25:00-26:00",
        "Mo 09:70-10:00",
    ],
)
def test_hours_that_break_the_grammar_are_refused_with_a_message(text: str):
    with pytest.raises(HoursError, match=r"\w"):
        parse_hours(text)


@pytest.mark.parametrize(
    "text", ["13-01 off", "02-30 off", "12-01", "2026-01-02..01-05 off", "2026-02-02..2026-01-01 off"]
)
def test_exceptions_that_break_the_grammar_are_refused(text: str):
    with pytest.raises(HoursError):
        parse_exceptions(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_never_a_crash(text: str):
    for parse in (parse_hours, parse_exceptions):
        with contextlib.suppress(HoursError):
            parse(text)


@given(st.integers(0, 1438), st.integers(1, 1440), st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)))
def test_a_span_comes_back_as_written(opens: int, length: int, date: dt.date):
    closes = min(1439, opens + length)
    text = f"Mo-Su {opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
    assert windows_on(parse_hours(text), (), date) == (Window(opens, closes),)
