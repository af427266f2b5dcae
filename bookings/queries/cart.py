"""The cart, priced at this moment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookings.models import CartItem
from bookings.pricing.quote import Quote, UnfitUse, Use
from bookings.queries.inventory import SOLD_AHEAD, Stock, load_stock, sellable, today_at
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from travelplanner.core.money import Money
from trips.models import Service


@dataclass(frozen=True, slots=True)
class CartLine:
    """A cart row with its price now. `problem` is empty when it can be booked, else a code: off_sale, in_the_past, too_far_ahead,
    no_places, or what `UnfitUse` says; then `quote` may be None."""

    item: CartItem
    quote: Quote | None
    problem: str

    @property
    def price_changed(self) -> bool:
        """Whether the line costs something else than when the traveler last saw it."""
        return self.quote is not None and self.quote.total != self.item.price_seen

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
                sums[line.quote.currency] = sums.get(line.quote.currency, Decimal(0)) + line.quote.total
        return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))

    @property
    def bookable(self) -> bool:
        return bool(self.lines) and not any(line.problem for line in self.lines)

    @property
    def price_changed(self) -> bool:
        return any(line.price_changed for line in self.lines)


def use_of(item: CartItem) -> Use:
    return Use(item.booking_date, item.quantity, item.participants, item.nights, item.time)


def date_problem(service: Service, day: dt.date, now: dt.datetime | None = None) -> str:
    """Whether a first date of use can still be sold, by the destination's calendar."""
    today = today_at(service.destination.timezone, now)
    if day < today:
        return "in_the_past"
    return "too_far_ahead" if day > today + SOLD_AHEAD else ""


def price_lines(items: Sequence[CartItem], *, now: dt.datetime | None = None) -> tuple[CartLine, ...]:
    """Price rows whose service, supplier and destination are loaded. Two statements for any number of rows."""
    if not items:
        return ()
    first = min(item.booking_date for item in items)
    last = max(item.booking_date + dt.timedelta(days=item.nights) for item in items)
    stock = load_stock([item.service for item in items], first, last)
    return tuple(_price(item, stock, now) for item in items)


def _price(item: CartItem, stock: Stock, now: dt.datetime | None) -> CartLine:
    if not sellable(item.service):
        return CartLine(item, None, "off_sale")
    try:
        quoted = stock.quote(item.service_id, use_of(item))
    except UnfitUse as problem:
        return CartLine(item, None, problem.code)
    return CartLine(item, quoted, date_problem(item.service, item.booking_date, now) or ("" if quoted.fits else "no_places"))


def get_cart(actor: Actor, *, trip_reference: str = "", now: dt.datetime | None = None) -> Cart:
    """The actor's cart, or only a trip's lines. Three statements; empty for someone who isn't signed in."""
    if actor.user_id is None:
        return Cart(())
    rows = CartItem.objects.filter(user_id=actor.user_id)
    if trip_reference:
        rows = rows.filter(trip__reference=trip_reference[:32].replace("\x00", ""))
    items = list(rows.select_related("service__supplier", "service__destination", "trip").order_by("booking_date", "time", "created_at", "id"))
    return Cart(price_lines(items, now=now))


def get_line(actor: Actor, item_id: uuid.UUID, *, now: dt.datetime | None = None) -> CartLine:
    """One line of the actor's cart, or NotFound."""
    rows = CartItem.objects.select_related("service__supplier", "service__destination", "trip")
    item = rows.filter(pk=item_id, user_id=actor.user_id).first() if actor.user_id else None
    if item is None:
        raise NotFound
    return price_lines([item], now=now)[0]
