"""Until when a line can be given back for nothing, and what is kept afterwards. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    fee = money.payable(total * terms.fee_percent / HUNDRED, currency)
    return CancellationTerms(cancellable=True, deadline=start - dt.timedelta(hours=terms.cancel_hours), fee=min(fee, total))


@dataclass(frozen=True, slots=True)
class Sold:
    """An item as it was bought: `total` in `currency`, its terms, the moment of its first use. `deadline` None = never free."""

    total: Decimal
    currency: str
    cancellable: bool
    deadline: dt.datetime | None
    fee: Decimal
    start: dt.datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """What comes back of an item and what is kept: `refund` + `fee` = its total, both amounts that a payment company can move.

    `why`: free, after_deadline, not_cancellable, given_before (part of it went back already). `back_by` is the latest day on which it is there.
    """

    refund: Decimal
    fee: Decimal
    why: str
    back_by: dt.date


def refund_at(sold: Sold, *, moment: dt.datetime, back_by: dt.date) -> Refund | None:
    """What comes back when the item is given back at `moment`; None once it has begun: then it can't be given back at all.

    Free until and including the deadline; after it the fee is kept, never more than the total; nothing comes back of what isn't cancellable.
    """
    if moment >= sold.start:
        return None
    total = money.quantize(sold.total, sold.currency)
    if not sold.cancellable or sold.deadline is None:
        return Refund(money.quantize(0, sold.currency), total, "not_cancellable", back_by)
    if moment <= sold.deadline:
        return Refund(total, money.quantize(0, sold.currency), "free", back_by)
    fee = min(max(money.payable(sold.fee, sold.currency), money.quantize(0, sold.currency)), total)
    return Refund(total - fee, fee, "after_deadline", back_by)


def cap_refunds(refunds: Sequence[Refund], left: Decimal, currency: str) -> tuple[Refund, ...]:
    """The same refunds, never more together than `left` of what was paid; what they lose, they lose in proportion and to the unit."""
    wanted = sum((one.refund for one in refunds), Decimal(0))
    left = max(left, Decimal(0))
    if wanted <= left:
        return tuple(refunds)
    wishes = [one.refund for one in refunds]
    parts = money.split(left, wishes, currency, step=money.common_step([left, *wishes], currency))
    return tuple(
        one if part == one.refund else replace(one, refund=part, fee=one.refund + one.fee - part, why="given_before")
        for one, part in zip(refunds, parts, strict=True)
    )


def spread(amount: Decimal, rooms: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """Divide `amount` over payments in proportion to what is left of each (`rooms`), exactly, and never more than its room on any.

    ValueError when all rooms together are too small.
    """
    if amount > sum(rooms, Decimal(0)):
        raise ValueError("more than is left of the payments")
    if not amount:
        return tuple(money.quantize(0, currency) for _room in rooms)
    return money.split(amount, rooms, currency, step=money.common_step([amount, *rooms], currency))


def ends_at(first: dt.date, last: dt.date, time: str, minutes: int, timezone: str) -> dt.datetime:
    """The moment at which a use is over, UTC: so many minutes after its start where both are known, else the end of its last day there."""
    if time and minutes and first == last:
        return starts_at(first, time, timezone) + dt.timedelta(minutes=minutes)
    return starts_at(last + dt.timedelta(days=1), "", timezone)
