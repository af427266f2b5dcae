"""A payment of ours as a gateway has to be told of it."""

from __future__ import annotations

from bookings.models import Payment
from travelplanner.core import money

from .contract import ChargeRef


def charge_ref(payment: Payment) -> ChargeRef:
    """What a gateway needs to know to find a charge that was begun."""
    return ChargeRef(
        payment.pk,
        payment.provider_reference,
        money.quantize(payment.amount, payment.currency),
        payment.currency,
        payment.created_at,
    )
