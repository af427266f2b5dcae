"""The cart: lines set, changed, removed, filled from an itinerary. Prices come from the till, never from the client.

Each change is one short transaction under the cart's lock (`changing_cart`); what is answered is the row as it was written, whatever another tab does
to it right afterwards.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions.locks import changing_cart
from bookings.errors import PriceChanged, unfit
from bookings.models import CartItem
from bookings.pricing.quote import Quote, UnfitUse, Use
from bookings.queries.booked_lines import booked_lines
from bookings.queries.cart import CartLine, date_problem, get_cart, own_trip, price_lines, use_of
from bookings.queries.inventory import Stock, get_service, load_stock
from bookings.queries.itinerary_lines import ItineraryLine, ItineraryLines, lines_of_itinerary
from bookings.queries.plan_moves import CartChange, FilledCart, Step, change_of, key_of, steps_of_moved, steps_to_follow
from bookings.queries.planned import (
    bought_of,
    keys_of,
    moved_rows,
    numbers_of,
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
from trips.models import Service, Trip

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
    trip = own_trip(actor, trip_reference)
    try:
        service = get_service(service_id)
    except NotFound:
        raise Invalid(fields={"service_id": [_("This is not on sale.")]}) from None
    heads = participants if participants is not None else quantity if quantity is not None else (trip.traveler_count if trip else 1)
    use = Use(booking_date, quantity if quantity is not None else _units(service, heads), heads, nights if service.unit == "room_night" else 1, time)
    quoted = _price(service, use, now)
    with changing_cart(actor=actor, trip_reference=trip_reference) as trip:
        item, created = _set_line(user_id, trip, service, quoted, special_requests, now)
    return _line(item, now), created


def put_offer(*, actor: Actor, trip: Trip, service: Service, participants: int, now: dt.datetime) -> CartItem:
    """Put another company's offer into the cart, to the trip it was made for; returns the row. Inside `changing_cart` of `offers`, which asked
    whether they may. Raises Invalid, Conflict (`cart_full`)."""
    quoted = _price(service, Use(service.sold_on or now.date(), 1, participants), now)
    return _set_line(rules.require_user(actor), trip, service, quoted, "", now)[0]


def _set_line(user_id: uuid.UUID, trip: Trip | None, service: Service, quoted: Quote, special_requests: str, now: dt.datetime) -> tuple[CartItem, bool]:
    """The row of this trip, service, date and departure as it is wanted, and whether it wasn't in the cart before."""
    key = {"user_id": user_id, "trip": trip, "service": service, "booking_date": quoted.use.first, "time": quoted.use.time}
    values = _values(quoted, special_requests)
    item = CartItem.all_rows.filter(**key).first()
    if item is None or item.taken_out:
        _check_room(user_id)
    if item is None:
        return CartItem.all_rows.create(**key, **values, created_at=now), True
    item.service, item.trip = service, trip
    was_out = item.taken_out
    return _write(item, {**values, "taken_out": False}, now), was_out


def _write(item: CartItem, values: Mapping[str, Any], now: dt.datetime) -> CartItem:
    """The row as it is written. Raises NotFound when it was booked at this moment: that alone takes rows out of a cart without its lock."""
    if not CartItem.all_rows.filter(pk=item.pk).update(**values, updated_at=now, row_version=F("row_version") + 1):
        raise NotFound
    for name, value in values.items():
        setattr(item, name, value)
    item.updated_at, item.row_version = now, item.row_version + 1
    return item


def _line(item: CartItem, now: dt.datetime) -> CartLine:
    return price_lines([item], now=now)[0]


def _locked_line(user_id: uuid.UUID, item_id: uuid.UUID) -> CartItem:
    """A line of the cart that is being changed, with what pricing reads. Raises NotFound."""
    rows = CartItem.objects.select_related("service__supplier", "service__destination", "trip")
    item = rows.filter(pk=item_id, user_id=user_id).first()
    if item is None:
        raise NotFound
    return item


def change_line(
    *, actor: Actor, item_id: uuid.UUID, changes: Mapping[str, Any], row_version: int | None = None, now: dt.datetime | None = None
) -> CartLine:
    """Change `changes` (keys of CHANGEABLE, and `trip_reference`) of a line; the price at this moment is noted as seen.

    Raises NotFound (line, trip), NotAllowed, Stale (`row_version` is another by now), Invalid, Conflict (`line_exists`: another line has this
    date and departure).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    with changing_cart(actor=actor, trip_reference=changes.get("trip_reference") or "") as trip:
        item = _locked_line(user_id, item_id)
        if row_version is not None and item.row_version != row_version:
            raise Stale
        moves: dict[str, Any] = {"trip": trip} if "trip_reference" in changes else {}
        moves |= _stands_for(item, changes, moves)
        wished = {name: changes[name] for name in CHANGEABLE if name in changes}
        for name, value in wished.items():
            setattr(item, name, value)
        quoted = _price(item.service, use_of(item), now)
        _make_room(item, moves.get("trip", item.trip), _("The cart has a line for this date and time already."))
        item = _write(item, {**_values(quoted, item.special_requests), **moves, "booking_date": item.booking_date, "time": item.time}, now)
    return _line(item, now)


def assign_trip(*, actor: Actor, item_id: uuid.UUID, trip_reference: str, now: dt.datetime | None = None) -> CartLine:
    """Put a line to one of the actor's trips, or (empty reference) to none; its price seen stays.

    The same again changes nothing. Raises NotFound (line, trip), NotAllowed, Conflict (`line_exists`: the trip has this line already).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    with changing_cart(actor=actor, trip_reference=trip_reference) as trip:
        item = _locked_line(user_id, item_id)
        if item.trip_id != (trip.pk if trip else None):
            _make_room(item, trip, _("The cart has this line for that trip already."))
            item = _write(item, {"trip": trip, "planned_as": "", "planned_use": ""}, now)
    return _line(item, now)


def assign_loose(*, actor: Actor, trip_reference: str, now: dt.datetime | None = None) -> tuple[tuple[CartItem, ...], tuple[CartItem, ...]]:
    """Put every line that has no trip to one of the actor's; returns those that were, and those that the trip has already, which stay where they are.

    Their prices seen stay. The same again changes nothing. Raises NotFound (trip), NotAllowed.
    """
    user_id = rules.require_user(actor)
    with changing_cart(actor=actor, trip_reference=trip_reference) as trip:
        if trip is None:
            raise NotFound
        rows = list(CartItem.all_rows.filter(user_id=user_id, trip=trip))
        there = {(row.service_id, row.booking_date, row.time): row for row in rows}
        moved, stay = list[CartItem](), list[CartItem]()
        for item in CartItem.objects.filter(user_id=user_id, trip=None).select_related("service"):
            twin = there.get((item.service_id, item.booking_date, item.time))
            (stay if twin and not twin.taken_out else moved).append(item)
        marks = [there[place].pk for item in moved if (place := (item.service_id, item.booking_date, item.time)) in there]
        CartItem.all_rows.filter(pk__in=marks).delete()  # a line that was taken out is no twin
        ids = [item.pk for item in moved]
        CartItem.objects.filter(pk__in=ids).update(trip=trip, planned_as="", planned_use="", updated_at=now or clock.now(), row_version=F("row_version") + 1)
    return tuple(moved), tuple(stay)


def _stands_for(item: CartItem, changes: Mapping[str, Any], moves: Mapping[str, Any]) -> dict[str, Any]:
    """What of its plan a line goes on standing for when it moves to another date or departure; of another trip's plan it is nothing."""
    if "trip" in moves and moves["trip"] != item.trip:
        return {"planned_as": "", "planned_use": ""}
    moved = any(name in changes and changes[name] != getattr(item, name) for name in ("booking_date", "time"))
    return {"planned_as": planned_key(item)} if moved else {}


def _make_room(item: CartItem, trip: Trip | None, said: str) -> None:
    """A line that was taken out is no twin: whoever takes its date and departure stands in its place. Raises Conflict (`line_exists`)."""
    twins = CartItem.all_rows.filter(user_id=item.user_id, trip=trip, service_id=item.service_id, booking_date=item.booking_date, time=item.time).exclude(pk=item.pk)
    twins.filter(taken_out=True).delete()
    if twins.exists():
        raise Conflict(said, code="line_exists")


def accept_price(*, actor: Actor, item_id: uuid.UUID, price: Decimal, now: dt.datetime | None = None) -> CartLine:
    """Note that the traveler agrees to what a line costs now: `price`, in the service's currency, as they were shown it.

    Raises NotFound, PriceChanged (it costs something else again by now; nothing is noted), Conflict (`not_bookable`: it has no price any more).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    with changing_cart(actor=actor):
        line = _line(_locked_line(user_id, item_id), now)
        if line.quote is None:
            raise Conflict(_("This line can't be booked any more."), code="not_bookable", extra={"problem": line.problem})
        if line.quote.differs_from(price):
            old, new = Money(price, line.quote.currency), Money(line.quote.charged, line.quote.currency)
            told = {"name": line.item.service.name, "serviceId": str(line.item.service_id), "date": line.item.booking_date.isoformat(), "old": old.as_json(), "new": new.as_json()}
            raise PriceChanged(lines=[told], total=line.quote.charged, currency=line.quote.currency)
        if line.item.price_seen != line.quote.charged:
            _write(line.item, {"price_seen": line.quote.charged, "currency": line.quote.currency}, now)
    return line


def remove_line(*, actor: Actor, item_id: uuid.UUID, remember: bool = False) -> None:
    """Take a line out; one that stands for something of its trip's plan is remembered, and doesn't come along any more. With `remember` every
    line of a trip is: its checkout offers to put it back.

    Raises NotFound, the second time too; then nothing changes.
    """
    user_id = rules.require_user(actor)
    with changing_cart(actor=actor):
        item = _locked_line(user_id, item_id)
        planned_as = planned_key(item)
        if planned_as or (remember and item.trip):
            _write(item, {"taken_out": True, "planned_as": planned_as}, clock.now())
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
    with changing_cart(actor=actor):
        rows.filter(taken_out=True).delete()
        gone, _rows = rows.delete()
    return gone


def fill_from_itinerary(*, actor: Actor, trip_reference: str, now: dt.datetime | None = None) -> FilledCart:
    """Put all of a trip's chosen itinerary into the cart: beds for its nights, tickets, cars and flights at its stops; says what that changed.

    Lines of other trips and what was added to this one stay, and so does what the traveler set of a line that comes from the plan: people, units,
    nights, requests, a date or departure of their own. Of an itinerary that was changed since, what moved follows and what is gone goes, see
    `steps_to_follow`. What is sold out is there too and says so. What was taken out of the cart stays out until it is added again; what is no longer
    on sale and what the trip has booked already doesn't come. Raises NotFound, NotAllowed (a sample), Conflict (`nothing_chosen`, `cart_full`,
    `already_booked`: all of it is). The same request again changes nothing.
    """
    rules.require_user(actor)
    now = now or clock.now()
    trip = own_trip(actor, trip_reference)
    if trip is None:
        raise NotFound
    while True:
        plan = lines_of_itinerary(trip)
        if plan is None:
            raise Conflict(_("Choose an itinerary first."), code="nothing_chosen")
        with changing_cart(actor=actor, trip_reference=trip_reference) as locked:
            if locked is not None and locked.chosen_revision == plan.revision:
                wanted = uncovered(plan.lines, booked_lines(trip.pk, now=now).keys())
                if plan.lines and not wanted:
                    raise Conflict(_("Everything of this itinerary is booked or held already."), code="already_booked")
                fitting = [line for line in wanted if _fits_party(line, plan.stock)]
                rows = rows_of_trip(actor, trip)
                changes = _follow(actor, trip, rows, steps_to_follow(rows, plan.lines, fitting), plan.stock, now)
                break
        trip = locked or trip  # another itinerary was chosen at this moment: that one is put in
    return FilledCart(get_cart(actor, trip=trip, now=now).lines, changes)


def follow_plan(*, actor: Actor, trip_reference: str, now: dt.datetime | None = None) -> tuple[CartChange, ...]:
    """Move what stands in the cart for something that the trip's plan has elsewhen by now to where the plan has it; nothing is added or taken out.
    Raises NotFound, NotAllowed. The same again changes nothing."""
    rules.require_user(actor)
    now = now or clock.now()
    trip, plan = _planned(actor, trip_reference)
    with changing_cart(actor=actor, trip_reference=trip_reference) as locked:
        if locked is None or locked.chosen_revision != plan.revision:
            return ()  # it moved again at this moment; the page shows where to
        rows = rows_of_trip(actor, trip)
        return _follow(actor, trip, rows, steps_of_moved(plan_left(plan.lines, rows, bought_of(trip.pk)).moved, rows), plan.stock, now)


def _follow(actor: Actor, trip: Trip, rows: Sequence[CartItem], steps: Sequence[Step], stock: Stock, now: dt.datetime) -> tuple[CartChange, ...]:
    """Write the steps; rows go before others take their dates. Inside `changing_cart`."""
    user_id = rules.require_user(actor)
    gone = [step.item.pk for step in steps if step.item is not None and step.line is None]
    fresh = [_row(user_id, trip, step.line, stock, now) for step in steps if step.item is None and step.line is not None]
    if fresh and CartItem.objects.filter(user_id=user_id).exclude(pk__in=gone).count() + len(fresh) > MOST_LINES:
        raise _full()
    CartItem.objects.filter(pk__in=gone).delete()
    told = [change_of(step, step.item.pk if step.item else None) for step in steps if step.item is not None]
    for step in steps:
        if step.item is not None and step.line is not None and step.after is not None:
            _follow_one(step.item, step.line, step.after, step.stands_for, now)
    taken = {(row.service_id, row.booking_date, row.time) for row in fresh}
    marks = [item.pk for item in rows if item.taken_out and (item.service_id, item.booking_date, item.time) in taken]
    CartItem.all_rows.filter(pk__in=marks).delete()  # left there by something else of the plan that was moved, then taken out
    CartItem.objects.bulk_create(fresh)
    told += [CartChange("added", row.service_id, row.service.name, row.pk, None, use_of(row)) for row in fresh]
    return tuple(one for one in told if one is not None)


def _follow_one(item: CartItem, line: ItineraryLine, after: Use, stands_for: Mapping[str, str], now: dt.datetime) -> None:
    values: dict[str, Any] = {"quantity": after.quantity, "participants": after.participants, "nights": after.nights, **stands_for}
    if after != use_of(item):
        values |= {"booking_date": after.first, "time": after.time, **_seen(line, after, now)}
        item.booking_date, item.time = after.first, after.time
        _make_room(item, item.trip, _("The cart has a line for this date and time already."))
    _write(item, values, now)


def _seen(line: ItineraryLine, use: Use, now: dt.datetime) -> dict[str, Any]:
    """The price that is noted as seen of a line that follows the plan: the plan's own where it is used as planned, else today's."""
    if use == line.use and line.price_seen is not None:
        return {"price_seen": line.price_seen, "currency": line.service.currency}
    try:
        quoted = _price(line.service, use, now)
    except Invalid:  # it says so in the cart, and is asked about when it is changed
        return {}
    return {"price_seen": quoted.charged, "currency": quoted.currency}


def take_from_plan(*, actor: Actor, trip_reference: str, key: str, now: dt.datetime | None = None) -> CartItem:
    """Make one thing of a trip's plan (`key` as in `queries.planned.line_key`) a line of the cart: to change it, to leave it out, or to put it
    back as it was when it was taken out. Returns the row; the same again the same one.

    Raises NotFound (trip; nothing in the plan has this key, or it is booked), NotAllowed, Conflict (`cart_full`).
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    trip, plan = _planned(actor, trip_reference)
    with changing_cart(actor=actor, trip_reference=trip_reference) as locked:
        if locked is None or locked.chosen_revision != plan.revision:
            raise NotFound
        rows = rows_of_trip(actor, trip)
        for item in sorted(rows, key=lambda row: row.taken_out):
            if key in row_keys(item):
                if item.taken_out:
                    _check_room(user_id)
                    _write(item, {"taken_out": False}, now)
                return item
        left = plan_left(plan.lines, rows, bought_of(trip.pk))
        line = next((line for line in (*left.still, *left.out) if key_of(line) == key), None)
        if line is None:
            raise NotFound
        _check_room(user_id)
        mark = next((item for item in rows if item.taken_out and row_keys(item) & keys_of(line)), None)
        mark = mark or next((item for item, other in moved_rows(rows, plan.lines, [line], taken_out=True) if other is line), None)
        if mark is not None:  # what was taken out stands elsewhen by now: it comes back there, as it was
            _follow_one(mark, line, replace(use_of(mark), first=line.use.first, time=line.use.time), {"planned_as": key, "planned_use": numbers_of(line.use)}, now)
            return _write(mark, {"taken_out": False}, now)
        row = _row(user_id, trip, line, plan.stock, now)
        _make_room(row, trip, _("The cart has a line for this date and time already."))  # a mark that something else of the plan left there when it was moved, then taken out
        row.save(force_insert=True)
        return row


def _planned(actor: Actor, trip_reference: str) -> tuple[Trip, ItineraryLines]:
    """The trip and what its plan has to book. Raises NotFound where there is none of them, NotAllowed."""
    trip = own_trip(actor, trip_reference)
    plan = lines_of_itinerary(trip) if trip else None
    if trip is None or plan is None:
        raise NotFound
    return trip, plan


def _check_room(user_id: uuid.UUID) -> None:
    if CartItem.objects.filter(user_id=user_id).count() >= MOST_LINES:
        raise _full()


def _full() -> Conflict:
    return Conflict(_("A cart holds up to %(most)s lines.") % {"most": MOST_LINES}, code="cart_full")


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
        user_id=user_id, trip=trip, service=line.service, booking_date=use.first, time=use.time, planned_as=key_of(line), planned_use=numbers_of(use), **values, created_at=now
    )


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
        "price_seen": quoted.charged,
        "currency": quoted.currency,
    }
