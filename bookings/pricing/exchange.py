"""A supplier's amount in the trip's currency, at a rate that is frozen with the line. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from travelplanner.core import money
from trips.budget import rates

RATE_UNIT = Decimal("0.000000001")  # what the column keeps


@dataclass(frozen=True, slots=True)
class Exchanged:
    """`amount` = the supplier's amount x `rate`, rounded to the currency's unit; anyone can compute it again. Same currency: rate 1, no date."""

    amount: Decimal
    rate: Decimal
    rate_date: dt.date | None


def exchange(amount: Decimal, source: str, target: str) -> Exchanged:
    """Convert at the table's rate; the date is that of the older of both rates. ValueError for a currency without a rate."""
    if source == target:
        return Exchanged(money.quantize(amount, target), Decimal(1), None)
    rate = rates.convert_exact(Decimal(1), source, target).quantize(RATE_UNIT)
    return Exchanged(money.quantize(amount * rate, target), rate, min(rates.find_rate(source).day, rates.find_rate(target).day))
