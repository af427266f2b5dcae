"""The rate of an expense, frozen on the day it is saved: from the dated table of trips/data/costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

from travelplanner.core import money
from trips.budget import has_rate
from trips.budget.rates import find_rate

PLACES = Decimal("0.000000000001")  # what the column holds
STALE_AFTER = dt.timedelta(days=7)  # rates move a percent or so in a week; older than that is said
_WIDE = Context(prec=40, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class FrozenRate:
    """Units of the trip's currency for one unit of the expense's. `date` is the table's (the older of the two); None when both are the same currency."""

    rate: Decimal
    date: dt.date | None

    def convert(self, amount: Decimal, currency: str) -> Decimal:
        """The amount in the trip's currency `currency`, to its smallest unit, half to even."""
        return money.quantize(_WIDE.multiply(amount, self.rate), currency)


def frozen_rate(source: str, target: str) -> FrozenRate:
    """The rate to keep with an expense in `source` for a trip in `target`. ValueError when the table has none."""
    if source == target:
        return FrozenRate(Decimal(1), None)
    one, other = find_rate(source), find_rate(target)
    rate = _WIDE.divide(other.per_eur, one.per_eur).quantize(PLACES, context=_WIDE)
    if not rate:
        raise ValueError(f"one {source} is too little of {target} to be counted")
    return FrozenRate(rate, min(one.day, other.day))


def is_stale(rate_date: dt.date | None, spent_on: dt.date) -> bool:
    """Whether the rate is older than a week at the time of the spending."""
    return rate_date is not None and spent_on - rate_date > STALE_AFTER


def rate_sources(source: str, target: str) -> tuple[str, ...]:
    """Ids of the sources the rate comes from (`ecb`, `economist`, `fixed_rate`); empty for the same currency or one that the table no longer has."""
    if source == target or not (has_rate(source) and has_rate(target)):
        return ()
    return tuple(dict.fromkeys(find_rate(code).source for code in (source, target) if code != "EUR"))


@cache
def known_currencies() -> tuple[str, ...]:
    """Currencies that an expense may be in, by code: in legal use, and with a rate."""
    return tuple(code for code in sorted(money.known_currencies()) if has_rate(code))
