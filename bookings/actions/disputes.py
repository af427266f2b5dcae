"""Disputes: a payer's bank wants money back. The gateway alone says that there is one and how it ends; staff sends the evidence there."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.actions import ledger
from bookings.actions.announcements import announce
from bookings.actions.locks import lock_with_trip
from bookings.gateways.payments import DisputeAnswer, DisputeState, gateway_named
from bookings.models import Dispute, Payment
from bookings.states import DISPUTE
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from travelplanner.core.transitions import move


def ask_dispute(*, actor: Actor, payment_id: uuid.UUID, reference: str, now: dt.datetime | None = None) -> str:
    """Ask the gateway how a dispute about a payment stands, and write that down; returns its state, empty when no money is held back.

    Guarantees: opened once, decided once, in whatever order and however often it is told. Records the dispute, its journals (the bank holds
    the money; we have it again, or have lost it) and `payment.disputed`. Raises Conflict (`gateway_silent`, `another_payment`).
    """
    payment = Payment.objects.get(pk=payment_id)
    answer = gateway_named(payment.gateway).ask_dispute(reference)
    if answer.state is DisputeState.UNKNOWN:
        raise Conflict(_("The payment company gave no answer."), code="gateway_silent")
    if answer.state is DisputeState.NONE:
        return ""
    moment = now or clock.now()
    with transaction.atomic():
        payment = lock_with_trip(actor=actor, rows=Payment.objects.filter(pk=payment_id).select_related("booking__trip"))
        if not _is_about(answer, payment):
            raise Conflict(_("This dispute is about another payment."), code="another_payment")
        dispute = Dispute.objects.filter(provider_reference=answer.reference).first() or _open(actor, payment, answer, moment)
        if answer.state != dispute.state and dispute.state == "open":
            ledger.record_dispute(
                actor=actor, payment=payment, amount=dispute.amount, currency=dispute.currency, state=answer.state.value, now=moment
            )
            move(dispute, DISPUTE, answer.state.value, actor=actor, reason="the bank decided", now=moment)
    return dispute.state


def _is_about(answer: DisputeAnswer, payment: Payment) -> bool:
    same = answer.payment_id == payment.pk or (bool(answer.charge_reference) and answer.charge_reference == payment.provider_reference)
    return same and payment.state == "succeeded" and answer.currency == payment.captured_currency and bool(answer.amount)


def _open(actor: Actor, payment: Payment, answer: DisputeAnswer, now: dt.datetime) -> Dispute:
    amount = money.quantize(answer.amount or 0, answer.currency)
    ledger.record_dispute(actor=actor, payment=payment, amount=amount, currency=answer.currency, state="open", now=now)
    dispute = Dispute.objects.create(
        payment=payment,
        provider_reference=answer.reference,
        amount=amount,
        currency=answer.currency,
        reason=answer.reason,
        evidence_due=answer.evidence_due,
        created_at=now,
    )
    facts = {"disputeId": answer.reference, "amount": str(amount), "currency": answer.currency}
    announce(actor=actor, booking=payment.booking, event="payment.disputed", now=now, facts=facts)
    return dispute
