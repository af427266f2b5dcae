"""Checkout: reserve, pay, and what time and silence do to a booking."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions import saga
from bookings.actions.aftermath import follow
from bookings.actions.locks import lock_booking
from bookings.actions.named_travelers import NamedTraveler
from bookings.actions.payment_inquiry import UNDECIDED, resolve_payment
from bookings.actions.refunds import send_refund
from bookings.actions.reservation import Contact, make_reservation, reserve_booking
from bookings.actions.settlement import end_unpaid, settle_payment
from bookings.errors import HoldEnded
from bookings.gateways.payments import (
    ChargeRequest,
    ChargeResult,
    MethodRefused,
    Outcome,
    PaymentMethod,
    default_gateway,
    gateway_named,
)
from bookings.gateways.payments.references import charge_ref
from bookings.models import Booking, Payment, Refund
from bookings.states import OPEN, PAYMENT, UNSETTLED
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.failpoints import reach
from travelplanner.core.transitions import move
from trips.actions.trips import lock_trip
from trips.models import Trip

__all__ = [
    "Contact",
    "NamedTraveler",
    "PaymentWish",
    "book_trip",
    "expire_due",
    "pay_booking",
    "reconcile_suppliers",
    "reconcile_unknown",
    "reserve_booking",
]
logger = logging.getLogger(__name__)
CLOCK = Actor.system("expire_bookings")
RECONCILER = Actor.system("reconcile_payments")
ASKED_AFTER = dt.timedelta(seconds=60)
HOLD_ENDED = "the hold ended before it was paid"


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """What the payer chose: `kind` mock, card, stripe, razorpay or empty (the gateway's own way), with a gateway's token or, for the mock alone,
    a test card's number."""

    kind: str = ""
    token: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)


def book_trip(
    *,
    actor: Actor,
    trip_reference: str,
    contact: Contact,
    travelers: Sequence[NamedTraveler] = (),
    wish: PaymentWish | None = None,
    request_key: str | None = None,
    accepted_total: Decimal | None = None,
    shown: Sequence[str] | None = None,
    now: dt.datetime | None = None,
) -> Booking:
    """Reserve and pay in one go: see `make_reservation` and `pay_booking`. The same `request_key` again goes on where it stopped."""
    method = _method(default_gateway().name, wish)  # one that can't work holds nothing
    reserved = make_reservation(
        actor=actor,
        trip_reference=trip_reference,
        contact=contact,
        travelers=travelers,
        request_key=request_key,
        accepted_total=accepted_total,
        shown=shown,
        charge_by=method.label,
        now=now,
    )
    if reserved.payment is not None:
        return carry_out(actor=actor, payment=reserved.payment, fresh=True, wish=wish, approved=None, now=now)
    if reserved.booking.state != "PAYMENT_PENDING":
        return reserved.booking
    return pay_booking(actor=actor, reference=reserved.booking.reference, wish=wish, now=now)


def pay_booking(
    *,
    actor: Actor,
    reference: str,
    wish: PaymentWish | None = None,
    approved: bool | None = None,
    now: dt.datetime | None = None,
) -> Booking:
    """Charge a reserved booking, go on after the payer's second step (`approved`), or ask what became of a charge that was begun.

    Returns the booking CONFIRMED, FAILED (declined: places and budget are free again) or still PAYMENT_PENDING (a second step, or no answer).
    Guarantees: one charge per booking, by the payment's own id as the gateway's key; the gateway is called outside of any transaction, after
    the intent to charge was committed. Raises NotFound, Invalid (method), Conflict (`hold_expired`, `wrong_state`,
    `nothing_to_approve`: no charge was begun, `paid_in_shares`: its company pays it, see `collections`).
    """
    payment, fresh = _begin(actor, reference, wish, approved, now)
    return carry_out(actor=actor, payment=payment, fresh=fresh, wish=wish, approved=approved, now=now)


def carry_out(
    *,
    actor: Actor,
    payment: Payment,
    fresh: bool,
    wish: PaymentWish | None,
    approved: bool | None,
    now: dt.datetime | None = None,
) -> Booking:
    """Do what `begin_charge` committed: charge (`fresh`), go on after the payer's answer, or ask. Outside of any transaction."""
    if fresh:
        reach("charge.begun")
    gateway = gateway_named(payment.gateway)
    if not payment.amount:
        result, kind = ChargeResult(Outcome.SUCCEEDED, code="nothing_to_pay"), "charge"
    elif fresh:
        result, kind = gateway.charge(_request(payment, _method(payment.gateway, wish))), "charge"
    elif approved is not None:
        result, kind = gateway.resume(charge_ref(payment), approved=approved), "continue"
    else:
        result, kind = gateway.ask(charge_ref(payment)), "ask"
        if result.outcome is Outcome.ABSENT and _is_held(payment.booking, now or clock.now()):
            result, kind = (
                gateway.charge(_request(payment, _method(payment.gateway, wish))),
                "charge",
            )  # it never arrived
    reach("charge.answered")
    booking = settle_payment(actor=actor, payment_id=payment.pk, result=result, kind=kind, trip_id=payment.booking.trip_id, now=now)
    return follow(actor=actor, booking=booking, charged=True, now=now)


def _begin(
    actor: Actor, reference: str, wish: PaymentWish | None, approved: bool | None, now: dt.datetime | None
) -> tuple[Payment, bool]:
    """Commit the intent to charge; returns the payment and whether it was begun just now."""
    moment = now or clock.now()
    with transaction.atomic():
        if not lock_trip(actor=actor, rows=Trip.objects.filter(bookings__in=Booking.objects.filter(rules.mine(actor), reference=reference))):
            raise NotFound
        payment = (
            Payment.objects.select_for_update(of=("self",))
            .select_related("booking")
            .filter(booking__reference=reference)
            .order_by("-created_at")
            .first()
        )
        if payment is None or payment.share_id is not None:  # a booking has either one payment or shares
            raise Conflict(_("This booking is paid in shares. Pay a share."), code="paid_in_shares")
        fresh = begin_charge(actor=actor, payment=payment, wish=wish, approved=approved, now=moment)
    if fresh is None:
        raise HoldEnded
    return payment, fresh


def begin_charge(
    *, actor: Actor, payment: Payment, wish: PaymentWish | None, approved: bool | None, now: dt.datetime
) -> bool | None:
    """Write the intent to charge; inside the caller's transaction, which holds trip and payment (its booking loaded).

    Returns True when it is begun now, False when it was before, None when the hold is over: then the booking is ended here, and the caller
    raises HoldEnded once that is committed. Raises Invalid (method), Conflict (`hold_expired`, `wrong_state`, `nothing_to_approve`).
    """
    booking = payment.booking
    refuse_unpayable(actor=actor, booking=booking)
    if payment.state != "created":
        return False
    if approved is not None:  # an answer to a question that nobody asked is no wish to pay
        raise Conflict(_("There is nothing to approve yet; nothing was charged."), code="nothing_to_approve")
    if not _is_held(booking, now):
        end_unpaid(actor=CLOCK, booking=booking, code="hold_expired", reason=HOLD_ENDED, now=now)
        return None
    method = _method(payment.gateway, wish)
    move(payment, PAYMENT, "pending", actor=actor, reason="charge begun", now=now, method=method.label)
    saga.note(
        actor=actor,
        booking_id=booking.pk,
        steps=[saga.Step("charge", "begun", data={"payment": str(payment.pk)})],
        now=now,
    )
    return True


def refuse_unpayable(*, actor: Actor, booking: Booking) -> None:
    """Raise Conflict (`hold_expired`, `wrong_state`) for a booking that isn't waiting for a payment."""
    if booking.state != "PAYMENT_PENDING":
        ended = booking.state == "EXPIRED"
        raise Conflict(
            _("The hold on your places has ended. Book it again.") if ended else _("This booking isn't waiting for a payment."),
            code="hold_expired" if ended else "wrong_state",
            extra={"state": booking.state},
        )


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
            "card_number_refused": _("Card numbers are never taken here. Pay on the payment company's own page, or send its token."),
        }
        raise Invalid(fields={"payment": [said.get(refused.code, refused.code)]}, code=refused.code) from None


def _request(payment: Payment, method: PaymentMethod) -> ChargeRequest:
    return ChargeRequest(
        payment.pk,
        money.quantize(payment.amount, payment.currency),
        payment.currency,
        method,
        payment.booking.reference,
        _return_url(payment),
        payment.booking.hold_expires_at,
    )


def _return_url(payment: Payment) -> str:
    """Our page to which payers come back from the gateway's own. It asks the gateway; being there proves nothing."""
    place = [payment.booking.reference, payment.share_id] if payment.share_id else [payment.booking.reference]
    return settings.PUBLIC_URL + reverse("bookings:share_pay" if payment.share_id else "bookings:pay", args=place) + "?back=1"


def expire_due(*, actor: Actor = CLOCK, limit: int = 200, now: dt.datetime | None = None) -> str:
    """End bookings whose hold ran out unpaid; each in a transaction of its own. A periodic job, safe to run twice at once.

    Guarantees: one that can't be ended is logged and keeps none of the others; all are ended before another company is asked about any, so
    that one that doesn't answer keeps nobody's places.
    """
    now = now or clock.now()
    due = (
        Booking.objects.filter(state__in=OPEN, hold_expires_at__lte=now)
        .order_by("hold_expires_at")
        .values_list("pk", flat=True)[:limit]
    )
    ended: list[Booking] = []
    for booking_id in list(due):
        try:
            ended += _expire_if_due(booking_id, now)
        except Exception:  # whatever is wrong with one, the others' time is over too
            logger.exception("booking %s could not be ended", booking_id)
    for booking in ended:
        try:
            follow(actor=CLOCK, booking=booking, now=now)
        except Exception:  # it is ended all the same; the reconcilers go on with it
            logger.exception("what follows the end of booking %s is open", booking.pk)
    return f"{len(ended)} expired"


def _expire_if_due(booking_id: uuid.UUID, now: dt.datetime) -> list[Booking]:
    """The booking when it is ended now, else nothing."""
    with transaction.atomic():
        booking = lock_booking(actor=CLOCK, rows=Booking.objects.filter(pk=booking_id))
        return [booking] if end_unpaid(actor=CLOCK, booking=booking, code="hold_expired", reason=HOLD_ENDED, now=now) else []


def reconcile_unknown(
    *,
    actor: Actor = RECONCILER,
    limit: int = 200,
    asked_after: dt.timedelta = ASKED_AFTER,
    now: dt.datetime | None = None,
) -> str:
    """Ask the gateway about every charge that is undecided for `asked_after`, and send refunds that aren't settled.

    A periodic job and `manage.py reconcile`. Guarantees: nothing becomes failed unless the gateway said so, see `resolve_payment`;
    one that fails is logged and keeps none of the others.
    """
    now = now or clock.now()
    undecided = (
        Payment.objects.filter(state__in=UNDECIDED, updated_at__lte=now - asked_after)
        .select_related("booking")
        .order_by("updated_at")
    )
    settled = 0
    for payment in list(undecided[:limit]):
        final = False
        try:
            final = resolve_payment(actor=actor, payment=payment, now=now).is_final
        except (
            Exception
        ):  # a gateway that can't be read, a row that can't move: the others are asked about all the same
            logger.exception("payment %s could not be asked about", payment.pk)
        settled += final
        if not final:  # to the end of the queue, so that the undecided never keep the others waiting
            Payment.objects.filter(pk=payment.pk, state__in=UNDECIDED).update(updated_at=now)
    sent = 0
    for refund_id in list(
        Refund.objects.filter(state__in=UNSETTLED).order_by("updated_at", "created_at").values_list("pk", flat=True)[:limit]
    ):
        try:
            sent += send_refund(actor=actor, refund_id=refund_id, now=now) == "succeeded"
        except Exception:
            logger.exception("refund %s could not be sent", refund_id)
        # To the end of the queue: banks leave refunds pending for days, and those never keep one waiting that wasn't asked for yet.
        Refund.objects.filter(pk=refund_id, state__in=UNSETTLED).update(updated_at=now)
    return f"{settled} settled, {sent} refunded"


def reconcile_suppliers(
    *,
    actor: Actor = RECONCILER,
    limit: int = 100,
    asked_after: dt.timedelta = ASKED_AFTER,
    now: dt.datetime | None = None,
) -> str:
    """Go on with bookings whose steps at other companies were left open; each on its own. A periodic job and part of `manage.py reconcile`."""
    now = now or clock.now()
    left = (
        Booking.objects.filter(saga_open=True, updated_at__lte=now - asked_after)
        .order_by("updated_at")
        .values_list("pk", flat=True)[:limit]
    )
    closed = 0
    for booking_id in list(left):
        try:
            booking = follow(actor=actor, booking=Booking.objects.select_related("trip").get(pk=booking_id), now=now)
            closed += not booking.saga_open
        except Exception:
            logger.exception("booking %s could not go on at its suppliers", booking_id)
        Booking.objects.filter(pk=booking_id, saga_open=True).update(updated_at=now)
    return f"{closed} of {len(left)} closed"
