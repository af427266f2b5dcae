"""The pretended company: what its test cards do, what its book remembers."""

from __future__ import annotations

import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from bookings.gateways.payments import (
    ChargeRef,
    ChargeRequest,
    MethodRefused,
    MockGateway,
    Outcome,
    PaymentMethod,
    RefundRequest,
    default_gateway,
)
from bookings.gateways.payments.book import Book
from tests.concurrency.crowd import run_together


@pytest.fixture
def gateway(tmp_path: Path) -> MockGateway:
    return MockGateway(Book(tmp_path / "deep" / "book.sqlite3"))


def request(token: str = "tok_success", key: uuid.UUID | None = None) -> ChargeRequest:
    return ChargeRequest(key or uuid.uuid4(), Decimal("12.50"), "EUR", PaymentMethod("card", token, "4242"), "BK_1")


@pytest.mark.parametrize(
    ("number", "token"),
    [
        ("4242424242424242", "tok_success"),
        ("4000-0000-0000-0002", "tok_declined"),
        ("4000 0000 0000 9995", "tok_insufficient_funds"),
        ("4000002500003155", "tok_three_d_secure"),
        ("4000000000000119", "tok_gateway_error"),
    ],
)
def test_method_when_test_card_then_its_token_and_last_four(gateway: MockGateway, number: str, token: str) -> None:
    method = gateway.method_from(kind="card", token="", card_number=number)
    assert (method.token, method.last4) == (token, number.replace("-", "").replace(" ", "")[-4:])
    assert number not in repr(method)


@pytest.mark.parametrize(
    ("kind", "token", "number", "code"), [("cash", "", "", "method_unknown"), ("card", "tok_x", "", "token_unknown"), ("card", "", "4111111111111111", "not_a_test_card")]
)
def test_method_when_it_can_not_be_charged_then_refused_without_echo(gateway: MockGateway, kind: str, token: str, number: str, code: str) -> None:
    with pytest.raises(MethodRefused) as refused:
        gateway.method_from(kind=kind, token=token, card_number=number)
    assert refused.value.code == str(refused.value) == code


@pytest.mark.parametrize(
    ("token", "outcome", "afterwards"),
    [
        ("tok_success", Outcome.SUCCEEDED, Outcome.SUCCEEDED),
        ("tok_declined", Outcome.DECLINED, Outcome.DECLINED),
        ("tok_three_d_secure", Outcome.REQUIRES_ACTION, Outcome.REQUIRES_ACTION),
        ("tok_processing", Outcome.PROCESSING, Outcome.SUCCEEDED),
        ("tok_gateway_error", Outcome.UNKNOWN, Outcome.ABSENT),
        ("tok_timeout", Outcome.UNKNOWN, Outcome.ABSENT),
        ("tok_hang_up", Outcome.UNKNOWN, Outcome.SUCCEEDED),
    ],
)
def test_charge_when_made_then_as_the_token_says_and_asking_tells(gateway: MockGateway, token: str, outcome: Outcome, afterwards: Outcome) -> None:
    charge = request(token)
    assert gateway.charge(charge).outcome is outcome
    assert gateway.ask(ChargeRef(charge.payment_id)).outcome is afterwards


def test_charge_when_asked_again_and_from_many_then_counts_once(gateway: MockGateway) -> None:
    charge = request()
    results = run_together([lambda: gateway.charge(charge)] * 30)
    assert {result.outcome for result in results} == {Outcome.SUCCEEDED}
    (line,) = gateway.book.all_charges()
    assert (line.status, line.amount, line.calls) == ("succeeded", "12.50", 30)


def test_cancel_when_it_never_came_then_a_late_charge_is_refused(gateway: MockGateway) -> None:
    charge = request()
    assert gateway.cancel(ChargeRef(charge.payment_id)).outcome is Outcome.DECLINED
    assert gateway.charge(charge).outcome is Outcome.DECLINED


def test_cancel_when_too_late_then_says_it_succeeded(gateway: MockGateway) -> None:
    charge = request()
    gateway.charge(charge)
    assert gateway.cancel(ChargeRef(charge.payment_id)).outcome is Outcome.SUCCEEDED


def test_resume_when_nothing_waits_then_what_stands(gateway: MockGateway) -> None:
    charge = request()
    gateway.charge(charge)
    assert gateway.resume(ChargeRef(charge.payment_id), approved=False).outcome is Outcome.SUCCEEDED
    assert gateway.resume(ChargeRef(uuid.uuid4()), approved=True).outcome is Outcome.ABSENT


def test_refund_when_sent_twice_then_given_back_once(gateway: MockGateway) -> None:
    charge = request()
    gateway.charge(charge)
    refund = RefundRequest(uuid.uuid4(), charge.payment_id, Decimal("12.50"), "EUR")
    assert [gateway.refund(refund).outcome for _ in range(2)] == [Outcome.SUCCEEDED] * 2
    assert len(gateway.book.all_refunds()) == 1


def test_refund_when_nothing_was_charged_then_declined(gateway: MockGateway) -> None:
    assert gateway.refund(RefundRequest(uuid.uuid4(), uuid.uuid4(), Decimal(1), "EUR")).outcome is Outcome.DECLINED


def test_book_when_opened_by_another_process_then_it_is_the_same(gateway: MockGateway) -> None:
    charge = request()
    gateway.charge(charge)
    assert MockGateway(Book(gateway.book.path)).ask(ChargeRef(charge.payment_id)).outcome is Outcome.SUCCEEDED


def test_gateway_when_setting_names_none_then_says_so(settings: Any) -> None:
    settings.PAYMENT_GATEWAY = "paypigeon"
    with pytest.raises(ImproperlyConfigured, match="paypigeon"):
        default_gateway()
