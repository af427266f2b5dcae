"""Items that are given back: what is free again, what goes back to whom, and how the booking stands afterwards.

Inside the caller's transaction or one of its own, the trip's row first; nothing outside is asked here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from bookings.actions import ledger
from bookings.actions.announcements import announce
from bookings.actions.budget_locks import unspend_budget
from bookings.actions.locks import lock_booking
from bookings.actions.places import give_back_places
from bookings.actions.refunds import open_refund
from bookings.models import Booking, BookingItem, CancellationQuote, CancellationQuoteLine, Hold, SagaEntry
from bookings.pricing.cancellation import spread
from bookings.queries.cancellations import cancellation_mail, payments_with_room
from bookings.queries.saga import standing_of
from bookings.states import BOOKING, BOUGHT, HOLD, ITEM, OPEN, QUOTE
from travelplanner.core import clock, money, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.transitions import move, move_all
from trips.actions.trips import add_spent, lock_revision, mark_unbooked


def settle_cancellation(*, actor: Actor, booking_id: uuid.UUID, now: dt.datetime | None = None) -> Booking:
    """Write down what the suppliers answered to a running cancellation, and end it once all have.

    Guarantees: an item that its supplier cancelled is cancelled here once, with the refund that was quoted, whatever the supplier gives back
    (the difference is ours, in `losses`); one that was refused stays confirmed and paid. Without an answer nothing is decided.
    """
    now = now or clock.now()
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=booking_id))
        if booking.state != "CANCELLING":
            return booking
        quote = booking.cancellation_quotes.get(state="confirmed")
        standing = standing_of(booking.pk)
        accepted, refused = [], []
        for line in _open_lines(quote):
            entry = standing.get(("cancel_supplier", line.item_id))
            if entry is not None and entry.event == "done":
                accepted.append(line)
                _book_difference(actor, booking, line, entry, now)
            elif entry is not None and entry.event == "refused":
                refused.append(line)
        CancellationQuoteLine.objects.filter(pk__in=[line.pk for line in refused]).update(accepted=False)
        holds = cancel_lines(actor=actor, booking=booking, quote=quote, lines=accepted, now=now)
        end_if_answered(actor=actor, booking=booking, quote=quote, now=now)
        give_back_places(actor=actor, holds=holds)
    return booking


def _open_lines(quote: CancellationQuote) -> list[CancellationQuoteLine]:
    return list(quote.lines.filter(accepted=None).select_related("item").order_by("item_id"))


def _book_difference(actor: Actor, booking: Booking, line: CancellationQuoteLine, entry: SagaEntry, now: dt.datetime) -> None:
    """A supplier gives back another amount than its terms say: the traveler's refund stays, we keep the difference, or bear it."""
    total, currency = entry.data.get("total"), entry.data.get("currency")
    if total is None:
        return
    item = line.item
    got = Decimal(total) if currency == item.currency else Decimal(total) * item.rate
    if currency not in (item.currency, item.supplier_currency):
        return  # nothing that can be compared: staff sees the answer in the story
    short = line.refund - money.quantize(got, item.currency)
    rooms = payments_with_room(booking)
    if short and rooms:
        ledger.record_supplier_difference(actor=actor, payment=rooms[0], amount=short, currency=item.currency, now=now)


def cancel_lines(
    *,
    actor: Actor,
    booking: Booking,
    quote: CancellationQuote,
    lines: Sequence[CancellationQuoteLine],
    now: dt.datetime,
    reason: str = "cancelled by the traveler",
) -> list[Hold]:
    """Cancel the items of these lines: refunds are opened, budget and trip get back what comes back. Inside a transaction that holds the trip.

    Returns the holds that were released; the caller gives their places back last (`give_back_places`).
    """
    if not lines:
        return []
    for status, chosen in (("refunded", [line for line in lines if line.refund]), ("paid", [line for line in lines if not line.refund])):
        items = [line.item for line in chosen]
        move_all(items, ITEM, "cancelled", actor=actor, reason=reason, now=now, payment_status=status)
    CancellationQuoteLine.objects.filter(pk__in=[line.pk for line in lines]).update(accepted=True)
    holds = list(Hold.objects.filter(item__in=[line.item_id for line in lines], state="consumed").order_by("slot_id"))
    move_all(holds, HOLD, "released", actor=actor, reason=reason, now=now)
    back = sum((line.refund for line in lines), Decimal(0))
    if back:
        back = _refund(actor, booking, quote, back, max(line.back_by for line in lines), reason, now)
        unspend_budget(actor=actor, trip_id=booking.trip_id, amount=back)
        add_spent(actor=actor, trip_id=booking.trip_id, amount=-back)
    return holds


def _refund(actor: Actor, booking: Booking, quote: CancellationQuote, amount: Decimal, due_by: dt.date, reason: str, now: dt.datetime) -> Decimal:
    """Each payment gives back its part of what is left of them all, to the unit. What a bank took back since the quote (a dispute that was
    lost while a supplier was asked) the payer has already: it doesn't go back a second time, and keeps no cancellation from its end. Returns what goes back."""
    payments = payments_with_room(booking)
    rooms = [payment.captured - payment.refunded for payment in payments]
    amount = min(amount, sum(rooms, Decimal(0)))
    parts = spread(amount, rooms, booking.currency)
    for payment, part in zip(payments, parts, strict=True):
        if part:
            open_refund(
                actor=actor, payment=payment, amount=part, cause="cancellation", reason=reason, now=now,
                owed_by="suppliers", quote=quote, due_by=due_by,
            )  # fmt: skip
    return amount


def end_if_answered(*, actor: Actor, booking: Booking, quote: CancellationQuote, now: dt.datetime) -> bool:
    """End the cancellation when every line is decided: CANCELLED when no item is left, else CONFIRMED again. Inside the same transaction.

    Records transitions, the event and the mail that says what comes back, by when, and what a supplier refused.
    """
    lines = list(quote.lines.select_related("item"))
    if any(line.accepted is None for line in lines):
        return False
    some = any(line.accepted for line in lines)
    move(quote, QUOTE, "done" if some else "refused", actor=actor, reason="" if some else "no supplier agreed", now=now)
    left = BookingItem.objects.filter(booking=booking).exclude(state="cancelled").exists()
    reason = "part of it was cancelled" if some else "a supplier said no to the cancellation"
    move(booking, BOOKING, "CONFIRMED" if left else "CANCELLED", actor=actor, reason=reason if left else "cancelled", now=now, saga_open=False)
    if not left:
        _free_trip(actor, booking, now)
    if some:
        facts = {"quote": str(quote.pk), "refund": str(sum((line.refund for line in lines if line.accepted), Decimal(0))), "currency": quote.currency}
        announce(actor=actor, booking=booking, event="booking.partly_cancelled" if left else "booking.cancelled", now=now, facts=facts)
    outbox.enqueue_mail(
        template="booking_cancelled",
        recipient=booking.contact_email,
        context=cancellation_mail(booking, quote, lines, whole=not left),
        dedupe_key=f"booking_partly_cancelled:{booking.pk}:{quote.pk}" if left else f"booking_cancelled:{booking.pk}",
        language=booking.language,
    )
    return True


def _free_trip(actor: Actor, booking: Booking, now: dt.datetime) -> None:
    """Nothing bought is left of the trip: it is planned again, and its itinerary is free unless another booking is being paid."""
    others = set(Booking.objects.filter(trip=booking.trip_id, state__in=(*BOUGHT, *OPEN)).exclude(pk=booking.pk).values_list("state", flat=True))
    if not others & set(BOUGHT):
        mark_unbooked(actor=actor, trip_id=booking.trip_id, now=now)
        if not others:
            lock_revision(actor=actor, trip_id=booking.trip_id, revision=None)
