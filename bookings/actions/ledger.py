"""The ledger: every movement of money as a balanced journal, in the transaction of the movement. Debit positive, credit negative."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from bookings.models import LedgerEntry, Payment, Refund
from bookings.money_guards import CAPTURED, DECIDED, DIFFERENCE, PAID
from travelplanner.core import plain_rows
from travelplanner.core.actor import Actor


def _journal(
    debit: str,
    credit: str,
    amount: Decimal,
    *,
    currency: str,
    payment: Payment,
    why: str,
    now: dt.datetime,
    refund: Refund | None = None,
) -> None:
    journal = uuid.uuid4()
    plain_rows.insert(
        LedgerEntry(
            journal=journal,
            account=account,
            amount=signed,
            currency=currency,
            booking_id=payment.booking_id,
            payment=payment,
            refund=refund,
            why=why,
            created_at=now,
        )
        for account, signed in ((debit, amount), (credit, -amount))
    )


def record_capture(*, actor: Actor, payment: Payment, amount: Decimal, currency: str, now: dt.datetime) -> None:
    """The gateway has the money; it is owed to the traveler until the booking is confirmed."""
    _journal("gateway", "travelers", amount, currency=currency, payment=payment, why=CAPTURED, now=now)


def record_confirmation(*, actor: Actor, payments: Sequence[Payment], now: dt.datetime) -> None:
    """From now on what these payments brought is owed to the suppliers."""
    for payment in payments:
        _journal(
            "travelers",
            "suppliers",
            payment.captured,
            currency=payment.captured_currency,
            payment=payment,
            why="booking confirmed",
            now=now,
        )


def record_refund_due(*, actor: Actor, refund: Refund, payment: Payment, owed_by: str, now: dt.datetime) -> None:
    """It was decided to give money back: out of what the traveler was still owed, or of what the suppliers were."""
    _journal(
        owed_by,
        "refunds",
        refund.amount,
        currency=refund.currency,
        payment=payment,
        why=DECIDED,
        now=now,
        refund=refund,
    )


def record_refund_paid(*, actor: Actor, refund: Refund, payment: Payment, now: dt.datetime) -> None:
    """The gateway gave it back."""
    _journal(
        "refunds",
        "gateway",
        refund.amount,
        currency=refund.currency,
        payment=payment,
        why=PAID,
        now=now,
        refund=refund,
    )


def record_supplier_difference(*, actor: Actor, payment: Payment, amount: Decimal, currency: str, now: dt.datetime) -> None:
    """A supplier gives back `amount` less than the traveler gets (negative: more): we bear it, and still owe it to the supplier."""
    _journal("losses", "suppliers", amount, currency=currency, payment=payment, why=DIFFERENCE, now=now)


def record_refund_returned(*, actor: Actor, refund: Refund, payment: Payment, now: dt.datetime) -> None:
    """The payer's bank could not take it, and sent it back to the gateway: as if it had not been paid."""
    _journal("gateway", "refunds", refund.amount, currency=refund.currency, payment=payment, why=PAID, now=now, refund=refund)


def record_dispute(*, actor: Actor, payment: Payment, amount: Decimal, currency: str, state: str, now: dt.datetime) -> None:
    """A bank holds money back while it looks at a dispute (`open`), gives it to us again (`won`) or to the payer (`lost`)."""
    debit, credit = {"open": ("disputes", "gateway"), "won": ("gateway", "disputes"), "lost": ("losses", "disputes")}[state]
    _journal(debit, credit, amount, currency=currency, payment=payment, why=f"dispute {state}", now=now)
