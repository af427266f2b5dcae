"""What became of a charge: asked of the gateway, never charged again."""

from __future__ import annotations

import datetime as dt

from bookings import rules
from bookings.actions.refunds import send_refund
from bookings.actions.settlement import settle_payment
from bookings.gateways.payments import Outcome, gateway_named
from bookings.models import Payment, Refund
from bookings.states import OPEN
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound

UNDECIDED = ("pending", "unknown")


def ask_payment(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> Outcome | None:
    """Ask the gateway about a booking's charge and write down an answer that decides something.

    Unlike `pay_booking` this never charges, so a page may call it every other second. Returns the gateway's answer, ABSENT when it has never
    heard of the charge (nothing was taken), None when there is nothing to ask. Raises NotFound.
    """
    payments = Payment.objects.filter(rules.mine(actor, "booking__"), booking__reference=reference[:20].replace("\x00", ""))
    payment = payments.select_related("booking").order_by("-created_at").first()
    if payment is None:
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
    result, kind = gateway.ask(payment.pk), "ask"
    if not result.outcome.is_final and result.outcome is not Outcome.PROCESSING and payment.booking.state not in OPEN:
        result, kind = gateway.cancel(payment.pk), "cancel"
    if result.outcome.is_final or (result.outcome is Outcome.REQUIRES_ACTION and payment.state == "unknown"):
        settle_payment(actor=actor, payment_id=payment.pk, result=result, kind=kind, now=now)
        for refund_id in Refund.objects.filter(payment=payment, state="created").values_list("pk", flat=True):
            send_refund(actor=actor, refund_id=refund_id, now=now)
    return result.outcome
