"""Stripe, through its official SDK: Payment Intents for programs that hold a token, its own Checkout page for people. No card comes here.

Sources (opened 2026-11-21): https://docs.stripe.com/api/idempotent_requests (a key answers as it did the first time, errors too, for 24 hours at
least; other parameters under a known key are an error), https://docs.stripe.com/payments/paymentintents/lifecycle,
https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/api/refunds, https://docs.stripe.com/webhooks,
https://docs.stripe.com/error-low-level. The payment's id is the key of whatever takes its money, page or token: one of them, once.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings

from . import signatures
from . import stripe_reading as reading
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
from .minor_units import STRIPE, NotChargeable

logger = logging.getLogger(__name__)
stripe.enable_telemetry = False  # it would tell Stripe about this machine with every call
TOKEN = re.compile(r"pm_[A-Za-z0-9_]{3,100}")
SKEW = dt.timedelta(minutes=5)
PAGE_OPEN_FOR = dt.timedelta(minutes=31)  # after our hold: Stripe wants a page to stay open for 30 minutes at least
LOOKED_AT = 1000  # things of a list before we say that we can't know
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class StripeGateway:
    """No call is repeated by the SDK: what wasn't answered is asked about, by us, at the right time."""

    name = "stripe"
    label = "Stripe"
    hosted = True

    def __init__(self) -> None:
        company = settings.PAYMENTS.stripe
        self._secrets = company.webhook_secrets
        client = stripe.StripeClient(
            company.secret or "not configured",
            base_addresses={"api": company.api_base},
            http_client=stripe.RequestsClient(timeout=settings.PAYMENTS.timeout),
            max_network_retries=0,
        )
        self._intents, self._sessions = client.v1.payment_intents, client.v1.checkout.sessions
        self._refunds, self._disputes = client.v1.refunds, client.v1.disputes

    def method_from(self, *, kind: str, token: str, card_number: str) -> PaymentMethod:
        """A token (`pm_...`) is charged at once, without one the payer goes to Stripe's page."""
        if card_number:
            raise MethodRefused("card_number_refused")
        if kind not in ("", "card", "stripe"):
            raise MethodRefused("method_unknown")
        if token and not TOKEN.fullmatch(token):
            raise MethodRefused("token_unknown")
        return PaymentMethod("card" if token else "stripe", token)

    def charge(self, request: ChargeRequest) -> ChargeResult:
        try:
            amount = STRIPE.to_minor(request.amount, request.currency)
        except NotChargeable:
            return ChargeResult(Outcome.DECLINED, "amount_not_chargeable")
        return self._told(lambda: self._confirm(request, amount) if request.method.token else self._open_page(request, amount))

    def _confirm(self, request: ChargeRequest, amount: int) -> ChargeResult:
        params: Any = {
            "amount": amount,
            "currency": request.currency.lower(),
            "payment_method": request.method.token,
            "payment_method_types": ["card"],
            "confirm": True,
            "return_url": request.return_url,
            "description": request.description,
            "metadata": {"payment_id": str(request.payment_id)},
        }
        intent = _made(lambda: self._intents.create(params, {"idempotency_key": str(request.payment_id)}))
        return self._settled(intent, request.payment_id)

    def _open_page(self, request: ChargeRequest, amount: int) -> ChargeResult:
        meta = {"payment_id": str(request.payment_id)}
        params: Any = {
            "mode": "payment",
            "client_reference_id": str(request.payment_id),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": request.currency.lower(), "unit_amount": amount, "product_data": {"name": request.description}},
                }
            ],
            "metadata": meta,
            "payment_intent_data": {"metadata": {**meta, "page": "1"}, "description": request.description},
            "success_url": request.return_url,
            "cancel_url": request.return_url,
        }
        if request.ends_at:  # of the hold and not of the clock: the same request again must have the same parameters
            params["expires_at"] = int((request.ends_at + PAGE_OPEN_FOR).timestamp())
        session = _made(lambda: self._sessions.create(params, {"idempotency_key": str(request.payment_id)}))
        if session.get("payment_intent") or session["status"] != "open":  # an answer of before, to a key that was used
            return self._ask_page(str(session["id"]), request.payment_id)
        return reading.read_session(session)

    def resume(self, charge: ChargeRef, *, approved: bool) -> ChargeResult:
        """Who approves is the bank: what the payer says about it changes nothing."""
        return self.ask(charge)

    def ask(self, charge: ChargeRef) -> ChargeResult:
        return self._told(lambda: self._find(charge))

    def _find(self, charge: ChargeRef) -> ChargeResult:
        """By the name that we were told, or, when the answer to the creation was lost, among all that was made since it was begun."""
        if charge.reference.startswith("cs_"):
            return self._ask_page(charge.reference, charge.payment_id)
        if charge.reference.startswith("pi_"):
            return self._settled(self._intents.retrieve(charge.reference).to_dict(), charge.payment_id)
        if charge.begun_at is None:
            return ChargeResult(Outcome.UNKNOWN, "begun_unknown")
        # Lists, not the search: that lags behind by up to a minute and more (https://docs.stripe.com/search#data-freshness).
        since: Any = {"created": {"gte": int((charge.begun_at - SKEW).timestamp())}, "limit": 100}
        for pages, service in ((True, self._sessions), (False, self._intents)):
            for seen, thing in enumerate(_each(service.list(since))):
                if reading.belongs_to(thing, charge.payment_id):
                    return self._ask_page(thing["id"], charge.payment_id) if pages else self._settled(thing, charge.payment_id)
                if seen >= LOOKED_AT:
                    return ChargeResult(Outcome.UNKNOWN, "too_many_to_look_at")
        return ChargeResult(Outcome.ABSENT)

    def _ask_page(self, reference: str, payment_id: UUID) -> ChargeResult:
        session = self._sessions.retrieve(reference, {"expand": ["payment_intent"]}).to_dict()
        if not reading.belongs_to(session, payment_id):
            return ChargeResult(Outcome.UNKNOWN, "another_payment")
        return reading.read_session(session)

    def _settled(self, intent: Mapping[str, Any], payment_id: UUID) -> ChargeResult:
        """What an intent says; one that failed is cancelled before we call it declined, so that nobody can try it again."""
        if not reading.belongs_to(intent, payment_id):
            return ChargeResult(Outcome.UNKNOWN, "another_payment")
        if (intent.get("metadata") or {}).get("page"):
            for session in _each(self._sessions.list({"payment_intent": intent["id"], "limit": 1})):
                return self._ask_page(session["id"], payment_id)
        found = reading.read_intent(intent)
        if intent["status"] != reading.NEVER_PAID:
            return found
        return self._end(str(intent["id"]), found.code)

    def _end(self, reference: str, code: str) -> ChargeResult:
        """Cancel an intent; one that can't be cancelled any more says itself what became of it."""
        try:
            ended = reading.read_intent(self._intents.cancel(reference).to_dict())
        except stripe.InvalidRequestError:
            intent = self._intents.retrieve(reference).to_dict()
            ended = reading.read_intent(intent)
            if intent["status"] == reading.NEVER_PAID:
                return ChargeResult(Outcome.UNKNOWN, "not_cancelled", reference)
        if ended.outcome is Outcome.DECLINED:
            return ChargeResult(Outcome.DECLINED, code or ended.code, reference)
        return ended

    def cancel(self, charge: ChargeRef) -> ChargeResult:
        return self._told(lambda: self._stop(charge))

    def _stop(self, charge: ChargeRef) -> ChargeResult:
        found = self._find(charge)
        if found.outcome is Outcome.ABSENT:
            return self._fence(charge)
        if found.outcome.is_final or found.outcome is Outcome.UNKNOWN:
            return found
        if found.reference.startswith("pi_"):
            return self._end(found.reference, "cancelled")
        with suppress(stripe.InvalidRequestError):  # not open any more: it says itself what became of it
            self._sessions.expire(found.reference)
        return self._ask_page(found.reference, charge.payment_id)

    def _fence(self, charge: ChargeRef) -> ChargeResult:
        """A request that may still be on its way must find its key used: an intent that nobody can pay takes it, and is cancelled."""
        if charge.amount is None:
            return ChargeResult(Outcome.UNKNOWN, "amount_unknown")
        params: Any = {
            "amount": STRIPE.to_minor(charge.amount, charge.currency),
            "currency": charge.currency.lower(),
            "payment_method_types": ["card"],
            "description": "never to be paid",
            "metadata": {"payment_id": str(charge.payment_id)},
        }
        intent = self._intents.create(params, {"idempotency_key": str(charge.payment_id)}).to_dict()
        return self._end(str(intent["id"]), "cancelled")

    def refund(self, request: RefundRequest) -> ChargeResult:
        return self._told(lambda: self._give_back(request))

    def _give_back(self, request: RefundRequest) -> ChargeResult:
        """Looked for before it is made: a key is forgotten after a day, a refund isn't."""
        if request.reference:
            return reading.read_refund(self._refunds.retrieve(request.reference).to_dict())
        intent = request.charge_reference
        if intent.startswith("cs_"):
            intent = reading.id_of(self._sessions.retrieve(intent).to_dict().get("payment_intent"))
        if not intent:
            return ChargeResult(Outcome.DECLINED, "no_such_charge")
        for refund in _each(self._refunds.list({"payment_intent": intent, "limit": 100})):
            if (refund.get("metadata") or {}).get("refund_id") == str(request.refund_id):
                return reading.read_refund(refund)
        params: Any = {
            "payment_intent": intent,
            "amount": STRIPE.to_minor(request.amount, request.currency),
            "metadata": {"refund_id": str(request.refund_id), "payment_id": str(request.payment_id)},
        }
        return reading.read_refund(_made(lambda: self._refunds.create(params, {"idempotency_key": str(request.refund_id)})))

    def ask_dispute(self, reference: str) -> DisputeAnswer:
        try:
            return reading.read_dispute(self._disputes.retrieve(reference).to_dict())
        except (stripe.StripeError, *UNREADABLE) as problem:
            logger.warning("a dispute could not be asked about: %s", type(problem).__name__)
            return DisputeAnswer(DisputeState.UNKNOWN, reference)

    def hears(self) -> bool:
        return bool(self._secrets)

    def read_notice(self, *, body: bytes, headers: Mapping[str, str], now: dt.datetime) -> Notice:
        signatures.check(body, headers.get("stripe-signature", ""), secrets=self._secrets, now=now)
        try:
            return reading.read_event(json.loads(body))
        except (*UNREADABLE, RecursionError):
            raise NoticeRefused("unreadable") from None

    def _told(self, work: Callable[[], ChargeResult]) -> ChargeResult:
        """Stripe's refusals in our words. Unknown is whatever may have moved money, and whatever only our own keys or pace are to blame for."""
        try:
            return work()
        except _NotMade as refused:
            return ChargeResult(Outcome.DECLINED, refused.code)
        except stripe.CardError as error:
            return self._declined(error)
        except stripe.IdempotencyError:
            return ChargeResult(Outcome.UNKNOWN, "key_used")
        except stripe.InvalidRequestError as error:  # of a question: it says nothing about money
            return ChargeResult(Outcome.UNKNOWN, str(error.code or "invalid_request")[:60])
        except stripe.APIConnectionError:
            return ChargeResult(Outcome.UNKNOWN, "gateway_timeout")
        except NotChargeable:
            return ChargeResult(Outcome.DECLINED, "amount_not_chargeable")
        except (stripe.StripeError, *UNREADABLE) as problem:
            logger.warning("Stripe gave no usable answer: %s", type(problem).__name__)  # never its text, which may name a payer
            return ChargeResult(Outcome.UNKNOWN, "gateway_error")

    def _declined(self, error: stripe.CardError) -> ChargeResult:
        detail = error.error.to_dict() if error.error else {}
        code = str(detail.get("decline_code") or error.code or "card_declined")[:60]
        intent = reading.id_of(detail.get("payment_intent"))
        return self._told(lambda: self._end(intent, code)) if intent else ChargeResult(Outcome.DECLINED, code)


class _NotMade(Exception):
    """Stripe refused to make it, for good: nothing was taken, nothing given back."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def _made(create: Callable[[], Any]) -> dict[str, Any]:
    try:
        made: dict[str, Any] = create().to_dict()
    except stripe.InvalidRequestError as error:
        raise _NotMade(str(error.code or "invalid_request")[:60]) from None
    return made


def _each(page: Any) -> Iterator[dict[str, Any]]:
    """Every thing of a list, page after page."""
    return (thing.to_dict() for thing in page.auto_paging_iter())
