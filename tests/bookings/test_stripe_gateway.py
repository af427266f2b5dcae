"""Stripe over real HTTP: what each of its answers means here, and that silence is never a no."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bookings.gateways.payments import (
    ChargeRef,
    ChargeRequest,
    DisputeState,
    MethodRefused,
    Outcome,
    PaymentMethod,
    RefundRequest,
)
from bookings.gateways.payments.minor_units import STRIPE, NotChargeable
from bookings.gateways.payments.stripe_gateway import StripeGateway
from tests.bookings.companies import hurried, stripe_takes_payments
from tests.concurrency.crowd import run_together
from tests.fakes.company import BEFORE, FAULTS
from tests.fakes.stripe_server import FakeStripe
from travelplanner.core import clock

CARD = "pm_card_visa"


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeStripe]:
    with stripe_takes_payments(settings) as stripe:
        yield stripe


@pytest.fixture
def gateway(fake: FakeStripe) -> StripeGateway:
    return StripeGateway()


def request(token: str = CARD, *, amount: str = "12.50", currency: str = "EUR") -> ChargeRequest:
    method = PaymentMethod("card" if token else "stripe", token)
    return ChargeRequest(uuid.uuid4(), Decimal(amount), currency, method, "BK_1", "https://trips.example.com/back", clock.now() + dt.timedelta(minutes=15))


def asked(charge: ChargeRequest, reference: str = "") -> ChargeRef:
    return ChargeRef(charge.payment_id, reference, charge.amount, charge.currency, clock.now() - dt.timedelta(seconds=5))


@pytest.mark.parametrize(
    ("token", "outcome", "code"),
    [
        (CARD, Outcome.SUCCEEDED, ""),
        ("pm_card_threeDSecureRequired", Outcome.REQUIRES_ACTION, ""),
        ("pm_usBankAccount", Outcome.PROCESSING, ""),
        ("pm_card_chargeDeclined", Outcome.DECLINED, "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", Outcome.DECLINED, "insufficient_funds"),
        ("pm_unknown", Outcome.DECLINED, "resource_missing"),
    ],
)
def test_charge_when_token_then_as_stripe_says_and_asking_tells_the_same(gateway: StripeGateway, fake: FakeStripe, token: str, outcome: Outcome, code: str) -> None:
    charge = request(token)
    result = gateway.charge(charge)
    assert (result.outcome, result.code) == (outcome, code)
    if outcome is Outcome.SUCCEEDED:
        assert (result.amount, result.currency) == (Decimal("12.50"), "EUR")
    if outcome is Outcome.REQUIRES_ACTION:
        assert result.next_action == {"type": "redirect", "url": f"{fake.url}/3ds/{result.reference}"}
    if code != "resource_missing":
        assert gateway.ask(asked(charge)).outcome is outcome


def test_charge_when_declined_then_its_intent_can_never_succeed_later(gateway: StripeGateway, fake: FakeStripe) -> None:
    gateway.charge(request("pm_card_chargeDeclined"))
    (intent,) = fake.intents.values()
    assert intent["status"] == "canceled"


def test_charge_when_its_cancelling_gets_no_answer_then_unknown_until_asked(gateway: StripeGateway, fake: FakeStripe) -> None:
    fake.fail_next("reset", on="POST /v1/payment_intents/pi_")
    charge = request("pm_card_chargeDeclined")
    assert gateway.charge(charge).outcome is Outcome.UNKNOWN
    assert gateway.ask(asked(charge)).outcome is Outcome.DECLINED
    assert {one["status"] for one in fake.intents.values()} == {"canceled"}


@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_charge_when_no_usable_answer_then_unknown_and_asking_finds_out(fake: FakeStripe, fault: str, page: bool) -> None:
    """Promise 8."""
    charge = request("" if page else CARD)
    fake.fail_next(fault)
    with hurried():
        assert StripeGateway().charge(charge).outcome is Outcome.UNKNOWN
    found = StripeGateway().ask(asked(charge)).outcome
    if fault in BEFORE:
        assert found is Outcome.ABSENT
        assert StripeGateway().charge(charge).outcome is (Outcome.REQUIRES_ACTION if page else Outcome.SUCCEEDED)
    else:
        assert found is (Outcome.REQUIRES_ACTION if page else Outcome.SUCCEEDED)
    assert len(fake.taken) == (0 if page else 1)
    assert len(fake.sessions) + len(fake.intents) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_ask_when_no_usable_answer_then_unknown_and_never_absent(fake: FakeStripe, fault: str) -> None:
    charge = request()
    StripeGateway().charge(charge)
    fake.fail_next(fault, on="GET ")
    with hurried():
        assert StripeGateway().ask(asked(charge)).outcome is Outcome.UNKNOWN
    assert StripeGateway().ask(asked(charge)).outcome is Outcome.SUCCEEDED


def test_charge_when_pressed_by_many_then_taken_once(gateway: StripeGateway, fake: FakeStripe) -> None:
    charge = request()
    outcomes = {result.outcome for result in run_together([lambda: StripeGateway().charge(charge)] * 12, workers=6)}
    assert outcomes == {Outcome.SUCCEEDED}
    assert fake.taken == [(str(charge.payment_id), 1250, "eur")]


def test_charge_when_a_page_is_open_then_a_token_can_not_take_it_twice(gateway: StripeGateway, fake: FakeStripe) -> None:
    page = request("")
    gateway.charge(page)
    assert gateway.charge(replace(page, method=PaymentMethod("card", CARD))).code == "key_used"
    assert fake.taken == []


def test_page_when_a_try_fails_then_it_is_not_final_and_another_card_may_pay(gateway: StripeGateway, fake: FakeStripe) -> None:
    charge = request("")
    opened = gateway.charge(charge)
    assert opened.next_action["url"].startswith(f"{fake.url}/c/pay/cs_")
    fake.pay_page(opened.reference, "declined")
    assert gateway.ask(asked(charge, opened.reference)).outcome is Outcome.REQUIRES_ACTION
    assert gateway.ask(ChargeRef(charge.payment_id, next(iter(fake.intents)))).outcome is Outcome.REQUIRES_ACTION
    fake.pay_page(opened.reference)
    paid = gateway.ask(asked(charge, opened.reference))
    assert (paid.outcome, paid.amount, paid.currency, paid.reference) == (Outcome.SUCCEEDED, Decimal("12.50"), "EUR", next(iter(fake.intents)))


def test_page_when_paid_slowly_then_processing_until_it_fails(gateway: StripeGateway, fake: FakeStripe) -> None:
    charge = request("")
    opened = gateway.charge(charge)
    fake.pay_page(opened.reference, "slow")
    assert gateway.ask(asked(charge, opened.reference)).outcome is Outcome.PROCESSING
    assert gateway.cancel(asked(charge, opened.reference)).outcome is Outcome.PROCESSING
    next(iter(fake.intents.values()))["status"] = "requires_payment_method"
    assert gateway.ask(asked(charge, opened.reference)).outcome is Outcome.DECLINED


def test_second_step_when_the_bank_said_no_then_declined_whatever_the_payer_says(gateway: StripeGateway, fake: FakeStripe) -> None:
    charge = request("pm_card_threeDSecureRequired")
    reference = gateway.charge(charge).reference
    assert gateway.resume(asked(charge, reference), approved=True).outcome is Outcome.REQUIRES_ACTION
    fake.authenticate(reference, passed=False)
    assert gateway.resume(asked(charge, reference), approved=True).outcome is Outcome.DECLINED
    assert fake.intents[reference]["status"] == "canceled"


@pytest.mark.parametrize("token", ["", "pm_card_threeDSecureRequired"])
def test_cancel_when_still_open_then_it_can_never_be_paid(gateway: StripeGateway, fake: FakeStripe, token: str) -> None:
    charge = request(token)
    reference = gateway.charge(charge).reference
    assert gateway.cancel(asked(charge, reference)).outcome is Outcome.DECLINED
    assert {one["status"] for one in [*fake.sessions.values(), *fake.intents.values()]} <= {"expired", "canceled"}


@pytest.mark.parametrize("known", [True, False])
def test_cancel_when_too_late_then_says_that_it_was_paid(gateway: StripeGateway, fake: FakeStripe, known: bool) -> None:
    charge = request("")
    reference = gateway.charge(charge).reference
    fake.pay_page(reference)
    result = gateway.cancel(asked(charge, reference if known else ""))
    assert (result.outcome, result.amount) == (Outcome.SUCCEEDED, Decimal("12.50"))


def test_cancel_when_stripe_never_heard_of_it_then_a_late_request_finds_its_key_used(gateway: StripeGateway, fake: FakeStripe) -> None:
    charge = request()
    assert gateway.cancel(asked(charge)).outcome is Outcome.DECLINED
    assert gateway.charge(charge).code == "key_used"
    assert gateway.ask(asked(charge)).outcome is Outcome.DECLINED
    assert fake.taken == []


def test_ask_when_the_reference_is_another_payments_then_it_pays_nothing_here(gateway: StripeGateway) -> None:
    """Promise 10."""
    others = gateway.charge(request())
    mine = request()
    assert gateway.ask(asked(mine, others.reference)).outcome is Outcome.UNKNOWN
    page = gateway.charge(request(""))
    assert gateway.ask(asked(mine, page.reference)).outcome is Outcome.UNKNOWN
    assert gateway.ask(asked(mine)).outcome is Outcome.ABSENT


def test_ask_when_our_keys_are_refused_then_unknown(gateway: StripeGateway, settings: Any) -> None:
    charge = request()
    gateway.charge(charge)
    settings.PAYMENTS = replace(settings.PAYMENTS, stripe=replace(settings.PAYMENTS.stripe, secret="sk_test_other"))
    assert StripeGateway().ask(asked(charge)).outcome is Outcome.UNKNOWN
    assert StripeGateway().charge(request()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("succeeded", Outcome.SUCCEEDED), ("pending", Outcome.PROCESSING), ("failed", Outcome.DECLINED), ("new word", Outcome.UNKNOWN)],
)
def test_refund_when_sent_twice_then_given_back_once_as_stripe_says(gateway: StripeGateway, fake: FakeStripe, status: str, outcome: Outcome) -> None:
    charge = request()
    paid, fake.refund_status = gateway.charge(charge), status
    refund = RefundRequest(uuid.uuid4(), charge.payment_id, Decimal("2.50"), "EUR", paid.reference)
    first = gateway.refund(refund)
    fake.keys.clear()  # a day later Stripe has forgotten the keys
    assert [first.outcome, gateway.refund(refund).outcome] == [outcome] * 2
    assert [one["amount"] for one in fake.refunds.values()] == [250]
    fake.refunds[first.reference]["status"] = "succeeded"
    assert gateway.refund(replace(refund, reference=first.reference)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("fault", FAULTS)
def test_refund_when_no_usable_answer_then_unknown_and_given_back_once(fake: FakeStripe, fault: str) -> None:
    charge = request()
    paid = StripeGateway().charge(charge)
    refund = RefundRequest(uuid.uuid4(), charge.payment_id, Decimal("12.50"), "EUR", paid.reference)
    fake.fail_next(fault, on="POST /v1/refunds")
    with hurried():
        assert StripeGateway().refund(refund).outcome is Outcome.UNKNOWN
    assert StripeGateway().refund(refund).outcome is Outcome.SUCCEEDED
    assert len(fake.refunds) == 1


def test_refund_when_more_than_was_taken_then_declined(gateway: StripeGateway) -> None:
    charge = request()
    paid = gateway.charge(charge)
    result = gateway.refund(RefundRequest(uuid.uuid4(), charge.payment_id, Decimal(13), "EUR", paid.reference))
    assert (result.outcome, result.code) == (Outcome.DECLINED, "charge_already_refunded")


@pytest.mark.parametrize(
    ("status", "state"),
    [("needs_response", DisputeState.OPEN), ("warning_needs_response", DisputeState.NONE), ("won", DisputeState.WON), ("lost", DisputeState.LOST), ("?", DisputeState.UNKNOWN)],
)
def test_dispute_when_asked_about_then_as_stripe_says(gateway: StripeGateway, fake: FakeStripe, status: str, state: DisputeState) -> None:
    paid = gateway.charge(request())
    answer = gateway.ask_dispute(fake.dispute(paid.reference, status)["id"])
    assert (answer.state, answer.amount, answer.currency, answer.charge_reference) == (state, Decimal("12.50"), "EUR", paid.reference)
    assert gateway.ask_dispute("dp_unknown").state is DisputeState.UNKNOWN


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.34", "EUR", 1234), ("500", "JPY", 500), ("500", "UGX", 50000), ("500", "ISK", 50000), ("5.12", "KWD", 5120), ("5.120", "KWD", 5120), ("12.34", "HUF", 1234), ("7", "MGA", 7)],
)
def test_units_when_written_then_by_stripes_rules_and_back(amount: str, currency: str, minor: int) -> None:
    assert STRIPE.to_minor(Decimal(amount), currency) == minor
    assert STRIPE.from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("5.125", "KWD"), ("0.5", "JPY"), ("500.50", "ISK"), ("0.001", "EUR"), ("0", "EUR"), ("-1", "EUR")])
def test_units_when_they_would_round_then_refused_and_nothing_is_asked(gateway: StripeGateway, fake: FakeStripe, amount: str, currency: str) -> None:
    with pytest.raises(NotChargeable):
        STRIPE.to_minor(Decimal(amount), currency)
    assert gateway.charge(request(amount=amount, currency=currency)).code == "amount_not_chargeable"
    assert fake.requests == []


@pytest.mark.parametrize(
    ("kind", "token", "number", "code"),
    [
        ("card", "", "4242424242424242", "card_number_refused"),
        ("card", "4242424242424242", "", "token_unknown"),
        ("card", "pi_123456", "", "token_unknown"),
        ("mock", "", "", "method_unknown"),
        ("razorpay", "", "", "method_unknown"),
    ],
)
def test_method_when_not_stripes_then_refused_without_echo(gateway: StripeGateway, kind: str, token: str, number: str, code: str) -> None:
    with pytest.raises(MethodRefused) as refused:
        gateway.method_from(kind=kind, token=token, card_number=number)
    assert refused.value.code == str(refused.value) == code
