"""A supplier that sells nothing: the offer's name decides what it does. For local mode, tests and `manage.py chaos`.

Like the mock payment gateway it plays another company, so its book is a file of its own: not rolled back with our transactions, not lost with
a killed process of ours, and counting orders independently of what our tables say.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

from .contract import Change, OfferSearch, SupplierAnswer, SupplierOffer, SupplierOutcome, SupplierRequest

SCHEMA = "CREATE TABLE IF NOT EXISTS orders (item TEXT PRIMARY KEY, status TEXT NOT NULL, total TEXT NOT NULL, currency TEXT NOT NULL, booked INTEGER NOT NULL DEFAULT 0)"
WORDS = {
    "ok",
    "refuse_hold",  # sold out when we hold
    "refuse_book",  # sold out when we book
    "lose_hold",  # holds, then no answer
    "lose_book",  # books, then no answer
    "deaf_book",  # no answer, and the request never arrived; the second try does
    "deaf_cancel",  # the first cancellation never arrives
}


class MockSupplier:
    """`external_reference` of a service is `mock:<word>`, see WORDS. What it can't do twice it doesn't do twice."""

    name = "mock"
    settles_after = dt.timedelta(0)
    names_travelers = False

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path(settings.MOCK_SUPPLIER_BOOK)

    def search(self, wish: OfferSearch) -> tuple[SupplierOffer, ...]:
        return ()

    def offer(self, reference: str) -> SupplierOffer | None:
        return None

    def hold(self, request: SupplierRequest) -> SupplierAnswer:
        word = _word(request)
        if word == "refuse_hold":
            return SupplierAnswer(SupplierOutcome.REFUSED, "sold_out")
        self._write(request, "held")
        return _lost() if word == "lose_hold" else _done(request)

    def book(self, request: SupplierRequest) -> SupplierAnswer:
        word, seen = _word(request), self._asked(request, "book")
        if word == "refuse_book":
            return SupplierAnswer(SupplierOutcome.REFUSED, "sold_out")
        if word == "deaf_book" and not seen:
            return _lost()
        self._write(request, "booked")
        return _lost() if word == "lose_book" and not seen else _done(request)

    def cancel(self, request: SupplierRequest) -> SupplierAnswer:
        if _word(request) == "deaf_cancel" and not self._asked(request, "cancel"):
            return _lost()
        with self._opened() as book:
            book.execute("UPDATE orders SET status = 'cancelled' WHERE item = ?", (str(request.item_id),))
        return _done(request)

    def status(self, request: SupplierRequest, *, booked: bool) -> SupplierAnswer:
        with self._opened() as book:
            row = book.execute("SELECT status FROM orders WHERE item = ?", (str(request.item_id),)).fetchone()
        there = row is not None and row[0] in (("booked",) if booked else ("held", "booked"))
        return _done(request) if there else SupplierAnswer(SupplierOutcome.ABSENT)

    def changes(self, since: dt.datetime) -> tuple[Change, ...]:
        return ()

    def orders(self) -> dict[str, str]:
        """Item -> status, for reports and tests."""
        with self._opened() as book:
            return dict(book.execute("SELECT item, status FROM orders ORDER BY item").fetchall())

    def _write(self, request: SupplierRequest, status: str) -> None:
        with self._opened() as book:
            book.execute(
                "INSERT INTO orders (item, status, total, currency) VALUES (?, ?, ?, ?) ON CONFLICT (item) DO UPDATE SET status = excluded.status",
                (str(request.item_id), status, str(request.total), request.currency),
            )

    def _asked(self, request: SupplierRequest, what: str) -> bool:
        """Note the question; whether it was asked before."""
        with self._opened() as book:
            return not book.execute("INSERT INTO asked (item, what) VALUES (?, ?) ON CONFLICT DO NOTHING", (str(request.item_id), what)).rowcount

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as book:
            book.execute("PRAGMA synchronous=OFF")
            book.execute(SCHEMA)
            book.execute("CREATE TABLE IF NOT EXISTS asked (item TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (item, what))")
            book.execute("BEGIN IMMEDIATE")
            try:
                yield book
            except BaseException:
                book.execute("ROLLBACK")
                raise
            book.execute("COMMIT")


def _word(request: SupplierRequest) -> str:
    word = request.offer.partition(":")[2]
    return word if word in WORDS else "ok"


def _done(request: SupplierRequest) -> SupplierAnswer:
    return SupplierAnswer(
        SupplierOutcome.DONE, reference=f"MOCK{request.item_id.hex[:10].upper()}", total=request.total, currency=request.currency, record={"schema": "supplier_v1", "by": "mock"}
    )


def _lost() -> SupplierAnswer:
    return SupplierAnswer(SupplierOutcome.UNKNOWN, "timeout")
