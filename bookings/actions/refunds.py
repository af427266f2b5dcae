"""Money that goes back: decided in a transaction, sent outside of one, settled in the next."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from bookings.actions import ledger
from bookings.gateways.payments import Outcome, RefundRequest, gateway_named
from bookings.models import Refund, RefundTransition
from bookings.states import REFUND, UNSETTLED
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.transitions import move


def send_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> str:
    """Ask the gateway to give the money back; returns the refund's state.

    Guarantees: the same key at the gateway until it says no, so asking again gives back once; without an answer it stays `unknown` and is
    asked again. Records transitions and the journal of what was paid back.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state not in UNSETTLED:
        return refund.state
    payment, key = refund.payment, _gateway_key(refund.pk)
    result = gateway_named(payment.gateway).refund(RefundRequest(key, payment.pk, money.quantize(refund.amount, refund.currency), refund.currency))
    now = now or clock.now()
    to = {Outcome.SUCCEEDED: "succeeded", Outcome.DECLINED: "failed", Outcome.PROCESSING: "pending"}.get(result.outcome, "unknown")
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_id)
        if refund.state not in UNSETTLED or refund.state == to:
            return refund.state
        if key != _gateway_key(refund.pk):  # an old no: staff has asked again meanwhile, under another key
            return refund.state
        move(refund, REFUND, to, actor=actor, reason=result.code, now=now, settled_at=now if result.outcome.is_final else None)
        if to == "succeeded":
            ledger.record_refund_paid(actor=actor, refund=refund, payment=refund.payment, now=now)
    return to


def reopen_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Make a refund that the gateway declined one to be sent again, under a new key there. Raises Conflict (`wrong_state`)."""
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
        move(refund, REFUND, "pending", actor=actor, reason="asked again", now=now, settled_at=None)


def _gateway_key(refund_id: uuid.UUID) -> uuid.UUID:
    """The key of this attempt: the refund's id, and another one after each no, since a gateway answers a known key as it did before."""
    declined = RefundTransition.objects.filter(subject=refund_id, to_state="failed").count()
    return uuid.uuid5(refund_id, str(declined)) if declined else refund_id
