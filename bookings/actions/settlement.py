"""What a gateway's answer does to a booking: confirmed, failed, or money that comes too late and goes back."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bookings.actions import ledger
from bookings.actions.budget_locks import release_budget, spend_budget
from bookings.actions.places import give_back_places
from bookings.gateways.payments import ChargeResult, Outcome
from bookings.models import Booking, BookingItem, CartItem, Confirmation, Hold, Payment, PaymentAttempt, Refund
from bookings.queries.confirmations import build_body, mail_context
from bookings.states import BOOKING, BOUGHT, HOLD, ITEM, PAYMENT, UNSETTLED
from travelplanner.core import clock, ids, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.transitions import move, move_all
from trips.actions.trips import add_spent, lock_revision, mark_booked
from trips.models import Trip


def settle_payment(*, actor: Actor, payment_id: uuid.UUID, result: ChargeResult, kind: str, now: dt.datetime | None = None) -> Booking:
    """Write down what the gateway said (`kind`: charge, continue, ask, cancel) and do what follows from it.

    Guarantees: money that was taken either confirms the booking with its places or is refunded in full, never both, never neither; what isn't
    known stays `unknown`; an answer that comes twice counts once. Records the attempt, transitions, journals, and the mail of a confirmation.
    """
    now = now or clock.now()
    with transaction.atomic():
        Trip.objects.select_for_update(of=("self",)).get(bookings__payments=payment_id)  # first the trip, in every action: no cycle of waits
        payment = Payment.objects.select_for_update(of=("self",)).select_related("booking__trip").get(pk=payment_id)
        booking = payment.booking
        PaymentAttempt.objects.create(payment=payment, kind=kind, outcome=result.outcome, code=result.code[:60], created_at=now)
        if payment.state not in UNSETTLED:
            return booking
        if result.outcome is Outcome.SUCCEEDED:
            _take_money(actor, payment, booking, result, now)
        elif result.outcome is Outcome.DECLINED:
            move(payment, PAYMENT, "failed", actor=actor, reason=result.code, now=now, failure_code=result.code[:60], settled_at=now, next_action={})
            if booking.state == "PAYMENT_PENDING":
                close_booking(actor=actor, booking=booking, to="FAILED", code=result.code or "declined", reason="payment declined", now=now)
        else:
            _keep_waiting(actor, payment, result, now)
    return booking


def _keep_waiting(actor: Actor, payment: Payment, result: ChargeResult, now: dt.datetime) -> None:
    known = result.outcome in (Outcome.REQUIRES_ACTION, Outcome.PROCESSING)
    state = "pending" if known else "unknown"
    changes = {"next_action": dict(result.next_action), "provider_reference": result.reference or payment.provider_reference}
    if payment.state == state:
        Payment.objects.filter(pk=payment.pk).update(**changes, updated_at=now)
    else:
        move(payment, PAYMENT, state, actor=actor, reason=result.code or result.outcome, now=now, **changes)


def _take_money(actor: Actor, payment: Payment, booking: Booking, result: ChargeResult, now: dt.datetime) -> None:
    move(payment, PAYMENT, "succeeded", actor=actor, now=now, provider_reference=result.reference, settled_at=now, next_action={})
    ledger.record_capture(actor=actor, payment=payment, now=now)
    if booking.state == "PAYMENT_PENDING":
        _confirm(actor, booking, payment, now)
    elif payment.amount:  # its places were given back before the money came: all of it goes back too
        refund = Refund.objects.create(
            payment=payment, amount=payment.amount, currency=payment.currency, reason="the hold had ended before the payment came", created_at=now
        )
        ledger.record_refund_due(actor=actor, refund=refund, payment=payment, now=now)


def _confirm(actor: Actor, booking: Booking, payment: Payment, now: dt.datetime) -> None:
    move(booking, BOOKING, "CONFIRMED", actor=actor, reason="payment processed successfully", now=now, booked_at=now)
    items = list(booking.items.all())
    move_all(items, ITEM, "confirmed", actor=actor, reason="booking confirmed", now=now, payment_status="paid")
    move_all(_holds(booking), HOLD, "consumed", actor=actor, now=now)
    spend_budget(actor=actor, trip_id=booking.trip_id, amount=booking.total)
    ledger.record_confirmation(actor=actor, payment=payment, booking=booking, now=now)
    confirmation = Confirmation.objects.create(
        booking=booking,
        number=ids.confirmation_number(now),
        valid_until=now + settings.CONFIRMATION_VALID_FOR,
        body=build_body(booking),
        created_at=now,
    )
    _empty_cart(booking, items)
    mark_booked(actor=actor, trip_id=booking.trip_id, revision=booking.itinerary_revision or 0, now=now)
    add_spent(actor=actor, trip_id=booking.trip_id, amount=booking.total)
    outbox.enqueue_mail(
        template="booking_confirmed",
        recipient=booking.contact_email,
        context=mail_context(booking, confirmation, payment, items),
        dedupe_key=f"booking_confirmed:{booking.pk}",
        language=booking.language,
    )


def _holds(booking: Booking) -> list[Hold]:
    return list(Hold.objects.filter(item__booking=booking, state="active").order_by("slot_id"))


def _empty_cart(booking: Booking, items: list[BookingItem]) -> None:
    """What was bought leaves the cart; lines that were added meanwhile stay."""
    bought = reduce(or_, (Q(service_id=item.service_id, booking_date=item.starts_on, time=item.time) for item in items))
    CartItem.objects.filter(bought, user_id=booking.user_id, trip_id=booking.trip_id).delete()


def close_booking(*, actor: Actor, booking: Booking, to: str, code: str, reason: str, now: dt.datetime) -> None:
    """End an open booking as FAILED or EXPIRED: budget and places are free again. Inside the caller's transaction, which holds the trip."""
    move(booking, BOOKING, to, actor=actor, reason=reason, now=now, failure_code=code[:60], failure_reason=reason[:300])
    move_all(list(booking.items.all()), ITEM, "cancelled", actor=actor, reason=reason, now=now, payment_status="failed")
    holds = _holds(booking)
    move_all(holds, HOLD, "released", actor=actor, reason=reason, now=now)
    release_budget(actor=actor, trip_id=booking.trip_id, amount=booking.total)
    if not Booking.objects.filter(trip_id=booking.trip_id, state__in=BOUGHT).exists():
        lock_revision(actor=actor, trip_id=booking.trip_id, revision=None)
    give_back_places(actor=actor, holds=holds)
