"""Promise 7: a process is killed (SIGKILL) at each named moment; afterwards each charge has one booking or one refund, and the sums agree."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from bookings.actions import checkout, settlement
from bookings.gateways.payments.book import Book
from bookings.management.chaos import hands
from bookings.management.chaos.verdict import Verdict, judge
from bookings.management.chaos.world import Errand, make_world, title_of
from bookings.management.commands import chaos
from bookings.models import Booking, CartItem
from travelplanner.core import clock, failpoints, outbox
from travelplanner.core.failpoints import POINTS
from trips.models import Service, Trip

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SEED = 7


@pytest.fixture(autouse=True)
def _other_companies(settings: Any, tmp_path: Path, gateway_book: Book) -> None:
    settings.LOCAL = True
    settings.MOCK_SUPPLIER_BOOK = str(tmp_path / "supplier.sqlite3")


def errand_of(**wishes: Any) -> Errand:
    """One checkout of two of our services and one of another company's."""
    (made,) = make_world(random.Random(SEED), seed=SEED, checkouts=1)
    CartItem.objects.all().delete()
    services = [Service.objects.get(slug__endswith=end) for end in ("plenty-0", "plenty-1", "foreign-0")]
    trip = Trip.objects.get(reference=made.trip_reference)
    CartItem.objects.bulk_create(
        CartItem(user_id=made.user_id, trip=trip, service=one, booking_date=trip.start_date, price_seen=one.list_price, currency="EUR") for one in services
    )
    fixed = {"token": "tok_success", "approves": True, "walks_away": False, "cancels": ""}
    return Errand(made.number, made.user_id, made.trip_reference, made.request_key, **{**fixed, **wishes})


def killed_at(point: str, work: Callable[[], Any]) -> bool:
    """Run `work` in a child that is killed when it reaches the point; whether it was."""

    def child() -> None:
        failpoints.listen(lambda reached: os.kill(os.getpid(), signal.SIGKILL) if reached == point else None)
        work()

    connections.close_all()
    _pid, status = os.waitpid(hands.fork(child), 0)
    return os.WIFSIGNALED(status)


def verdict(settings: Any) -> Verdict:
    chaos.calm()
    return judge(title_of(SEED), Path(settings.MOCK_GATEWAY_BOOK), Path(settings.MOCK_SUPPLIER_BOOK))


def checkout_and_more(errand: Errand) -> None:
    hands.run_errand(errand)
    outbox.deliver_due()


BOOKING_POINTS = [point for point in POINTS if not point.startswith(("refund.", "cancel.")) and point != "supplier.cancelled"]
BACK_POINTS = ["cancel.begun", "supplier.cancelled", "refund.begun", "refund.answered"]


@pytest.mark.parametrize("point", BOOKING_POINTS)
def test_process_when_killed_while_booking_then_each_charge_has_one_booking_or_one_refund(point: str, settings: Any, gateway_book: Book) -> None:
    errand = errand_of()
    assert killed_at(point, lambda: checkout_and_more(errand)), "the point was never reached"
    found = verdict(settings)
    assert found.faults == []
    assert len(gateway_book.all_charges()) <= 1


@pytest.mark.parametrize("point", BACK_POINTS)
def test_process_when_killed_while_giving_back_then_it_is_given_back_once(point: str, settings: Any, gateway_book: Book) -> None:
    errand = errand_of(cancels="whole")
    assert killed_at(point, lambda: checkout_and_more(errand)), "the point was never reached"
    found = verdict(settings)
    assert found.faults == []
    assert found.captured == found.refunded > 0
    assert set(found.states) == {"CANCELLED"}


@pytest.mark.parametrize("point", ["charge.answered", "settle.committed"])
def test_client_when_its_server_was_killed_and_it_asks_again_then_one_charge(point: str, settings: Any, gateway_book: Book) -> None:
    """The same Idempotency-Key goes on where the dead process stopped; nobody has to wait for the reconciler."""
    errand = errand_of()
    assert killed_at(point, lambda: hands.run_errand(errand))
    hands.run_errand(errand)
    assert set(Booking.objects.values_list("state", flat=True)) == {"CONFIRMED"}
    assert [line.calls for line in gateway_book.all_charges() if line.status == "succeeded"] == [1]
    assert verdict(settings).faults == []


@pytest.mark.usefixtures("books_are_broken")
def test_process_when_killed_and_late_money_is_not_promised_back_then_the_sums_differ(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a charge whose process died, whose hold then ended, and whose way back nobody writes down."""
    errand = errand_of()
    assert killed_at("charge.answered", lambda: hands.run_errand(errand))
    monkeypatch.setattr(settlement, "open_refund", lambda **kwargs: None)
    checkout.expire_due(now=clock.now() + dt.timedelta(hours=2))
    found = verdict(settings)
    assert found.captured > found.refunded == found.confirmed == 0
    assert found.faults != []
