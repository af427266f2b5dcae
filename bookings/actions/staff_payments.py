"""What staff can do about a payment or a refund that hangs: ask the gateway, never decide themselves."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils.translation import gettext as _

from bookings.actions.payment_inquiry import UNDECIDED, resolve_payment
from bookings.actions.refunds import reopen_refund, send_refund
from bookings.gateways.payments import Outcome
from bookings.models import Payment, Refund
from bookings.states import UNSETTLED
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed, NotFound


def _require_staff(actor: Actor) -> None:
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed


def reconcile_payment(*, actor: Actor, payment_id: uuid.UUID, now: dt.datetime | None = None) -> Outcome:
    """Ask the gateway what became of one undecided charge and do what follows from a final answer; returns the answer.

    Guarantees: never charges; only the gateway's word moves the payment; of a booking that has ended, a charge that is still undecided is
    cancelled there, and one that was too late to cancel is refunded in full. Raises NotAllowed, NotFound, Conflict (`wrong_state`).
    Records the attempt and what follows.
    """
    _require_staff(actor)
    payment = Payment.objects.select_related("booking").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    if payment.state not in UNDECIDED:
        raise Conflict(_("This payment is settled; there is nothing to ask."), code="wrong_state", extra={"state": payment.state})
    return resolve_payment(actor=actor, payment=payment, now=now)


def push_refund(*, actor: Actor, refund_id: uuid.UUID, now: dt.datetime | None = None) -> str:
    """Ask the gateway again to pay a refund that isn't settled or was declined; returns its state. It is paid once, however often it is asked.

    Raises NotAllowed, NotFound, Conflict (`wrong_state`).
    """
    _require_staff(actor)
    refund = Refund.objects.filter(pk=refund_id).first()
    if refund is None:
        raise NotFound
    if refund.state == "failed":
        reopen_refund(actor=actor, refund_id=refund.pk, now=now)
    elif refund.state not in UNSETTLED:
        raise Conflict(_("This refund is settled; there is nothing to ask."), code="wrong_state", extra={"state": refund.state})
    return send_refund(actor=actor, refund_id=refund.pk, now=now)
