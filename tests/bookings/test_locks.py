"""One order of locks: the trip, then what hangs on it, which is asked for again after the wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from accounts.models import User
from bookings import rules
from bookings.actions import locks
from bookings.actions.locks import TRIP_OF, lock_booking, lock_with_trip
from bookings.models import Booking, Payment
from tests.bookings import shares
from tests.bookings.steps import reserve
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips.models import Trip, TripMember


@pytest.fixture
def booking(actor: Actor, alices_trip: Trip) -> Booking:
    return reserve(actor, alices_trip)


@pytest.fixture
def while_it_waits(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Lets something happen between the trip's lock and the next."""

    def happens(what: Callable[[], object]) -> None:
        wait = locks.lock_trip

        def waited(**kwargs: Any) -> bool:
            there = wait(**kwargs)
            what()
            return there

        monkeypatch.setattr(locks, "lock_trip", waited)

    return happens


def test_booking_when_locked_then_the_trip_is_first_and_by_its_key_alone(actor: Actor, booking: Booking) -> None:
    with counted() as asked, transaction.atomic():
        found = lock_booking(actor=actor, rows=Booking.objects.filter(rules.mine(actor), reference=booking.reference))
        assert found.trip.pk == booking.trip_id  # read with it, not after it
    assert [sql.partition(" FROM ")[2].split()[0].strip('"') for sql in asked] == [Trip._meta.db_table, Booking._meta.db_table]
    assert asked[0].partition(" FROM ")[0].count(",") == 0


def test_payment_when_locked_then_the_trip_of_its_booking_is_first(actor: Actor, booking: Booking) -> None:
    with counted() as asked, transaction.atomic():
        assert lock_with_trip(actor=actor, rows=Payment.objects.filter(booking=booking)) == booking.payments.get()
    assert [sql.partition(" FROM ")[2].split()[0].strip('"') for sql in asked[:2]] == [Trip._meta.db_table, Payment._meta.db_table]


@pytest.mark.parametrize("model", TRIP_OF)
def test_row_when_there_is_none_then_not_found(model: type[Any], actor: Actor, booking: Booking) -> None:
    with pytest.raises(NotFound), transaction.atomic():
        lock_with_trip(actor=actor, rows=model.objects.filter(pk=booking.trip_id))


@pytest.mark.parametrize("model", TRIP_OF)
def test_ways_to_the_trip_when_followed_then_each_is_one_row(model: type[Model]) -> None:
    """Only forward keys: several trips, and the lock of one of them would be chance."""
    for name in TRIP_OF[model].split("__"):
        field = model._meta.get_field(name)
        assert field.many_to_one or field.one_to_one
        model = field.related_model
    assert model is Trip


def test_booking_when_it_changed_while_we_waited_then_it_is_read_as_it_is_now(
    actor: Actor, booking: Booking, while_it_waits: Callable[[Callable[[], object]], None]
) -> None:
    rows = Booking.objects.filter(pk=booking.pk)
    assert [row.language for row in rows] == [booking.language]  # read before, and kept by the queryset
    while_it_waits(lambda: Booking.objects.filter(pk=booking.pk).update(language="xx"))
    with transaction.atomic():
        assert lock_booking(actor=actor, rows=rows).language == "xx"


def test_collection_when_a_member_left_while_we_waited_then_it_is_not_theirs_to_see(
    actor: Actor, alices_trip: Trip, bob: User, while_it_waits: Callable[[Callable[[], object]], None]
) -> None:
    shares.join(alices_trip, bob)
    share = shares.share_of(shares.collect(actor, alices_trip), bob)
    while_it_waits(lambda: TripMember.objects.filter(user=bob).update(left_at=share.created_at))
    with pytest.raises(NotFound):
        shares.pay(actor_for(bob), share)
    assert not Payment.objects.exists()
