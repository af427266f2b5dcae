"""What a service costs and how much of it there is on a date, by its rules. Pure: no Django, no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from travelplanner.core import money

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Span:
    """The dates a rule speaks of; an empty part means all. `months` 1..12, `weekdays` 0 = Monday; both ends of the range count."""

    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()

    def covers(self, day: dt.date) -> bool:
        return (
            (self.valid_from is None or day >= self.valid_from)
            and (self.valid_until is None or day <= self.valid_until)
            and (not self.months or day.month in self.months)
            and (not self.weekdays or day.weekday() in self.weekdays)
        )


@dataclass(frozen=True, slots=True)
class PriceStep:
    """Adds `percent` (may be negative) to the list price on the dates of its span."""

    name: str
    percent: Decimal
    span: Span = field(default_factory=Span)


@dataclass(frozen=True, slots=True)
class CapacityStep:
    """Replaces the capacity on the dates of its span."""

    name: str
    capacity: int
    span: Span = field(default_factory=Span)


@dataclass(frozen=True, slots=True)
class Terms:
    """Free until `cancel_hours` before the start; afterwards `fee_percent` of the total is kept. Not cancellable = never free, all kept."""

    cancellable: bool = True
    cancel_hours: int = 0
    fee_percent: Decimal = HUNDRED


@dataclass(frozen=True, slots=True)
class Tariff:
    """A service as the till sees it: `unit` is room_night, person, vehicle_day, vehicle_trip or party; `sleeps` people fit into one unit."""

    unit: str
    list_price: Decimal
    currency: str
    sleeps: int = 1
    capacity: int = 1
    times: tuple[str, ...] = ()
    prices: tuple[PriceStep, ...] = ()
    capacities: tuple[CapacityStep, ...] = ()
    terms: Terms = field(default_factory=Terms)
    timezone: str = "UTC"


def price_on(tariff: Tariff, day: dt.date) -> Decimal:
    """Price of one unit on `day`, rounded to the currency's unit. Percents of all matching rules add up; the price never falls below zero."""
    percent = sum((step.percent for step in tariff.prices if step.span.covers(day)), HUNDRED)
    return money.quantize(tariff.list_price * max(percent, Decimal(0)) / HUNDRED, tariff.currency)


def capacity_on(tariff: Tariff, day: dt.date) -> int:
    """Units on sale on `day` (per departure, where there are departures): the smallest matching rule, else the service's own."""
    return min((step.capacity for step in tariff.capacities if step.span.covers(day)), default=tariff.capacity)


def units_for(tariff: Tariff, people: int) -> int:
    """Units that a party needs: one ticket each, rooms and vehicles by what they hold."""
    return units_of(tariff.unit, tariff.sleeps, people)


def units_of(unit: str, sleeps: int, people: int) -> int:
    """The same of a service whose tariff isn't made: units that `people` need."""
    return people if unit == "person" else -(-people // sleeps)
