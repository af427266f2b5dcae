"""The ledger: every movement of money as a balanced journal, in the transaction of the movement. Debit positive, credit negative."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from bookings.models import Booking, LedgerEntry, Payment, Refund
from travelplanner.core.actor import Actor


def _journal(
    debit: str, credit: str, amount: Decimal, *, payment: Payment, booking_id: uuid.UUID, why: str, now: dt.datetime, refund: Refund | None = None
) -> None:
    journal = uuid.uuid4()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            journal=journal,
            account=account,
            amount=signed,
            currency=payment.currency,
            booking_id=booking_id,
            payment=payment,
            refund=refund,
            why=why,
            created_at=now,
        )
        for account, signed in ((debit, amount), (credit, -amount))
    )


def record_capture(*, actor: Actor, payment: Payment, now: dt.datetime) -> None:
    """The gateway has the money; it is owed to the traveler until the booking is confirmed."""
    _journal("gateway", "travelers", payment.amount, payment=payment, booking_id=payment.booking_id, why="payment captured", now=now)


def record_confirmation(*, actor: Actor, payment: Payment, booking: Booking, now: dt.datetime) -> None:
    """From now on it is owed to the suppliers."""
    _journal("travelers", "suppliers", booking.total, payment=payment, booking_id=booking.pk, why="booking confirmed", now=now)


def record_refund_due(*, actor: Actor, refund: Refund, payment: Payment, now: dt.datetime) -> None:
    """It was decided to give money back that the traveler was still owed."""
    _journal("travelers", "refunds", refund.amount, payment=payment, booking_id=payment.booking_id, why="refund decided", now=now, refund=refund)


def record_refund_paid(*, actor: Actor, refund: Refund, payment: Payment, now: dt.datetime) -> None:
    """The gateway gave it back."""
    _journal("refunds", "gateway", refund.amount, payment=payment, booking_id=payment.booking_id, why="refund paid", now=now, refund=refund)
