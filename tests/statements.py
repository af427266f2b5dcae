"""Counting SQL: what the product's speed rules count, which is not what a transaction needs around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

_AROUND = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ", "PRAGMA", "SELECT SET_CONFIG")


HEADER = 2  # every page of someone signed in: what is unread (the bell), what is in the cart


class Statements(list[str]):
    """The SQL texts in order; `len()` is what the rules bound."""


@contextmanager
def counted() -> Iterator[Statements]:
    """Collects the statements of the block, without BEGIN, SET, SAVEPOINT, COMMIT."""
    found = Statements()
    ContentType.objects.get_for_models(*apps.get_models())  # kept by the process: else it would count whether a test before had asked for them
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.extend(entry["sql"] for entry in captured.captured_queries if not entry["sql"].lstrip().upper().startswith(_AROUND))
