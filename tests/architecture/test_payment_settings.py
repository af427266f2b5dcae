"""Which company takes the money: the start stops with a sentence when its keys are missing, and pages lead to it alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from travelplanner.payment_companies import https_address, read_payments
from travelplanner.settings import Environment

STRIPE = {"PAYMENT_GATEWAY": "stripe", "STRIPE_SECRET_KEY": "sk", "STRIPE_WEBHOOK_SECRETS": "one,two"}
RAZORPAY = {"PAYMENT_GATEWAY": "razorpay", "RAZORPAY_KEY_ID": "rzp", "RAZORPAY_KEY_SECRET": "s", "RAZORPAY_WEBHOOK_SECRETS": "one"}


def read(values: dict[str, str], *, local: bool = False) -> Any:
    class Only(Environment):
        ENVIRON = values

    return read_payments(Only(), local=local, secret_key="k" * 40)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"PAYMENT_GATEWAY": "paypigeon"}, "PAYMENT_GATEWAY"),
        ({**STRIPE, "STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY"),
        ({**STRIPE, "STRIPE_WEBHOOK_SECRETS": ""}, "STRIPE_WEBHOOK_SECRETS"),
        ({**STRIPE, "STRIPE_WEBHOOK_SECRETS": "one,two,three"}, "STRIPE_WEBHOOK_SECRETS"),
        ({**STRIPE, "STRIPE_API_BASE": "http://api.stripe.com"}, "STRIPE_API_BASE"),
        ({**STRIPE, "PAYMENT_PAGE_ORIGINS": "http://pay.example.com"}, "PAYMENT_PAGE_ORIGINS"),
        ({**STRIPE, "PAYMENT_PAGE_ORIGINS": "https://"}, "PAYMENT_PAGE_ORIGINS"),
        ({**STRIPE, "PAYMENT_PAGE_ORIGINS": "https://pay.example.com/here"}, "PAYMENT_PAGE_ORIGINS"),
        ({**STRIPE, "PAYMENT_PAGE_ORIGINS": "https://pay.example.com; script-src *"}, "PAYMENT_PAGE_ORIGINS"),
        ({**STRIPE, "STRIPE_API_BASE": "https://key@api.stripe.com"}, "STRIPE_API_BASE"),
        ({**RAZORPAY, "RAZORPAY_KEY_ID": ""}, "RAZORPAY_KEY_ID"),
        ({"RAZORPAY_KEY_ID": "rzp"}, "RAZORPAY_KEY_SECRET"),
        ({**RAZORPAY, "RAZORPAY_WEBHOOK_SECRETS": ""}, "RAZORPAY_WEBHOOK_SECRETS"),
    ],
)
def test_settings_when_a_company_lacks_something_then_the_start_stops_and_names_it(values: dict[str, str], names: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=names):
        read(values)


def test_settings_when_complete_then_two_secrets_and_pages_of_that_company_alone() -> None:
    found = read(STRIPE)
    assert (found.gateway, found.stripe.webhook_secrets, found.stripe.api_base) == ("stripe", ("one", "two"), "https://api.stripe.com")
    assert "https://checkout.stripe.com" in found.page_origins
    assert not [secret for secret in ("sk", "one", "two") if f"'{secret}'" in repr(found)]
    assert found.mock_webhook_secrets == ()  # a pretended company says nothing where a real one takes the money
    assert "https://rzp.io" in read(RAZORPAY).page_origins
    mock = read({})
    assert (mock.gateway, mock.page_origins) == ("mock", ())
    assert mock.mock_webhook_secrets != read_payments(Environment(), local=False, secret_key="j" * 40).mock_webhook_secrets


def test_settings_when_on_ones_own_machine_then_a_fake_company_may_be_used() -> None:
    base = {**STRIPE, "STRIPE_API_BASE": "http://127.0.0.1:9000/"}
    assert read(base, local=True).stripe.api_base == "http://127.0.0.1:9000"
    with pytest.raises(ImproperlyConfigured):
        read(base)


@pytest.mark.parametrize("name", ["DUFFEL_URL", "RATES_URL"])
def test_address_of_a_company_when_anybody_on_the_way_could_read_it_then_the_start_stops_and_names_it(name: str) -> None:
    assert https_address(name, "https://api.example.com/", local=False) == "https://api.example.com"
    assert https_address(name, "http://127.0.0.1:9000", local=True) == "http://127.0.0.1:9000"
    for address, local in (("http://api.example.com", False), ("http://127.0.0.1:9000", False), ("http://127.0.0.1.example.com", True), ("api.example.com", False)):
        with pytest.raises(ImproperlyConfigured, match=name):
            https_address(name, address, local=local)
