"""Razorpay over real HTTP: what each of its answers means here, and that silence is never a no."""

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
from bookings.gateways.payments.minor_units import RAZORPAY
from bookings.gateways.payments.razorpay_gateway import RazorpayGateway
from tests.bookings.companies import hurried, razorpay_takes_payments
from tests.concurrency.crowd import run_together
from tests.fakes.company import BEFORE, FAULTS
from tests.fakes.razorpay_server import FakeRazorpay
from travelplanner.core import clock


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeRazorpay]:
    with razorpay_takes_payments(settings) as razorpay:
        yield razorpay


@pytest.fixture
def gateway(fake: FakeRazorpay) -> RazorpayGateway:
    return RazorpayGateway()


def request(*, amount: str = "8200.00", currency: str = "INR") -> ChargeRequest:
    ends = clock.now() + dt.timedelta(minutes=15)
    return ChargeRequest(uuid.uuid4(), Decimal(amount), currency, PaymentMethod("razorpay", ""), "BK_1", "https://trips.example.com/back?back=1", ends)


def asked(charge: ChargeRequest, reference: str = "") -> ChargeRef:
    return ChargeRef(charge.payment_id, reference, charge.amount, charge.currency, clock.now() - dt.timedelta(seconds=5))


def paid(fake: FakeRazorpay, charge: ChargeRequest) -> str:
    """Opened and paid; returns Razorpay's name of the payment."""
    fake.pay_page(RazorpayGateway().charge(charge).reference)
    return next(reversed(fake.payments))


def test_charge_when_opened_then_a_link_for_its_whole_amount(gateway: RazorpayGateway, fake: FakeRazorpay) -> None:
    charge = request()
    result = gateway.charge(charge)
    assert (result.outcome, result.next_action) == (Outcome.REQUIRES_ACTION, {"type": "redirect", "url": f"{fake.url}/i/{result.reference}"})
    (link,) = fake.links.values()
    assert (link["amount"], link["currency"], link["accept_partial"], link["reference_id"]) == (820000, "INR", False, str(charge.payment_id))
    assert link["notify"] == {"sms": False, "email": False}


@pytest.mark.parametrize("fault", FAULTS)
def test_charge_when_no_usable_answer_then_unknown_and_asking_finds_out(fake: FakeRazorpay, fault: str) -> None:
    """Promise 8."""
    charge = request()
    fake.fail_next(fault)
    with hurried():
        assert RazorpayGateway().charge(charge).outcome is Outcome.UNKNOWN
    assert RazorpayGateway().ask(asked(charge)).outcome is (Outcome.ABSENT if fault in BEFORE else Outcome.REQUIRES_ACTION)
    assert RazorpayGateway().charge(charge).outcome is Outcome.REQUIRES_ACTION
    assert len(fake.links) == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("known", [True, False])
def test_ask_when_no_usable_answer_then_unknown_and_never_absent(fake: FakeRazorpay, fault: str, known: bool) -> None:
    charge = request()
    reference = RazorpayGateway().charge(charge).reference if known else ""
    paid(fake, charge) if not known else fake.pay_page(reference)
    fake.fail_next(fault, on="GET ")
    with hurried():
        assert RazorpayGateway().ask(asked(charge, reference)).outcome is Outcome.UNKNOWN
    found = RazorpayGateway().ask(asked(charge, reference))
    assert (found.outcome, found.amount, found.currency, found.reference) == (Outcome.SUCCEEDED, Decimal(8200), "INR", next(iter(fake.payments)))


def test_charge_when_pressed_by_many_then_one_link(fake: FakeRazorpay) -> None:
    charge = request()
    references = {result.reference for result in run_together([lambda: RazorpayGateway().charge(charge)] * 12, workers=6)}
    assert references == set(fake.links)
    assert len(references) == 1


def test_link_when_a_try_fails_then_it_is_not_final_and_another_card_may_pay(gateway: RazorpayGateway, fake: FakeRazorpay) -> None:
    charge = request()
    opened = gateway.charge(charge)
    fake.pay_page(opened.reference, "declined")
    assert gateway.ask(asked(charge, opened.reference)).outcome is Outcome.REQUIRES_ACTION
    fake.pay_page(opened.reference)
    assert gateway.ask(asked(charge, opened.reference)).reference == next(reversed(fake.payments))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_cancel_when_open_then_never_payable_and_when_paid_then_says_so(gateway: RazorpayGateway, fake: FakeRazorpay, known: bool, late: bool) -> None:
    charge = request()
    reference = gateway.charge(charge).reference
    if late:
        fake.pay_page(reference)
    assert gateway.cancel(asked(charge, reference if known else "")).outcome is (Outcome.SUCCEEDED if late else Outcome.DECLINED)
    assert fake.links[reference]["status"] == ("paid" if late else "cancelled")


def test_cancel_when_razorpay_never_heard_of_it_then_a_late_request_finds_its_key_used(gateway: RazorpayGateway, fake: FakeRazorpay) -> None:
    charge = request()
    assert gateway.cancel(asked(charge)).outcome is Outcome.DECLINED
    assert gateway.charge(charge).outcome is Outcome.DECLINED
    assert [link["status"] for link in fake.links.values()] == ["cancelled"]


def test_ask_when_the_reference_is_another_payments_then_it_pays_nothing_here(gateway: RazorpayGateway, fake: FakeRazorpay) -> None:
    """Promise 10."""
    others = gateway.charge(request()).reference
    fake.pay_page(others)
    assert gateway.ask(asked(request(), others)).outcome is Outcome.UNKNOWN
    assert gateway.ask(asked(request())).outcome is Outcome.ABSENT


def test_ask_when_our_keys_are_refused_then_unknown(gateway: RazorpayGateway, settings: Any) -> None:
    charge = request()
    gateway.charge(charge)
    settings.PAYMENTS = replace(settings.PAYMENTS, razorpay=replace(settings.PAYMENTS.razorpay, secret="another"))
    assert RazorpayGateway().ask(asked(charge)).outcome is Outcome.UNKNOWN
    assert RazorpayGateway().charge(request()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("processed", Outcome.SUCCEEDED), ("pending", Outcome.PROCESSING), ("failed", Outcome.DECLINED), ("new word", Outcome.UNKNOWN)],
)
def test_refund_when_sent_twice_then_given_back_once_as_razorpay_says(gateway: RazorpayGateway, fake: FakeRazorpay, status: str, outcome: Outcome) -> None:
    charge = request()
    payment, fake.refund_status = paid(fake, charge), status
    refund = RefundRequest(uuid.uuid4(), charge.payment_id, Decimal(200), "INR", payment)
    first = gateway.refund(refund)
    fake.refund_keys.clear()  # the header's key is forgotten
    assert [first.outcome, gateway.refund(refund).outcome] == [outcome] * 2
    assert [(one["amount"], one["receipt"]) for one in fake.refunds.values()] == [(20000, str(refund.refund_id))]
    fake.refunds[first.reference]["status"] = "processed"
    assert gateway.refund(replace(refund, reference=first.reference)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("fault", FAULTS)
def test_refund_when_no_usable_answer_then_unknown_and_given_back_once(fake: FakeRazorpay, fault: str) -> None:
    charge = request()
    refund = RefundRequest(uuid.uuid4(), charge.payment_id, Decimal(8200), "INR", paid(fake, charge))
    fake.fail_next(fault, on="POST /v1/payments")
    with hurried():
        assert RazorpayGateway().refund(refund).outcome is Outcome.UNKNOWN
    assert RazorpayGateway().refund(refund).outcome is Outcome.SUCCEEDED
    assert len(fake.refunds) == 1


def test_refund_when_more_than_was_taken_then_declined(gateway: RazorpayGateway, fake: FakeRazorpay) -> None:
    charge = request()
    payment = paid(fake, charge)
    assert gateway.refund(RefundRequest(uuid.uuid4(), charge.payment_id, Decimal(9000), "INR", payment)).outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    ("status", "state"),
    [("open", DisputeState.OPEN), ("under_review", DisputeState.OPEN), ("won", DisputeState.WON), ("closed", DisputeState.WON), ("lost", DisputeState.LOST)],
)
def test_dispute_when_asked_about_then_as_razorpay_says(gateway: RazorpayGateway, fake: FakeRazorpay, status: str, state: DisputeState) -> None:
    payment = paid(fake, request())
    answer = gateway.ask_dispute(fake.dispute(payment, status)["id"])
    assert (answer.state, answer.amount, answer.currency, answer.charge_reference) == (state, Decimal(8200), "INR", payment)
    assert gateway.ask_dispute("disp_unknown").state is DisputeState.UNKNOWN


@pytest.mark.parametrize(("amount", "currency", "minor"), [("295.00", "INR", 29500), ("295", "JPY", 295), ("295.990", "KWD", 295990)])
def test_units_when_written_then_by_razorpays_rules_and_back(amount: str, currency: str, minor: int) -> None:
    assert RAZORPAY.to_minor(Decimal(amount), currency) == minor
    assert RAZORPAY.from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("kind", "token", "number", "code"),
    [("razorpay", "", "4242424242424242", "card_number_refused"), ("razorpay", "token_1", "", "token_unknown"), ("card", "", "", "method_unknown")],
)
def test_method_when_not_razorpays_then_refused_without_echo(gateway: RazorpayGateway, kind: str, token: str, number: str, code: str) -> None:
    with pytest.raises(MethodRefused) as refused:
        gateway.method_from(kind=kind, token=token, card_number=number)
    assert refused.value.code == str(refused.value) == code
