"""What a line costs: dates, units, prices, places left. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from travelplanner.core import money

from .cancellation import CancellationTerms, starts_at, terms_of
from .tariff import Tariff, capacity_on, price_on, units_for

MOST_UNITS = 99
MOST_PEOPLE = 99
MOST_NIGHTS = 60
EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(9000, 1, 1)  # beyond, days and clocks can't be counted on; what is sold is far inside


class UnfitUse(ValueError):
    """The wish doesn't fit the service; `field` and `code` say where and why."""

    def __init__(self, field: str, code: str, **params: object) -> None:
        self.field, self.code, self.params = field, code, params
        super().__init__(f"{field}: {code}")


@dataclass(frozen=True, slots=True)
class Use:
    """`quantity` units for `participants` heads from `first` on; `nights` counts for beds only; `time` is a departure or empty."""

    first: dt.date
    quantity: int
    participants: int
    nights: int = 1
    time: str = ""


@dataclass(frozen=True, slots=True)
class SlotState:
    """A slot that exists: its own price and capacity count, not the rules'."""

    price: Decimal
    capacity: int
    taken: int
    slot_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """One date of a line: the price of one unit, and the units free before this line. `slot_id`: of its slot, where it was read with one."""

    date: dt.date
    unit_price: Decimal
    capacity: int
    left: int
    slot_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced line. `total` is exactly the sum of unit price x quantity over the dates, what the supplier asks; `left` the fewest units free on any."""

    use: Use
    dates: tuple[DatedPrice, ...]
    total: Decimal
    currency: str
    left: int
    terms: CancellationTerms
    ends_on: dt.date

    @property
    def charged(self) -> Decimal:
        """What the line comes to where nothing is exchanged, see `money.payable`: shown everywhere, and compared with what was shown before."""
        return money.payable(self.total, self.currency)

    def differs_from(self, seen: Decimal) -> bool:
        """Whether somebody who saw this price would now be charged another."""
        return money.payable(seen, self.currency) != self.charged

    @property
    def fits(self) -> bool:
        """Whether the units were free when this was computed."""
        return self.left >= self.use.quantity


def check_use(tariff: Tariff, use: Use) -> None:
    """Raise UnfitUse when the numbers are out of range, the departure is unknown, or the heads don't fit into the units."""
    for name, value, most in (
        ("quantity", use.quantity, MOST_UNITS),
        ("participants", use.participants, MOST_PEOPLE),
        ("nights", use.nights, MOST_NIGHTS),
    ):
        if not 1 <= value <= most:
            raise UnfitUse(name, "out_of_range", least=1, most=most)
    if not EARLIEST <= use.first <= LATEST:
        raise UnfitUse("booking_date", "in_the_past" if use.first < EARLIEST else "too_far_ahead")
    if use.time not in (tariff.times or ("",)):
        raise UnfitUse("time", "unknown_departure", times=list(tariff.times))
    if tariff.unit == "party" and use.participants != tariff.sleeps:
        raise UnfitUse("participants", "other_party", people=tariff.sleeps)
    if units_for(tariff, use.participants) > use.quantity:
        raise UnfitUse("participants", "do_not_fit", units=units_for(tariff, use.participants))


def day_after(first: dt.date, nights: int) -> dt.date:
    """The day of leaving after so many nights, or the calendar's last: anybody may ask for any date."""
    return first + dt.timedelta(days=min(max(nights, 1), MOST_NIGHTS, (dt.date.max - first).days))


def dates_of(tariff: Tariff, use: Use) -> tuple[dt.date, ...]:
    """The dates on which units are held: every night of a bed, else the one date."""
    return tuple(use.first + dt.timedelta(days=i) for i in range(use.nights if tariff.unit == "room_night" else 1))


def on_date(tariff: Tariff, day: dt.date, slot: SlotState | None = None) -> DatedPrice:
    """Price and places of one date: the slot's when there is one, else the rules'."""
    if slot is None:
        capacity = capacity_on(tariff, day)
        return DatedPrice(day, price_on(tariff, day), capacity, capacity)
    return DatedPrice(day, money.quantize(slot.price, tariff.currency), slot.capacity, max(0, slot.capacity - slot.taken), slot.slot_id)


def quote(tariff: Tariff, use: Use, slots: Mapping[dt.date, SlotState] | None = None) -> Quote:
    """Price a use; `slots` are those of the use's departure by date. Raises UnfitUse."""
    check_use(tariff, use)
    known = slots or {}
    dates = tuple(on_date(tariff, day, known.get(day)) for day in dates_of(tariff, use))
    total = money.quantize(sum((each.unit_price for each in dates), Decimal(0)) * use.quantity, tariff.currency)
    start = starts_at(use.first, use.time, tariff.timezone)
    return Quote(
        use=use,
        dates=dates,
        total=total,
        currency=tariff.currency,
        left=min(each.left for each in dates),
        terms=terms_of(tariff.terms, total=total, currency=tariff.currency, start=start),
        ends_on=dates[-1].date + dt.timedelta(days=1) if tariff.unit == "room_night" else dates[-1].date,
    )
