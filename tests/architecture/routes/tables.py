"""The tables of all rooms as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver

from tests.architecture.routes import (
    table_accounts,
    table_bookings,
    table_company,
    table_core,
    table_expenses,
    table_papers,
    table_sign_in,
    table_trips,
    table_webhooks,
)
from tests.architecture.routes.rows import Row, Thing

ROOMS = (table_core, table_accounts, table_papers, table_sign_in, table_trips, table_company, table_expenses, table_bookings, table_webhooks)
TABLE: dict[str, Row] = {}
THINGS: dict[str, Thing] = {}
for room in ROOMS:
    assert not set(TABLE) & set(room.TABLE), f"{room.__name__} repeats rows"
    assert not set(THINGS) & set(room.THINGS), f"{room.__name__} repeats things"
    TABLE |= room.TABLE
    THINGS |= room.THINGS

# Groups by prefix, whose rows are their owners' (allauth's own tests, the admin's own tests); here: who gets in at all, and that nothing of Alice's shows.
GROUPS = ("accounts/", "api/auth/", "admin/")
BY_SETTING = ("bench/",)  # only with BENCH=1, which no server of travelers has


def routes(resolver: Any = None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(full name, pattern) of every route there is."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or pattern)), pattern
        else:
            yield from routes(entry, pattern, (*spaces, entry.namespace) if entry.namespace else spaces)


def ours() -> list[tuple[str, str]]:
    """Routes that need a row. One of a group that has a row all the same is walked too."""
    return [(name, pattern) for name, pattern in routes() if name in TABLE or not pattern.startswith((*GROUPS, *BY_SETTING))]
