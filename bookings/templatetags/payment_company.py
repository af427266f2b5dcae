"""Who takes the money, for the small print of the pages."""

from __future__ import annotations

from django import template

from bookings.gateways.payments import default_gateway, gateway_named
from bookings.models import Booking, Payment
from bookings.queries.payments import SharedPayment

register = template.Library()


@register.simple_tag
def payment_company(payment: Payment | SharedPayment | None = None, booking: Booking | None = None) -> str:
    """The payment company's name; empty for the mock, where no money moves.

    That of the payment, else of the booking's newest payment (one statement), else the one that new payments go to.
    """
    name = payment.gateway if payment else None
    if name is None and booking is not None:
        name = booking.payments.order_by("-created_at").values_list("gateway", flat=True).first()
    gateway = gateway_named(name) if name else default_gateway()
    return gateway.label if gateway.hosted else ""
