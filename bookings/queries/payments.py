"""The payment of a booking, whether it is one or in shares: what pages, the API and confirmations say of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from bookings.models import Booking, Collection, Payment
from travelplanner.core import reads

STATES = {"collecting": "collecting", "complete": "succeeded", "given_back": "given_back"}  # of a collection, as its booking's payment


@dataclass(frozen=True, slots=True)
class SharedPayment:
    """Stands for "the payment" of a booking that is paid in shares, and reads like one.

    `state` is collecting, succeeded (all of it is there) or given_back; `amount` is the booking's total; `captured` and `refunded` are sums
    of what was taken as it was asked for; `transaction_id` is the newest payment's, empty while there is none; `settled_at` is the last
    payment's. `undecided`: the gateway hasn't said yet what became of a charge.
    """

    state: str
    gateway: str
    method: str
    transaction_id: str
    amount: Decimal
    currency: str
    captured: Decimal
    refunded: Decimal
    settled_at: dt.datetime | None
    updated_at: dt.datetime
    undecided: bool
    provider_reference: str = ""
    failure_code: str = ""
    next_action: Mapping[str, Any] = field(default_factory=dict)


def payment_of(booking: Booking) -> Payment | SharedPayment:
    """The booking's payment; one statement, and one more when it is paid in shares."""
    payments = reads.rows(_payments_of, booking_id=booking.pk)
    if payments and payments[0].share_id is None:
        return payments[0]
    return shared_payment(booking, Collection.objects.get(booking=booking), payments)


def _payments_of(*, booking_id: uuid.UUID) -> QuerySet[Payment]:
    return Payment.objects.filter(booking=booking_id).order_by("-created_at")


def shared_payment(booking: Booking, collection: Collection, payments: Sequence[Payment]) -> SharedPayment:
    """The sum of a collection's payments (newest first)."""
    newest = payments[0] if payments else None
    taken = [one for one in payments if one.state == "succeeded" and one.captured_currency == booking.currency]
    return SharedPayment(
        state=STATES[collection.state],
        gateway=newest.gateway if newest else settings.PAYMENT_GATEWAY,
        method="shares",
        transaction_id=newest.transaction_id if newest else "",
        amount=booking.total,
        currency=booking.currency,
        captured=sum((one.captured for one in taken), Decimal(0)),
        refunded=sum((one.refunded for one in taken), Decimal(0)),
        settled_at=max((one.settled_at for one in taken if one.settled_at), default=None) if collection.state != "collecting" else None,
        updated_at=max([collection.updated_at, *(one.updated_at for one in payments)]),
        undecided=any(one.state in ("pending", "unknown") for one in payments),
    )


def captured_of(booking: Booking) -> list[Payment]:
    """Payments whose money is there, as it was asked for."""
    return [
        payment
        for payment in booking.payments.filter(state="succeeded").order_by("created_at")
        if (payment.captured, payment.captured_currency) == (payment.amount, payment.currency)
    ]


def is_paid(booking: Booking) -> bool:
    """Whether all of the booking's price was taken and none of it given back."""
    paid = captured_of(booking)
    return bool(paid) and sum((payment.captured - payment.refunded for payment in paid), Decimal(0)) >= booking.total
