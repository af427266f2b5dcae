"""What would be booked for a trip at this moment: the cart's lines of the trip, those of its itinerary, or both, in the trip's currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from bookings.errors import NoPlaces
from bookings.models import CartItem
from bookings.pricing.exchange import Exchanged, RateTable, exchange
from bookings.pricing.quote import Quote, UnfitUse
from bookings.queries.cart import date_problem, price_lines, use_of
from bookings.queries.itinerary_lines import lines_of_itinerary
from bookings.queries.planned import Bought, bought_of, line_mark, plan_left, rows_of_trip
from bookings.queries.rates import table_for
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from trips.models import Service, Trip


@dataclass(frozen=True, slots=True)
class BasketLine:
    """`price_seen` is the line's price in the service's currency when the traveler last saw it; `own` the price in the trip's currency."""

    service: Service
    quote: Quote
    own: Exchanged
    price_seen: Decimal
    special_requests: str = ""

    @property
    def mark(self) -> str:
        return line_mark(self.service.pk, self.quote.use)

    @property
    def price_changed(self) -> bool:
        return self.quote.differs_from(self.price_seen)


@dataclass(frozen=True, slots=True)
class Basket:
    """`total` is the sum of the lines in `currency`; `revision` the itinerary's that the trip has chosen (None = none); `beside`: what the trip has
    bought already isn't in it, so that a booked trip can have it too."""

    lines: tuple[BasketLine, ...]
    total: Decimal
    currency: str
    revision: int | None
    beside: bool

    @property
    def marks(self) -> frozenset[str]:
        return frozenset(line.mark for line in self.lines)


def load_basket(actor: Actor, trip: Trip, *, with_plan: bool = False, only: Set[str] | None = None, now: dt.datetime | None = None) -> Basket:
    """The cart's lines of the trip; where there are none, or `with_plan`, those of its plan too that aren't in the cart, weren't taken out of it
    and (`with_plan`) aren't bought. `only`: of them those with these `line_mark`s.

    Raises Conflict (`nothing_to_book`, `no_rate`), NoPlaces, Invalid (a line that can't be sold any more). At most four statements; three more
    for both, and one for exchange rates where a line has another currency than the trip."""
    rows = rows_of_trip(actor, trip)
    inside = [item for item in rows if not item.taken_out]
    lines = _lines_of_cart(trip, [item for item in inside if only is None or line_mark(item.service_id, use_of(item)) in only], now)
    if with_plan or not inside:
        lines += _lines_of_plan(trip, rows, bought_of(trip.pk) if with_plan else Bought(), only, now)
    if not lines and trip.state == "booked":
        raise Conflict(_("This itinerary is booked already. Add what is missing to the cart."), code="already_booked")
    if not lines:
        raise Conflict(_("There is nothing to book for this trip yet."), code="nothing_to_book")
    total = sum((line.own.amount for line in lines), Decimal(0))
    return Basket(tuple(lines), total, trip.budget_currency, trip.chosen_revision, with_plan or bool(inside))


def _lines_of_cart(trip: Trip, items: Sequence[CartItem], now: dt.datetime | None) -> list[BasketLine]:
    lines = price_lines(items, now=now)
    sold_out = [line for line in lines if line.problem == "no_places"]
    if sold_out:
        raise NoPlaces([_shortage(line.item.service, line.quote) for line in sold_out if line.quote])
    unfit = [line for line in lines if line.problem]
    if unfit:
        raise Invalid(
            _("Some lines of the cart can't be booked any more. Change or remove them."),
            code="cart_unfit",
            extra={"lines": [{"item_id": str(line.item.pk), "name": line.item.service.name, "problem": line.problem} for line in unfit]},
        )
    table = table_for((line.quote.currency for line in lines if line.quote), trip.budget_currency, now=now)
    return [_line(trip, line.item.service, line.quote, line.item.price_seen, line.item.special_requests, table) for line in lines if line.quote is not None]


def _lines_of_plan(trip: Trip, rows: Sequence[CartItem], bought: Bought, only: Set[str] | None, now: dt.datetime | None) -> list[BasketLine]:
    plan = lines_of_itinerary(trip)
    if plan is None:
        return []
    wanted = [line for line in plan_left(plan.lines, rows, bought).still if only is None or line_mark(line.service.pk, line.use) in only]
    lines, sold_out = [], []
    table = table_for((line.service.currency for line in wanted), trip.budget_currency, now=now)
    for planned in wanted:
        problem = date_problem(planned.service, planned.use.first, now)
        if problem:
            raise Invalid(_("%(name)s can't be booked on these dates.") % {"name": planned.service.name}, code=problem)
        try:
            quoted = plan.stock.quote(planned.service.pk, planned.use)
        except UnfitUse as unfit:
            raise Invalid(_("%(name)s doesn't fit your party any more.") % {"name": planned.service.name}, code=unfit.code) from unfit
        if not quoted.fits:
            sold_out.append(_shortage(planned.service, quoted))
        seen = quoted.charged if planned.price_seen is None else planned.price_seen
        lines.append(_line(trip, planned.service, quoted, seen, "", table))
    if sold_out:
        raise NoPlaces(sold_out)
    return lines


def _line(trip: Trip, service: Service, quoted: Quote, price_seen: Decimal, special_requests: str, table: RateTable) -> BasketLine:
    try:
        own = exchange(quoted.total, quoted.currency, trip.budget_currency, table)
    except ValueError as unknown:
        raise Conflict(
            _("No exchange rate is known for %(name)s.") % {"name": service.name}, code="no_rate", extra={"currency": quoted.currency}
        ) from unknown
    return BasketLine(service, quoted, own, price_seen, special_requests)


def _shortage(service: Service, quoted: Quote) -> dict[str, object]:
    return {
        "name": service.name,
        "serviceId": str(service.pk),
        "date": quoted.use.first.isoformat(),
        "time": quoted.use.time,
        "wanted": quoted.use.quantity,
        "left": quoted.left,
    }
