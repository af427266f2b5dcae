"""What is on sale on which date, for how much, and how many are left: slots where they exist, else the rules."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import DecimalField, F, IntegerField, Q, Sum, Value
from django.db.models.functions import Coalesce

from bookings.models import CapacityRule, PriceRule, ServiceSlot
from bookings.pricing.quote import DatedPrice, Quote, SlotState, Use, on_date, quote
from bookings.pricing.tariff import CapacityStep, PriceStep, Span, Tariff, Terms
from travelplanner.core import clock
from travelplanner.core.errors import NotFound
from trips.models import Service

SOLD_AHEAD = dt.timedelta(days=548)  # 18 months
SlotKey = tuple[uuid.UUID, dt.date, str]


@dataclass(frozen=True, slots=True)
class Stock:
    """Tariffs and slots of some services, as they were at one moment; every answer from here is plain arithmetic."""

    tariffs: Mapping[uuid.UUID, Tariff]
    slots: Mapping[SlotKey, SlotState]

    def quote(self, service_id: uuid.UUID, use: Use) -> Quote:
        """Raises UnfitUse."""
        tariff = self.tariffs[service_id]
        nights = use.nights if tariff.unit == "room_night" and 1 <= use.nights <= 60 else 1
        dates = (use.first + dt.timedelta(days=i) for i in range(nights))
        known = {day: slot for day in dates if (slot := self.slots.get((service_id, day, use.time)))}
        return quote(tariff, use, known)

    def on_date(self, service_id: uuid.UUID, day: dt.date, time: str) -> DatedPrice:
        return on_date(self.tariffs[service_id], day, self.slots.get((service_id, day, time)))


@dataclass(frozen=True, slots=True)
class Departure:
    """One date (and departure) of a service."""

    date: dt.date
    time: str
    price: Decimal
    currency: str
    capacity: int
    left: int


def sellable(service: Service) -> bool:
    return service.active and service.supplier.active


def today_at(timezone: str, now: dt.datetime | None = None) -> dt.date:
    return (now or clock.now()).astimezone(ZoneInfo(timezone)).date()


def load_stock(services: Iterable[Service], first: dt.date, last: dt.date) -> Stock:
    """Stock of `services` (destination loaded) from `first` to `last`, both included. Two statements for any number of services."""
    rows = {service.pk: service for service in services}
    if not rows:
        return Stock({}, {})
    prices, capacities = _rules(list(rows))
    slots = ServiceSlot.objects.filter(service__in=list(rows), date__range=(first, last)).values_list(
        "service_id", "date", "time", "price", "capacity", "taken"
    )
    return Stock(
        tariffs={pk: _tariff(service, prices[pk], capacities[pk]) for pk, service in rows.items()},
        slots={(service_id, day, time): SlotState(price, capacity, taken) for service_id, day, time, price, capacity, taken in slots.order_by()},
    )


def _rules(service_ids: Sequence[uuid.UUID]) -> tuple[Mapping[uuid.UUID, list[PriceStep]], Mapping[uuid.UUID, list[CapacityStep]]]:
    """Both kinds of rules in one statement."""
    columns = ("service_id", "name", "valid_from", "valid_until", "months", "weekdays", "step_percent", "step_capacity")
    of_price = PriceRule.objects.filter(service__in=service_ids).annotate(
        step_percent=F("percent"), step_capacity=Value(None, output_field=IntegerField())
    )
    of_capacity = CapacityRule.objects.filter(service__in=service_ids).annotate(
        step_percent=Value(None, output_field=DecimalField(max_digits=6, decimal_places=2)), step_capacity=F("capacity")
    )
    rows = of_price.order_by().values_list(*columns).union(of_capacity.order_by().values_list(*columns), all=True)
    prices: dict[uuid.UUID, list[PriceStep]] = defaultdict(list)
    capacities: dict[uuid.UUID, list[CapacityStep]] = defaultdict(list)
    for service_id, name, valid_from, valid_until, months, weekdays, percent, capacity in rows:
        span = Span(valid_from, valid_until, frozenset(months), frozenset(weekdays))
        if percent is not None:
            prices[service_id].append(PriceStep(name, percent, span))
        else:
            capacities[service_id].append(CapacityStep(name, capacity, span))
    return prices, capacities


def _tariff(service: Service, prices: Sequence[PriceStep], capacities: Sequence[CapacityStep]) -> Tariff:
    return Tariff(
        unit=service.unit,
        list_price=service.list_price,
        currency=service.currency,
        sleeps=service.sleeps,
        capacity=service.capacity,
        times=tuple(service.times),
        prices=tuple(prices),
        capacities=tuple(capacities),
        terms=Terms(service.cancellable, service.cancel_hours, service.cancel_fee_percent),
        timezone=service.destination.timezone,
    )


def get_service(service_id: uuid.UUID) -> Service:
    """A service on sale, with supplier and destination, or NotFound."""
    service = Service.objects.select_related("supplier", "destination").filter(pk=service_id).first()
    if service is None or not sellable(service):
        raise NotFound
    return service


def list_departures(service: Service, first: dt.date, last: dt.date, *, now: dt.datetime | None = None) -> tuple[Departure, ...]:
    """Dates and departures of one service from `first` to `last` (both included, no past dates, 18 months ahead). Two statements."""
    today = today_at(service.destination.timezone, now)
    first, last = max(first, today), min(last, today + SOLD_AHEAD)
    if first > last:
        return ()
    stock = load_stock([service], first, last)
    found = []
    for i in range((last - first).days + 1):
        for time in service.times or [""]:
            dated = stock.on_date(service.pk, first + dt.timedelta(days=i), time)
            found.append(Departure(dated.date, time, dated.unit_price, service.currency, dated.capacity, dated.left))
    return tuple(found)


def departures_on(services: Sequence[Service], day: dt.date) -> dict[uuid.UUID, list[Departure]]:
    """Price and places left of each service on one date, per departure; empty lists for past dates. Two statements for any number of services."""
    today = today_at(services[0].destination.timezone) if services else day
    if not services or not today - dt.timedelta(days=1) <= day <= today + SOLD_AHEAD:
        return {service.pk: [] for service in services}
    stock = load_stock(services, day, day)
    found: dict[uuid.UUID, list[Departure]] = {}
    for service in services:
        dated = [(time, stock.on_date(service.pk, day, time)) for time in service.times or [""]]
        found[service.pk] = [Departure(day, time, one.unit_price, service.currency, one.capacity, one.left) for time, one in dated]
    return found


def overbooked() -> list[tuple[uuid.UUID, int, int, int]]:
    """Slots that hold more than they have, or whose count differs from their holds: (slot, capacity, taken, held). Empty, always."""

    held = Coalesce(Sum("holds__quantity", filter=Q(holds__state__in=["active", "consumed"])), 0)
    rows = ServiceSlot.objects.annotate(held=held).filter(Q(held__gt=F("capacity")) | ~Q(held=F("taken"))).order_by("pk")
    return list(rows.values_list("pk", "capacity", "taken", "held"))
