"""Rows written without the ORM: the same rows, the same refusals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from tests.factories.trips import TripFactory
from tests.statements import counted
from travelplanner.core import plain_rows
from travelplanner.core.models import AuditEntry, OutboxMessage
from trips.models import Trip

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2020, 1, 2, 3, 4, tzinfo=dt.UTC)


def _message(key: str) -> OutboxMessage:
    return OutboxMessage(template="booked", recipient="alice@example.org", context={"total": "19.90", "list": [1, None]}, secrets={"url": "door"}, dedupe_key=key)


def test_insert_when_written_then_the_row_is_the_one_that_the_orm_writes() -> None:
    plain, usual = _message("plain"), _message("usual")
    plain_rows.insert([plain])
    usual.save()
    first, second = OutboxMessage.objects.get(dedupe_key="plain"), OutboxMessage.objects.get(dedupe_key="usual")
    own = {"id", "dedupe_key", "created_at", "updated_at", "next_attempt_at"}
    same = [field.attname for field in OutboxMessage._meta.concrete_fields if field.attname not in own]
    assert [getattr(first, name) for name in same] == [getattr(second, name) for name in same]
    assert first.pk == plain.pk
    assert first.secrets == {"url": "door"}
    assert first.updated_at >= first.created_at
    assert not plain._state.adding


def test_insert_when_a_row_says_when_it_changed_then_that_is_kept() -> None:
    message = _message("then")
    message.updated_at = LONG_AGO
    plain_rows.insert([message])
    assert OutboxMessage.objects.get(pk=message.pk).updated_at == LONG_AGO


def test_insert_when_a_row_is_there_already_then_it_stays_if_asked_to_and_is_refused_else() -> None:
    plain_rows.insert([_message("once")])
    plain_rows.insert([_message("once"), _message("twice")], ignore_conflicts=True)
    assert OutboxMessage.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        plain_rows.insert([_message("once")])


def test_insert_when_refused_then_nothing_more_is_written_in_its_transaction() -> None:
    plain_rows.insert([_message("once")])
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            plain_rows.insert([_message("once")])
        with pytest.raises(transaction.TransactionManagementError):
            plain_rows.insert([_message("after")])
    assert not OutboxMessage.objects.filter(dedupe_key="after").exists()


def test_insert_when_there_are_hundreds_then_all_are_written_in_order() -> None:
    rows = [AuditEntry(action=f"counted.{number:03}", object_type="core.test", object_id="1") for number in range(250)]
    with counted() as sent:
        plain_rows.insert(rows)
    assert 1 < len(sent) < 5
    assert list(AuditEntry.objects.filter(object_type="core.test").order_by("id").values_list("action", flat=True)) == [row.action for row in rows]
    assert plain_rows.insert([]) == []


def test_change_when_rows_are_as_expected_then_they_change_and_are_counted(alice: User) -> None:
    trips = [TripFactory(owner=alice, actual_spent=Decimal("0.1")) for _ in range(3)]
    keys = [trip.pk for trip in trips]
    more = {"title": "Lisbon", "actual_spent": plain_rows.Plus(Decimal("0.2")), "row_version": plain_rows.Plus(1)}
    assert plain_rows.change(Trip, more, where={"state": "planning"}, keys=keys[:2]) == 2
    assert plain_rows.change(Trip, more, where={"state": "booked"}, keys=keys) == 0
    told = Trip.objects.filter(pk__in=keys[:2]).values_list("title", "actual_spent", "row_version")
    assert set(told) == {("Lisbon", Decimal("0.300"), 2)}
    assert Trip.objects.get(pk=keys[2]).row_version == 1


def test_change_when_there_is_no_room_then_no_row_is_hit(alice: User) -> None:
    trip = TripFactory(owner=alice, traveler_count=3, row_version=5)
    assert plain_rows.change(Trip, {"title": "full"}, where={"id": trip.pk, "traveler_count": plain_rows.Room("row_version", 3)}) == 0
    assert plain_rows.change(Trip, {"title": "fits"}, where={"id": trip.pk, "traveler_count": plain_rows.Room("row_version", 2)}) == 1
    assert Trip.objects.get(pk=trip.pk).title == "fits"


def test_drop_when_rows_match_one_of_the_wishes_then_only_these_go() -> None:
    plain_rows.insert([_message("one"), _message("two"), _message("three")])
    wishes = [{"dedupe_key": "one", "state": "queued"}, {"dedupe_key": "two", "state": "sent"}, {"dedupe_key": "three", "state": "queued"}]
    assert plain_rows.drop(OutboxMessage, wishes) == 2
    assert list(OutboxMessage.objects.values_list("dedupe_key", flat=True)) == ["two"]


def test_change_when_there_is_no_key_then_nobody_is_changed() -> None:
    trip = TripFactory()
    assert plain_rows.change(Trip, {"title": "All of them"}, where={"state": trip.state}, keys=[]) == 0
    trip.refresh_from_db()
    assert trip.title != "All of them"


def test_condition_when_it_is_none_then_refused_and_not_taken_for_nothing() -> None:
    with pytest.raises(TypeError, match="IS NULL"):
        plain_rows.change(Trip, {"title": "x"}, where={"owner": None}, keys=[TripFactory().pk])
    with pytest.raises(TypeError, match="IS NULL"):
        plain_rows.drop(OutboxMessage, [{"dedupe_key": None}])
