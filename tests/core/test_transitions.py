"""The one door of every state."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.actions import users
from accounts.models import User
from accounts.states import USER
from tests.cast import actor_for
from tests.factories.trips import TripFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry
from travelplanner.core.state_machine import StateMachine
from travelplanner.core.transitions import make_moved, move
from trips.models import Trip
from trips.states import TRIP

JOB = Actor(label="test", request_id="request-1")
pytestmark = pytest.mark.django_db


def test_move_when_allowed_then_row_version_and_history_move_with_it(alice: User) -> None:
    trip = TripFactory(owner=alice)
    now = dt.datetime(2030, 1, 2, 3, 4, tzinfo=dt.UTC)
    move(trip, TRIP, "booked", actor=JOB, reason="paid", now=now, actual_spent=12)
    fresh = Trip.objects.get(pk=trip.pk)
    assert (fresh.state, fresh.row_version, fresh.actual_spent, fresh.updated_at) == ("booked", 2, 12, now)
    assert (trip.state, trip.row_version) == ("booked", 2)
    (entry,) = trip.transitions.all()
    assert (entry.from_state, entry.to_state, entry.reason, entry.actor_label, entry.request_id, entry.created_at) == (
        "planning",
        "booked",
        "paid",
        "test",
        "request-1",
        now,
    )


def test_move_when_the_table_forbids_then_conflict_names_what_may_follow(alice: User) -> None:
    trip = TripFactory(owner=alice)
    with pytest.raises(Conflict) as refused:
        move(trip, TRIP, "completed", actor=JOB)
    assert refused.value.code == "wrong_state"
    assert refused.value.extra == {"state": "planning", "allowed": ["booked", "cancelled"]}
    assert not trip.transitions.exists()


def test_move_when_another_was_faster_then_conflict_and_no_second_history_row(alice: User) -> None:
    trip = TripFactory(owner=alice)
    stale = Trip.objects.get(pk=trip.pk)
    move(trip, TRIP, "cancelled", actor=JOB)
    with pytest.raises(Conflict):
        move(stale, TRIP, "booked", actor=JOB)
    assert Trip.objects.get(pk=trip.pk).state == "cancelled"
    assert trip.transitions.count() == 1


def test_move_when_the_model_has_no_history_table_then_audited(alice: User) -> None:
    move(alice, USER, "suspended", actor=JOB, reason="asked for")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_id, entry.before, entry.after) == ("user.suspended", str(alice.pk), {"state": "active"}, {"state": "suspended", "reason": "asked for"})


def test_state_column_when_written_with_an_unknown_state_then_the_database_refuses(alice: User) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(status="sleeping")


def test_suspend_user_by_staff_then_suspended_and_reinstate_brings_back(alice: User, dana: User) -> None:
    users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="fraud check")
    assert not User.objects.get(pk=alice.pk).is_active
    with pytest.raises(Conflict):
        users.suspend_user(actor=actor_for(dana), user_id=alice.pk, reason="again")
    users.reinstate_user(actor=actor_for(dana), user_id=alice.pk, reason="cleared")
    assert User.objects.get(pk=alice.pk).is_active
    assert AuditEntry.objects.filter(actor_id=dana.pk).count() == 2


def test_suspend_user_by_a_stranger_then_not_allowed_and_unknown_id_not_found(alice: User, charlie: User, dana: User) -> None:
    with pytest.raises(NotAllowed):
        users.suspend_user(actor=actor_for(charlie), user_id=alice.pk, reason="spite")
    with pytest.raises(NotFound):
        users.suspend_user(actor=actor_for(dana), user_id=Trip().pk, reason="no such person")


def test_machine_when_asked_then_answers_from_its_table() -> None:
    machine = StateMachine(name="door", initial="open", table={"open": frozenset({"shut"}), "shut": frozenset()})
    assert machine.allows("open", "shut")
    assert not machine.allows("shut", "open")
    assert not machine.allows("gone", "open")
    assert machine.is_final("shut")
    assert machine.following("open") == {"shut"}


def test_clock_when_written_then_iso_with_zone() -> None:
    moment = dt.datetime(2030, 6, 1, 12, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert clock.iso(moment) == "2030-06-01T06:30:00.123Z"
    assert clock.now().tzinfo is not None


def test_make_moved_when_a_row_is_made_and_moved_at_once_then_both_are_told(alice: User) -> None:
    trip = TripFactory.build(owner=alice)
    now = dt.datetime(2030, 1, 2, 3, 4, tzinfo=dt.UTC)
    make_moved(trip, TRIP, "booked", actor=JOB, reason="paid", now=now, actual_spent=12)
    fresh = Trip.objects.get(pk=trip.pk)
    assert (fresh.state, fresh.row_version, fresh.actual_spent, fresh.updated_at) == ("booked", 2, 12, now)
    (entry,) = fresh.transitions.all()
    assert (entry.from_state, entry.to_state, entry.reason, entry.actor_label, entry.created_at) == ("planning", "booked", "paid", "test", now)


def test_make_moved_when_the_table_forbids_then_no_row_is_made(alice: User) -> None:
    trip = TripFactory.build(owner=alice)
    with pytest.raises(Conflict):
        make_moved(trip, TRIP, "completed", actor=JOB)
    assert not Trip.objects.filter(pk=trip.pk).exists()
