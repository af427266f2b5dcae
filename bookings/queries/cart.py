"""The cart, priced at this moment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet

from bookings.models import CartItem
from bookings.pricing.exchange import Exchanged, RateTable, exchange
from bookings.pricing.quote import Quote, UnfitUse, Use, day_after
from bookings.queries.inventory import SOLD_AHEAD, Stock, load_stock, sellable, today_at
from bookings.queries.rates import SAME, is_stale, rate_table
from travelplanner.core import clock, reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from travelplanner.core.money import Money
from trips import rules as trip_rules
from trips.models import Service, Trip
from trips.queries.trips import get_trip


@dataclass(frozen=True, slots=True)
class CartLine:
    """A cart row with its price now. `problem` is empty when it can be booked, else a code: off_sale, in_the_past, too_far_ahead,
    other_date, offer_expired, no_places, or what `UnfitUse` says; then `quote` may be None. `own` is the price in the trip's currency, where that is another one and a rate is known."""

    item: CartItem
    quote: Quote | None
    problem: str
    own: Exchanged | None = None
    rate_stale: bool = False

    @property
    def trip_currency(self) -> str:
        return self.item.trip.budget_currency if self.item.trip else ""

    @property
    def price_changed(self) -> bool:
        """Whether the line costs something else than when the traveler last saw it."""
        return self.quote is not None and self.quote.differs_from(self.item.price_seen)

    @property
    def places_left(self) -> int:
        return self.quote.left if self.quote else 0


@dataclass(frozen=True, slots=True)
class Cart:
    """All lines in order of use; `totals` are today's prices by currency (lines without a price left out)."""

    lines: tuple[CartLine, ...]

    @property
    def totals(self) -> tuple[Money, ...]:
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            if line.quote:
                sums[line.quote.currency] = sums.get(line.quote.currency, Decimal(0)) + line.quote.charged
        return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))

    @property
    def bookable(self) -> bool:
        return bool(self.lines) and not any(line.problem for line in self.lines)

    @property
    def price_changed(self) -> bool:
        return any(line.price_changed for line in self.lines)


def use_of(item: CartItem) -> Use:
    """What a row is used for; nights count for beds alone, whatever the row says."""
    return Use(item.booking_date, item.quantity, item.participants, item.nights if item.service.unit == "room_night" else 1, item.time)


def date_problem(service: Service, day: dt.date, now: dt.datetime | None = None) -> str:
    """Whether a first date of use can still be sold, by the destination's calendar, and by the offer's own date and end where it is one."""
    if service.sold_on is not None and day != service.sold_on:
        return "other_date"
    if service.offered_until is not None and service.offered_until <= (now or clock.now()):
        return "offer_expired"
    today = today_at(service.destination.timezone, now)
    if day < today:
        return "in_the_past"
    return "too_far_ahead" if day > today + SOLD_AHEAD else ""


def price_lines(items: Sequence[CartItem], *, now: dt.datetime | None = None) -> tuple[CartLine, ...]:
    """Price rows whose service, supplier, destination and trip are loaded. Two statements for any number of rows, and one for exchange
    rates where a service has another currency than its trip."""
    if not items:
        return ()
    first = min(item.booking_date for item in items)
    last = max(day_after(item.booking_date, item.nights) for item in items)
    stock = load_stock([item.service for item in items], first, last)
    table = rate_table(now=now) if any(item.trip and item.trip.budget_currency != item.service.currency for item in items) else SAME
    return tuple(_with_own(_price(item, stock, now), table, now) for item in items)


def _with_own(line: CartLine, table: RateTable, now: dt.datetime | None) -> CartLine:
    if line.quote is None or line.trip_currency in ("", line.quote.currency):
        return line
    try:
        own = exchange(line.quote.total, line.quote.currency, line.trip_currency, table)
    except ValueError:
        return line
    return replace(line, own=own, rate_stale=is_stale(own.rate_date, now or clock.now()))


def _price(item: CartItem, stock: Stock, now: dt.datetime | None) -> CartLine:
    if not sellable(item.service):
        return CartLine(item, None, "off_sale")
    try:
        quoted = stock.quote(item.service_id, use_of(item))
    except UnfitUse as problem:
        return CartLine(item, None, problem.code)
    return CartLine(item, quoted, date_problem(item.service, item.booking_date, now) or ("" if quoted.fits else "no_places"))


def get_cart(actor: Actor, *, trip: Trip | None = None, now: dt.datetime | None = None) -> Cart:
    """The actor's cart, or only the lines of a trip that was read. Three statements; empty for someone who isn't signed in."""
    if actor.user_id is None:
        return Cart(())
    items = reads.rows(_items, user_id=actor.user_id, **({"trip_id": trip.pk} if trip else {}))
    for item in items if trip else ():
        item.trip = trip
    return Cart(price_lines(items, now=now))


# What a cart says nothing of: texts and lists of the catalogue, ten times over, were a third of its reading.
NOT_OF_A_CART = (
    *(f"service__destination__{name}" for name in ("aliases", "search_text", "best_months", "languages", "airports", "summary", "arrival_hint", "data_hash")),
    *(f"service__place__{name}" for name in ("interests", "hours", "hours_exceptions", "summary")),
)  # fmt: skip


def _items(*, user_id: uuid.UUID, trip_id: uuid.UUID | None = None) -> QuerySet[CartItem]:
    rows = CartItem.objects.filter(user_id=user_id)
    rows = rows.filter(trip=trip_id) if trip_id else rows.select_related("trip")
    rows = rows.select_related("service__supplier", "service__destination", "service__place").defer(*NOT_OF_A_CART)
    return rows.order_by("booking_date", "time", "created_at", "id")


def get_line(actor: Actor, item_id: uuid.UUID, *, now: dt.datetime | None = None) -> CartLine:
    """One line of the actor's cart, or NotFound."""
    item: CartItem | None = reads.first(_item, item_id=item_id, user_id=actor.user_id) if actor.user_id else None
    if item is None:
        raise NotFound
    return price_lines([item], now=now)[0]


def _item(*, item_id: uuid.UUID, user_id: uuid.UUID) -> QuerySet[CartItem]:
    return CartItem.objects.select_related("service__supplier", "service__destination", "trip").filter(pk=item_id, user_id=user_id)


def count_lines(actor: Actor) -> int:
    """How many lines the actor's cart has. One statement, none for someone who isn't signed in."""
    return CartItem.objects.filter(user_id=actor.user_id).order_by().count() if actor.user_id else 0


def own_trip(actor: Actor, reference: str) -> Trip | None:
    """A trip that the actor may book for, read without a lock; None where none is named. Raises NotFound, NotAllowed."""
    if not reference:
        return None
    trip = get_trip(actor, reference, whole=False)
    if not trip_rules.may_change(actor, trip):
        raise trip_rules.refusal(trip)
    return trip
