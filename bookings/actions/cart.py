"""The cart: lines set, changed, removed, filled from an itinerary. Prices come from the till, never from the client."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bookings import rules
from bookings.errors import PriceChanged, unfit
from bookings.models import CartItem
from bookings.pricing.quote import Quote, UnfitUse, Use
from bookings.queries.booked_lines import booked_lines
from bookings.queries.cart import Cart, CartLine, date_problem, get_cart, get_line, use_of
from bookings.queries.inventory import Stock, get_service, load_stock
from bookings.queries.itinerary_lines import ItineraryLine, lines_of_itinerary
from bookings.queries.planned import (
    bought_of,
    keys_of,
    line_key,
    plan_left,
    planned_key,
    row_keys,
    rows_of_trip,
    uncovered,
)
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound, Stale
from travelplanner.core.money import Money
from trips import rules as trip_rules
from trips.models import Service, Trip
from trips.queries.trips import get_trip

MOST_LINES = 100
CHANGEABLE = ("quantity", "participants", "booking_date", "time", "nights", "special_requests")


def add_line(
    *,
    actor: Actor,
    service_id: uuid.UUID,
    booking_date: dt.date,
    quantity: int | None = None,
    participants: int | None = None,
    time: str = "",
    nights: int = 1,
    special_requests: str = "",
    trip_reference: str = "",
    now: dt.datetime | None = None,
) -> tuple[CartLine, bool]:
    """Put a line into the cart; returns it and whether it is new.

    A line is known by trip, service, date and departure: putting it again sets it to what was sent, so a repeated request changes nothing.
    `quantity` None = what the heads need, `participants` None = the units. Raises NotAllowed, NotFound (service, trip), Invalid,
    Conflict (`cart_full`). The price at this moment is noted as seen.
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    trip = _own_trip(actor, trip_reference)
    try:
        service = get_service(service_id)
    except NotFound:
        raise Invalid(fields={"service_id": [_("This is not on sale.")]}) from None
    heads = participants if participants is not None else quantity if quantity is not None else (trip.traveler_count if trip else 1)
    use = Use(booking_date, quantity if quantity is not None else _units(service, heads), heads, nights if service.unit == "room_night" else 1, time)
    quoted = _price(service, use, now)
    with transaction.atomic():
        _check_room(user_id)
        key = {"user_id": user_id, "trip": trip, "service": service, "booking_date": booking_date, "time": time}
        values = _values(quoted, special_requests)
        item = CartItem.all_rows.filter(**key).first()
        created = item is None or item.taken_out
        if item is None:
            item = _insert(key, values, now)
        else:
            CartItem.all_rows.filter(pk=item.pk).update(**values, taken_out=False, updated_at=now, row_version=F("row_version") + 1)
    return get_line(actor, item.pk, now=now), created


def put_offer(*, actor: Actor, trip: Trip, service: Service, participants: int, now: dt.datetime) -> uuid.UUID:
    """Put another company's offer into the cart, to the trip it was made for; returns the line's id. Inside the transaction of `offers`,
    which asked whether they may. Raises Invalid, Conflict (`cart_full`)."""
    user_id = rules.require_user(actor)
    quoted = _price(service, Use(service.sold_on or now.date(), 1, participants), now)
    _check_room(user_id)
    key = {"user_id": user_id, "trip": trip, "service": service, "booking_date": quoted.use.first, "time": ""}
    values = _values(quoted, "")
    item = CartItem.all_rows.filter(**key).first()
    if item is None:
        return _insert(key, values, now).pk
    CartItem.all_rows.filter(pk=item.pk).update(**values, taken_out=False, updated_at=now, row_version=F("row_version") + 1)
    return item.pk


def change_line(
    *, actor: Actor, item_id: uuid.UUID, changes: Mapping[str, Any], row_version: int | None = None, now: dt.datetime | None = None
) -> CartLine:
    """Change `changes` (keys of CHANGEABLE, and `trip_reference`) of a line; the price at this moment is noted as seen.

    Raises NotFound (line, trip), NotAllowed, Stale (`row_version` is another by now), Invalid, Conflict (`line_exists`: another line has this
    date and departure).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    moves = {"trip": _own_trip(actor, changes["trip_reference"])} if "trip_reference" in changes else {}
    with transaction.atomic():
        item = CartItem.objects.select_for_update(of=("self",)).select_related("service__supplier", "service__destination").filter(pk=item_id, user_id=user_id).first()
        if item is None:
            raise NotFound
        if row_version is not None and item.row_version != row_version:
            raise Stale
        moves |= _stands_for(item, changes, moves)
        for name in CHANGEABLE:
            if name in changes:
                setattr(item, name, changes[name])
        quoted = _price(item.service, use_of(item), now)
        try:
            with transaction.atomic():
                _make_room(item, moves.get("trip", item.trip))
                CartItem.objects.filter(pk=item.pk).update(
                    **_values(quoted, item.special_requests),
                    **moves,
                    booking_date=item.booking_date,
                    time=item.time,
                    updated_at=now,
                    row_version=F("row_version") + 1,
                )
        except IntegrityError as twin:
            raise Conflict(_("The cart has a line for this date and time already."), code="line_exists") from twin
    return get_line(actor, item_id, now=now)


def assign_trip(*, actor: Actor, item_id: uuid.UUID, trip_reference: str, now: dt.datetime | None = None) -> CartLine:
    """Put a line to one of the actor's trips, or (empty reference) to none; its price seen stays.

    The same again changes nothing. Raises NotFound (line, trip), NotAllowed, Conflict (`line_exists`: the trip has this line already).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    trip = _own_trip(actor, trip_reference)
    with transaction.atomic():
        item = CartItem.objects.select_for_update(of=("self",)).filter(pk=item_id, user_id=user_id).first()
        if item is None:
            raise NotFound
        if item.trip_id != (trip.pk if trip else None):
            _move(item, trip, now)
    return get_line(actor, item_id, now=now)


def _move(item: CartItem, trip: Trip | None, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            _make_room(item, trip)
            CartItem.objects.filter(pk=item.pk).update(trip=trip, planned_as="", updated_at=now, row_version=F("row_version") + 1)
    except IntegrityError as twin:
        raise Conflict(_("The cart has this line for that trip already."), code="line_exists") from twin


def _stands_for(item: CartItem, changes: Mapping[str, Any], moves: Mapping[str, Any]) -> dict[str, Any]:
    """What of its plan a line goes on standing for when it moves to another date or departure; of another trip's plan it is nothing."""
    if "trip" in moves and moves["trip"] != item.trip:
        return {"planned_as": ""}
    moved = any(name in changes and changes[name] != getattr(item, name) for name in ("booking_date", "time"))
    return {"planned_as": planned_key(item)} if moved else {}


def _make_room(item: CartItem, trip: Trip | None) -> None:
    """A line that was taken out is no twin: whoever takes its date and departure stands in its place."""
    CartItem.all_rows.filter(
        user_id=item.user_id, trip=trip, service_id=item.service_id, booking_date=item.booking_date, time=item.time, taken_out=True
    ).exclude(pk=item.pk).delete()


def accept_price(*, actor: Actor, item_id: uuid.UUID, price: Decimal, now: dt.datetime | None = None) -> CartLine:
    """Note that the traveler agrees to what a line costs now: `price`, in the service's currency, as they were shown it.

    Raises NotFound, PriceChanged (it costs something else again by now; nothing is noted), Conflict (`not_bookable`: it has no price any more).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    with transaction.atomic():
        line = get_line(actor, item_id, now=now)
        if line.quote is None:
            raise Conflict(_("This line can't be booked any more."), code="not_bookable", extra={"problem": line.problem})
        if line.quote.total != price:
            old, new = Money(price, line.quote.currency), Money(line.quote.total, line.quote.currency)
            told = {"name": line.item.service.name, "serviceId": str(line.item.service_id), "date": line.item.booking_date.isoformat(), "old": old.as_json(), "new": new.as_json()}
            raise PriceChanged(lines=[told], total=line.quote.total, currency=line.quote.currency)
        rows = CartItem.objects.filter(pk=item_id, user_id=user_id).exclude(price_seen=price)
        rows.update(price_seen=price, currency=line.quote.currency, updated_at=now, row_version=F("row_version") + 1)
    return get_line(actor, item_id, now=now)


def remove_line(*, actor: Actor, item_id: uuid.UUID, remember: bool = False) -> None:
    """Take a line out; one that stands for something of its trip's plan is remembered, and doesn't come along any more. With `remember` every
    line of a trip is: its checkout offers to put it back.

    Raises NotFound, the second time too; then nothing changes.
    """
    user_id = rules.require_user(actor)
    with transaction.atomic():
        item = CartItem.objects.select_for_update(of=("self",)).select_related("trip").filter(pk=item_id, user_id=user_id).first()
        if item is None:
            raise NotFound
        planned_as = planned_key(item)
        if planned_as or (remember and item.trip):
            CartItem.objects.filter(pk=item.pk).update(taken_out=True, planned_as=planned_as, updated_at=clock.now(), row_version=F("row_version") + 1)
            marks = CartItem.all_rows.filter(user_id=user_id, taken_out=True).order_by("-updated_at", "-pk").values_list("pk", flat=True)
            if forgotten := list(marks[MOST_LINES:]):  # as many as a cart holds are remembered, so that no trip grows without end
                CartItem.all_rows.filter(pk__in=forgotten).delete()
        else:
            item.delete()


def clear_cart(*, actor: Actor, trip_reference: str = "") -> int:
    """Start again: take every line out (of one trip, when named) and forget what was taken out before; returns how many lines there were."""
    user_id = rules.require_user(actor)
    rows = CartItem.all_rows.filter(user_id=user_id)
    if trip_reference:
        rows = rows.filter(trip__reference=trip_reference[:32].replace("\x00", ""))
    with transaction.atomic():
        rows.filter(taken_out=True).delete()
        gone, _rows = rows.delete()
    return gone


def fill_from_itinerary(*, actor: Actor, trip_reference: str, now: dt.datetime | None = None) -> Cart:
    """Put all of a trip's chosen itinerary into the cart: beds for its nights, tickets, cars and flights at its stops.

    Lines of other trips and what was added to this one stay; lines of an itinerary that was changed since go. What is sold out is there too and
    says so. What was taken out of the cart stays out until it is added again; what is no longer on sale and what the trip has booked already
    doesn't come. Raises NotFound, NotAllowed (a sample), Conflict (`nothing_chosen`, `already_booked`: all of it is). The same request again:
    the same lines.
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    trip = _own_trip(actor, trip_reference)
    if trip is None:
        raise NotFound
    plan = lines_of_itinerary(trip)
    if plan is None:
        raise Conflict(_("Choose an itinerary first."), code="nothing_chosen")
    wanted = uncovered(plan.lines, booked_lines(trip.pk, now=now).keys())
    if plan.lines and not wanted:
        raise Conflict(_("Everything of this itinerary is booked or held already."), code="already_booked")
    keys = {key for line in plan.lines for key in keys_of(line)}
    with transaction.atomic():
        known = rows_of_trip(actor, trip)
        out = {item.planned_as for item in known if item.taken_out}
        made = [item.pk for item in known if not item.taken_out and (item.planned_as or keys & row_keys(item))]
        CartItem.objects.filter(pk__in=made).delete()
        rows = [_row(user_id, trip, line, plan.stock, now) for line in wanted if out.isdisjoint(keys_of(line)) and _fits_party(line, plan.stock)]
        CartItem.objects.bulk_create(rows[:MOST_LINES], ignore_conflicts=True)
    return get_cart(actor, trip=trip, now=now)


def take_from_plan(*, actor: Actor, trip_reference: str, key: str, now: dt.datetime | None = None) -> uuid.UUID:
    """Make one thing of a trip's plan (`key` as in `queries.planned.line_key`) a line of the cart: to change it, to leave it out, or to put it
    back as it was when it was taken out. Returns the line's id; the same again the same one.

    Raises NotFound (trip; nothing in the plan has this key, or it is booked), NotAllowed, Conflict (`cart_full`).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    trip = _own_trip(actor, trip_reference)
    plan = lines_of_itinerary(trip) if trip else None
    if trip is None or plan is None:
        raise NotFound
    with transaction.atomic():
        rows = rows_of_trip(actor, trip)
        for item in sorted(rows, key=lambda row: row.taken_out):
            if key in row_keys(item):
                if item.taken_out:
                    _check_room(user_id)
                CartItem.all_rows.filter(pk=item.pk, taken_out=True).update(taken_out=False, updated_at=now, row_version=F("row_version") + 1)
                return item.pk
        left = plan_left(plan.lines, rows, bought_of(trip.pk))
        line = next((line for line in (*left.still, *left.out) if _key_of(line) == key), None)
        if line is None:
            raise NotFound
        _check_room(user_id)
        rows_of_it = CartItem.all_rows.filter(user_id=user_id, trip=trip, service=line.service, booking_date=line.use.first, time=line.use.time)
        rows_of_it.filter(taken_out=True).delete()  # a mark that something else of the plan left there when it was moved, then taken out
        CartItem.objects.bulk_create([_row(user_id, trip, line, plan.stock, now)], ignore_conflicts=True)  # another tab may do the same at this moment
        return rows_of_it.values_list("pk", flat=True).get()


def _check_room(user_id: uuid.UUID) -> None:
    if CartItem.objects.filter(user_id=user_id).count() >= MOST_LINES:
        raise Conflict(_("A cart holds up to %(most)s lines.") % {"most": MOST_LINES}, code="cart_full")


def _key_of(line: ItineraryLine) -> str:
    return line_key(line.service.pk, line.use.first, line.use.time)


def _fits_party(line: ItineraryLine, stock: Stock) -> bool:
    try:
        stock.quote(line.service.pk, line.use)
    except UnfitUse:
        return False
    return True


def _row(user_id: uuid.UUID, trip: Trip, line: ItineraryLine, stock: Stock, now: dt.datetime) -> CartItem:
    """The traveler saw the plan's price; if it moved since, the cart says so. What doesn't fit the party any more is kept as planned, to be changed."""
    use = line.use
    values = {"quantity": min(use.quantity, 99), "participants": min(use.participants, 99), "nights": min(use.nights, 60), "currency": line.service.currency}
    if _fits_party(line, stock):
        values = _values(stock.quote(line.service.pk, use), "")
    if line.price_seen is not None:
        values["price_seen"] = line.price_seen
    values.setdefault("price_seen", Decimal(0))
    return CartItem(
        user_id=user_id, trip=trip, service=line.service, booking_date=use.first, time=use.time, planned_as=_key_of(line), **values, created_at=now
    )


def _own_trip(actor: Actor, reference: str) -> Trip | None:
    if not reference:
        return None
    trip = get_trip(actor, reference, whole=False)
    if not trip_rules.may_change(actor, trip):
        raise trip_rules.refusal(trip)
    return trip


def _units(service: Service, heads: int) -> int:
    return heads if service.unit == "person" else -(-heads // service.sleeps)


def _price(service: Service, use: Use, now: dt.datetime) -> Quote:
    """The line's price now. Raises Invalid for what doesn't fit or can't be sold."""
    problem = date_problem(service, use.first, now)
    if problem:
        raise unfit(UnfitUse("booking_date", problem))
    nights = dt.timedelta(days=min(max(use.nights, 1), 60))
    try:
        return load_stock([service], use.first, use.first + nights).quote(service.pk, use)
    except UnfitUse as misfit:
        raise unfit(misfit) from misfit


def _values(quoted: Quote, special_requests: str) -> dict[str, Any]:
    return {
        "quantity": quoted.use.quantity,
        "participants": quoted.use.participants,
        "nights": quoted.use.nights,
        "special_requests": special_requests[:500],
        "price_seen": quoted.total,
        "currency": quoted.currency,
    }


def _insert(key: Mapping[str, Any], values: Mapping[str, Any], now: dt.datetime) -> CartItem:
    """Insert, or take the row that another request inserted at this moment."""
    try:
        with transaction.atomic():
            return CartItem.objects.create(**key, **values, created_at=now)
    except IntegrityError:
        CartItem.all_rows.filter(**key).update(**values, taken_out=False, updated_at=now, row_version=F("row_version") + 1)
        return CartItem.all_rows.get(**key)
