"""Checkout: reserve, pay, and what time and silence do to a booking."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions.payment_inquiry import UNDECIDED, resolve_payment
from bookings.actions.refunds import send_refund
from bookings.actions.reservation import Contact, reserve_booking
from bookings.actions.settlement import close_booking, settle_payment
from bookings.gateways.payments import (
    ChargeRequest,
    ChargeResult,
    MethodRefused,
    Outcome,
    PaymentMethod,
    default_gateway,
    gateway_named,
)
from bookings.models import Booking, Payment, Refund
from bookings.states import OPEN, PAYMENT, UNSETTLED
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.transitions import move
from trips.models import Trip

__all__ = ["Contact", "PaymentWish", "book_trip", "expire_due", "pay_booking", "reconcile_unknown", "reserve_booking"]
logger = logging.getLogger(__name__)
CLOCK = Actor.system("expire_bookings")
RECONCILER = Actor.system("reconcile_payments")
ASKED_AFTER = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """What the payer chose: `kind` mock or card, with a gateway's token or, for the mock alone, a test card's number."""

    kind: str = "mock"
    token: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)


def book_trip(
    *,
    actor: Actor,
    trip_reference: str,
    contact: Contact,
    wish: PaymentWish | None = None,
    request_key: str | None = None,
    accepted_total: Decimal | None = None,
    now: dt.datetime | None = None,
) -> Booking:
    """Reserve and pay in one go: see `reserve_booking` and `pay_booking`. The same `request_key` again goes on where it stopped."""
    _method(default_gateway().name, wish)  # a method that can't work holds nothing
    booking = reserve_booking(
        actor=actor, trip_reference=trip_reference, contact=contact, request_key=request_key, accepted_total=accepted_total, now=now
    )
    if booking.state != "PAYMENT_PENDING":
        return booking
    return pay_booking(actor=actor, reference=booking.reference, wish=wish, now=now)


def pay_booking(
    *, actor: Actor, reference: str, wish: PaymentWish | None = None, approved: bool | None = None, now: dt.datetime | None = None
) -> Booking:
    """Charge a reserved booking, go on after the payer's second step (`approved`), or ask what became of a charge that was begun.

    Returns the booking CONFIRMED, FAILED (declined: places and budget are free again) or still PAYMENT_PENDING (a second step, or no answer).
    Guarantees: one charge per booking, by the payment's own id as the gateway's key; the gateway is called outside of any transaction, after
    the intent to charge was committed. Raises NotFound, Invalid (method), Conflict (`hold_expired`, `wrong_state`,
    `nothing_to_approve`: no charge was begun).
    """
    payment, fresh = _begin(actor, reference, wish, approved, now)
    gateway = gateway_named(payment.gateway)
    if not payment.amount:
        result, kind = ChargeResult(Outcome.SUCCEEDED, code="nothing_to_pay"), "charge"
    elif fresh:
        result, kind = gateway.charge(_request(payment, _method(payment.gateway, wish))), "charge"
    elif approved is not None:
        result, kind = gateway.resume(payment.pk, approved=approved), "continue"
    else:
        result, kind = gateway.ask(payment.pk), "ask"
        if result.outcome is Outcome.ABSENT and _is_held(payment.booking, now or clock.now()):
            result, kind = gateway.charge(_request(payment, _method(payment.gateway, wish))), "charge"  # it never arrived
    booking = settle_payment(actor=actor, payment_id=payment.pk, result=result, kind=kind, now=now)
    _send_refunds(actor, payment, now)
    return booking


def _begin(
    actor: Actor, reference: str, wish: PaymentWish | None, approved: bool | None, now: dt.datetime | None
) -> tuple[Payment, bool]:
    """Commit the intent to charge; returns the payment and whether it was begun just now."""
    moment = now or clock.now()
    with transaction.atomic():
        trip = Trip.objects.select_for_update(of=("self",)).filter(bookings__in=Booking.objects.filter(rules.mine(actor), reference=reference)).first()
        if trip is None:
            raise NotFound
        payment = (
            Payment.objects.select_for_update(of=("self",)).select_related("booking__trip").filter(booking__reference=reference).order_by("-created_at").first()
        )
        if payment is None:
            raise NotFound
        booking = payment.booking
        if booking.state != "PAYMENT_PENDING":
            raise Conflict(
                _("This booking isn't waiting for a payment."), code="hold_expired" if booking.state == "EXPIRED" else "wrong_state", extra={"state": booking.state}
            )
        if payment.state != "created":
            return payment, False
        if approved is not None:  # an answer to a question that nobody asked is no wish to pay
            raise Conflict(_("There is nothing to approve yet; nothing was charged."), code="nothing_to_approve")
        if _is_held(booking, moment):
            method = _method(payment.gateway, wish)
            move(payment, PAYMENT, "pending", actor=actor, reason="charge begun", now=moment, method=method.label)
            return payment, True
        _expire(booking, payment, moment)
    raise Conflict(_("The hold on your places has ended. Nothing was charged; book again."), code="hold_expired")


def _is_held(booking: Booking, now: dt.datetime) -> bool:
    return booking.hold_expires_at is not None and booking.hold_expires_at > now


def _method(gateway: str, wish: PaymentWish | None) -> PaymentMethod:
    wish = wish or PaymentWish()
    try:
        return gateway_named(gateway).method_from(kind=wish.kind, token=wish.token, card_number=wish.card_number)
    except MethodRefused as refused:
        said = {
            "method_unknown": _("This way to pay isn't known here."),
            "not_a_test_card": _("Only test cards can be used here; never type a real card number."),
            "token_unknown": _("This payment token isn't known here."),
        }
        raise Invalid(fields={"payment": [said.get(refused.code, refused.code)]}, code=refused.code) from None


def _request(payment: Payment, method: PaymentMethod) -> ChargeRequest:
    return ChargeRequest(payment.pk, money.quantize(payment.amount, payment.currency), payment.currency, method, payment.booking.reference)


def _expire(booking: Booking, payment: Payment, now: dt.datetime) -> None:
    """Inside a transaction that holds the trip. A charge that was begun stays as it is: only the gateway can say what became of it."""
    if payment.state == "created":
        move(payment, PAYMENT, "failed", actor=CLOCK, reason="hold ended", now=now, failure_code="hold_expired", settled_at=now)
    close_booking(actor=CLOCK, booking=booking, to="EXPIRED", code="hold_expired", reason="the hold ended before it was paid", now=now)


def expire_due(*, actor: Actor = CLOCK, limit: int = 200, now: dt.datetime | None = None) -> str:
    """End bookings whose hold ran out unpaid; each in a transaction of its own. A periodic job, safe to run twice at once.

    Guarantees: one that can't be ended is logged and keeps none of the others.
    """
    now = now or clock.now()
    due = Booking.objects.filter(state__in=OPEN, hold_expires_at__lte=now).order_by("hold_expires_at").values_list("pk", flat=True)[:limit]
    ended = 0
    for booking_id in list(due):
        try:
            ended += _expire_if_due(booking_id, now)
        except Exception:  # whatever is wrong with one, the others' time is over too
            logger.exception("booking %s could not be ended", booking_id)
    return f"{ended} expired"


def _expire_if_due(booking_id: uuid.UUID, now: dt.datetime) -> bool:
    with transaction.atomic():
        Trip.objects.select_for_update(of=("self",)).get(bookings=booking_id)
        booking = Booking.objects.select_for_update(of=("self",)).get(pk=booking_id)
        if booking.state != "PAYMENT_PENDING":
            return False
        _expire(booking, Payment.objects.filter(booking=booking).latest("created_at"), now)
    return True


def reconcile_unknown(
    *, actor: Actor = RECONCILER, limit: int = 200, asked_after: dt.timedelta = ASKED_AFTER, now: dt.datetime | None = None
) -> str:
    """Ask the gateway about every charge that is undecided for `asked_after`, and send refunds that aren't settled.

    A periodic job and `manage.py reconcile`. Guarantees: nothing becomes failed unless the gateway said so, see `resolve_payment`;
    one that fails is logged and keeps none of the others.
    """
    now = now or clock.now()
    undecided = Payment.objects.filter(state__in=UNDECIDED, updated_at__lte=now - asked_after).select_related("booking").order_by("updated_at")
    settled = 0
    for payment in list(undecided[:limit]):
        final = False
        try:
            final = resolve_payment(actor=actor, payment=payment, now=now).is_final
        except Exception:  # a gateway that can't be read, a row that can't move: the others are asked about all the same
            logger.exception("payment %s could not be asked about", payment.pk)
        settled += final
        if not final:  # to the end of the queue, so that the undecided never keep the others waiting
            Payment.objects.filter(pk=payment.pk, state__in=UNDECIDED).update(updated_at=now)
    sent = 0
    for refund_id in list(Refund.objects.filter(state__in=UNSETTLED).order_by("created_at").values_list("pk", flat=True)[:limit]):
        try:
            sent += send_refund(actor=actor, refund_id=refund_id, now=now) == "succeeded"
        except Exception:
            logger.exception("refund %s could not be sent", refund_id)
    return f"{settled} settled, {sent} refunded"


def _send_refunds(actor: Actor, payment: Payment, now: dt.datetime | None) -> None:
    for refund_id in Refund.objects.filter(payment=payment, state="created").values_list("pk", flat=True):
        send_refund(actor=actor, refund_id=refund_id, now=now)
