"""The mock gateway's own book: a small SQLite file outside of our database.

The mock plays another company. Its memory must not be rolled back with our transactions, must outlive a killed process of ours, must be
seen by every web process and worker of the machine, and must count charges independently of what our tables say. A table of ours could do
none of the first; a process's memory or cache none of the rest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS charges (
    key TEXT PRIMARY KEY, amount TEXT NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '', calls INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS refunds (
    key TEXT PRIMARY KEY, charge TEXT NOT NULL REFERENCES charges (key), amount TEXT NOT NULL, calls INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS disputes (key TEXT PRIMARY KEY, charge TEXT NOT NULL UNIQUE REFERENCES charges (key), status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, body TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0);
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the book; `calls` counts how often it was asked for, the money moves at most once."""

    key: str
    amount: str
    currency: str
    status: str
    code: str
    calls: int


class Book:
    """Short exclusive transactions on a file at `path`; one connection per call, so that threads and processes share nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # survives a killed process; a power cut may forget pretended money
            connection.executescript(SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def enter(self, key: str, *, amount: str, currency: str, status: str, code: str) -> Charge:
        """Write the charge if the key is new; either way count the call and return what stands."""
        with self.opened() as connection:
            connection.execute(
                "INSERT INTO charges (key, amount, currency, status, code) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (key, amount, currency, status, code),
            )
            connection.execute("UPDATE charges SET calls = calls + 1 WHERE key = ?", (key,))
            return self._read(connection, key)  # type: ignore[return-value]  # it was just written

    def settle(self, key: str, *, waiting_in: str, status: str, code: str = "") -> Charge | None:
        """Decide a charge that waits in `waiting_in`; returns what stands afterwards, None for an unknown key."""
        with self.opened() as connection:
            connection.execute("UPDATE charges SET status = ?, code = ? WHERE key = ? AND status = ?", (status, code, key, waiting_in))
            return self._read(connection, key)

    def find(self, key: str) -> Charge | None:
        with self.opened() as connection:
            return self._read(connection, key)

    def give_back(self, key: str, *, charge: str, amount: str) -> bool:
        """Note a refund once; False when there is no such charge to refund."""
        with self.opened() as connection:
            found = self._read(connection, charge)
            if found is None or found.status != "succeeded":
                return False
            connection.execute("INSERT INTO refunds (key, charge, amount) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING", (key, charge, amount))
            connection.execute("UPDATE refunds SET calls = calls + 1 WHERE key = ?", (key,))
            return True

    def all_charges(self) -> list[Charge]:
        """Every charge, for reports and tests."""
        with self.opened() as connection:
            return [Charge(*row) for row in connection.execute("SELECT key, amount, currency, status, code, calls FROM charges ORDER BY key")]

    def all_refunds(self) -> list[tuple[str, str, str]]:
        """(key, charge's key, amount) of every refund."""
        with self.opened() as connection:
            return list(connection.execute("SELECT key, charge, amount FROM refunds ORDER BY key"))

    def dispute(self, key: str, *, charge: str, status: str) -> None:
        """The payer's bank wants it back, or has decided."""
        with self.opened() as connection:
            connection.execute(
                "INSERT INTO disputes (key, charge, status) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET status = excluded.status", (key, charge, status)
            )

    def find_dispute(self, key: str) -> tuple[Charge, str] | None:
        """The charge and how its dispute stands."""
        with self.opened() as connection:
            row = connection.execute("SELECT charge, status FROM disputes WHERE key = ?", (key,)).fetchone()
            found = self._read(connection, row[0]) if row else None
            return (found, row[1]) if found else None

    def tell(self, event_id: str, body: str) -> None:
        """A message to send, once."""
        with self.opened() as connection:
            connection.execute("INSERT INTO events (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", (event_id, body))

    def untold(self, limit: int = 20) -> list[tuple[str, str]]:
        """(id, body) of messages that nobody has taken yet."""
        with self.opened() as connection:
            return list(connection.execute("SELECT id, body FROM events WHERE sent = 0 ORDER BY rowid LIMIT ?", (limit,)))

    def told(self, event_id: str) -> None:
        with self.opened() as connection:
            connection.execute("UPDATE events SET sent = 1 WHERE id = ?", (event_id,))

    @staticmethod
    def _read(connection: sqlite3.Connection, key: str) -> Charge | None:
        row = connection.execute("SELECT key, amount, currency, status, code, calls FROM charges WHERE key = ?", (key,)).fetchone()
        return Charge(*row) if row else None
