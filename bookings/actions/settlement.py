"""What a gateway's answer does to a booking: confirmed, failed, or money that comes too late and goes back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from bookings.actions import ledger, saga
from bookings.actions.announcements import announce
from bookings.actions.budget_locks import release_budget, spend_budget
from bookings.actions.locks import lock_cart, lock_payment
from bookings.actions.places import give_back_places
from bookings.actions.refunds import open_refund
from bookings.actions.share_mails import tell_payers
from bookings.actions.shares import close_shares, note_share_paid
from bookings.gateways.payments import ChargeResult, Outcome
from bookings.models import Booking, BookingItem, CartItem, Confirmation, Hold, Payment, PaymentAttempt
from bookings.queries.confirmations import build_body, mail_context
from bookings.queries.payments import captured_of, is_paid
from bookings.queries.saga import standing_of
from bookings.states import BOOKING, BOUGHT, HOLD, ITEM, OPEN, PAYMENT, UNSETTLED
from travelplanner.core import clock, ids, money, outbox, plain_rows, reads
from travelplanner.core.actor import Actor
from travelplanner.core.failpoints import reach
from travelplanner.core.transitions import move, move_all
from trips.actions.trips import lock_revision, mark_booked


def settle_payment(
    *, actor: Actor, payment_id: uuid.UUID, result: ChargeResult, kind: str, trip_id: uuid.UUID | None = None, now: dt.datetime | None = None
) -> Booking:
    """Write down what the gateway said (`kind`: charge, continue, ask, cancel) and do what follows from it. `trip_id`: see `lock_payment`.

    Guarantees: money that was taken either confirms the booking with its places or is refunded in full, never both, never neither; another
    amount or currency than was asked for confirms nothing; what isn't known stays `unknown`; an answer that comes twice counts once.
    A booking with parts at other companies is paid here and confirmed by `supplier_steps`; one that is paid in shares, by its last share.
    Records the attempt, the saga's steps, transitions, journals, and the mail of a confirmation.
    """
    now = now or clock.now()
    with transaction.atomic():
        payment = lock_payment(actor=actor, payment_id=payment_id, trip_id=trip_id)
        booking = payment.booking
        plain_rows.insert([PaymentAttempt(payment=payment, kind=kind, outcome=result.outcome, code=result.code[:60], created_at=now)])
        if payment.state not in UNSETTLED:
            return booking
        if result.outcome is Outcome.SUCCEEDED:
            _take_money(actor, payment, booking, result, now)
        elif result.outcome is Outcome.DECLINED:
            move(
                payment,
                PAYMENT,
                "failed",
                actor=actor,
                reason=result.code,
                now=now,
                failure_code=result.code[:60],
                settled_at=now,
                next_action={},
            )
            if booking.state == "PAYMENT_PENDING" and payment.share_id is None:
                close_booking(
                    actor=actor,
                    booking=booking,
                    to="FAILED",
                    code=result.code or "declined",
                    reason="payment declined",
                    now=now,
                )
        else:
            _keep_waiting(actor, payment, result, now)
        reach("settle.before_commit")
    reach("settle.committed")
    return booking


def _keep_waiting(actor: Actor, payment: Payment, result: ChargeResult, now: dt.datetime) -> None:
    known = result.outcome in (Outcome.REQUIRES_ACTION, Outcome.PROCESSING)
    state = "pending" if known else "unknown"
    changes = {
        "next_action": dict(result.next_action),
        "provider_reference": result.reference or payment.provider_reference,
    }
    if payment.state == state:
        Payment.objects.filter(pk=payment.pk).update(**changes, updated_at=now)
    else:
        move(payment, PAYMENT, state, actor=actor, reason=result.code or result.outcome, now=now, **changes)


def _take_money(actor: Actor, payment: Payment, booking: Booking, result: ChargeResult, now: dt.datetime) -> None:
    currency = result.currency or payment.currency
    captured = money.quantize(payment.amount if result.amount is None else result.amount, currency)
    ledger.record_capture(
        actor=actor, payment=payment, amount=captured, currency=currency, now=now
    )  # first: the database refuses money without its journal
    move(
        payment, PAYMENT, "succeeded", actor=actor, now=now, provider_reference=result.reference or payment.provider_reference, settled_at=now,
        next_action={}, captured=captured, captured_currency=currency,
    )  # fmt: skip
    as_asked = captured == payment.amount and currency == payment.currency
    steps = [
        saga.Step("charge", "done", reason="" if as_asked else "another amount", data={"payment": str(payment.pk)})
    ]
    if not as_asked:
        saga.note(actor=actor, booking_id=booking.pk, steps=steps, now=now)
        _give_back(actor, payment, "mismatch", "another amount was taken than was asked for", now)
        if booking.state == "PAYMENT_PENDING" and payment.share_id is None:
            close_booking(
                actor=actor,
                booking=booking,
                to="FAILED",
                code="amount_mismatch",
                reason="another amount was taken than was asked for",
                now=now,
            )
    elif (
        booking.state == "PAYMENT_PENDING" or not settings.HOLDS_ARE_GUARDED
    ):  # the twin of the race tests: trusts what it saw before it charged
        if (
            payment.share_id is not None and not note_share_paid(actor=actor, payment=payment, now=now)
        ) or booking.saga_open:
            saga.note(actor=actor, booking_id=booking.pk, steps=steps, now=now)
        else:
            saga.note(actor=actor, booking_id=booking.pk, steps=[*steps, saga.Step("confirm", "done")], now=now)
            confirm_booking(
                actor=actor, booking=booking, now=now, payments=[payment] if payment.share_id is None else None
            )
    else:  # its places were given back before the money came: all of it goes back too
        saga.note(actor=actor, booking_id=booking.pk, steps=steps, now=now)
        _give_back(actor, payment, "late", "the hold had ended before the payment came", now)


def _give_back(actor: Actor, payment: Payment, cause: str, reason: str, now: dt.datetime) -> None:
    left = payment.captured - payment.refunded
    if left:
        open_refund(actor=actor, payment=payment, amount=left, cause=cause, reason=reason, now=now)



def confirm_booking(
    *, actor: Actor, booking: Booking, now: dt.datetime, payments: Sequence[Payment] | None = None
) -> None:
    """All is held and paid: the booking is made. Inside a transaction that holds the trip; `payments` are those that paid it, when known."""
    payments = payments or captured_of(booking)
    move(booking, BOOKING, "CONFIRMED", actor=actor, reason="payment processed successfully", now=now, booked_at=now)
    items = reads.rows(_items_of, booking_id=booking.pk)
    move_all(items, ITEM, "confirmed", actor=actor, reason="booking confirmed", now=now, payment_status="paid")
    move_all(_holds(booking), HOLD, "consumed", actor=actor, now=now)
    spend_budget(actor=actor, trip_id=booking.trip_id, amount=booking.total)
    ledger.record_confirmation(actor=actor, payments=payments, now=now)
    confirmation = Confirmation(
        booking=booking,
        number=ids.confirmation_number(now),
        valid_until=now + settings.CONFIRMATION_VALID_FOR,
        body=build_body(booking, payments),
        created_at=now,
    )
    plain_rows.insert([confirmation])
    _empty_cart(actor, booking, items)
    mark_booked(actor=actor, trip=booking.trip, revision=booking.itinerary_revision or 0, spent=booking.total, now=now)
    paid_by = ", ".join(payment.transaction_id for payment in payments)
    outbox.enqueue_mail(
        template="booking_confirmed",
        recipient=booking.contact_email,
        context=mail_context(booking, confirmation, payments[0], items) | {"transaction_id": paid_by},
        dedupe_key=f"booking_confirmed:{booking.pk}",
        language=booking.language,
    )
    if payments[0].share_id is not None:
        tell_payers(actor=actor, booking=booking, happened="booked", now=now)
    announce(actor=actor, booking=booking, event="booking.confirmed", now=now)
    reach("confirm.before_commit")


def _holds(booking: Booking) -> list[Hold]:
    return reads.rows(_holds_of, booking_id=booking.pk)


def _items_of(*, booking_id: uuid.UUID) -> QuerySet[BookingItem]:
    return BookingItem.objects.filter(booking=booking_id)


def _holds_of(*, booking_id: uuid.UUID) -> QuerySet[Hold]:
    return Hold.objects.filter(item__booking=booking_id, state="active").order_by("slot_id")


def _empty_cart(actor: Actor, booking: Booking, items: list[BookingItem]) -> None:
    """What was bought leaves the cart, taken out meanwhile or not; lines that were added meanwhile stay. Under the cart's lock, as every change of
    several of its rows: else two of them could wait for each other."""
    lock_cart(actor=actor, user_id=booking.user_id)
    bought = {"user": booking.user_id, "trip": booking.trip_id}
    plain_rows.drop(CartItem, [{**bought, "service": item.service_id, "booking_date": item.starts_on, "time": item.time} for item in items])


def close_booking(
    *, actor: Actor, booking: Booking, to: str, code: str, reason: str, now: dt.datetime, cause: str = "late"
) -> None:
    """End an open booking as FAILED or EXPIRED: budget and places are free again, money that was taken goes back (`cause`), what other
    companies hold for it is to be cancelled there. Inside the caller's transaction, which holds the trip; nothing outside is asked here."""
    steps = [saga.Step("lock_budget", "undone", reason=code), saga.Step("hold_places", "undone", reason=code)]
    owed = _owed_to_suppliers(booking) if booking.saga_open else []
    steps += [saga.Step("cancel_supplier", "begun", item_id=item_id, reason=code) for item_id in owed]
    move(
        booking,
        BOOKING,
        to,
        actor=actor,
        reason=reason,
        now=now,
        failure_code=code[:60],
        failure_reason=reason[:300],
        saga_open=bool(owed),
    )
    move_all(list(booking.items.all()), ITEM, "cancelled", actor=actor, reason=reason, now=now, payment_status="failed")
    holds = _holds(booking)
    move_all(holds, HOLD, "released", actor=actor, reason=reason, now=now)
    for payment in booking.payments.filter(state__in=["created", "succeeded"]):
        if payment.state == "created":
            move(
                payment, PAYMENT, "failed", actor=actor, reason=reason, now=now, failure_code=code[:60], settled_at=now
            )
        else:
            _give_back(actor, payment, cause, reason, now)
    close_shares(actor=actor, booking=booking, now=now)
    release_budget(actor=actor, trip_id=booking.trip_id, amount=booking.total)
    if not Booking.objects.filter(trip_id=booking.trip_id, state__in=BOUGHT).exists():
        lock_revision(actor=actor, trip_id=booking.trip_id, revision=None)
    saga.note(actor=actor, booking_id=booking.pk, steps=steps, now=now)
    announce(actor=actor, booking=booking, event=f"booking.{to.lower()}", now=now, facts={"code": code})
    give_back_places(actor=actor, holds=holds)


def _owed_to_suppliers(booking: Booking) -> list[uuid.UUID]:
    """Items that another company holds or booked, or may have."""
    begun: dict[uuid.UUID, str] = {}
    for (step, item_id), entry in standing_of(booking.pk).items():
        if item_id is not None and step in ("hold_supplier", "book_supplier"):
            begun[item_id] = (
                "owed" if entry.event in ("begun", "done", "unknown") or begun.get(item_id) == "owed" else entry.event
            )
    return sorted(item_id for item_id, state in begun.items() if state == "owed")


def end_unpaid(*, actor: Actor, booking: Booking, code: str, reason: str, now: dt.datetime) -> bool:
    """End a booking whose time ran out, unless it is paid (then its suppliers decide) or over already. Inside a transaction that holds the trip."""
    if booking.state not in OPEN or is_paid(booking):
        return False
    close_booking(
        actor=actor,
        booking=booking,
        to="EXPIRED",
        code=code,
        reason=reason,
        now=now,
        cause="share" if hasattr(booking, "collection") else "late",
    )
    return True
