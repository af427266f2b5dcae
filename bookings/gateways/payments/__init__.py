"""Payment gateways behind one interface; `gateway_named` finds the one that a payment was made with."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .contract import (
    ChargeRef,
    ChargeRequest,
    ChargeResult,
    DisputeAnswer,
    DisputeState,
    MethodRefused,
    Notice,
    NoticeRefused,
    Outcome,
    PaymentGateway,
    PaymentMethod,
    RefundRequest,
)
from .mock import MockGateway
from .razorpay_gateway import RazorpayGateway
from .stripe_gateway import StripeGateway

GATEWAYS: dict[str, type[PaymentGateway]] = {"mock": MockGateway, "stripe": StripeGateway, "razorpay": RazorpayGateway}

__all__ = [
    "ChargeRef",
    "ChargeRequest",
    "ChargeResult",
    "DisputeAnswer",
    "DisputeState",
    "MethodRefused",
    "Notice",
    "NoticeRefused",
    "Outcome",
    "PaymentGateway",
    "PaymentMethod",
    "RefundRequest",
    "default_gateway",
    "gateway_named",
]


def gateway_named(name: str) -> PaymentGateway:
    """The gateway called `name`. Raises ImproperlyConfigured for one that isn't there."""
    if name not in GATEWAYS:
        raise ImproperlyConfigured(f"PAYMENT_GATEWAY is {name!r}; known: {', '.join(sorted(GATEWAYS))}")
    return GATEWAYS[name]()


def default_gateway() -> PaymentGateway:
    """The gateway for new payments, by setting."""
    return gateway_named(settings.PAYMENT_GATEWAY)
