"""Cancelling what was booked: a quote that says what comes back and expires, then a confirm that holds it to its word."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions import saga
from bookings.actions.aftermath import follow
from bookings.actions.cancelled_items import cancel_lines, end_if_answered
from bookings.actions.locks import lock_booking
from bookings.actions.places import give_back_places
from bookings.models import Booking, BookingItem, CancellationQuote, CancellationQuoteLine
from bookings.queries.cancellations import QuoteDetail, get_quote, is_disputed, refunds_for, sold
from bookings.states import BOOKING, QUOTE
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.failpoints import reach
from travelplanner.core.transitions import move, move_all


def quote_cancellation(
    *, actor: Actor, reference: str, item_ids: Sequence[uuid.UUID] | None = None, now: dt.datetime | None = None
) -> QuoteDetail:
    """Say what comes back of these items (None: of all that are left), from whom and by when; nothing is cancelled yet.

    The offer stands for `CANCELLATION_QUOTE_MINUTES`, but never past the first use of one of its items, and replaces older offers.
    Guarantees: refund + fee = the item's total; all refunds together never pass what is left of the payments.
    Raises NotFound, Invalid (`itemIds`), Conflict (`wrong_state`, `payment_disputed`, `item_begun`, `nothing_to_cancel`). Records the quote with its lines.
    """
    now = now or clock.now()
    with transaction.atomic():
        booking = _locked(actor, reference)
        if booking.state != "CONFIRMED":
            raise Conflict(_("Only what is confirmed can be cancelled."), code="wrong_state", extra={"state": booking.state})
        _check_disputes(booking)
        items = _wanted(booking, item_ids)
        expires = now + dt.timedelta(minutes=settings.CANCELLATION_QUOTE_MINUTES)
        back_by = expires.date() + dt.timedelta(days=settings.REFUND_DAYS)
        found = refunds_for(booking, items, moment=now, back_by=back_by)
        if item_ids is None:
            items = [item for item in items if item.pk in found]
            if not items:
                raise Conflict(_("Nothing of this booking can be cancelled any more: all of it has begun."), code="nothing_to_cancel")
        elif begun := [item.name for item in items if item.pk not in found]:
            raise Conflict(_("What has begun can't be cancelled any more."), code="item_begun", extra={"names": begun})
        older = list(CancellationQuote.objects.select_for_update(of=("self",)).filter(booking=booking, state="offered"))
        move_all(older, QUOTE, "replaced", actor=actor, reason="a newer quote was asked for", now=now)
        left = BookingItem.objects.filter(booking=booking, state="confirmed").count()
        quote = CancellationQuote.objects.create(
            booking=booking,
            whole=len(items) == left,
            refund=sum((found[item.pk].refund for item in items), Decimal(0)),
            fee=sum((found[item.pk].fee for item in items), Decimal(0)),
            currency=booking.currency,
            booking_version=booking.row_version,
            expires_at=min(expires, *(sold(item).start for item in items)),
            created_at=now,
        )
        CancellationQuoteLine.objects.bulk_create(
            CancellationQuoteLine(
                quote=quote,
                item=item,
                refund=(one := found[item.pk]).refund,
                fee=one.fee,
                currency=booking.currency,
                refunded_by=item.supplier_name,
                back_by=one.back_by,
                why=one.why,
            )
            for item in items
        )
    return get_quote(actor, reference, quote.pk)


def confirm_cancellation(*, actor: Actor, reference: str, quote_id: uuid.UUID, now: dt.datetime | None = None) -> QuoteDetail:
    """Cancel what an offered quote says, at its word: refunds go out, other companies are asked, places and budget are free again.

    Returns the quote `done`, `refused` (no supplier agreed: all stays as it was) or still `confirmed` (a supplier hasn't answered: it is asked
    again). The same quote confirmed again returns what became of it and cancels nothing twice.
    Guarantees: items of our own inventory are cancelled in the transaction that confirms; an item at another company is cancelled when that
    company says so, and stays confirmed and paid when it refuses; the traveler gets what was quoted.
    Raises NotFound, Conflict (`quote_replaced`, `quote_expired`, `quote_changed`: booking, terms or payments changed since, `payment_disputed`,
    `wrong_state`).
    Records transitions, the saga's steps, refunds with their journals, the event and the mail.
    """
    moment = now or clock.now()
    with transaction.atomic():
        booking = _locked(actor, reference)
        quote = _offer(booking, quote_id)
        if quote.state in ("offered", "replaced"):
            _check_offer(booking, quote, moment)
            _begin(actor, booking, quote, moment)
    reach("cancel.begun")
    follow(actor=actor, booking=booking, now=now)
    return get_quote(actor, reference, quote_id)


def _locked(actor: Actor, reference: str) -> Booking:
    """The actor's own booking; else NotFound."""
    return lock_booking(actor=actor, rows=Booking.objects.filter(rules.mine(actor), reference=reference.replace("\x00", "")))


def _offer(booking: Booking, quote_id: uuid.UUID) -> CancellationQuote:
    quote = CancellationQuote.objects.select_for_update(of=("self",)).filter(booking=booking, pk=quote_id).first()
    if quote is None:
        raise NotFound
    return quote


def _wanted(booking: Booking, item_ids: Sequence[uuid.UUID] | None) -> list[BookingItem]:
    items = list(booking.items.select_related("service__destination"))
    if item_ids is None:
        return [item for item in items if item.state == "confirmed"]
    wanted = set(item_ids)
    chosen = [item for item in items if item.pk in wanted]
    if not wanted or len(chosen) < len(wanted):
        raise Invalid(fields={"itemIds": [_("Choose items of this booking.")]})
    if gone := [item.name for item in chosen if item.state != "confirmed"]:
        raise Conflict(_("Some of this is cancelled or over already."), code="wrong_state", extra={"names": gone})
    return chosen


def _check_offer(booking: Booking, quote: CancellationQuote, now: dt.datetime) -> None:
    if quote.state == "replaced":
        raise Conflict(_("You asked for a newer offer since. Only the newest one counts."), code="quote_replaced")
    if quote.expires_at <= now:
        raise Conflict(_("This offer has run out. Nothing was cancelled; ask for a new one."), code="quote_expired")
    if booking.state != "CONFIRMED":
        raise Conflict(_("Only what is confirmed can be cancelled."), code="wrong_state", extra={"state": booking.state})
    _check_disputes(booking)
    if booking.row_version != quote.booking_version or not _still_true(booking, quote, now):
        raise Conflict(_("The booking changed since this offer was made. Nothing was cancelled; ask for a new one."), code="quote_changed")


def _check_disputes(booking: Booking) -> None:
    if is_disputed(booking):
        raise Conflict(_("A bank is looking at the payment of this booking. It can be cancelled here once that is decided."), code="payment_disputed")


def _still_true(booking: Booking, quote: CancellationQuote, now: dt.datetime) -> bool:
    """Whether the items' terms and the payments still say what they said when the offer was made."""
    lines = {line.item_id: line for line in quote.lines.all()}
    items = list(booking.items.filter(pk__in=lines, state="confirmed").select_related("service__destination"))
    found = refunds_for(booking, items, moment=quote.created_at, back_by=quote.expires_at.date())
    unit = money.unit(quote.currency)
    begun = any(sold(item).start <= now for item in items)
    return not begun and found.keys() == lines.keys() and all(
        (found[item_id].refund, found[item_id].fee, found[item_id].why) == (line.refund.quantize(unit), line.fee.quantize(unit), line.why)
        for item_id, line in lines.items()
    )


def _begin(actor: Actor, booking: Booking, quote: CancellationQuote, now: dt.datetime) -> None:
    lines = list(quote.lines.select_related("item").order_by("item_id"))
    asked = [line for line in lines if line.item.adapter]
    move(quote, QUOTE, "confirmed", actor=actor, reason="confirmed by the traveler", now=now, confirmed_at=now)
    move(booking, BOOKING, "CANCELLING", actor=actor, reason="cancelled by the traveler", now=now, saga_open=bool(asked))
    saga.note(
        actor=actor,
        booking_id=booking.pk,
        steps=[saga.Step("cancel_supplier", "begun", item_id=line.item_id, reason="cancelled by the traveler") for line in asked],
        now=now,
    )
    holds = cancel_lines(actor=actor, booking=booking, quote=quote, lines=[line for line in lines if not line.item.adapter], now=now)
    end_if_answered(actor=actor, booking=booking, quote=quote, now=now)
    give_back_places(actor=actor, holds=holds)
