"""Months on the calendar."""

from __future__ import annotations

import calendar
import datetime as dt


def months_after(day: dt.date, months: int, days: int = 0) -> dt.date:
    """The same day so many months later, or that month's last day where there is no such day; then so many days more.

    31 January and a month is 28 (or 29) February, as Regulation 1182/71 counts. Beyond year 9999 it is the last day there is.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    last = calendar.monthrange(year, month + 1)[1]
    found = dt.date(year, month + 1, min(day.day, last))
    return found + dt.timedelta(days=min(days, (dt.date.max - found).days))


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier; 29 February becomes the 28th."""
    return months_after(day, -12 * years)
