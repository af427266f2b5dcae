"""Money that goes back: promised in a transaction, sent outside of one, settled in the next. The one module that writes `Payment.refunded`."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bookings.actions import ledger, saga
from bookings.actions.announcements import announce
from bookings.actions.locks import lock_with_trip
from bookings.gateways.payments import Outcome, RefundRequest, gateway_named
from bookings.models import CancellationQuote, Payment, Refund, RefundTransition
from bookings.states import REFUND, UNSETTLED
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from travelplanner.core.exact import exact
from travelplanner.core.failpoints import reach
from travelplanner.core.transitions import move


def open_refund(
    *,
    actor: Actor,
    payment: Payment,
    amount: Decimal,
    cause: str,
    reason: str,
    now: dt.datetime,
    owed_by: str = "travelers",
    quote: CancellationQuote | None = None,
    due_by: dt.date | None = None,
) -> Refund:
    """Promise `amount` (of what was captured, in its currency) back. Inside the caller's transaction; `send_refund` pays it afterwards.

    `owed_by` is the account that it leaves: `travelers` while nothing was confirmed, `suppliers` afterwards.
    Guarantees: one conditional UPDATE and a constraint: refunds never pass what was captured. Raises Conflict (`refund_too_large`).
    """
    room = Payment.objects.annotate(then=exact(F("refunded") + amount)).filter(
        pk=payment.pk, state="succeeded", then__lte=F("captured")
    )
    if settings.REFUNDS_ARE_GUARDED:
        hit = room.update(refunded=exact(F("refunded") + amount))
    else:  # the twin of the race tests: trusts what was read earlier, as unguarded code does
        hit = payment.refunded + amount <= payment.captured and Payment.objects.filter(pk=payment.pk).update(refunded=payment.refunded + amount)
    if not hit:
        raise Conflict(_("More can't be given back than was paid."), code="refund_too_large")
    payment.refunded += amount
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        currency=payment.captured_currency,
        cause=cause,
        reason=reason[:200],
        quote=quote,
        due_by=due_by,
        created_at=now,
    )
    ledger.record_refund_due(actor=actor, refund=refund, payment=payment, owed_by=owed_by, now=now)
    saga.note(
        actor=actor,
        booking_id=payment.booking_id,
        steps=[saga.Step("refund", "begun", reason=cause, data={"refund": str(refund.pk)})],
        now=now,
    )
    return refund


def send_refunds(*, actor: Actor, booking_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Send what was promised for a booking and never asked for."""
    for refund_id in list(
        Refund.objects.filter(payment__booking=booking_id, state="created").values_list("pk", flat=True)
    ):
        send_refund(actor=actor, refund_id=refund_id, now=now)


def send_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> str:
    """Ask the gateway to give the money back; returns the refund's state.

    Guarantees: the same key at the gateway until it says no, so asking again gives back once; without an answer it stays `unknown` and is
    asked again. Records transitions and the journal of what was paid back.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state not in UNSETTLED:
        return refund.state
    reach("refund.begun")
    payment, key = refund.payment, _gateway_key(refund.pk)
    request = RefundRequest(
        key, payment.pk, money.quantize(refund.amount, refund.currency), refund.currency, payment.provider_reference, refund.provider_reference
    )
    result = gateway_named(payment.gateway).refund(request)
    reach("refund.answered")
    now = now or clock.now()
    to = {Outcome.SUCCEEDED: "succeeded", Outcome.DECLINED: "failed", Outcome.PROCESSING: "pending"}.get(
        result.outcome, "unknown"
    )
    with transaction.atomic():
        refund = lock_with_trip(actor=actor, rows=Refund.objects.filter(pk=refund_id).select_related("payment__booking"))
        if refund.state not in UNSETTLED or refund.state == to:
            return refund.state
        if key != _gateway_key(refund.pk):  # an old no: staff has asked again meanwhile, under another key
            return refund.state
        if to == "succeeded":  # the journal first: the database refuses money that moved without one
            ledger.record_refund_paid(actor=actor, refund=refund, payment=refund.payment, now=now)
        move(
            refund, REFUND, to, actor=actor, reason=result.code, now=now, settled_at=now if result.outcome.is_final else None,
            provider_reference=result.reference or refund.provider_reference,
        )  # fmt: skip
        if to == "succeeded":
            saga.note(
                actor=actor,
                booking_id=refund.payment.booking_id,
                steps=[saga.Step("refund", "done", data={"refund": str(refund.pk)})],
                now=now,
            )
            facts = {"refundId": refund.transaction_id, "amount": str(refund.amount), "currency": refund.currency}
            announce(actor=actor, booking=refund.payment.booking, event="refund.paid", now=now, facts=facts)
    return to


def ask_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> str:
    """What became of a refund, by the gateway; returns its state. One that was paid and that the payer's bank sent back has failed after all:
    its journal is taken back, and staff can send it again. Raises Conflict when the gateway can't say (`gateway_silent`)."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != "succeeded":
        state = send_refund(actor=actor, refund_id=refund_id, now=now)
        if state == "unknown":
            raise Conflict(_("The payment company gave no answer."), code="gateway_silent")
        return state
    payment, key = refund.payment, _gateway_key(refund.pk)
    amount = money.quantize(refund.amount, refund.currency)
    request = RefundRequest(key, payment.pk, amount, refund.currency, payment.provider_reference, refund.provider_reference)
    result = gateway_named(payment.gateway).refund(request)
    if result.outcome is Outcome.UNKNOWN:
        raise Conflict(_("The payment company gave no answer."), code="gateway_silent")
    if result.outcome is not Outcome.DECLINED:
        return refund.state
    now = now or clock.now()
    with transaction.atomic():
        refund = lock_with_trip(actor=actor, rows=Refund.objects.filter(pk=refund_id).select_related("payment"))
        if refund.state == "succeeded" and key == _gateway_key(refund.pk):  # else an old no, of an attempt that another has followed
            ledger.record_refund_returned(actor=actor, refund=refund, payment=refund.payment, now=now)
            move(refund, REFUND, "failed", actor=actor, reason=result.code, now=now, settled_at=now)
    return refund.state


def reopen_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Make a refund that the gateway declined one to be sent again, under a new key there. Raises Conflict (`wrong_state`)."""
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
        move(refund, REFUND, "pending", actor=actor, reason="asked again", now=now, settled_at=None, provider_reference="")


def _gateway_key(refund_id: uuid.UUID) -> uuid.UUID:
    """The key of this attempt: the refund's id, and another one after each no, since a gateway answers a known key as it did before."""
    declined = RefundTransition.objects.filter(subject=refund_id, to_state="failed").count()
    return uuid.uuid5(refund_id, str(declined)) if declined else refund_id
