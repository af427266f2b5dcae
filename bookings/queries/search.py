"""What a party can have: services by type, destination, place, dates and price, each priced for the whole party.

The number of statements is fixed. Whether there is room is counted for every candidate, without its price rules; prices are computed for the page
alone, or for all candidates where they decide what is shown.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from bookings.pricing.exchange import RateTable, exchange
from bookings.pricing.quote import MOST_NIGHTS, MOST_UNITS, DatedPrice, SlotState
from bookings.pricing.tariff import CapacityStep, units_of
from bookings.queries.inventory import (
    SOLD_AHEAD,
    SlotKey,
    Stock,
    load_capacities,
    load_prices,
    load_slots,
    load_stock,
    tariff_of,
    today_at,
)
from bookings.queries.rates import table_for
from travelplanner.core import money
from trips.models import Service
from trips.queries import catalogue
from trips.queries.catalogue import ServiceRow

MOST_CANDIDATES = 2000  # of one search; a destination has a few dozen
LONGEST_STAY = MOST_NIGHTS
ORDERINGS = ("name", "price", "-price")
YARDSTICK = "EUR"  # what prices of several currencies are put in order by


@dataclass(frozen=True, slots=True)
class Wish:
    """`first` None = no dates. Beds are wanted for the nights from `first` to `last` (the day of leaving; None: one night), the rest on any one
    date from `first` to `last` (None: on `first`). `max_price` is the whole party's, in `currency` (empty: each service's own)."""

    type: str = ""
    destination: str = ""
    place: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    people: int = 1
    max_price: Decimal | None = None
    currency: str = ""
    ordering: str = "name"

    def uses(self, unit: str) -> tuple[int, tuple[dt.date, ...]]:
        """Nights of one use, and the dates on which it may begin."""
        if self.first is None:
            return 1, ()
        last = self.last or self.first
        if unit == "room_night":
            return max(1, (last - self.first).days), (self.first,)
        return 1, tuple(self.first + dt.timedelta(days=i) for i in range((last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class PartyOffer:
    """What the party would get: `units` from `first` on (`nights` of a bed), all of it for `total`; `left` the fewest units free on any date."""

    first: dt.date
    time: str
    nights: int
    units: int
    total: Decimal
    left: int


@dataclass(frozen=True, slots=True)
class Found:
    """A service that fits. `offer` is the cheapest use (the earliest of equals), None without dates; `dated` the departures on the wish's first date."""

    service: ServiceRow
    offer: PartyOffer | None
    dated: tuple[tuple[str, DatedPrice], ...] = ()


class Results:
    """What was found, to be counted and sliced (a paginator does): `rows` in order, and `show`, which prices the slice that is looked at."""

    def __init__(self, rows: Sequence[Any], show: Callable[[Sequence[Any]], Iterable[Found]], count: int) -> None:
        self._rows, self._show, self._count = rows, show, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, window: slice) -> list[Found]:
        return list(self._show(self._rows[window]))


def search_services(wish: Wish, *, now: dt.datetime | None = None) -> Results:
    """What fits the wish; of more than MOST_CANDIDATES services the first are looked at.

    At most seven statements with the slice that is shown, whatever the number of services. Raises NotFound (unknown destination).
    """
    destination = catalogue.get_destination(wish.destination) if wish.destination else None
    found = catalogue.services(type=wish.type, destination=destination, place=wish.place)
    by_price = wish.ordering != "name" or wish.max_price is not None
    if wish.first is None and not by_price:
        return Results(found, lambda rows: [Found(row, None) for row in catalogue.service_rows(rows)], found.count())  # type: ignore[arg-type]  # sliced like a list, which is what Results asks
    if not by_price:
        room = _with_room(wish, found, Q(service__destination=destination) if destination else Q(), now)
        return Results(room.kept, lambda ids: _priced_in_order(wish, ids, room), len(room.kept))
    todays: dict[str, dt.date] = {}
    rows = [row for row in catalogue.service_rows(found[:MOST_CANDIDATES]) if _in_time(wish, row, todays, now)]
    every = [one for one in _found_all(wish, rows) if wish.first is None or one.offer]
    return _by_price(wish, every, now)


def _by_price(wish: Wish, every: Sequence[Found], now: dt.datetime | None) -> Results:
    """Those that the wish can afford, in its order. Several currencies are compared in the wish's, else in YARDSTICK's."""
    currencies = {one.service.currency for one in every}
    common = wish.currency or (YARDSTICK if len(currencies) > 1 else next(iter(currencies), YARDSTICK))
    table = table_for(currencies, common, now=now)
    worth = {one.service.pk: _worth(price_of(wish, one), one.service.currency, common, table) for one in every}
    kept = [one for one in every if wish.max_price is None or _affordable(wish, one, worth[one.service.pk])]
    if wish.ordering != "name":
        sign = 1 if wish.ordering == "price" else -1
        kept.sort(key=lambda one: (worth[one.service.pk] is None, sign * (worth[one.service.pk] or 0), one.service.name, str(one.service.pk)))
    return Results(kept, lambda shown: shown, len(kept))


def _worth(price: Decimal, source: str, target: str, table: RateTable) -> Decimal | None:
    """None where no rate is known: such a service comes last, and fits no limit in another currency."""
    try:
        return exchange(price, source, target, table).amount
    except ValueError:
        return None


def _affordable(wish: Wish, one: Found, worth: Decimal | None) -> bool:
    price = worth if wish.currency else price_of(wish, one)
    return wish.max_price is not None and price is not None and price <= wish.max_price


def _found_all(wish: Wish, rows: Sequence[ServiceRow]) -> list[Found]:
    stock = load_stock(rows, wish.first, wish.last or wish.first) if wish.first else Stock({}, {})
    return [_found(wish, row, stock) for row in rows]


def _in_time(wish: Wish, row: ServiceRow | _Candidate, todays: dict[str, dt.date], now: dt.datetime | None) -> bool:
    """Whether these dates are sold at all, by the destination's calendar, and the party isn't too large for one booking."""
    if units_of(row.unit, row.sleeps, wish.people) > MOST_UNITS:
        return False
    if wish.first is None:
        return True
    today = todays.get(row.timezone) or todays.setdefault(row.timezone, today_at(row.timezone, now))
    return today <= wish.first and (wish.last or wish.first) <= today + SOLD_AHEAD


class _Candidate(NamedTuple):
    """What availability needs of a service, and nothing more: of these there may be hundreds."""

    pk: uuid.UUID
    unit: str
    sleeps: int
    capacity: int
    timezone: str


@dataclass(frozen=True, slots=True)
class _Room:
    """Ids of services with room for the party, in order; the slots and rules of capacity that were looked at, to be priced with."""

    kept: list[uuid.UUID]
    slots: Mapping[SlotKey, SlotState]
    capacities: Mapping[uuid.UUID, Sequence[CapacityStep]]


def _with_room(wish: Wish, found: QuerySet[Service], among: Q, now: dt.datetime | None) -> _Room:
    """`among` narrows slots and rules down; an IN of hundreds of ids would cost more than it saves. Three statements, and one where slots or rules of capacity say something of these dates."""
    columns = found.values_list("pk", "unit", "sleeps", "capacity", "destination__timezone")
    todays: dict[str, dt.date] = {}
    rows = [one for one in map(_Candidate._make, columns[:MOST_CANDIDATES]) if _in_time(wish, one, todays, now)]
    if wish.first is None or not rows:
        return _Room([one.pk for one in rows], {}, {})
    ids, last = [one.pk for one in rows], wish.last or wish.first
    slots, capacities = load_slots(among, wish.first, last), load_capacities(among, wish.first, last)
    touched = ({key[0] for key in slots} | capacities.keys()) & set(ids)  # of the rest, the service's own capacity counts on every date
    asked = {row.pk: row for row in catalogue.service_rows(Service.objects.filter(pk__in=touched))} if touched else {}
    stock = Stock({pk: tariff_of(row, (), capacities.get(pk, ())) for pk, row in asked.items()}, slots)
    kept = []
    for one in rows:
        if one.pk in asked:
            fits = next(_uses_with_room(wish, asked[one.pk], stock), None) is not None
        else:
            fits = units_of(one.unit, one.sleeps, wish.people) <= one.capacity
        if fits:
            kept.append(one.pk)
    return _Room(kept, slots, capacities)


def _priced_in_order(wish: Wish, ids: Sequence[uuid.UUID], room: _Room) -> list[Found]:
    """The services of a page with their prices. Two statements."""
    if wish.first is None or not ids:
        return []
    rows = {row.pk: row for row in catalogue.service_rows(Service.objects.filter(pk__in=ids))}
    prices = load_prices(ids, wish.first, wish.last or wish.first)
    stock = Stock({pk: tariff_of(row, prices.get(pk, ()), room.capacities.get(pk, ())) for pk, row in rows.items()}, room.slots)
    return [_found(wish, rows[pk], stock) for pk in ids if pk in rows]


def _uses_with_room(wish: Wish, row: ServiceRow, stock: Stock) -> Iterator[tuple[dt.date, str, list[DatedPrice]]]:
    """Each date and departure on which the whole party fits, with the dates that it would hold."""
    units = units_of(row.unit, row.sleeps, wish.people)
    nights, beginnings = wish.uses(row.unit)
    for first in beginnings:
        for time in row.times or [""]:
            dated = [stock.on_date(row.pk, first + dt.timedelta(days=i), time) for i in range(nights)]
            if all(day.left >= units for day in dated):
                yield first, time, dated


def _found(wish: Wish, row: ServiceRow, stock: Stock) -> Found:
    if wish.first is None:
        return Found(row, None)
    units = units_of(row.unit, row.sleeps, wish.people)
    best: PartyOffer | None = None
    for first, time, dated in _uses_with_room(wish, row, stock):
        total = money.quantize(sum((day.unit_price for day in dated), Decimal(0)) * units, row.currency)
        if best is None or total < best.total:
            best = PartyOffer(first, time, len(dated), units, total, min(day.left for day in dated))
    departures = tuple((time, stock.on_date(row.pk, wish.first, time)) for time in row.times or [""])
    return Found(row, best, departures)


def price_of(wish: Wish, one: Found) -> Decimal:
    """What the party pays: on its dates, or by list price where there are none; in the service's currency."""
    if one.offer is not None:
        return one.offer.total
    return one.service.list_price * units_of(one.service.unit, one.service.sleeps, wish.people)
