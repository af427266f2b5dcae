"""Rows that a whole module of tests looks at, made once: for rows whose making takes longer than looking at them.

    from tests.kept import keep_rows, savepoint_per_test  # noqa: F401  (fixtures)

    @pytest.fixture(scope="module")
    def office(kept_transaction: None) -> None:
        ...  # makes the rows

What a test changes is taken back after it, as ever; what the module keeps is taken back after its last test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction


@pytest.fixture(name="kept_transaction", scope="module")
def keep_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(name="_django_db_helper")
def savepoint_per_test(kept_transaction: None) -> Iterator[None]:
    """In the place of pytest-django's: its transaction per test would close the connection that holds the module's rows."""
    with transaction.atomic():
        yield
        if not connection.needs_rollback:
            connection.check_constraints()  # the deferred ones, as Django's TestCase does
        transaction.set_rollback(True)
