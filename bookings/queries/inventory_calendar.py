"""A month of one service as staff see it: per date and departure what is on sale, taken and asked for it, and which rules made that."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookings.models import ServiceSlot
from bookings.pricing.tariff import Tariff, capacity_on, price_on
from bookings.queries.inventory import SOLD_AHEAD, load_stock, today_at
from travelplanner.core.errors import NotFound
from trips.models import Service


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """One departure of a date. `price_by` and `capacity_by` name the rules, strongest last; `own_*`: the slot says something else than they do."""

    time: str
    capacity: int
    taken: int
    price: Decimal
    slot_id: uuid.UUID | None
    price_by: tuple[str, ...]
    capacity_by: tuple[str, ...]
    own_price: bool
    own_capacity: bool

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    date: dt.date
    in_month: bool
    on_sale: bool  # from today to 18 months ahead
    cells: tuple[CalendarCell, ...]

    @property
    def closed(self) -> bool:
        """Nothing more is sold, though not all of it is taken by the rules' count."""
        return bool(self.cells) and all(not cell.left for cell in self.cells) and any(cell.own_capacity or not cell.capacity for cell in self.cells)

    @property
    def sold_out(self) -> bool:
        return bool(self.cells) and all(not cell.left for cell in self.cells)


@dataclass(frozen=True, slots=True)
class ServiceMonth:
    """Weeks from Monday to Sunday; dates of the months beside it have no cells."""

    service: Service
    first: dt.date
    weeks: tuple[tuple[CalendarDay, ...], ...]
    taken: int


def month_of(service_id: uuid.UUID, month: dt.date | None = None, *, now: dt.datetime | None = None) -> ServiceMonth:
    """The month in which `month` lies (default: this one, at the destination). Three statements, whatever the number of slots. Raises NotFound."""
    service = Service.objects.select_related("destination", "supplier").filter(pk=service_id).first()
    if service is None:
        raise NotFound
    today = today_at(service.destination.timezone, now)
    first = (month or today).replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    tariff = load_stock([service], first, last, slotted=False).tariffs[service.pk]
    slots = {(slot.date, slot.time): slot for slot in ServiceSlot.objects.filter(service=service, date__range=(first, last)).order_by()}
    weeks = tuple(
        tuple(_day(day, first, today, tariff, service, slots) for day in week)
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    )
    return ServiceMonth(service, first, weeks, sum(slot.taken for slot in slots.values()))


def _day(day: dt.date, first: dt.date, today: dt.date, tariff: Tariff, service: Service, slots: dict[tuple[dt.date, str], ServiceSlot]) -> CalendarDay:
    if day.month != first.month:
        return CalendarDay(day, False, False, ())
    times: Sequence[str] = service.times or [""]
    cells = tuple(_cell(day, time, tariff, slots.get((day, time))) for time in times)
    return CalendarDay(day, True, today <= day <= today + SOLD_AHEAD, cells)


def _cell(day: dt.date, time: str, tariff: Tariff, slot: ServiceSlot | None) -> CalendarCell:
    price, capacity = price_on(tariff, day), capacity_on(tariff, day)
    price_by = tuple(f"{step.name} {step.percent.normalize():+f} %" for step in tariff.prices if step.span.covers(day))
    capacity_by = tuple(step.name for step in tariff.capacities if step.span.covers(day) and step.capacity == capacity)
    if slot is None:
        return CalendarCell(time, capacity, 0, price, None, price_by, capacity_by, False, False)
    return CalendarCell(time, slot.capacity, slot.taken, slot.price, slot.pk, price_by, capacity_by, slot.price != price, slot.capacity != capacity)


def months_around(first: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """First days of the month before and after; None at the calendar's ends."""
    before = (first - dt.timedelta(days=1)).replace(day=1) if first > dt.date.min else None
    try:
        after: dt.date | None = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    except OverflowError:
        after = None
    return before, after
