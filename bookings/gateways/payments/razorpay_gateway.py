"""Razorpay, through its own SDK: a Payment Link per payment, paid on Razorpay's page. No card comes here.

Sources (opened 2026-11-21): https://razorpay.com/docs/api/payments/payment-links/entity.md, .../fetch-all-standard (filter `reference_id`),
.../cancel-standard, https://razorpay.com/docs/api/refunds/normal-refunds-idempotent/ (header `X-Refund-Idempotency`, 409 while one runs),
https://razorpay.com/docs/webhooks/validate-test/, https://razorpay.com/docs/webhooks/best-practices (retries for 24 hours).

A link's `reference_id` is unique at Razorpay: it is our payment's id, so that one payment has one link, however often it is asked for.
There is no way to pay by a token: Razorpay charges a stored one only for a customer of its own under a mandate, which bookings don't have.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import razorpay
import requests
from django.conf import settings

from . import razorpay_reading as reading
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
    PaymentMethod,
    RefundRequest,
)
from .minor_units import RAZORPAY, NotChargeable

logger = logging.getLogger(__name__)
LINK_OPEN_FOR = dt.timedelta(minutes=16)  # after our hold: Razorpay wants at least 15 minutes
# Razorpay's signature covers the bytes and no moment of sending, and a message that wasn't answered comes again, byte for byte, for 24 hours.
# The same bytes are one row however late they come, so a repeated old message does nothing; what is older than its retries is refused.
OLDEST, SKEW = dt.timedelta(hours=24, seconds=300), dt.timedelta(seconds=300)
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class Session(requests.Session):
    """Every call with a time limit, and the last answer's status: the SDK tells neither."""

    status: int | None = None

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        self.status = None
        kwargs.setdefault("timeout", settings.PAYMENTS.timeout)
        kwargs["allow_redirects"] = False
        response = super().request(*args, **kwargs)
        self.status = response.status_code
        return response


class RazorpayGateway:
    """No call is repeated by the SDK: what wasn't answered is asked about, by us, at the right time."""

    name = "razorpay"
    label = "Razorpay"
    hosted = True

    def __init__(self) -> None:
        company = settings.PAYMENTS.razorpay
        self._secrets = company.webhook_secrets
        self._session = Session()
        self._client = razorpay.Client(session=self._session, auth=(company.key, company.secret), base_url=company.api_base)

    def method_from(self, *, kind: str, token: str, card_number: str) -> PaymentMethod:
        if card_number:
            raise MethodRefused("card_number_refused")
        if kind not in ("", "razorpay"):
            raise MethodRefused("method_unknown")
        if token:
            raise MethodRefused("token_unknown")
        return PaymentMethod("razorpay", "")

    def charge(self, request: ChargeRequest) -> ChargeResult:
        return self._told(lambda: self._open_link(request))

    def _open_link(self, request: ChargeRequest) -> ChargeResult:
        wanted: dict[str, Any] = {
            "amount": RAZORPAY.to_minor(request.amount, request.currency),
            "currency": request.currency,
            "accept_partial": False,
            "reference_id": str(request.payment_id),
            "description": request.description,
            "notes": {"payment_id": str(request.payment_id)},
            "notify": {"sms": False, "email": False},
            "reminder_enable": False,
            "callback_url": request.return_url,
            "callback_method": "get",
        }
        if request.ends_at:
            wanted["expire_by"] = int((request.ends_at + LINK_OPEN_FOR).timestamp())
        return self._make_link(wanted, str(request.payment_id))

    def _make_link(self, wanted: dict[str, Any], key: str) -> ChargeResult:
        """A new link, or the one that has this key already."""
        try:
            return reading.read_link(self._client.payment_link.create(wanted))
        except razorpay.errors.BadRequestError:
            if self._session.status != 400:
                raise
            there = self._by_key(key)
            return reading.read_link(there) if there else ChargeResult(Outcome.DECLINED, "link_refused")

    def _by_key(self, key: str) -> dict[str, Any] | None:
        found = self._client.payment_link.all({"reference_id": key})["payment_links"] or []
        link = next((link for link in found if link["reference_id"] == key), None)
        return self._client.payment_link.fetch(link["id"]) if link else None  # lists don't always carry the payments

    def resume(self, charge: ChargeRef, *, approved: bool) -> ChargeResult:
        """Who approves is the bank: what the payer says about it changes nothing."""
        return self.ask(charge)

    def ask(self, charge: ChargeRef) -> ChargeResult:
        return self._told(lambda: self._find(charge))

    def _find(self, charge: ChargeRef) -> ChargeResult:
        key = str(charge.payment_id)
        link = self._client.payment_link.fetch(charge.reference) if charge.reference.startswith("plink_") else self._by_key(key)
        if link is None:
            return ChargeResult(Outcome.ABSENT)
        if link["reference_id"] != key:
            return ChargeResult(Outcome.UNKNOWN, "another_payment")
        return reading.read_link(link)

    def cancel(self, charge: ChargeRef) -> ChargeResult:
        return self._told(lambda: self._stop(charge))

    def _stop(self, charge: ChargeRef) -> ChargeResult:
        found = self._find(charge)
        if found.outcome is Outcome.ABSENT:  # its request may still be on its way: a link that takes its key, and is cancelled
            found = self._fence(charge)
        if found.outcome is not Outcome.REQUIRES_ACTION:
            return found
        with suppress(razorpay.errors.BadRequestError):  # it can't be cancelled any more: it says itself what became of it
            self._client.payment_link.cancel(found.reference)
        ended = self._find(ChargeRef(charge.payment_id, found.reference))
        return ChargeResult(Outcome.UNKNOWN, "not_cancelled", found.reference) if ended.outcome is Outcome.REQUIRES_ACTION else ended

    def _fence(self, charge: ChargeRef) -> ChargeResult:
        if charge.amount is None:
            return ChargeResult(Outcome.UNKNOWN, "amount_unknown")
        amount = RAZORPAY.to_minor(charge.amount, charge.currency)
        key = str(charge.payment_id)
        wanted = {"amount": amount, "currency": charge.currency, "reference_id": key, "description": "never to be paid", "reminder_enable": False}
        return self._make_link({**wanted, "notify": {"sms": False, "email": False}}, key)

    def refund(self, request: RefundRequest) -> ChargeResult:
        return self._told(lambda: self._give_back(request))

    def _give_back(self, request: RefundRequest) -> ChargeResult:
        """Looked for before it is made, by its receipt: nobody says for how long the header's key is remembered."""
        if request.reference:
            return reading.read_refund(self._client.refund.fetch(request.reference))
        charge, key = request.charge_reference, str(request.refund_id)
        if charge.startswith("plink_"):
            charge = reading.paid_with(self._client.payment_link.fetch(charge))
        if not charge:
            return ChargeResult(Outcome.DECLINED, "no_such_charge")
        there = self._refund_by_key(charge, key)
        if there:
            return reading.read_refund(there)
        wanted = {
            "amount": RAZORPAY.to_minor(request.amount, request.currency),
            "speed": "normal",
            "receipt": key,
            "notes": {"refund_id": key, "payment_id": str(request.payment_id)},
        }
        try:
            return reading.read_refund(self._client.payment.refund(charge, wanted, headers={"X-Refund-Idempotency": key}))
        except razorpay.errors.BadRequestError:
            if self._session.status != 400:  # 409: the same request still runs there
                raise
            return ChargeResult(Outcome.DECLINED, "refund_refused")

    def _refund_by_key(self, charge: str, key: str) -> dict[str, Any] | None:
        made = self._client.payment.fetch_multiple_refund(charge, {"count": 100})["items"]
        return next((refund for refund in made if refund.get("receipt") == key), None)

    def ask_dispute(self, reference: str) -> DisputeAnswer:
        try:
            return reading.read_dispute(self._client.dispute.fetch(reference))
        except (*_FAULTS, *UNREADABLE) as problem:
            logger.warning("a dispute could not be asked about: %s", type(problem).__name__)
            return DisputeAnswer(DisputeState.UNKNOWN, reference)

    def hears(self) -> bool:
        return bool(self._secrets)

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: dt.datetime) -> Notice:
        given = headers.get("x-razorpay-signature", "").encode()
        wanted = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode() for secret in self._secrets]
        if True not in [hmac.compare_digest(one, given) for one in wanted]:  # a list: each is compared
            raise NoticeRefused("bad_signature")
        try:
            notice = reading.read_event(json.loads(body), body)
        except (*UNREADABLE, RecursionError, OSError):
            raise NoticeRefused("unreadable") from None
        if notice.happened_at is None or not now - OLDEST <= notice.happened_at <= now + SKEW:
            raise NoticeRefused("stale")
        return notice

    def _told(self, work: Callable[[], ChargeResult]) -> ChargeResult:
        """Its faults in our words: whatever may have moved money is unknown."""
        try:
            return work()
        except NotChargeable:
            return ChargeResult(Outcome.DECLINED, "amount_not_chargeable")
        except requests.RequestException as problem:
            return ChargeResult(Outcome.UNKNOWN, "gateway_error" if isinstance(problem, ValueError) else "gateway_timeout")
        except (*_FAULTS, *UNREADABLE) as problem:
            logger.warning("Razorpay gave no usable answer: %s", type(problem).__name__)  # never its text, which may name a payer
            return ChargeResult(Outcome.UNKNOWN, "gateway_error")


_FAULTS = (razorpay.errors.BadRequestError, razorpay.errors.GatewayError, razorpay.errors.ServerError, requests.RequestException)
