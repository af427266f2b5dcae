"""Checks of the database's guards; those of the settings live in travelplanner.checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import DatabaseError

from . import append_only


@register(Tags.database)
def append_only_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every append-only table has its triggers."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            tables = append_only.missing(connections[alias])
        except DatabaseError:
            continue  # not reachable: Django's own checks say so
        found += [Error(f"Table {table} has lost its append-only triggers.", hint="Run migrate.", id="core.E001") for table in tables]
    return found
