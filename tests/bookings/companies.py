"""Payment companies of the tests as the product's own: keys, addresses, time limits, and how their messages arrive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.conf import settings as now
from rest_framework.test import APIClient

from tests.fakes import razorpay_server, stripe_server
from tests.fakes.company import opened
from tests.fakes.razorpay_server import FakeRazorpay
from tests.fakes.stripe_server import FakeStripe
from travelplanner.payment_companies import Company

SHORT = 0.15  # seconds that a call may take, in tests of calls that take too long


@contextmanager
def stripe_takes_payments(settings: Any) -> Iterator[FakeStripe]:
    with opened(FakeStripe) as fake:
        keys = Company(fake.url, secret=stripe_server.KEY, webhook_secrets=(stripe_server.SECRET,))
        settings.PAYMENTS = replace(settings.PAYMENTS, gateway="stripe", stripe=keys, page_origins=(fake.url,), timeout=10)
        settings.PAYMENT_GATEWAY = "stripe"
        yield fake


@contextmanager
def razorpay_takes_payments(settings: Any) -> Iterator[FakeRazorpay]:
    with opened(FakeRazorpay) as fake:
        keys = Company(fake.url, razorpay_server.KEY, razorpay_server.KEY_SECRET, (razorpay_server.SECRET,))
        settings.PAYMENTS = replace(settings.PAYMENTS, gateway="razorpay", razorpay=keys, page_origins=(fake.url,), timeout=10)
        settings.PAYMENT_GATEWAY = "razorpay"
        yield fake


@contextmanager
def hurried() -> Iterator[None]:
    """While the block runs, a call that takes longer than SHORT is given up."""
    patient = now.PAYMENTS
    now.PAYMENTS = replace(patient, timeout=SHORT)
    try:
        yield
    finally:
        now.PAYMENTS = patient


def tell(gateway: str, body: bytes, signature: str) -> Any:
    """A message at our door."""
    name = {"stripe": "Stripe-Signature", "razorpay": "X-Razorpay-Signature", "mock": "Mock-Signature"}[gateway]
    return APIClient().generic("POST", f"/api/payments/{gateway}/webhook", body, content_type="application/json", headers={name: signature})
