"""A small Razorpay, written from its public documentation: payment links, refunds, disputes, signed events.

https://razorpay.com/docs/api/payments/payment-links, https://razorpay.com/docs/api/refunds, https://razorpay.com/docs/api/disputes,
https://razorpay.com/docs/webhooks/validate-test/
"""

from __future__ import annotations

import base64
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

KEY, KEY_SECRET, SECRET = "rzp_test_of_the_fake", "key-of-the-fake", "hook-of-the-fake"


def sign(body: bytes, *, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def refused(text: str, status: int = 400) -> Refusal:
    return Refusal(status, {"error": {"code": "BAD_REQUEST_ERROR", "description": text, "reason": "input_validation_failed"}})


class FakeRazorpay(Company):
    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.refund_keys: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self.refund_status = "processed"
        self._numbers = itertools.count(1)

    @property
    def taken(self) -> list[tuple[str, int, str]]:
        """(payment id, minor units, currency) of each charge."""
        return [(one["notes"]["payment_id"], one["amount"], one["currency"]) for one in self.payments.values() if one["status"] == "captured"]

    def answer(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> dict[str, Any] | str:
        page = re.fullmatch(r"/i/(plink_\w+)", path)
        if page:
            return self.pay_page(page.group(1), dict(parse_qsl(body.decode())).get("card", "ok"))
        if handler.headers.get("Authorization") != "Basic " + base64.b64encode(f"{KEY}:{KEY_SECRET}".encode()).decode():
            raise refused("Authentication failed", 401)
        _, _, kind, *rest = path.split("/")
        if handler.command == "POST":
            return self._write(handler, kind, rest, body)
        rows = {"payment_links": self.links, "payments": self.payments, "refunds": self.refunds, "disputes": self.disputes}[kind]
        if rest[1:] == ["refunds"]:
            return {"entity": "collection", "items": [one for one in self.refunds.values() if one["payment_id"] == rest[0]]}
        if rest:
            if rest[0] not in rows:
                raise refused("The id provided does not exist")
            return rows[rest[0]]
        found = [one for one in rows.values() if one["reference_id"] == query.get("reference_id", one["reference_id"])]
        return {"payment_links": [{**one, "payments": []} for one in found]}

    def _write(self, handler: BaseHTTPRequestHandler, kind: str, rest: list[str], body: bytes) -> dict[str, Any]:
        data = json.loads(body)
        if kind == "payment_links" and not rest:
            if any(one["reference_id"] == data["reference_id"] for one in self.links.values()):
                raise refused("payment link with given reference_id already exists")
            if data.get("expire_by", time.time() + 3600) < time.time() + 900:
                raise refused("expire_by should be at least 15 minutes in the future")
            number = f"plink_{next(self._numbers)}"
            made = {"id": number, "status": "created", "amount_paid": 0, "payments": None, "short_url": f"{self.url}/i/{number}", "notes": [], **data}
            self.links[number] = made
            return made
        if kind == "payment_links":
            link = self.links[rest[0]]
            if link["status"] != "created":
                raise refused("Payment link cannot be cancelled in this state")
            link["status"] = "cancelled"
            return link
        return self._refund(handler.headers.get("X-Refund-Idempotency", ""), rest[0], body)

    def pay_page(self, link_id: str, card: str = "ok", *, amount: int | None = None, currency: str = "") -> str:
        """The payer on Razorpay's page; returns where it leads."""
        with self.lock:
            link = self.links[link_id]
            assert link["status"] == "created", link["status"]
            number = f"pay_{next(self._numbers)}"
            status = "failed" if card == "declined" else "captured"
            payment = {"id": number, "entity": "payment", "amount": link["amount"] if amount is None else amount, "currency": currency or link["currency"], "status": status, "notes": link["notes"]}
            self.payments[number] = payment
            link["payments"] = [*(link["payments"] or []), {"payment_id": number, "amount": payment["amount"], "status": status}]
            if status == "failed":
                return str(link["short_url"])
            link |= {"status": "paid", "amount_paid": payment["amount"], "currency": payment["currency"]}
            return f"{link['callback_url']}&razorpay_payment_id={number}&razorpay_payment_link_id={link_id}&razorpay_payment_link_status=paid&razorpay_signature=0"

    def _refund(self, key: str, payment_id: str, body: bytes) -> dict[str, Any]:
        if key in self.refund_keys:
            known, stored = self.refund_keys[key]
            if known != body:
                raise refused("Different request for the same idempotency key")
            return stored
        data, payment = json.loads(body), self.payments[payment_id]
        given = sum(one["amount"] for one in self.refunds.values() if one["payment_id"] == payment_id and one["status"] != "failed")
        if payment["status"] != "captured" or given + data["amount"] > payment["amount"]:
            raise refused("The total refund amount is greater than the refund payment amount")
        number = f"rfnd_{next(self._numbers)}"
        self.refunds[number] = {"id": number, "entity": "refund", "payment_id": payment_id, "currency": payment["currency"], "status": self.refund_status, **data}
        self.refund_keys[key] = (body, self.refunds[number])
        return self.refunds[number]

    def dispute(self, payment_id: str, status: str = "open") -> dict[str, Any]:
        payment, number = self.payments[payment_id], f"disp_{payment_id}"
        self.disputes[number] = {
            "id": number, "entity": "dispute", "payment_id": payment_id, "amount": payment["amount"], "currency": payment["currency"], "status": status,
            "reason_code": "goods_not_received", "respond_by": int(time.time()) + 86400,
        }  # fmt: skip
        return self.disputes[number]

    def event(self, type_: str, *, created: float | None = None, **things: dict[str, Any]) -> bytes:
        """The bytes of a message; each call is another message."""
        payload = {name: {"entity": thing} for name, thing in things.items()}
        message = {"entity": "event", "account_id": f"acc_{next(self._numbers)}", "event": type_, "contains": list(things), "payload": payload, "created_at": int(created or time.time())}
        return json.dumps(message).encode()
