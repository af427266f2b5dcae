"""What changes after it was booked: told by a supplier or typed in by staff, kept once, written beside the item, announced to its owner.

`facts` are `{"from": {...}, "to": {...}}` of what changed: `departureTime` and `arrivalTime` (ISO 8601 with zone), `terminal`, `gate`,
`flightNumber`, and `note`, a line for the traveler. Only the keys in FACTS are kept.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions.aftermath import follow
from bookings.actions.announcements import announce
from bookings.actions.cancelled_items import cancel_lines, end_if_answered
from bookings.actions.locks import lock_with_trip
from bookings.actions.places import give_back_places
from bookings.gateways.suppliers import Change, SupplierAdapter, SupplierUnavailable, flight_adapters
from bookings.kinds.schema import moment_of
from bookings.models import (
    Booking,
    BookingItem,
    CancellationQuote,
    CancellationQuoteLine,
    FlightDetail,
    SupplierChange,
)
from bookings.queries.cancellations import payments_with_room
from bookings.states import BOOKING, QUOTE, SUPPLIER_CHANGE
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.lines import one_line
from travelplanner.core.transitions import move

logger = logging.getLogger(__name__)
POLLER = Actor.system("poll_suppliers")
KINDS = frozenset(kind for kind, _label in SupplierChange.KINDS)
MOMENTS = {"departureTime": "departure_time", "arrivalTime": "arrival_time"}
WORDS = {"terminal": ("terminal", 20), "gate": ("gate", 20), "flightNumber": ("flight_number", 16), "note": ("", 200)}
LOOK_BACK = dt.timedelta(days=3)  # a change that is told late is looked for so long
FIRST_LOOK = dt.timedelta(days=30)


def poll_suppliers(*, actor: Actor = POLLER, now: dt.datetime | None = None) -> str:
    """Ask every supplier of other companies what changed, and write it down; what waited is tried again. A periodic job.

    Guarantees: each change counts once, however often it is told; a supplier that doesn't answer, and a change that can't be written, are
    logged and keep none of the others.
    """
    moment, new = now or clock.now(), 0
    for adapter in flight_adapters():
        try:
            told = adapter.changes(_since(adapter, moment))
        except SupplierUnavailable as unavailable:
            logger.warning("%s was asked for changes: %s", adapter.name, unavailable.code)
            continue
        for change in told:
            try:
                new += _told(actor, adapter, change, moment)
            except Exception:
                logger.exception("change %s of %s could not be written", change.external_id, adapter.name)
    for row in SupplierChange.objects.filter(state="received").order_by("created_at")[:100]:
        _apply_safely(actor, row.pk, moment)
    return f"{new} new"


def _since(adapter: SupplierAdapter, now: dt.datetime) -> dt.datetime:
    newest = SupplierChange.objects.filter(source=adapter.name, happened_at__isnull=False).order_by("-happened_at").first()
    return (newest.happened_at if newest and newest.happened_at else now - FIRST_LOOK) - LOOK_BACK


def _told(actor: Actor, adapter: SupplierAdapter, change: Change, now: dt.datetime) -> bool:
    item = BookingItem.objects.filter(adapter=adapter.name, supplier_reference=change.reference).exclude(supplier_reference="").first()
    if item is None or SupplierChange.objects.filter(source=adapter.name, external_id=change.external_id).exists():
        return False
    record_change(
        actor=actor, item_id=item.pk, kind=change.kind, facts=change.facts, source=adapter.name, external_id=change.external_id,
        happened_at=change.happened_at, now=now,
    )  # fmt: skip
    return True


def note_change(*, actor: Actor, item_id: uuid.UUID, kind: str, facts: Mapping[str, Any], now: dt.datetime | None = None) -> SupplierChange:
    """Staff writes down what a supplier of our own inventory told them. `facts` as `to` alone: what was before is read from the item.

    Raises NotAllowed, NotFound, Invalid (`kind`, a moment without a zone, nothing said), Conflict (`wrong_state`: not confirmed).
    """
    rules.require_staff(actor)
    item = BookingItem.objects.select_related("flight", "booking").filter(pk=item_id).first()
    if item is None:
        raise NotFound
    if item.state != "confirmed":
        raise Conflict(_("Only what is confirmed can change."), code="wrong_state", extra={"state": item.state})
    to = _kept(facts)
    if kind != "cancelled" and not to:
        raise Invalid(fields={"facts": [_("Say what is different now.")]})
    before = {name: value for name, value in _as_it_is(item).items() if name in to and value}
    return record_change(
        actor=actor, item_id=item.pk, kind=kind, facts={"from": before, "to": to}, source="staff", external_id=uuid.uuid4().hex, now=now
    )


def record_change(
    *,
    actor: Actor,
    item_id: uuid.UUID,
    kind: str,
    facts: Mapping[str, Any],
    source: str,
    external_id: str,
    happened_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> SupplierChange:
    """Keep a change once by (source, external id) and do what follows: the item's times, an announcement, or all of its money back.

    Guarantees: told twice it counts once; what a supplier called off is refunded in full, whatever the terms say. Raises NotFound, Invalid.
    """
    if kind not in KINDS:
        raise Invalid(fields={"kind": [_("Choose one of: %s.") % ", ".join(sorted(KINDS))]})
    moment = now or clock.now()
    if not BookingItem.objects.filter(pk=item_id).exists():
        raise NotFound
    sound = {side: _kept(facts.get(side) or {}) for side in ("from", "to")}
    try:
        with transaction.atomic():
            row = SupplierChange.objects.create(
                item_id=item_id, kind=kind, source=source[:40], external_id=external_id[:120], facts=sound, happened_at=happened_at, created_at=moment
            )
    except IntegrityError:
        row = SupplierChange.objects.get(source=source[:40], external_id=external_id[:120])
    _apply(actor, row.pk, moment)
    row.refresh_from_db()
    return row


def _apply_safely(actor: Actor, change_id: uuid.UUID, now: dt.datetime) -> None:
    try:
        _apply(actor, change_id, now)
    except Exception:
        logger.exception("supplier change %s could not be applied", change_id)


def _apply(actor: Actor, change_id: uuid.UUID, now: dt.datetime) -> None:
    """What follows from a change that was received; once. A booking that is being cancelled is left until that is decided."""
    with transaction.atomic():
        change = lock_with_trip(actor=actor, rows=SupplierChange.objects.filter(pk=change_id).select_related("item__booking__trip"))
        item = BookingItem.objects.select_for_update(of=("self",)).get(pk=change.item_id)
        booking = change.item.booking
        if change.state != "received" or booking.state == "CANCELLING":
            return
        if item.state != "confirmed":
            move(change, SUPPLIER_CHANGE, "ignored", actor=actor, reason=f"the item is {item.state}", now=now)
            return
        if change.kind != "cancelled":
            _write_details(item, change.facts.get("to") or {}, now)
        facts = {"kind": change.kind, "item": item.name, "itemId": str(item.pk), "change": str(change.pk), **change.facts}
        announce(actor=actor, booking=booking, event="booking.changed", now=now, facts=facts)
        move(change, SUPPLIER_CHANGE, "announced", actor=actor, now=now)
        if change.kind == "cancelled":
            _call_off(actor, booking, item, now)
    if change.kind == "cancelled":
        follow(actor=actor, booking=Booking.objects.select_related("trip").get(pk=booking.pk), now=now)


def _write_details(item: BookingItem, to: Mapping[str, Any], now: dt.datetime) -> None:
    details = {**item.details, **{name: value for name, value in to.items() if name in item.details}}
    BookingItem.objects.filter(pk=item.pk).update(details=details, updated_at=now)
    row = FlightDetail.objects.filter(pk=item.pk).first()
    if row is None:
        return
    for name, column in MOMENTS.items():
        if name in to:
            setattr(row, column, moment_of(to[name]))
    for name, (column, _most) in WORDS.items():
        if column and name in to:
            setattr(row, column, to[name])
    if row.departure_time and row.arrival_time and row.arrival_time < row.departure_time:
        row.arrival_time = None  # a delay told without the new arrival
    row.save()


def _call_off(actor: Actor, booking: Booking, item: BookingItem, now: dt.datetime) -> None:
    """The supplier doesn't fly, or is closed: that item ends, and all that was paid for it comes back. Inside the transaction of the change."""
    if booking.state != "CONFIRMED":
        return
    room = sum((payment.captured - payment.refunded for payment in payments_with_room(booking)), Decimal(0))
    back = min(item.total, room)
    reason = "called off by the supplier"
    left = BookingItem.objects.filter(booking=booking, state="confirmed").count()
    quote = CancellationQuote.objects.create(
        booking=booking, whole=left == 1, refund=back, fee=item.total - back, currency=booking.currency,
        booking_version=booking.row_version, expires_at=now, created_at=now,
    )  # fmt: skip
    line = CancellationQuoteLine.objects.create(
        quote=quote, item=item, refund=back, fee=item.total - back, currency=booking.currency,
        refunded_by=item.supplier_name, back_by=now.date() + dt.timedelta(days=14), why="called_off",
    )  # fmt: skip
    move(quote, QUOTE, "confirmed", actor=actor, reason=reason, now=now, confirmed_at=now)
    move(booking, BOOKING, "CANCELLING", actor=actor, reason=reason, now=now, saga_open=False)
    holds = cancel_lines(actor=actor, booking=booking, quote=quote, lines=[line], now=now, reason=reason)
    end_if_answered(actor=actor, booking=booking, quote=quote, now=now)
    give_back_places(actor=actor, holds=holds)


def _as_it_is(item: BookingItem) -> dict[str, Any]:
    row = getattr(item, "flight", None)
    if row is None:
        return {}
    moments = {name: value.isoformat() for name, column in MOMENTS.items() if (value := getattr(row, column))}
    return {**moments, "terminal": row.terminal, "gate": row.gate, "flightNumber": row.flight_number}


def _kept(facts: object) -> dict[str, Any]:
    """What of a side is known and readable. Raises Invalid (`facts`) for a moment without a zone."""
    if not isinstance(facts, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name in MOMENTS:
        if text := facts.get(name):
            moment = moment_of(text)
            if moment is None:
                raise Invalid(fields={"facts": [_("A moment with its zone, like 2027-01-15T09:30:00+05:30.")]})
            found[name] = moment.isoformat()
    for name, (_column, most) in WORDS.items():
        if (text := facts.get(name)) and (line := one_line(str(text))[:most]):
            found[name] = line
    return found
