"""What became of a charge: asked of the gateway, never charged again."""

from __future__ import annotations

import datetime as dt
import uuid

from bookings import rules
from bookings.actions.aftermath import follow
from bookings.actions.settlement import settle_payment
from bookings.gateways.payments import Outcome, gateway_named
from bookings.gateways.payments.references import charge_ref
from bookings.models import Booking, Payment, PaymentShare
from bookings.states import OPEN
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound

UNDECIDED = ("pending", "unknown")


def ask_payment(
    *, actor: Actor, reference: str, share_id: uuid.UUID | None = None, now: dt.datetime | None = None
) -> Outcome | None:
    """Ask the gateway about a booking's charge (of one share, when it is paid in shares) and write down an answer that decides something.

    Unlike `pay_booking` this never charges, so a page may call it every other second. Returns the gateway's answer, ABSENT when it has never
    heard of the charge (nothing was taken), None when there is nothing to ask. Raises NotFound, NotAllowed (another's share).
    """
    reference = reference[:20].replace("\x00", "")
    if share_id is None:
        payments = Payment.objects.filter(rules.mine(actor, "booking__"), booking__reference=reference)
    else:
        seen = Booking.objects.filter(rules.shares_in(actor), reference=reference)
        share = PaymentShare.objects.select_related("collection__booking").filter(pk=share_id, collection__booking__in=seen).first()
        if share is None:
            raise NotFound
        if not rules.may_pay(actor, share.collection.booking, share):
            raise NotAllowed
        payments = Payment.objects.filter(share=share)
    payment = payments.select_related("booking").order_by("-created_at").first()
    if payment is None:
        if share_id is not None:
            return None
        raise NotFound
    if payment.state not in UNDECIDED:
        return None
    return resolve_payment(actor=actor, payment=payment, now=now)


def resolve_payment(*, actor: Actor, payment: Payment, now: dt.datetime | None = None) -> Outcome:
    """Ask the gateway about an undecided charge (its booking loaded) and do what follows; returns the gateway's answer.

    Guarantees: never charges; only the gateway's word moves the payment; of a booking that has ended, a charge that is still undecided is
    cancelled there, and one that was too late to cancel is refunded in full. Records the attempt when it decided something.
    """
    gateway = gateway_named(payment.gateway)
    result, kind = gateway.ask(charge_ref(payment)), "ask"
    if not result.outcome.is_final and result.outcome is not Outcome.PROCESSING and payment.booking.state not in OPEN:
        result, kind = gateway.cancel(charge_ref(payment)), "cancel"
    if result.outcome.is_final or (result.outcome is Outcome.REQUIRES_ACTION and payment.state == "unknown"):
        booking = settle_payment(actor=actor, payment_id=payment.pk, result=result, kind=kind, now=now)
        follow(actor=actor, booking=booking, now=now)
    return result.outcome

