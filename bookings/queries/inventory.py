"""What is on sale on which date, for how much, and how many are left: slots where they exist, else the rules."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DecimalField, F, IntegerField, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce

from bookings.models import CapacityRule, PriceRule, ServiceSlot
from bookings.pricing.quote import DatedPrice, Quote, SlotState, Use, check_use, dates_of, on_date, quote
from bookings.pricing.tariff import CapacityStep, PriceStep, Span, Tariff, Terms
from travelplanner.core import clock, reads
from travelplanner.core.errors import NotFound
from trips.models import Service
from trips.queries.catalogue import ServiceRow

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
        check_use(tariff, use)  # first: its dates may be any that a calendar has
        known = {day: slot for day in dates_of(tariff, use) if (slot := self.slots.get((service_id, day, use.time)))}
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


def load_stock(services: Iterable[Service | ServiceRow], first: dt.date, last: dt.date, *, slotted: bool = True) -> Stock:
    """Stock of `services` (of models: destination loaded) from `first` to `last`, both included. Two statements for any number of services.

    Its tariffs know the rules that can match between these dates, and no others; not `slotted`: the rules alone.
    """
    rows = {service.pk: service for service in services}
    if not rows:
        return Stock({}, {})
    prices, capacities = _rules(list(rows), first, last)
    tariffs = {pk: tariff_of(service, prices.get(pk, ()), capacities.get(pk, ())) for pk, service in rows.items()}
    return Stock(tariffs=tariffs, slots=load_slots(Among(ids=list(rows)), first, last) if slotted else {})


@dataclass(frozen=True, slots=True)
class Among:
    """Of which services slots and rules are read: of these ids, or else of all of this type and destination (empty: of any)."""

    ids: list[uuid.UUID] | None = None
    type: str = ""
    destination_id: uuid.UUID | None = None

    @property
    def values(self) -> dict[str, Any]:
        """As `core.reads` takes them; `among` makes a filter of the same."""
        given = {"ids": self.ids, "type": self.type or None, "destination_id": self.destination_id} if self.ids is None else {"ids": self.ids}
        return {name: value for name, value in given.items() if value is not None}


def _among(*, ids: Any = None, **of_service: Any) -> Q:
    return Q(reads.OneOf("service", ids)) if ids is not None else Q(**{f"service__{name}": value for name, value in of_service.items()})


def load_slots(among: Among, first: dt.date, last: dt.date) -> dict[SlotKey, SlotState]:
    """Slots that exist between both dates, of the services that `among` speaks of. One statement."""
    columns = reads.rows(_slots, first=first, last=last, **among.values)
    return {(service_id, day, time): SlotState(price, capacity, taken, pk) for service_id, day, time, price, capacity, taken, pk in columns}


def _slots(*, first: dt.date, last: dt.date, **among: Any) -> QuerySet[ServiceSlot, Any]:
    rows = ServiceSlot.objects.filter(_among(**among), date__range=(first, last)).order_by()
    return rows.values_list("service_id", "date", "time", "price", "capacity", "taken", "id")


Steps = tuple[Mapping[uuid.UUID, Sequence[PriceStep]], Mapping[uuid.UUID, Sequence[CapacityStep]]]
_RULE = ("service_id", "name", "valid_from", "valid_until", "months_text", "weekdays_text")


def _told(rules: QuerySet[Any]) -> QuerySet[Any]:
    """Rules with their months and weekdays as text: those of thousands of services say the same few things, and each is read once (`_numbers`)."""
    return rules.annotate(months_text=Cast("months", TextField()), weekdays_text=Cast("weekdays", TextField())).order_by()


def _rules(service_ids: Sequence[uuid.UUID], first: dt.date, last: dt.date) -> Steps:
    """Both kinds of rules that can match a date from `first` to `last`, in one statement."""
    prices: dict[uuid.UUID, list[PriceStep]] = defaultdict(list)
    capacities: dict[uuid.UUID, list[CapacityStep]] = defaultdict(list)
    for row in reads.rows(_both_rules, ids=list(service_ids)):
        for service_id, name, span in _matching([row[:6]], first, last):
            if row[6] is not None:
                prices[service_id].append(PriceStep(name, row[6], span))
            else:
                capacities[service_id].append(CapacityStep(name, row[7], span))
    return prices, capacities


def _both_rules(*, ids: Any) -> QuerySet[PriceRule, Any]:
    of_price = _told(PriceRule.objects.filter(_among(ids=ids))).annotate(step_percent=F("percent"), step_capacity=Value(None, output_field=IntegerField()))
    of_capacity = _told(CapacityRule.objects.filter(_among(ids=ids))).annotate(
        step_percent=Value(None, output_field=DecimalField(max_digits=6, decimal_places=2)), step_capacity=F("capacity")
    )
    columns = (*_RULE, "step_percent", "step_capacity")
    return of_price.values_list(*columns).union(of_capacity.values_list(*columns), all=True)


def load_capacities(among: Among, first: dt.date, last: dt.date) -> dict[uuid.UUID, list[CapacityStep]]:
    """The rules of capacity alone that can match a date between both; services without any aren't there. One statement."""
    found: dict[uuid.UUID, list[CapacityStep]] = defaultdict(list)
    for row in reads.rows(_capacity_rules, **among.values):
        for service_id, name, span in _matching([row[:6]], first, last):
            found[service_id].append(CapacityStep(name, row[6], span))
    return found


def _capacity_rules(**among: Any) -> QuerySet[CapacityRule, Any]:
    return _told(CapacityRule.objects.filter(_among(**among))).values_list(*_RULE, "capacity")


def load_prices(among: Among, first: dt.date, last: dt.date) -> dict[uuid.UUID, list[PriceStep]]:
    """The rules of price alone, of the services that `among` speaks of, that can match a date between both; services without any aren't there. One statement."""
    found: dict[uuid.UUID, list[PriceStep]] = defaultdict(list)
    for row in reads.rows(_price_rules, **among.values):
        for service_id, name, span in _matching([row[:6]], first, last):
            found[service_id].append(PriceStep(name, row[6], span))
    return found


def _price_rules(**among: Any) -> QuerySet[PriceRule, Any]:
    return _told(PriceRule.objects.filter(_among(**among))).values_list(*_RULE, "percent")


def _matching(rows: Iterable[tuple[Any, ...]], first: dt.date, last: dt.date) -> Iterator[tuple[uuid.UUID, str, Span]]:
    """Rules that can match a date between both, as (service, name, span); the rest never becomes an object."""
    months_there, weekdays_there = _months_and_weekdays(first, last)
    for service_id, name, valid_from, valid_until, months_text, weekdays_text in rows:
        months, weekdays = _numbers(months_text), _numbers(weekdays_text)
        if (valid_from and valid_from > last) or (valid_until and valid_until < first):
            continue
        if (months and months_there.isdisjoint(months)) or (weekdays and weekdays_there.isdisjoint(weekdays)):
            continue
        yield service_id, name, _span(valid_from, valid_until, months, weekdays)


@lru_cache(maxsize=256)
def _months_and_weekdays(first: dt.date, last: dt.date) -> tuple[frozenset[int], frozenset[int]]:
    """Those that occur between both dates; every one of them once the stretch is long enough."""
    days = (last - first).days
    if days > 340:
        return frozenset(range(1, 13)), frozenset(range(7))
    dates = [first + dt.timedelta(days=i) for i in range(days + 1)]
    return frozenset(day.month for day in dates), frozenset(day.weekday() for day in dates[:7])


@lru_cache(maxsize=2048)
def _numbers(text: str) -> tuple[int, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=2048)
def _span(valid_from: dt.date | None, valid_until: dt.date | None, months: tuple[int, ...], weekdays: tuple[int, ...]) -> Span:
    """Rules of many services speak of the same dates (weekends, a season)."""
    return Span(valid_from, valid_until, frozenset(months), frozenset(weekdays))


def tariff_of(service: Service | ServiceRow, prices: Sequence[PriceStep], capacities: Sequence[CapacityStep]) -> Tariff:
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
        timezone=service.timezone if isinstance(service, ServiceRow) else service.destination.timezone,
    )


def get_service(service_id: uuid.UUID) -> Service:
    """A service on sale, with supplier and destination, or NotFound; so is what was offered to one party alone (`actions.offers` sells that)."""
    service: Service | None = reads.first(_service, service_id=service_id)
    if service is None or not sellable(service):
        raise NotFound
    return service


def _service(*, service_id: uuid.UUID) -> QuerySet[Service]:
    return Service.objects.select_related("supplier", "destination").filter(pk=service_id, external_reference="").order_by()


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


def overbooked() -> list[tuple[uuid.UUID, int, int, int]]:
    """Slots that hold more than they have, or whose count differs from their holds: (slot, capacity, taken, held). Empty, always."""

    held = Coalesce(Sum("holds__quantity", filter=Q(holds__state__in=["active", "consumed"])), 0)
    rows = ServiceSlot.objects.annotate(held=held).filter(Q(held__gt=F("capacity")) | ~Q(held=F("taken"))).order_by("pk")
    return list(rows.values_list("pk", "capacity", "taken", "held"))
