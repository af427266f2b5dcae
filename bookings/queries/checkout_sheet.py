"""What the checkout page shows of a trip: its lines with the price now and the price seen, and the money under the limit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery

from bookings import rules
from bookings.models import Booking, CartItem
from bookings.pricing.exchange import Exchanged, RateTable, exchange
from bookings.pricing.quote import Quote, UnfitUse, Use
from bookings.queries.cart import CartLine, date_problem, price_lines, use_of
from bookings.queries.inventory import Stock
from bookings.queries.itinerary_lines import ItineraryLine, lines_of_itinerary
from bookings.queries.left_out import LeftOut, things_left_out
from bookings.queries.plan_moves import CartChange, change_of, steps_of_moved
from bookings.queries.planned import (
    Bought,
    PlanLeft,
    bought_of,
    line_key,
    line_mark,
    plan_left,
    planned_things,
    row_keys,
    rows_of_trip,
)
from bookings.queries.rates import is_stale, table_for
from bookings.states import BOUGHT, OPEN
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.money import Money
from trips import rules as trip_rules
from trips.models import Document, Service, Trip, TripMember

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One thing to book. `own` is today's price in the trip's currency (None: no price); `seen` the price that the traveler knows of it, in
    the service's currency: from the cart, else from the plan (None: not known). `problem` as in `CartLine`, and `no_rate`."""

    service: Service
    use: Use
    quote: Quote | None
    own: Exchanged | None
    seen: Money | None
    problem: str
    item_id: uuid.UUID | None = None
    rate_stale: bool = False  # its rate is old, and its date is said

    @property
    def key(self) -> str:
        return line_key(self.service.pk, self.use.first, self.use.time)

    @property
    def mark(self) -> str:
        return line_mark(self.service.pk, self.use)

    @property
    def price_changed(self) -> bool:
        return self.quote is not None and self.seen is not None and self.quote.differs_from(self.seen.amount)


@dataclass(frozen=True, slots=True)
class OpenBooking:
    """A booking of this trip that waits for its payment."""

    reference: str
    until: dt.datetime

    def is_over(self, now: dt.datetime) -> bool:
        return self.until <= now


@dataclass(frozen=True, slots=True)
class CheckoutSheet:
    """Money in the trip's currency. `used` is held or spent under the limit already, without
    the open booking; `elsewhere` what the plan costs that isn't sold here, by
    category; `lines` the cart's, and what comes along from the plan; `left_out` what the traveler took out of them, or cancelled;
    `moved` which of the cart's lines the plan has elsewhen by now."""

    trip: Trip
    lines: tuple[SheetLine, ...]
    left_out: tuple[LeftOut, ...]
    elsewhere: Mapping[str, Decimal]
    used: Decimal
    from_cart: bool
    mine: bool
    open_booking: OpenBooking | None
    booked_reference: str
    in_company: bool = False  # someone else is in the trip: the cost can be shared
    moved: tuple[CartChange, ...] = ()

    @property
    def currency(self) -> str:
        return self.trip.budget_currency

    @property
    def total(self) -> Decimal:
        return sum((line.own.amount for line in self.lines if line.own), ZERO)

    @property
    def elsewhere_total(self) -> Decimal:
        return sum(self.elsewhere.values(), ZERO)

    @property
    def over(self) -> Decimal:
        """By how much booking all of it would pass the limit; zero when it fits or there is none."""
        ceiling = self.trip.budget_amount
        return max(ZERO, self.used + self.total - ceiling) if ceiling is not None else ZERO

    @property
    def done(self) -> bool:
        """Booked, with nothing left to book or to put back: its confirmation says the rest."""
        rest = self.from_cart or ((self.lines or self.left_out) and self.mine and self.trip.state in ("planning", "booked"))
        return bool(self.booked_reference and not rest)

    @property
    def problems(self) -> tuple[SheetLine, ...]:
        return tuple(line for line in self.lines if line.problem)

    @property
    def changed(self) -> tuple[SheetLine, ...]:
        return tuple(line for line in self.lines if line.price_changed and not line.problem)


def load_sheet(actor: Actor, reference: str, *, now: dt.datetime | None = None) -> CheckoutSheet | None:
    """The sheet of a trip that the actor may see and whose itinerary was chosen, else None: its cart's lines, and what of its plan isn't in the
    cart, wasn't taken out of it and isn't bought. At most eight statements, and one for exchange rates where something is sold in another
    currency than the trip's."""
    now = now or clock.now()
    bookings = Booking.objects.filter(rules.mine(actor), trip=OuterRef("trip"))
    waiting, done = bookings.filter(state__in=OPEN), bookings.filter(state__in=BOUGHT).order_by("-created_at")
    document = (
        Document.objects.filter(
            trip_rules.visible_to(actor, "trip__"),
            trip__reference=reference[:32].replace("\x00", ""),
            kind="final",
            revision=F("trip__chosen_revision"),
        )
        .select_related("trip__budget_lock")
        .annotate(
            in_company=Exists(TripMember.objects.filter(trip=OuterRef("trip"), left_at=None).exclude(role="owner")),
            open_reference=Subquery(waiting.values("reference")[:1]),
            open_until=Subquery(waiting.values("hold_expires_at")[:1]),
            open_total=Subquery(waiting.values("total")[:1]),
            booked_reference=Subquery(done.values("reference")[:1]),
        )
        .first()
    )
    if document is None:
        return None
    trip: Trip = document.trip
    rows = rows_of_trip(actor, trip) if actor.is_user else []
    kept = [item for item in rows if not item.taken_out]
    lines, left = _cart_lines(trip, kept, now), PlanLeft((), ())
    covered = {key for item in kept for key in row_keys(item)}
    things = {line_key(*thing) for thing in planned_things(document.body)}
    if not (things <= covered and all(item.planned_as in things for item in kept if item.planned_as)):
        plan = lines_of_itinerary(trip, document)
        left = plan_left(plan.lines if plan else (), rows, bought_of(trip.pk) if document.booked_reference else Bought())
        lines += _plan_lines(trip, left.still, plan.stock, now) if plan else ()
    lock = getattr(trip, "budget_lock", None)
    return CheckoutSheet(
        trip=trip,
        lines=tuple(sorted(lines, key=lambda line: (line.use.first, line.use.time, line.service.name))),
        left_out=tuple(things_left_out(left, rows, covered)),
        elsewhere=_elsewhere(document.body),
        used=lock.held + lock.spent - (document.open_total or ZERO) if lock else ZERO,
        from_cart=bool(kept),
        mine=trip_rules.may_change(actor, trip),
        open_booking=OpenBooking(document.open_reference, document.open_until) if document.open_reference else None,
        booked_reference=document.booked_reference or "",
        in_company=document.in_company,
        moved=tuple(_moved(left, rows)),
    )


def _moved(left: PlanLeft, rows: Sequence[CartItem]) -> Iterator[CartChange]:
    for step in steps_of_moved(left.moved, rows):
        change = change_of(step, step.item.pk if step.item else None)
        if change and change.outcome == "moved":
            yield change


def _cart_lines(trip: Trip, items: Sequence[CartItem], now: dt.datetime) -> tuple[SheetLine, ...]:
    lines = price_lines(items, now=now)
    table = table_for((line.item.service.currency for line in lines), trip.budget_currency, now=now)
    return tuple(_cart_line(trip, line, table, now) for line in lines)


def _cart_line(trip: Trip, line: CartLine, table: RateTable, now: dt.datetime) -> SheetLine:
    item = line.item
    own, fault = _in_trip_currency(trip, line.quote, table)
    stale = own is not None and is_stale(own.rate_date, now)
    return SheetLine(item.service, use_of(item), line.quote, own, Money(item.price_seen, item.currency), line.problem or fault, item.pk, stale)


def _plan_lines(trip: Trip, planned: Sequence[ItineraryLine], stock: Stock, now: dt.datetime) -> tuple[SheetLine, ...]:
    table = table_for((line.service.currency for line in planned), trip.budget_currency, now=now)
    lines = []
    for line in planned:
        quoted, problem = None, ""
        try:
            quoted = stock.quote(line.service.pk, line.use)
        except UnfitUse as unfit:
            problem = unfit.code
        if quoted:
            problem = date_problem(line.service, line.use.first, now) or ("" if quoted.fits else "no_places")
        own, fault = _in_trip_currency(trip, quoted, table)
        seen = None if line.price_seen is None else Money(line.price_seen, line.service.currency)
        stale = own is not None and is_stale(own.rate_date, now)
        lines.append(SheetLine(line.service, line.use, quoted, own, seen, problem or fault, None, stale))
    return tuple(lines)


def _in_trip_currency(trip: Trip, quoted: Quote | None, table: RateTable) -> tuple[Exchanged | None, str]:
    if quoted is None:
        return None, ""
    try:
        return exchange(quoted.total, quoted.currency, trip.budget_currency, table), ""
    except ValueError:
        return None, "no_rate"


def _sold_stops(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    days: Sequence[Mapping[str, Any]] = body["itinerary"]["days"]
    return (stop for day in days for stop in day["stops"] if stop.get("serviceId") and stop["kind"] != "lodging")


def _elsewhere(body: Mapping[str, Any]) -> dict[str, Decimal]:
    """What the plan costs beside what is on sale here, by category; a ticket that is sold here stands for its place's fee.

    Whole units of the currency: these are estimates, shown without a fraction, and the parts must add up to the sum beside them.
    """
    cost = {part: Decimal(str(body["cost"][part])) for part in ("lodging", "food", "localTransport", "activities", "intercity")}
    cost["lodging"] -= sum((Decimal(str(stay["total"])) for stay in body.get("lodging") or () if stay.get("serviceId")), ZERO)
    cost["activities"] -= sum((Decimal(str(stop["fee"])) for stop in _sold_stops(body)), ZERO)
    whole = {part: amount.quantize(Decimal(1), rounding=ROUND_HALF_UP) for part, amount in cost.items()}
    return {part: amount for part, amount in whole.items() if amount > 0}
