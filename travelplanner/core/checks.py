"""Checks of the database's guards; those of the settings live in travelplanner.checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

from . import guards


@register(Tags.database)
def database_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every guarded table (append-only, money) has its triggers."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            lost = guards.missing(connections[alias])
        except DatabaseError:
            continue  # not reachable: Django's own checks say so
        found += [Error(f"Table {guard.table} has lost its trigger {guard.name}.", hint="Run migrate.", id="core.E001") for guard in lost]
    return found
