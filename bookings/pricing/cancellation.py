"""Until when a line can be given back for nothing, and what is kept afterwards. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from travelplanner.core import money

from .tariff import HUNDRED, Terms


@dataclass(frozen=True, slots=True)
class CancellationTerms:
    """`deadline` is aware, UTC, None when nothing is free to cancel; `fee` is kept after it, in the line's currency."""

    cancellable: bool
    deadline: dt.datetime | None
    fee: Decimal


def starts_at(day: dt.date, time: str, timezone: str) -> dt.datetime:
    """The moment of first use, UTC: the departure, or the first minute of the day where there is none.

    A clock time that a change to summer time skips counts as the time an hour later, as clocks show it.
    """
    hour, minute = (int(part) for part in time.split(":")) if time else (0, 0)
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ZoneInfo(timezone)).astimezone(dt.UTC)


def terms_of(terms: Terms, *, total: Decimal, currency: str, start: dt.datetime) -> CancellationTerms:
    """The terms of one line with `total` that starts at `start`; hours are counted in real time, not on the wall clock."""
    if not terms.cancellable:
        return CancellationTerms(cancellable=False, deadline=None, fee=total)
    fee = money.quantize(total * terms.fee_percent / HUNDRED, currency)
    return CancellationTerms(cancellable=True, deadline=start - dt.timedelta(hours=terms.cancel_hours), fee=min(fee, total))
