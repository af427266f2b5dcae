"""Reconciling twice at once, and a payer's own request beside it: each supplier's order is made once. With a twin that must make it twice."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest

from bookings.actions import checkout, supplier_steps
from bookings.gateways.suppliers import ADAPTERS, SupplierRequest
from bookings.models import Booking
from tests.bookings.suppliers import book, flight_trip
from tests.cast import actor_for
from tests.concurrency.crowd import run_together
from tests.factories.people import UserFactory
from tests.fakes.memory_supplier import DEAF, MemorySupplier
from travelplanner.core import clock

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SETTLED = dt.timedelta(minutes=4)


@pytest.fixture
def supplier(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> MemorySupplier:
    """One that has no protection of its own: each call that arrives makes an order."""
    settings.MOCK_GATEWAY_BOOK = str(tmp_path / "gateway.sqlite3")
    company = MemorySupplier(settles_after=dt.timedelta(minutes=3))
    monkeypatch.setitem(ADAPTERS, "memory", lambda: company)
    return company


def _reconcile_at_once(supplier: MemorySupplier, times: int = 6) -> None:
    """A booking whose first call to book was lost is taken up by `times` jobs at the same moment."""
    alice = UserFactory()
    supplier.script["out", "book"] = [DEAF]
    supplier.script["home", "book"] = [DEAF]
    book(actor_for(alice), flight_trip(alice))

    def slowly(step: str, request: SupplierRequest) -> None:
        time.sleep(0.1)

    supplier.while_asked = slowly
    later = clock.now() + SETTLED
    run_together([lambda: checkout.reconcile_suppliers(now=later, asked_after=dt.timedelta(0))] * times)
    supplier.while_asked = None
    checkout.reconcile_suppliers(now=later + SETTLED, asked_after=dt.timedelta(0))


def test_reconciling_six_times_at_once_makes_one_order_for_each_flight(supplier: MemorySupplier) -> None:
    _reconcile_at_once(supplier)

    assert Booking.objects.get().state == "CONFIRMED"
    lost_one_and_the_one_that_counts = 2
    assert max(supplier.calls["out", "book"], supplier.calls["home", "book"]) <= lost_one_and_the_one_that_counts


def test_reconciling_six_times_at_once_without_a_claim_makes_several(supplier: MemorySupplier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: who doesn't claim a call before making it makes it more than once."""
    monkeypatch.setattr(supplier_steps, "_begin_again", lambda *_args: True)

    _reconcile_at_once(supplier)

    assert max(supplier.calls["out", "book"], supplier.calls["home", "book"]) > 2
