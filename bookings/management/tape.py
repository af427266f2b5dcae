"""The writes of one booking, recorded and played again as bare SQL: the yardstick of `bench_bookings`."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

HEX = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-fA-F]{8,}")


@dataclass
class Tape:
    """INSERT, UPDATE and DELETE in the order they were sent, with their parameters."""

    statements: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    sent: int = 0  # all statements, reads and transaction control too

    def record(self) -> AbstractContextManager[None]:
        """Record what this thread's connection writes while the context is open."""

        def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
            self.sent += 1
            if sql.lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
                self.statements.append((sql, tuple(params or ())))
            return execute(sql, params, many, context)

        return connection.execute_wrapper(note)

    def play(self, known: Mapping[Any, Any]) -> None:
        """The same rows once more in one transaction, through the driver itself: each id and reference is a new one, but for `known`."""
        memory: dict[Any, Any] = dict(known)
        connection.ensure_connection()
        raw = connection.connection
        sqlite = connection.vendor == "sqlite"
        cursor = raw.cursor()
        cursor.execute("BEGIN IMMEDIATE" if sqlite else "BEGIN")
        try:
            for sql, params in self.statements:
                cursor.execute(sql.replace("%s", "?") if sqlite else sql, [_fresh(value, memory) for value in params])
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
        cursor.close()


def _fresh(value: Any, memory: dict[Any, Any]) -> Any:
    """A parameter of the recorded statement as this play sends it."""
    if isinstance(value, list | tuple):
        return [_fresh(one, memory) for one in value]
    if isinstance(value, str | uuid.UUID | dt.date):
        if value in memory:
            return memory[value]
        if isinstance(value, uuid.UUID):
            memory[value] = uuid.uuid4()
            return memory[value]
        if isinstance(value, str):
            return HEX.sub(lambda found: _other(found.group(), memory), value)
    return value


def _other(text: str, memory: dict[Any, Any]) -> str:
    """Random hex of the same shape, the same for the same text."""
    if text not in memory:
        if "-" in text:
            memory[text] = str(uuid.uuid4())
        else:
            made = secrets.token_hex(len(text) // 2 + 1)[: len(text)]
            memory[text] = made.upper() if text.upper() == text else made
    return str(memory[text])
