"""Public holidays in the dates of a trip, from the package `holidays`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import holidays as calendars


def holidays_between(countries: Iterable[str], start: dt.date, end: dt.date) -> list[dict[str, str]]:
    """National holidays of the countries (alpha-3) from start to end, in order; a country the package doesn't know has none."""
    found = []
    for country in sorted(countries):
        try:
            days = calendars.country_holidays(country, years=range(start.year, end.year + 1), language="en_US")
        except NotImplementedError:
            continue
        for date, name in sorted(days.items()):
            if start <= date <= end:
                found.append({"date": date.isoformat(), "name": name, "country": country, "source": f"package holidays {calendars.__version__}"})
    return found
