"""The exchange rates of a day: the ECB's newest that we keep, and the dated table of `trips.budget` for what the ECB doesn't quote."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable

from django.conf import settings

from bookings.models import ExchangeRate
from bookings.pricing import exchange
from bookings.pricing.exchange import Quotation, RateTable
from travelplanner.core import clock
from trips.budget.tables import load_tables

ECB = "ecb"
KEPT_SECONDS = 60  # so long a process may go on with yesterday's rates; what a line was locked at stays as it is
NEWEST = 1500  # rows: more than a month of them
SAME = RateTable()  # for lines in the trip's own currency, which need none
_kept: dict[tuple[str, dt.date], tuple[float, dict[str, Quotation]]] = {}


def rate_table(*, now: dt.datetime | None = None) -> RateTable:
    """The newest quotation of each currency on the UTC date of `now`. At most one statement, and that once a minute in a process.

    Where both the ECB's rows and the dated table have a currency, the newer one counts. Currencies that were replaced have none.
    """
    today = (now or clock.now()).date()
    return RateTable(_quotations(today), today - dt.timedelta(days=settings.RATES_TOO_OLD_DAYS))


def table_for(currencies: Iterable[str], target: str, *, now: dt.datetime | None = None) -> RateTable:
    """The table, read only where one of the currencies differs from `target`."""
    return rate_table(now=now) if any(code != target for code in currencies) else SAME


def is_stale(rate_date: dt.date | None, on: dt.datetime) -> bool:
    """Whether a rate is, or was on that moment's date, older than RATES_STALE_DAYS: then its date is said beside the price."""
    return exchange.is_stale(rate_date, on.date(), settings.RATES_STALE_DAYS)


def forget_rates() -> None:
    """New ones were loaded, or a test ends."""
    _kept.clear()


def _quotations(today: dt.date) -> dict[str, Quotation]:
    key = (ExchangeRate.objects.db, today)
    kept = _kept.get(key)
    if kept and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    tables = load_tables().rates
    found = {code: Quotation(row.per_eur, row.day, row.source) for code, row in tables.items() if row.status != "replaced" and code != "EUR"}
    rows = ExchangeRate.objects.filter(day__lte=today).order_by("-day").values_list("currency", "day", "per_eur", "source")[:NEWEST]
    for code, day, per_eur, source in rows:
        known = found.get(code)
        if (known is None or day > known.day or (day == known.day and known.source != ECB)) and not (code in tables and tables[code].status == "replaced"):
            found[code] = Quotation(per_eur, day, source)
    _kept.clear()
    _kept[key] = (time.monotonic(), found)
    return found
