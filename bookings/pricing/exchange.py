"""A supplier's amount in the trip's currency, at a rate that is frozen with the line. Pure: the table is brought along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal

from travelplanner.core import money

RATE_UNIT = Decimal("0.000000001")  # what the column keeps
_WIDE = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Quotation:
    """How much of a currency one euro bought on `day`, as `source` published it (ecb, economist, fixed_rate)."""

    per_eur: Decimal
    day: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """Quotations by currency. One that is older than `oldest` is as good as none: at such a price nobody should buy."""

    quotations: Mapping[str, Quotation] = field(default_factory=dict)
    oldest: dt.date | None = None

    def find(self, currency: str) -> Quotation | None:
        """None for the euro itself. ValueError for a currency that has no quotation, or none that is new enough."""
        if currency == "EUR":
            return None
        found = self.quotations.get(currency)
        if found is None:
            raise ValueError(f"no exchange rate is known for {currency}")
        if self.oldest is not None and found.day < self.oldest:
            raise ValueError(f"the newest exchange rate of {currency} is of {found.day}")
        return found


@dataclass(frozen=True, slots=True)
class Exchanged:
    """`amount` = the supplier's amount x `rate`, rounded to what can be charged in the currency (`money.payable`); anyone can compute it again.
    Same currency: rate 1, no date, no source."""

    amount: Decimal
    rate: Decimal
    rate_date: dt.date | None
    rate_source: str = ""


def exchange(amount: Decimal, source: str, target: str, table: RateTable) -> Exchanged:
    """Convert at the table's rate; the date is that of the older of both quotations, and both sources are named. ValueError without a rate."""
    if source == target:
        return Exchanged(money.payable(amount, target), Decimal(1), None)
    ends = (table.find(source), table.find(target))
    one, other = (Decimal(1) if end is None else end.per_eur for end in ends)
    rate = _WIDE.divide(other, one).quantize(RATE_UNIT)
    if not rate:
        raise ValueError(f"one {source} is too little of {target} to be counted")
    return Exchanged(money.payable(amount * rate, target), rate, min(end.day for end in ends if end), named(end.source for end in ends if end))


def named(sources: Iterable[str]) -> str:
    """Ids of sources as one text, each once."""
    return "+".join(dict.fromkeys(sources))


def is_stale(rate_date: dt.date | None, on: dt.date, days: int) -> bool:
    """Whether a rate was more than `days` days old on a date."""
    return rate_date is not None and (on - rate_date).days > days
