"""A supplier in memory at the gateway's boundary: keeps its own orders, and does at each step what the test says.

It knows nothing of our tables. What a test scripts is consumed call by call; what isn't scripted goes well.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bookings.gateways.suppliers import (
    Change,
    OfferSearch,
    SupplierAnswer,
    SupplierOffer,
    SupplierOutcome,
    SupplierRequest,
)

NO, LOST, DEAF, DEARER, REFUSES, SLOW = "no", "lost", "deaf", "dearer", "refuses", "slow"


@dataclass
class MemorySupplier:
    """`script[offer, step]` is a list of what happens at that step: NO (refused), LOST (done, no answer), DEAF (never arrived, no answer),
    DEARER (held at another price), SLOW (decided later). `orders` is what is there, by item: held, booked or cancelled."""

    name: str = "memory"
    settles_after: dt.timedelta = dt.timedelta(0)
    names_travelers: bool = False
    script: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    orders: dict[Any, str] = field(default_factory=dict)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: Counter[Any] = field(default_factory=Counter)  # how often an order came into being, by item
    while_asked: Callable[[str, SupplierRequest], None] | None = None
    offers: dict[str, SupplierOffer] = field(default_factory=dict)
    told: tuple[Change, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def search(self, wish: OfferSearch) -> tuple[SupplierOffer, ...]:
        return tuple(self.offers.values())

    def offer(self, reference: str) -> SupplierOffer | None:
        return self.offers.get(reference)

    def hold(self, request: SupplierRequest) -> SupplierAnswer:
        return self._make(request, "hold", "held")

    def book(self, request: SupplierRequest) -> SupplierAnswer:
        return self._make(request, "book", "booked")

    def cancel(self, request: SupplierRequest) -> SupplierAnswer:
        does = self._next(request, "cancel")
        if does == DEAF:
            return SupplierAnswer(SupplierOutcome.UNKNOWN, "timeout")
        if does == REFUSES:
            return SupplierAnswer(SupplierOutcome.REFUSED, "not_cancellable")
        with self.lock:
            known = request.item_id in self.orders
            if known:
                self.orders[request.item_id] = "cancelled"
        if does == LOST:
            return SupplierAnswer(SupplierOutcome.UNKNOWN, "timeout")
        return SupplierAnswer(SupplierOutcome.DONE, "" if known else "absent")

    def status(self, request: SupplierRequest, *, booked: bool) -> SupplierAnswer:
        self.calls[request.offer, "status"] += 1
        with self.lock:
            state = self.orders.get(request.item_id, "")
        if state == "cancelled":
            return SupplierAnswer(SupplierOutcome.REFUSED, "cancelled")
        there = state in (("booked",) if booked else ("held", "booked"))
        return _done(request) if there else SupplierAnswer(SupplierOutcome.ABSENT)

    def changes(self, since: dt.datetime) -> tuple[Change, ...]:
        return self.told

    def left(self) -> list[str]:
        """What is still there."""
        return sorted(state for state in self.orders.values() if state != "cancelled")

    def _make(self, request: SupplierRequest, step: str, state: str) -> SupplierAnswer:
        does = self._next(request, step)
        if self.while_asked is not None:
            self.while_asked(step, request)
        if does == NO:
            return SupplierAnswer(SupplierOutcome.REFUSED, "sold_out")
        if does == DEAF:
            return SupplierAnswer(SupplierOutcome.UNKNOWN, "timeout")
        if does == SLOW:
            return SupplierAnswer(SupplierOutcome.PENDING, "queued")
        with self.lock:
            if self.orders.get(request.item_id) != state:
                self.made[request.item_id, state] += 1
            self.orders[request.item_id] = state
        if does == LOST:
            return SupplierAnswer(SupplierOutcome.UNKNOWN, "timeout")
        return _done(request, total=request.total + 10 if does == DEARER else request.total)

    def _next(self, request: SupplierRequest, step: str) -> str:
        self.calls[request.offer, step] += 1
        waiting = self.script[request.offer, step]
        return waiting.pop(0) if waiting else ""


def _done(request: SupplierRequest, total: Decimal | None = None) -> SupplierAnswer:
    return SupplierAnswer(
        SupplierOutcome.DONE,
        reference=f"ORD-{request.item_id.hex[:8]}",
        total=request.total if total is None else total,
        currency=request.currency,
        record={"schema": "supplier_v1"},
    )
