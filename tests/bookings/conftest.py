"""The mock gateway's book of one test, and a trip that Alice can book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from bookings.gateways.payments.book import Book
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from trips.models import Trip


@pytest.fixture(autouse=True)
def gateway_book(settings: Any, tmp_path: Path) -> Book:
    """What the pretended company counted in this test."""
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    return Book(Path(settings.MOCK_GATEWAY_BOOK))


@pytest.fixture
def alices_trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    return make_planned_trip(alice, catalogue)
