"""What staff can do about a payment or a refund: ask the gateway about what hangs, and give money back by hand, with a reason and a limit."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from bookings.actions.budget_locks import unspend_budget
from bookings.actions.locks import lock_booking
from bookings.actions.payment_inquiry import UNDECIDED, resolve_payment
from bookings.actions.refunds import open_refund, reopen_refund, send_refund
from bookings.gateways.payments import Outcome
from bookings.models import Booking, Payment, Refund
from bookings.pricing.exchange import exchange
from bookings.queries.cancellations import is_disputed, lost_to_bank
from bookings.queries.rates import table_for
from bookings.states import OPEN, UNSETTLED
from travelplanner.core import audit, clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from trips.actions.trips import add_spent

SHORTEST, LONGEST = 10, 200  # of a reason
TWICE = dt.timedelta(minutes=10)


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


def refund_by_staff(*, actor: Actor, payment_id: uuid.UUID, amount: Decimal, reason: str, now: dt.datetime | None = None) -> Refund:
    """Give back part of a settled payment by hand, out of goodwill: the booking stays as it is. `amount` in the payment's captured currency.

    Guarantees: never more than is left of what was captured (the database decides) and of what no bank took back; the same refund of the same payment for the same reason
    within ten minutes is one refund. Above `STAFF_REFUND_LIMIT` (in euros by the dated rate; without a rate: always) it needs
    `bookings.refund_any` besides `bookings.refund_payment`.
    Raises NotAllowed, NotFound, Invalid, Conflict (`wrong_state`: the money or the booking is still undecided; `payment_disputed`, `refund_too_large`).
    Records an audit entry with the reason, and the journal; the refund is sent to the gateway at once.
    """
    user = require_refunder(actor=actor)
    moment, reason = now or clock.now(), " ".join(reason.split())
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(payments=payment_id))
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
        currency = payment.captured_currency or payment.currency
        require_limit(actor=actor, user=user, amount=amount, currency=currency, now=moment)
        if is_disputed(booking):
            raise Conflict(_("A bank is looking at a payment of this booking. Wait until that is decided."), code="payment_disputed")
        if payment.state != "succeeded" or booking.state in (*OPEN, "CANCELLING"):
            raise Conflict(_("Wait until the payment and the booking are decided."), code="wrong_state", extra={"state": booking.state})
        amount = _checked(amount, reason, currency)
        again = Refund.objects.filter(
            payment=payment, cause="staff", amount=amount, reason=reason, created_at__gt=moment - TWICE
        ).first()  # pressed twice
        if again is not None:
            return again
        if amount > payment.captured - payment.refunded - lost_to_bank(payment):
            raise Conflict(_("More can't be given back than was paid."), code="refund_too_large")
        refund = open_refund(
            actor=actor, payment=payment, amount=amount, cause="staff", reason=reason, now=moment,
            owed_by="suppliers" if booking.booked_at else "travelers", due_by=moment.date() + dt.timedelta(days=settings.REFUND_DAYS),
        )  # fmt: skip
        if booking.booked_at:  # it was spent, and comes back
            unspend_budget(actor=actor, trip_id=booking.trip_id, amount=amount)
            add_spent(actor=actor, trip_id=booking.trip_id, amount=-amount)
        after = {"refund": refund.transaction_id, "amount": str(amount), "currency": currency, "reason": reason}
        audit.record(actor=actor, action="payment.refunded", row=payment, after=after, now=moment)
    send_refund(actor=actor, refund_id=refund.pk, now=now)
    refund.refresh_from_db()
    return refund


def require_refunder(*, actor: Actor) -> User:
    """The member of staff who may give money back by hand. Raises NotAllowed."""
    user = User.objects.filter(pk=actor.user_id, is_staff=True).first() if actor.user_id else None
    if user is None or not user.has_perm("bookings.refund_payment"):
        raise NotAllowed
    return user


def require_limit(*, actor: Actor, user: User, amount: Decimal, currency: str, now: dt.datetime) -> None:
    """Raises NotAllowed for more than `STAFF_REFUND_LIMIT`, unless the user may give back any amount."""
    if not user.has_perm("bookings.refund_any") and not _within_limit(amount, currency, now):
        raise NotAllowed(_("This is above the limit for refunds by hand. Somebody with the right to refund any amount has to do it."))


def _within_limit(amount: Decimal, currency: str, now: dt.datetime) -> bool:
    try:
        return amount.is_finite() and exchange(amount, currency, "EUR", table_for([currency], "EUR", now=now)).amount <= settings.STAFF_REFUND_LIMIT
    except ValueError:  # no rate: nobody can say what it is worth
        return False


def _checked(amount: Decimal, reason: str, currency: str) -> Decimal:
    fields: dict[str, list[str]] = {}
    if not (amount.is_finite() and 0 < amount <= money.MAX_AMOUNT) or amount != money.payable(amount, currency):
        fields["amount"] = [_("Give an amount above zero, in steps of %(step)s.") % {"step": f"{money.payable_unit(currency)} {currency}"}]
    if not SHORTEST <= len(reason) <= LONGEST:
        fields["reason"] = [_("Say why, in 10 to 200 characters.")]
    if fields:
        raise Invalid(fields=fields)
    return money.quantize(amount, currency)
