"""What became of a charge: asked of the gateway, never charged again."""

from __future__ import annotations

import datetime as dt

from bookings import rules
from bookings.actions.settlement import settle_payment
from bookings.gateways.payments import Outcome, gateway_named
from bookings.models import Payment
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound

UNDECIDED = ("pending", "unknown")


def ask_payment(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> Outcome | None:
    """Ask the gateway about a booking's charge and write down an answer that decides something.

    Unlike `pay_booking` this never charges, so a page may call it every other second. Returns the gateway's answer, ABSENT when it has never
    heard of the charge (nothing was taken), None when there is nothing to ask. Raises NotFound.
    """
    payments = Payment.objects.filter(rules.mine(actor, "booking__"), booking__reference=reference[:20].replace("\x00", ""))
    payment = payments.order_by("-created_at").first()
    if payment is None:
        raise NotFound
    if payment.state not in UNDECIDED:
        return None
    result = gateway_named(payment.gateway).ask(payment.pk)
    if result.outcome.is_final or (result.outcome is Outcome.REQUIRES_ACTION and payment.state == "unknown"):
        settle_payment(actor=actor, payment_id=payment.pk, result=result, kind="ask", now=now)
    return result.outcome
