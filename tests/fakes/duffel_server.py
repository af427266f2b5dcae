"""A small Duffel on 127.0.0.1, written from its public documentation (https://duffel.com/docs/api/v2), with the faults of a bad day.

    with duffel() as company:            # company.url, company.orders, company.counts
        company.fail("POST /air/orders", "hang_up")

Faults, each used up once: `error` (500, nothing happened), `timeout` (no answer in time, nothing happened), `reset` (the connection breaks,
nothing happened), `hang_up` (it happened, then the connection breaks), and any of Duffel's error codes (422 with that code).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
import struct
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from bookings.gateways.suppliers.duffel_http import Duffel

PLACES = {"LHR": "Europe/London", "DEL": "Asia/Kolkata", "VNS": "Asia/Kolkata", "JFK": "America/New_York"}
TOKEN = "duffel_test_not_a_real_token"
FAULTS = {"error", "timeout", "reset", "hang_up"}
LONG, SHORT = 20.0, 0.3  # seconds of patience: for answers that come, however busy the machine; for one that won't


class Company:
    """What this Duffel knows: offers it made, orders it took, what it paid and gave back. Counts every request by method and route."""

    def __init__(self) -> None:
        self.url = ""
        self.offers: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.cancellations: dict[str, dict[str, Any]] = {}
        self.changes: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.instant_only = False
        self.refundable = True
        self.balance = 1_000_000.0
        self.lock = threading.RLock()
        self.over = threading.Event()

    def fail(self, route: str, *faults: str) -> None:
        self.faults[route].extend(faults)

    def patience_for(self, method: str, path: str) -> float:
        """How long the caller should wait: a test about silence doesn't wait for it, and no other takes a slow answer for silence."""
        return SHORT if self.faults[_route(method, path)][:1] == ["timeout"] else LONG

    def open_orders(self) -> list[dict[str, Any]]:
        return [order for order in self.orders.values() if order["cancelled_at"] is None]

    def paid_orders(self) -> list[dict[str, Any]]:
        return [order for order in self.open_orders() if not order["payment_status"]["awaiting_payment"]]

    # --- what it does -----------------------------------------------------------------------------------------------------------------
    def search(self, data: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        people = [{"id": _name("pas"), "type": one.get("type"), "age": one.get("age")} for one in data["passengers"]]
        request = _name("orq")
        offers = []
        for hour, price in ((6, "4000.00"), (14, "5200.50")):
            offers.append(
                {
                    "id": _name("off"), "offer_request_id": request, "live_mode": False, "total_amount": price, "total_currency": "INR",
                    "expires_at": _in(minutes=30), "owner": {"iata_code": "ZZ", "name": "Duffel Airways"}, "passengers": people,
                    "passenger_identity_documents_required": False,
                    "slices": [_slice(one, hour) for one in data["slices"]],
                    "conditions": {"refund_before_departure": {"allowed": self.refundable, "penalty_amount": "500.00", "penalty_currency": "INR"}},
                    "payment_requirements": {
                        "requires_instant_payment": self.instant_only,
                        "payment_required_by": None if self.instant_only else _in(hours=24),
                        "price_guarantee_expires_at": None if self.instant_only else _in(hours=12),
                    },
                }
            )  # fmt: skip
        self.offers.update({offer["id"]: offer for offer in offers})
        return {"id": request, "passengers": people, "offers": offers if query.get("return_offers") == "true" else []}

    def create_order(self, data: dict[str, Any]) -> dict[str, Any]:
        offer = self.offers.get(data["selected_offers"][0])
        if offer is None or offer["expires_at"] <= _in():
            raise Wrong("offer_no_longer_available")
        if any(order["offer_request_id"] == offer["offer_request_id"] for order in self.orders.values()):
            raise Wrong("offer_request_already_booked")
        for who in data["passengers"]:
            for needed in ("id", "given_name", "family_name", "born_on", "gender", "title", "email", "phone_number"):
                if not who.get(needed):
                    raise Wrong("validation_required")
            if not re.fullmatch(r"\+[1-9]\d{6,14}", who["phone_number"]) or who["gender"] not in ("m", "f"):
                raise Wrong("invalid_phone_number")
        if {who["id"] for who in data["passengers"]} != {who["id"] for who in offer["passengers"]}:
            raise Wrong("validation_required")
        instant = data["type"] == "instant"
        if not instant and offer["payment_requirements"]["requires_instant_payment"]:
            raise Wrong("validation_required")
        if instant:
            self._pay(data["payments"][0], offer["total_amount"], offer["total_currency"])
        order = {
            "id": _name("ord"), "type": data["type"], "offer_id": offer["id"], "offer_request_id": offer["offer_request_id"], "live_mode": False,
            "booking_reference": uuid.uuid4().hex[:6].upper(), "metadata": data.get("metadata"), "cancelled_at": None, "cancellation": None,
            "total_amount": offer["total_amount"], "total_currency": offer["total_currency"], "slices": offer["slices"],
            "passengers": data["passengers"], "available_actions": ["cancel", "update"], "documents": _tickets(data) if instant else [],
            "payment_status": {
                "awaiting_payment": not instant,
                "payment_required_by": offer["payment_requirements"]["payment_required_by"],
                "price_guarantee_expires_at": offer["payment_requirements"]["price_guarantee_expires_at"],
            },
        }  # fmt: skip
        self.orders[order["id"]] = order
        return order

    def pay(self, data: dict[str, Any]) -> dict[str, Any]:
        order = self._order(data["order_id"])
        if not order["payment_status"]["awaiting_payment"]:
            raise Wrong("already_paid")
        if order["cancelled_at"]:
            raise Wrong("already_cancelled")
        self._pay(data["payment"], order["total_amount"], order["total_currency"])
        order["payment_status"] = {"awaiting_payment": False, "payment_required_by": None, "price_guarantee_expires_at": None}
        order["documents"] = _tickets({"passengers": order["passengers"]})
        return {"id": _name("pay"), **data["payment"]}

    def quote_cancellation(self, data: dict[str, Any]) -> dict[str, Any]:
        order = self._order(data["order_id"])
        if order["cancelled_at"]:
            raise Wrong("already_cancelled")
        paid = not order["payment_status"]["awaiting_payment"]
        back = f"{float(order['total_amount']) - 500:.2f}" if paid and self.refundable else "0.00"
        quote = {"id": _name("ore"), "order_id": order["id"], "refund_amount": back, "refund_currency": "INR", "confirmed_at": None,
                 "refund_to": "balance" if paid else "awaiting_payment", "expires_at": _in(minutes=30)}  # fmt: skip
        self.cancellations[quote["id"]] = quote
        return quote

    def confirm_cancellation(self, name: str) -> dict[str, Any]:
        quote = self.cancellations[name]
        order = self._order(quote["order_id"])
        quote["confirmed_at"] = order["cancelled_at"] = _in()
        order["cancellation"], order["available_actions"] = quote, []
        self.balance += float(quote["refund_amount"])
        return quote

    def _pay(self, payment: dict[str, Any], amount: str, currency: str) -> None:
        if (payment["amount"], payment["currency"]) != (amount, currency):
            raise Wrong("payment_amount_does_not_match_order_amount")
        if float(amount) > self.balance:
            raise Wrong("insufficient_balance")
        self.balance -= float(amount)

    def _order(self, name: str) -> dict[str, Any]:
        if name not in self.orders:
            raise Wrong("not_found", 404)
        return self.orders[name]

    def answer(self, method: str, path: str, query: dict[str, str], data: dict[str, Any]) -> Any:
        match method, path.strip("/").split("/"):
            case "POST", ["air", "offer_requests"]:
                return self.search(data, query)
            case "GET", ["air", "offers", name]:
                if name not in self.offers or self.offers[name]["expires_at"] <= _in():
                    raise Wrong("offer_no_longer_available", 404)
                return self.offers[name]
            case "POST", ["air", "orders"]:
                return self.create_order(data)
            case "GET", ["air", "orders"]:
                return [order for order in self.orders.values() if order["offer_id"] == query.get("offer_id")]
            case "GET", ["air", "orders", name]:
                return self._order(name)
            case "POST", ["air", "payments"]:
                return self.pay(data)
            case "POST", ["air", "order_cancellations"]:
                return self.quote_cancellation(data)
            case "POST", ["air", "order_cancellations", name, "actions", "confirm"]:
                return self.confirm_cancellation(name)
            case "GET", ["air", "airline_initiated_changes"]:
                return self.changes
        raise Wrong("not_found", 404)


class Wrong(Exception):
    def __init__(self, code: str, status: int = 422) -> None:
        self.code, self.status = code, status


def _name(kind: str) -> str:
    return f"{kind}_0000{uuid.uuid4().hex[:18]}"


def _in(**later: int) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tickets(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "electronic_ticket", "unique_identifier": f"125-{1230984567 + n}"} for n, _who in enumerate(data["passengers"])]


def _slice(wish: dict[str, Any], hour: int) -> dict[str, Any]:
    ends = {end: {"type": "airport", "iata_code": wish[end], "time_zone": PLACES.get(wish[end], "UTC")} for end in ("origin", "destination")}
    return {
        **ends,
        "segments": [
            {
                **ends, "departing_at": f"{wish['departure_date']}T{hour:02d}:15:00", "arriving_at": f"{wish['departure_date']}T{hour + 2:02d}:05:00",
                "origin_terminal": "2", "marketing_carrier": {"iata_code": "ZZ", "name": "Duffel Airways"}, "marketing_carrier_flight_number": "4321",
                "passengers": [{"cabin_class": "economy"}],
            }
        ],
    }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        company, parts = self.server.company, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = json.loads(body)["data"] if body else {}
        route = _route(method, parts.path)
        with company.lock:
            company.counts[route] += 1
            company.bodies.append({"route": route, **data})
            fault = company.faults[route].pop(0) if company.faults[route] else ""
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" or self.headers.get("Duffel-Version") != "v2":
            return self._say(401, {"errors": [{"code": "access_token_not_found"}]})
        if fault == "error":
            return self._say(500, {"errors": [{"code": "internal_server_error"}]})
        if fault == "timeout":
            company.over.wait(5)
            return self._break()
        if fault == "reset":
            return self._break()
        if fault and fault not in FAULTS:
            return self._say(422, {"errors": [{"code": fault, "type": "validation_error"}]})
        try:
            with company.lock:
                found = company.answer(method, parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}, data)
        except Wrong as wrong:
            return self._say(wrong.status, {"errors": [{"code": wrong.code}]})
        if fault == "hang_up":
            return self._break()
        return self._say(201 if method == "POST" else 200, {"data": found, "meta": {"after": None, "before": None}})

    def _say(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _break(self) -> None:
        """A reset, not a polite close."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        return


def _route(method: str, path: str) -> str:
    return f"{method} {re.sub(r'/(?:off|ord|ore|aic)_[0-9a-f]+', '/{id}', urlsplit(path).path)}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    company: Company

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke on purpose is no news."""


@contextmanager
def duffel() -> Iterator[Company]:
    company = Company()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.company = company
    company.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    ask = Duffel._ask

    def ask_patiently(client: Duffel, method: str, path: str, **more: Any) -> dict[str, Any]:
        client.timeout = company.patience_for(method, path)
        return ask(client, method, path, **more)

    try:
        with mock.patch.object(Duffel, "_ask", ask_patiently):
            yield company
    finally:
        company.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
