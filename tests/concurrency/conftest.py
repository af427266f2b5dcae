"""Races need committed rows, real connections and a gateway that counts for itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bookings.gateways.payments.book import Book
from bookings.queries.ledger import ledger_faults

GUARDED = ("PLACES_ARE_GUARDED", "BUDGET_IS_GUARDED", "HOLDS_ARE_GUARDED")  # a twin with its protection off leaves wrong books behind


@pytest.fixture(autouse=True)
def books_balance(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """After each race: the books agree, see `ledger_faults`. The twins, whose protection is off, aren't asked."""
    request.getfixturevalue("transactional_db")
    yield
    if "books_are_broken" not in request.fixturenames and all(getattr(settings, name) for name in GUARDED):
        assert [str(fault) for fault in ledger_faults()] == []


@pytest.fixture
def books_are_broken() -> None:
    """The race is real when this protection is off: what it leaves behind is wrong."""


@pytest.fixture(autouse=True)
def gateway_book(settings: Any, tmp_path: Path) -> Book:
    """What the pretended company counted in this test."""
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    return Book(Path(settings.MOCK_GATEWAY_BOOK))
