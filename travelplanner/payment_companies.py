"""Which company takes the money, and its keys: read from the environment alone, refused with a sentence that names the setting."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

GATEWAYS = ("mock", "stripe", "razorpay")
# Where a company's own payment pages live: a form of ours may lead there (CSP form-action), and nowhere else does a payment send anybody.
# https://docs.stripe.com/payments/checkout, https://razorpay.com/docs/payments/payment-links/
PAGES = {"mock": (), "stripe": ("https://checkout.stripe.com", "https://hooks.stripe.com"), "razorpay": ("https://rzp.io", "https://pages.razorpay.com", "https://api.razorpay.com")}


class Environment(Protocol):
    def __call__(self, name: str, default: str = ...) -> str: ...

    def list(self, name: str, default: list[str] = ...) -> list[str]: ...

    def number(self, name: str, default: int, *, at_least: int = ...) -> int: ...


@dataclass(frozen=True, slots=True)
class Company:
    """`webhook_secrets`: one, or two while one is being replaced; what a company signs with any of them is believed to be its own."""

    api_base: str
    key: str = field(default="", repr=False)  # its public half, where there is one
    secret: str = field(default="", repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Payments:
    """`gateway` takes new payments; the others' keys stay for payments that were made with them. `timeout` in seconds, per call."""

    gateway: str
    stripe: Company
    razorpay: Company
    mock_webhook_secrets: tuple[str, ...] = field(repr=False)
    page_origins: tuple[str, ...]
    timeout: float


def read_payments(env: Environment, *, local: bool, secret_key: str) -> Payments:
    """Raises ImproperlyConfigured when the chosen company's keys are missing, belong together and don't come so, or its address isn't https."""
    gateway = env("PAYMENT_GATEWAY", default="mock")
    stripe = Company(
        https_address("STRIPE_API_BASE", env("STRIPE_API_BASE", default="https://api.stripe.com"), local=local),
        secret=env("STRIPE_SECRET_KEY", default=""),
        webhook_secrets=_secrets("STRIPE_WEBHOOK_SECRETS", env.list("STRIPE_WEBHOOK_SECRETS", default=[])),
    )
    razorpay = Company(
        https_address("RAZORPAY_API_BASE", env("RAZORPAY_API_BASE", default="https://api.razorpay.com"), local=local),
        env("RAZORPAY_KEY_ID", default=""),
        env("RAZORPAY_KEY_SECRET", default=""),
        _secrets("RAZORPAY_WEBHOOK_SECRETS", env.list("RAZORPAY_WEBHOOK_SECRETS", default=[])),
    )
    if gateway not in GATEWAYS:
        raise ImproperlyConfigured(f"PAYMENT_GATEWAY must be one of {', '.join(GATEWAYS)}, not {gateway!r}.")
    if bool(razorpay.key) != bool(razorpay.secret):
        raise ImproperlyConfigured("RAZORPAY_KEY_ID and RAZORPAY_KEY_SECRET belong together: set both or neither.")
    chosen = {"stripe": stripe, "razorpay": razorpay}.get(gateway)
    if chosen and not (chosen.secret and chosen.webhook_secrets):
        raise ImproperlyConfigured(f"PAYMENT_GATEWAY={gateway} needs {'STRIPE_SECRET_KEY' if gateway == 'stripe' else 'RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET'} and {gateway.upper()}_WEBHOOK_SECRETS.")
    origins = env.list("PAYMENT_PAGE_ORIGINS", default=list(PAGES[gateway]))
    return Payments(
        gateway=gateway,
        stripe=stripe,
        razorpay=razorpay,
        # The pretended company lives here: its secret needs no place in the environment, and is another one for each installation.
        mock_webhook_secrets=tuple(env.list("MOCK_WEBHOOK_SECRETS", default=[_derived(secret_key)] if gateway == "mock" else [])),
        page_origins=tuple(_origin("PAYMENT_PAGE_ORIGINS", origin, local=local) for origin in origins),
        timeout=env.number("GATEWAY_TIMEOUT_SECONDS", 20, at_least=1),
    )


def _secrets(name: str, found: list[str]) -> tuple[str, ...]:
    if len(found) > 2:
        raise ImproperlyConfigured(f"{name} holds one secret, or two while one is being replaced, not {len(found)}.")
    return tuple(found)


def https_address(name: str, address: str, *, local: bool) -> str:
    """The address of another company, without a slash at its end: what goes there, a key among it, is read by nobody on the way.

    Raises ImproperlyConfigured, which names the setting; on one's own machine a program of one's own may play the company.
    """
    parts = urlsplit(address)
    own = local and parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if not (parts.hostname and (parts.scheme == "https" or own)) or "@" in parts.netloc or re.search(r"[\s;,'\"]", address):
        raise ImproperlyConfigured(f"{name} must be an https:// address, not {address!r}.")
    return address.rstrip("/")


def _origin(name: str, address: str, *, local: bool) -> str:
    """Scheme and host alone: it is compared with where a page leads, and stands in the Content-Security-Policy."""
    found = https_address(name, address, local=local)
    parts = urlsplit(found)
    if found != f"{parts.scheme}://{parts.netloc}":
        raise ImproperlyConfigured(f"{name} holds scheme and host alone, such as https://pay.example.com, not {address!r}.")
    return found


def _derived(secret_key: str) -> str:
    return hmac.new(secret_key.encode(), b"the mock gateway's webhooks", hashlib.sha256).hexdigest()
