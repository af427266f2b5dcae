"""A small Stripe, written from its public documentation: intents, hosted pages, refunds, disputes, idempotency keys, signed events.

https://docs.stripe.com/api/payment_intents, /api/checkout/sessions, /api/refunds, /api/disputes, /api/idempotent_requests, /api/errors,
https://docs.stripe.com/testing (test payment methods), https://docs.stripe.com/webhooks#verify-manually
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.company import Company, Refusal

KEY, SECRET = "sk_test_of_the_fake", "whsec_of_the_fake"
DECLINES = {"pm_card_chargeDeclined": "generic_decline", "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds"}


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=c` as Stripe's clients write it; lists as dicts of their indexes."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        keys = re.findall(r"[^\[\]]+", name)
        place = found
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return found


def sign(body: bytes, *, secret: str = SECRET, moment: float | None = None) -> str:
    """The header of a message."""
    stamp = int(moment if moment is not None else time.time())
    return f"t={stamp},v1={hmac.new(secret.encode(), b'%d.' % stamp + body, hashlib.sha256).hexdigest()}"


class FakeStripe(Company):
    """`intents`, `sessions`, `refunds`, `disputes` by id; `taken` is what it really charged."""

    def __init__(self) -> None:
        super().__init__()
        self.intents: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[str, int, Any]] = {}
        self.refund_status = "succeeded"
        self._numbers = itertools.count(1)

    @property
    def taken(self) -> list[tuple[str, int, str]]:
        """(payment id, minor units, currency) of each charge."""
        paid = [one for one in self.intents.values() if one["status"] == "succeeded"]
        return [(one["metadata"]["payment_id"], one["amount_received"], one["currency"]) for one in paid]

    def answer(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> dict[str, Any] | str:
        page = re.fullmatch(r"/c/pay/(cs_\w+)", path)
        if page:
            return self.pay_page(page.group(1), dict(parse_qsl(body.decode())).get("card", "ok"))
        if handler.headers.get("Authorization") != f"Bearer {KEY}":
            raise Refusal(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}})
        if handler.command == "GET":
            return self._read(path, query)
        key = handler.headers.get("Idempotency-Key", "")
        mark = f"{path}\n{sorted(parse_qsl(body.decode()))}"
        if key and key in self.keys:
            known, status, stored = self.keys[key]
            if known != mark:
                raise Refusal(400, {"error": {"type": "idempotency_error", "message": "Keys can only be used with the same parameters."}})
            if status != 200:
                raise Refusal(status, stored)
            return json.loads(stored)
        try:
            made = self._write(path, nested(parse_qsl(body.decode())))
        except Refusal as refusal:
            if key and refusal.status != 400:  # what didn't pass the checks never ran, and isn't kept
                self.keys[key] = (mark, refusal.status, refusal.body)
            raise
        if key:
            self.keys[key] = (mark, 200, json.dumps(made))
        return made

    def _read(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        _, _, kind, *rest = path.split("/")
        kind, rest = ("sessions", rest[1:]) if kind == "checkout" else (kind, rest)
        rows = {"payment_intents": self.intents, "sessions": self.sessions, "refunds": self.refunds, "disputes": self.disputes}[kind]
        if rest:
            thing = self._one(rows, rest[0])
            if query.get("expand[0]") == "payment_intent" and thing["payment_intent"]:
                return {**thing, "payment_intent": self.intents[thing["payment_intent"]]}
            return thing
        since = int(query.get("created[gte]", 0))
        found = [one for one in reversed(rows.values()) if one["created"] >= since and query.get("payment_intent", one.get("payment_intent")) == one.get("payment_intent")]
        return {"object": "list", "data": found[: int(query.get("limit", 10))], "has_more": False, "url": path}

    def _one(self, rows: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in rows:
            raise Refusal(404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such thing"}})
        return rows[name]

    def _write(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        if path == "/v1/payment_intents":
            return self._intent(data)
        if path == "/v1/checkout/sessions":
            return self._session(data)
        if path == "/v1/refunds":
            return self._refund(data)
        _, _, *middle, name, verb = path.split("/")
        if middle[-1] == "payment_intents" and verb == "cancel":
            intent = self._one(self.intents, name)
            if intent["status"] in ("succeeded", "canceled", "processing"):
                raise Refusal(400, {"error": {"type": "invalid_request_error", "code": "payment_intent_unexpected_state", "message": "too late"}})
            intent |= {"status": "canceled", "cancellation_reason": None}
            return intent
        session = self._one(self.sessions, name)
        if session["status"] != "open":
            raise Refusal(400, {"error": {"type": "invalid_request_error", "message": "Only open sessions can be expired."}})
        session |= {"status": "expired", "url": None}
        return session

    def new_intent(self, amount: int, currency: str, metadata: dict[str, str], **fields: Any) -> dict[str, Any]:
        number = f"pi_{next(self._numbers)}"
        self.intents[number] = {
            "id": number, "object": "payment_intent", "amount": amount, "amount_received": 0, "currency": currency, "status": "requires_payment_method",
            "metadata": metadata, "created": int(time.time()), "last_payment_error": None, "next_action": None, "cancellation_reason": None, **fields,
        }  # fmt: skip
        return self.intents[number]

    def _intent(self, data: dict[str, Any]) -> dict[str, Any]:
        method = data.get("payment_method", "")
        if method and not method.startswith(("pm_card_", "pm_usBankAccount")):
            raise Refusal(400, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such PaymentMethod"}})
        intent = self.new_intent(int(data["amount"]), data["currency"], data["metadata"])
        if data.get("confirm") == "true":
            self.confirm(intent, method)
        return intent

    def confirm(self, intent: dict[str, Any], method: str) -> None:
        if method in DECLINES:
            error = {"type": "card_error", "code": "card_declined", "decline_code": DECLINES[method], "message": "declined"}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            raise Refusal(402, {"error": {**error, "payment_intent": intent}})
        if method == "pm_card_threeDSecureRequired":
            action = {"type": "redirect_to_url", "redirect_to_url": {"url": f"{self.url}/3ds/{intent['id']}", "return_url": "x"}}
            intent |= {"status": "requires_action", "next_action": action}
        elif method == "pm_usBankAccount":
            intent["status"] = "processing"
        else:
            self.succeed(intent)

    def succeed(self, intent: dict[str, Any], amount: int | None = None) -> None:
        intent |= {"status": "succeeded", "amount_received": intent["amount"] if amount is None else amount, "next_action": None}

    def authenticate(self, intent_id: str, *, passed: bool) -> None:
        """The payer at their bank."""
        intent = self.intents[intent_id]
        if passed:
            self.succeed(intent)
        else:
            error = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"}
            intent |= {"status": "requires_payment_method", "last_payment_error": error, "next_action": None}

    def _session(self, data: dict[str, Any]) -> dict[str, Any]:
        price, number = data["line_items"]["0"]["price_data"], f"cs_test_{next(self._numbers)}"
        if int(data.get("expires_at", time.time() + 3600)) < time.time() + 1800:
            raise Refusal(400, {"error": {"type": "invalid_request_error", "code": "parameter_invalid", "message": "expires_at: at least 30 minutes"}})
        self.sessions[number] = {
            "id": number, "object": "checkout.session", "status": "open", "payment_status": "unpaid", "payment_intent": None, "metadata": data["metadata"],
            "client_reference_id": data["client_reference_id"], "amount_total": int(price["unit_amount"]), "currency": price["currency"],
            "url": f"{self.url}/c/pay/{number}", "success_url": data["success_url"], "created": int(time.time()), "_intent": data["payment_intent_data"]["metadata"],
        }  # fmt: skip
        return self.sessions[number]

    def pay_page(self, session_id: str, card: str = "ok") -> str:
        """The payer on Stripe's own page; returns where it leads. `card`: ok, declined, slow (decided later)."""
        with self.lock:
            session = self.sessions[session_id]
            assert session["status"] == "open", session["status"]
            if session["payment_intent"] is None:
                session["payment_intent"] = self.new_intent(session["amount_total"], session["currency"], session["_intent"])["id"]
            intent = self.intents[session["payment_intent"]]
            if card == "declined":
                intent |= {"status": "requires_payment_method", "last_payment_error": {"code": "card_declined", "decline_code": "generic_decline"}}
                return str(session["url"])
            session |= {"status": "complete", "payment_status": "unpaid" if card == "slow" else "paid", "url": None}
            if card == "slow":
                intent["status"] = "processing"
            else:
                self.succeed(intent)
            return str(session["success_url"])

    def _refund(self, data: dict[str, Any]) -> dict[str, Any]:
        intent = self._one(self.intents, data["payment_intent"])
        given = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent["id"] and one["status"] != "failed")
        if intent["status"] != "succeeded" or given + int(data["amount"]) > intent["amount_received"]:
            raise Refusal(400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded", "message": "too much"}})
        number = f"re_{next(self._numbers)}"
        self.refunds[number] = {
            "id": number, "object": "refund", "amount": int(data["amount"]), "currency": intent["currency"], "payment_intent": intent["id"],
            "status": self.refund_status, "metadata": data["metadata"], "created": int(time.time()), "failure_reason": None,
        }  # fmt: skip
        return self.refunds[number]

    def dispute(self, intent_id: str, status: str = "needs_response") -> dict[str, Any]:
        """The payer's bank disputes, or decides."""
        intent, number = self.intents[intent_id], f"dp_{intent_id}"
        self.disputes[number] = {
            "id": number, "object": "dispute", "amount": intent["amount_received"], "currency": intent["currency"], "payment_intent": intent_id, "metadata": {},
            "status": status, "reason": "fraudulent", "evidence_details": {"due_by": int(time.time()) + 86400}, "created": int(time.time()),
        }  # fmt: skip
        return self.disputes[number]

    def event(self, type_: str, thing: dict[str, Any]) -> bytes:
        """The bytes of a message; each call is another message."""
        message = {"id": f"evt_{next(self._numbers)}", "object": "event", "type": type_, "created": int(time.time()), "data": {"object": thing}}
        return json.dumps(message, separators=(",", ":")).encode()
