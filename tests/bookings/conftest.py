"""The mock gateway's book of one test, and a trip that Alice can book."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from bookings.gateways.payments.book import Book
from bookings.models import Booking, BudgetLock, LedgerEntry
from bookings.queries.inventory import overbooked
from tests.cast import actor_for
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core.actor import Actor
from trips.models import Trip


@pytest.fixture(autouse=True)
def gateway_book(settings: Any, tmp_path: Path) -> Book:
    """What the pretended company counted in this test."""
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    return Book(Path(settings.MOCK_GATEWAY_BOOK))


@pytest.fixture
def alices_trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    return make_planned_trip(alice, catalogue)


@pytest.fixture
def actor(alice: User) -> Actor:
    return actor_for(alice)


@pytest.fixture
def books_balance(db: None) -> Iterator[None]:
    """After the test: nothing oversold, journals balanced, what is held is held once."""
    yield
    assert overbooked() == []
    journals: dict[Any, Decimal] = {}
    for entry in LedgerEntry.objects.all():
        journals[entry.journal] = journals.get(entry.journal, Decimal(0)) + entry.amount
    assert set(journals.values()) <= {Decimal(0)}
    for lock in BudgetLock.objects.all():
        opened = Booking.objects.filter(trip=lock.trip, state__in=["INITIATED", "PAYMENT_PENDING"])
        kept = Booking.objects.filter(trip=lock.trip, state__in=["CONFIRMED", "COMPLETED"])
        assert lock.held == sum((booking.total for booking in opened), Decimal(0))
        assert lock.spent == sum((booking.total for booking in kept), Decimal(0))
