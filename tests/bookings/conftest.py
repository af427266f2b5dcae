"""The mock gateway's book of one test, and a trip that Alice can book."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from bookings.actions import checkout
from bookings.gateways.payments.book import Book
from bookings.gateways.suppliers import ADAPTERS
from bookings.models import Booking, BudgetLock, Hold, LedgerEntry, Payment, Refund, ServiceSlot
from bookings.queries.ledger import ledger_faults
from tests.cast import actor_for
from tests.factories.bookings import CONTACT, make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from tests.fakes.memory_supplier import MemorySupplier
from travelplanner.core.actor import Actor
from trips.models import Trip

GUARDED = ("PLACES_ARE_GUARDED", "BUDGET_IS_GUARDED", "HOLDS_ARE_GUARDED")  # a twin with its protection off leaves wrong books behind
BOOKS = (Booking, Payment, Refund, LedgerEntry, BudgetLock, Hold, ServiceSlot)  # every table that `ledger_faults` reads; empty, they agree


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
def supplier(monkeypatch: pytest.MonkeyPatch) -> MemorySupplier:
    """Another company that sells flights, under the adapter's name "memory"."""
    company = MemorySupplier()
    monkeypatch.setitem(ADAPTERS, "memory", lambda: company)
    return company


@pytest.fixture(autouse=True)
def books_balance(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """After each test with a database: nothing oversold, journals balanced, what is held is held once, see `ledger_faults`.

    A test that breaks the books on purpose asks for `books_are_broken`.
    """
    marked = request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames)
    if marked:
        request.getfixturevalue("db")  # torn down after this
    yield
    if not marked or connection.needs_rollback or "books_are_broken" in request.fixturenames or not all(getattr(settings, name) for name in GUARDED):
        return
    if any(model.objects.exists() for model in BOOKS):  # the sums cost more than many a test
        assert [str(fault) for fault in ledger_faults()] == []


@pytest.fixture
def books_are_broken() -> None:
    """The test writes what no action would."""


@pytest.fixture
def booked(actor: Actor, alices_trip: Trip) -> Booking:
    """A stay, a museum ticket and a car, paid and confirmed."""
    booking = checkout.book_trip(actor=actor, trip_reference=alices_trip.reference, contact=CONTACT)
    assert booking.state == "CONFIRMED"
    return booking
