"""A gateway that moves no money: the usual test cards decide what happens. Real card numbers are refused unread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from . import mock_messages
from .book import Book, Charge
from .contract import (
    ChargeRef,
    ChargeRequest,
    ChargeResult,
    DisputeAnswer,
    DisputeState,
    MethodRefused,
    Notice,
    Outcome,
    PaymentMethod,
    RefundRequest,
)

TOKENS = {
    "tok_success": "succeeded",
    "tok_declined": "declined:card_declined",
    "tok_insufficient_funds": "declined:insufficient_funds",
    "tok_three_d_secure": "requires_action",
    "tok_processing": "processing",
    "tok_gateway_error": "error",  # answers 500 before it did anything
    "tok_timeout": "timeout",  # no answer, and the request never arrived
    "tok_hang_up": "hang_up",  # charges, then no answer
    "tok_dispute": "dispute",  # charges, and then the payer's bank wants the money back
}
TEST_CARDS = {
    "4242424242424242": "tok_success",
    "4000000000000002": "tok_declined",
    "4000000000009995": "tok_insufficient_funds",
    "4000002500003155": "tok_three_d_secure",
    "4000000000000259": "tok_dispute",
    "4000000000000119": "tok_gateway_error",
    "4000000000000408": "tok_timeout",
    "4000000000000499": "tok_hang_up",
    "4000000000000200": "tok_processing",
}
KINDS = ("", "mock", "card")


class MockGateway:
    """Keeps its book in a file of its own (see `book`), so that it counts charges as another company would."""

    name = "mock"
    label = "Mock"
    hosted = False

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book(Path(settings.MOCK_GATEWAY_BOOK))

    def method_from(self, *, kind: str, token: str, card_number: str) -> PaymentMethod:
        if kind not in KINDS:
            raise MethodRefused("method_unknown")
        if card_number:
            digits = card_number.replace(" ", "").replace("-", "")
            if digits not in TEST_CARDS:
                raise MethodRefused("not_a_test_card")
            return PaymentMethod("card", TEST_CARDS[digits], digits[-4:])
        if token and token not in TOKENS:
            raise MethodRefused("token_unknown")
        return PaymentMethod(kind or "mock", token or "tok_success")

    def charge(self, request: ChargeRequest) -> ChargeResult:
        does, _, code = TOKENS[request.method.token].partition(":")
        key = str(request.payment_id)
        if does in ("error", "timeout"):
            known = self.book.find(key)
            return (
                _answer(known)
                if known
                else ChargeResult(Outcome.UNKNOWN, "gateway_error" if does == "error" else "gateway_timeout")
            )
        status = "succeeded" if does in ("hang_up", "dispute") else does
        line = self.book.enter(key, amount=str(request.amount), currency=request.currency, status=status, code=code)
        if does in ("hang_up", "processing"):
            self._tell("charge.succeeded", "payment", key, key)
        if does == "dispute" and line.status == "succeeded":
            self.open_dispute(key)
        if does == "hang_up" and line.calls == 1:
            return ChargeResult(Outcome.UNKNOWN, "gateway_timeout")
        return _answer(line)

    def resume(self, charge: ChargeRef, *, approved: bool) -> ChargeResult:
        status, code = ("succeeded", "") if approved else ("declined", "authentication_failed")
        return _answer(self.book.settle(str(charge.payment_id), waiting_in="requires_action", status=status, code=code))

    def ask(self, charge: ChargeRef) -> ChargeResult:
        """A charge that is processing is decided by the first question."""
        return _answer(self.book.settle(str(charge.payment_id), waiting_in="processing", status="succeeded"))

    def cancel(self, charge: ChargeRef) -> ChargeResult:
        key = str(charge.payment_id)
        line = self.book.settle(key, waiting_in="requires_action", status="declined", code="cancelled")
        if line is None:
            line = self.book.enter(key, amount="0", currency="", status="declined", code="cancelled")
        return _answer(line)

    def refund(self, request: RefundRequest) -> ChargeResult:
        done = self.book.give_back(str(request.refund_id), charge=str(request.payment_id), amount=str(request.amount))
        return (
            ChargeResult(Outcome.SUCCEEDED, reference=f"mock_re_{request.refund_id.hex[:16]}")
            if done
            else ChargeResult(Outcome.DECLINED, "no_such_charge")
        )

    def open_dispute(self, charge: str, status: str = "open") -> str:
        """The payer's bank disputes a charge, or decides (`won`, `lost`); returns the dispute's name. Says so to whoever listens."""
        key = f"mock_dp_{charge.replace('-', '')[:16]}"
        self.book.dispute(key, charge=charge, status=status)
        self._tell(f"dispute.{status}", "dispute", key, charge)
        return key

    def ask_dispute(self, reference: str) -> DisputeAnswer:
        found = self.book.find_dispute(reference)
        if found is None:
            return DisputeAnswer(DisputeState.NONE, reference)
        line, status = found
        answer = _answer(line)
        return DisputeAnswer(
            DisputeState(status), reference, mock_messages.as_uuid(line.key), answer.reference, Decimal(line.amount), line.currency, "fraudulent"
        )

    def _tell(self, type_: str, about: str, object_id: str, charge: str) -> None:
        self.book.tell(f"mock_evt_{type_}_{object_id}", mock_messages.write(type_, about, object_id, charge))

    def send_messages(self) -> int:
        """Bring what is to be said to our own door, signed; returns how many were taken. What isn't is sent again."""
        taken = 0
        for event_id, body in self.book.untold():
            if not mock_messages.send(event_id, body):
                break
            self.book.told(event_id)
            taken += 1
        return taken

    def hears(self) -> bool:
        return bool(settings.PAYMENTS.mock_webhook_secrets)

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: dt.datetime) -> Notice:
        return mock_messages.read(body, headers, now)


def _answer(line: Charge | None) -> ChargeResult:
    if line is None:
        return ChargeResult(Outcome.ABSENT)
    outcome = Outcome(line.status)
    action = (
        {"type": "three_d_secure", "message": "Approve the payment with your bank."}
        if outcome is Outcome.REQUIRES_ACTION
        else {}
    )
    taken = Decimal(line.amount) if outcome is Outcome.SUCCEEDED else None
    return ChargeResult(outcome, line.code, f"mock_ch_{line.key.replace('-', '')[:16]}", taken, line.currency, action)
