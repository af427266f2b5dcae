"""Money that goes back: decided in a transaction, sent outside of one, settled in the next."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from bookings.actions import ledger
from bookings.gateways.payments import Outcome, RefundRequest, gateway_named
from bookings.models import Refund
from bookings.states import REFUND
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.transitions import move

UNSETTLED = ("created", "pending", "unknown")


def send_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> str:
    """Ask the gateway to give the money back; returns the refund's state.

    Guarantees: the refund's id is the gateway's key, so asking again gives back once; without an answer it stays `unknown` and is asked
    again. Records transitions and the journal of what was paid back.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state not in UNSETTLED:
        return refund.state
    payment = refund.payment
    result = gateway_named(payment.gateway).refund(RefundRequest(refund.pk, payment.pk, money.quantize(refund.amount, refund.currency), refund.currency))
    now = now or clock.now()
    to = {Outcome.SUCCEEDED: "succeeded", Outcome.DECLINED: "failed", Outcome.PROCESSING: "pending"}.get(result.outcome, "unknown")
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_id)
        if refund.state not in UNSETTLED or refund.state == to:
            return refund.state
        move(refund, REFUND, to, actor=actor, reason=result.code, now=now, settled_at=now if result.outcome.is_final else None)
        if to == "succeeded":
            ledger.record_refund_paid(actor=actor, refund=refund, payment=refund.payment, now=now)
    return to
