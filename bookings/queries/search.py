"""What a party can have: services by type, destination, place, dates and price, each priced for the whole party.

The number of statements is fixed. Whether there is room is counted for every candidate, and what the party would pay only where that decides what is
shown: of all candidates no more is read than that arithmetic needs, and whole services are made for the page alone.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from bookings.pricing.exchange import RateTable, exchange
from bookings.pricing.quote import MOST_NIGHTS, MOST_UNITS, DatedPrice, SlotState
from bookings.pricing.tariff import CapacityStep, PriceStep, Tariff, price_on, units_of
from bookings.queries.inventory import (
    SOLD_AHEAD,
    Among,
    SlotKey,
    Stock,
    load_capacities,
    load_prices,
    load_slots,
    tariff_of,
    today_at,
)
from bookings.queries.rates import table_for
from travelplanner.core import money, reads
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

    @property
    def compares_prices(self) -> bool:
        return self.ordering != "name" or self.max_price is not None

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
    """What was found, to be counted and sliced (a paginator does): `rows` in order, and `show`, which prices the slice that is looked at. `cut`: there
    were more than MOST_CANDIDATES services to look at, and the rest wasn't."""

    def __init__(self, rows: Sequence[Any], show: Callable[[Sequence[Any]], Iterable[Found]], count: int, *, cut: bool = False) -> None:
        self._rows, self._show, self._count, self.cut = rows, show, count, cut

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, window: slice) -> list[Found]:
        return list(self._show(self._rows[window]))


def search_services(wish: Wish, *, now: dt.datetime | None = None) -> Results:
    """What fits the wish; of more than MOST_CANDIDATES services the first are looked at: by name, or in the order of their list prices.

    At most seven statements with the slice that is shown, whatever the number of services. Raises NotFound (unknown destination).
    """
    destination = catalogue.get_destination(wish.destination) if wish.destination else None
    by_price = wish.compares_prices
    among = Among(type=wish.type, destination_id=destination.pk if destination else None)
    if wish.first is None and not by_price:
        found: Any = _named(wish.place, **among.values) if wish.place else reads.Listing(_named, "", **among.values)
        return Results(found, lambda rows: [Found(ServiceRow._make(row), None) for row in rows], found.count())
    room = _with_room(wish, among, now)
    if by_price and wish.first is not None:
        room = replace(room, prices=load_prices(room.among, wish.first, wish.last or wish.first))
    kept = _by_price(wish, room, now) if by_price else [one.pk for one in room.kept]
    return Results(kept, lambda ids: _shown(wish, ids, room), len(kept), cut=room.cut)


def _by_price(wish: Wish, room: _Room, now: dt.datetime | None) -> list[uuid.UUID]:
    """Those that the wish can afford, in its order. Several currencies are compared in the wish's, else in YARDSTICK's. One statement."""
    currencies = {one.currency for one in room.kept}
    common = wish.currency or (YARDSTICK if len(currencies) > 1 else next(iter(currencies), YARDSTICK))
    table = table_for(currencies, common, now=now)
    kept: list[tuple[_Candidate, Decimal | None]] = []
    for one in room.kept:
        pays = _pays(wish, one, room)
        worth = pays if one.currency == common else _worth(pays, one.currency, common, table)
        if wish.max_price is None or _affordable(wish, pays, worth):
            kept.append((one, worth))
    if wish.ordering != "name":
        sign = 1 if wish.ordering == "price" else -1
        kept.sort(key=lambda row: (row[1] is None, sign * (row[1] or 0), row[0].name, str(row[0].pk)))
    return [one.pk for one, _worth_of in kept]


def _worth(price: Decimal, source: str, target: str, table: RateTable) -> Decimal | None:
    """None where no rate is known: such a service comes last, and fits no limit in another currency."""
    try:
        return exchange(price, source, target, table).amount
    except ValueError:
        return None


def _affordable(wish: Wish, pay: Decimal, worth: Decimal | None) -> bool:
    price = worth if wish.currency else pay
    return wish.max_price is not None and price is not None and price <= wish.max_price


class _Candidate(NamedTuple):
    """What room and price need of a service, and nothing more: of these there may be thousands."""

    pk: uuid.UUID
    unit: str
    sleeps: int
    capacity: int
    timezone: str
    times_text: str
    currency: str
    list_price: Decimal = Decimal(0)  # these two only where prices are compared
    name: str = ""

    @property
    def times(self) -> tuple[str, ...]:
        return _times(self.times_text)


@lru_cache(maxsize=512)
def _times(text: str) -> tuple[str, ...]:
    """Departures as JSON: thousands of services leave at the same few times, and most of them are never looked at so closely."""
    return tuple(json.loads(text))


COLUMNS = ("pk", "unit", "sleeps", "capacity", "destination__timezone", "times_text", "currency")  # of a candidate
PRICED = (*COLUMNS, "list_price", "name")


def _in_time(wish: Wish, row: _Candidate, todays: dict[str, dt.date], now: dt.datetime | None) -> bool:
    """Whether these dates are sold at all, by the destination's calendar, and the party isn't too large for one booking."""
    if units_of(row.unit, row.sleeps, wish.people) > MOST_UNITS:
        return False
    if wish.first is None:
        return True
    today = todays.get(row.timezone) or todays.setdefault(row.timezone, today_at(row.timezone, now))
    return today <= wish.first and (wish.last or wish.first) <= today + SOLD_AHEAD


@dataclass(frozen=True, slots=True)
class _Room:
    """Services with room for the party, in order; `touched` are the ids for which slots or rules of capacity say something of these dates, which are
    kept to be priced with. `among` are the services that slots and rules are read of; `prices` the rules of price of all of them, None when not read."""

    kept: list[_Candidate]
    cut: bool
    among: Among
    slots: Mapping[SlotKey, SlotState]
    capacities: Mapping[uuid.UUID, Sequence[CapacityStep]]
    touched: Set[uuid.UUID]
    prices: Mapping[uuid.UUID, Sequence[PriceStep]] | None = None


def _named(place: str, *, type: str = "", destination_id: uuid.UUID | None = None) -> QuerySet[Service, Any]:
    return catalogue.services(type=type, destination=destination_id, place=place).values_list(*catalogue.COLUMNS)


def _candidates(ordering: str, priced: bool, place: str, *, type: str = "", destination_id: uuid.UUID | None = None) -> QuerySet[Service, Any]:
    found = catalogue.services(type=type, destination=destination_id, place=place)
    if ordering != "name":
        found = found.order_by("-list_price" if ordering == "-price" else "list_price", "name", "id")
    return found.annotate(times_text=Cast("times", TextField())).values_list(*(PRICED if priced else COLUMNS))[: MOST_CANDIDATES + 1]


def _with_room(wish: Wish, among: Among, now: dt.datetime | None) -> _Room:
    """`among` narrows slots and rules down; an IN of hundreds of ids would cost more than it saves, unless most services aren't looked at.
    Three statements."""
    # A place is text of the address: each would be a statement of its own to keep.
    shape = (wish.ordering, wish.compares_prices, wish.place)
    read = [_Candidate(*row) for row in (_candidates(*shape, **among.values) if wish.place else reads.rows(_candidates, *shape, **among.values))]
    cut = len(read) > MOST_CANDIDATES
    todays: dict[str, dt.date] = {}
    rows = [one for one in read[:MOST_CANDIDATES] if _in_time(wish, one, todays, now)]
    if cut:
        among = Among(ids=[one.pk for one in rows])
    if wish.first is None or not rows:
        return _Room(rows, cut, among, {}, {}, frozenset())
    last = wish.last or wish.first
    slots, capacities = load_slots(among, wish.first, last), load_capacities(among, wish.first, last)
    touched = {key[0] for key in slots} | capacities.keys()  # of the rest, the service's own capacity counts on every date
    room = _Room([], cut, among, slots, capacities, touched)
    for one in rows:
        if one.pk in touched:
            fits = next(_uses_with_room(wish, one, _stock_of(one, room)), None) is not None
        else:
            fits = units_of(one.unit, one.sleeps, wish.people) <= one.capacity
        if fits:
            room.kept.append(one)
    return room


def _stock_of(one: _Candidate, room: _Room) -> Stock:
    """Its prices count only where they are compared: else neither the list price nor the rules of price were read."""
    tariff = Tariff(
        one.unit, one.list_price, one.currency, one.sleeps, one.capacity, one.times, tuple((room.prices or {}).get(one.pk, ())), tuple(room.capacities.get(one.pk, ()))
    )
    return Stock({one.pk: tariff}, room.slots)


def _pays(wish: Wish, one: _Candidate, room: _Room) -> Decimal:
    """What the party pays at least: on its dates, or by list price where there are none; in the service's currency."""
    units = units_of(one.unit, one.sleeps, wish.people)
    if wish.first is None:
        return money.payable(one.list_price * units, one.currency)
    stock = _stock_of(one, room)
    if one.pk in room.touched:
        return min(_total(dated, units, one.currency) for _first, _time, dated in _uses_with_room(wish, one, stock))
    nights, beginnings = wish.uses(one.unit)  # the rules alone: every departure of a date costs the same
    per_day = {day: price_on(stock.tariffs[one.pk], day) for first in beginnings for i in range(nights) if (day := first + dt.timedelta(days=i))}
    return min(money.payable(sum((per_day[first + dt.timedelta(days=i)] for i in range(nights)), Decimal(0)) * units, one.currency) for first in beginnings)


def _total(dated: Sequence[DatedPrice], units: int, currency: str) -> Decimal:
    """As it would be charged."""
    return money.payable(sum((day.unit_price for day in dated), Decimal(0)) * units, currency)


def _shown(wish: Wish, ids: Sequence[uuid.UUID], room: _Room) -> list[Found]:
    """The services of a page with their prices. Two statements, or one where prices were read before."""
    if not ids:
        return []
    rows = catalogue.services_by_id(ids)
    if wish.first is None:
        return [Found(rows[pk], None) for pk in ids if pk in rows]
    prices = room.prices if room.prices is not None else load_prices(Among(ids=list(ids)), wish.first, wish.last or wish.first)
    stock = Stock({pk: tariff_of(row, prices.get(pk, ()), room.capacities.get(pk, ())) for pk, row in rows.items()}, room.slots)
    return [_found(wish, wish.first, rows[pk], stock) for pk in ids if pk in rows]


def _uses_with_room(wish: Wish, row: ServiceRow | _Candidate, stock: Stock) -> Iterator[tuple[dt.date, str, list[DatedPrice]]]:
    """Each date and departure on which the whole party fits, with the dates that it would hold."""
    units = units_of(row.unit, row.sleeps, wish.people)
    nights, beginnings = wish.uses(row.unit)
    for first in beginnings:
        for time in row.times or [""]:
            dated = [stock.on_date(row.pk, first + dt.timedelta(days=i), time) for i in range(nights)]
            if all(day.left >= units for day in dated):
                yield first, time, dated


def _found(wish: Wish, first_day: dt.date, row: ServiceRow, stock: Stock) -> Found:
    units = units_of(row.unit, row.sleeps, wish.people)
    best: PartyOffer | None = None
    seen: dict[str, DatedPrice] = {}  # of the first day
    for first, time, dated in _uses_with_room(wish, row, stock):
        if first == first_day:
            seen[time] = dated[0]
        total = _total(dated, units, row.currency)
        if best is None or total < best.total:
            best = PartyOffer(first, time, len(dated), units, total, min(day.left for day in dated))
    departures = tuple((time, seen.get(time) or stock.on_date(row.pk, first_day, time)) for time in row.times or [""])
    return Found(row, best, departures)
