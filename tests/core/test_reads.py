"""Statements that are compiled once give the rows that the ORM would, each request its own; and nothing of one request stays in them."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import Notification, Traveler, User
from travelplanner.core import clock, reads
from travelplanner.core.actor import Actor

NOW = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    """The builders of this module close over nothing, but some tests count statements of a fresh process."""
    reads.forget()
    yield
    reads.forget()


def travelers_of(*, actor: Actor) -> QuerySet[Traveler]:
    return Traveler.objects.filter(user=actor.user_id).select_related("user").order_by("first_name")


def by_name(state: str, *, names: Any, since: Any = None) -> QuerySet[Traveler, Any]:
    rows = Traveler.objects.filter(reads.OneOf("first_name", names), state=state).order_by("first_name")
    return (rows.filter(created_at__gte=since) if since is not None else rows).values_list("first_name", "created_at")


@pytest.fixture
def people(alice: User, bob: User) -> dict[str, Traveler]:
    made = [Traveler(user=alice, first_name="Ada", date_of_birth=dt.date(1990, 5, 1), needs=["step_free"], created_at=NOW), Traveler(user=alice, first_name="Ben"), Traveler(user=bob, first_name="Cleo")]
    return {one.first_name: one for one in Traveler.objects.bulk_create(made)}


@pytest.mark.django_db
def test_rows_when_read_by_two_then_each_their_own_in_the_orms_shape(people: dict[str, Traveler], alice: User, bob: User) -> None:
    for user, names in ((alice, ["Ada", "Ben"]), (bob, ["Cleo"]), (alice, ["Ada", "Ben"])):
        found = reads.rows(travelers_of, actor=Actor(user_id=user.pk, request_id=uuid.uuid4().hex))
        assert [one.first_name for one in found] == names
        assert found == list(travelers_of(actor=Actor(user_id=user.pk)))
        assert all(one.user == user and one._state.db == "default" and not one._state.adding for one in found)
    assert reads._prepare.cache_info().misses == 1, "compiled once, whoever asks"
    assert found[0].date_of_birth == dt.date(1990, 5, 1)
    assert (found[0].needs, found[0].created_at) == (["step_free"], NOW)


@pytest.mark.django_db
def test_rows_when_nobody_asks_then_none(people: dict[str, Traveler]) -> None:
    assert reads.rows(travelers_of, actor=Actor()) == []
    assert reads.count(travelers_of, actor=Actor()) == 0


@pytest.mark.django_db
def test_one_of_when_asked_for_more_or_less_then_the_same_statement(people: dict[str, Traveler]) -> None:
    for names, found in ((["Ada"], ["Ada"]), (["Cleo", "Ada", "Dora"], ["Ada", "Cleo"]), (["it's", '"quoted"', "\\"], []), ([], [])):
        assert [row[0] for row in reads.rows(by_name, "active", names=names)] == found
    assert reads._prepare.cache_info().misses == 1
    assert reads.rows(by_name, "active", names=["Ada", "Ben"], since=NOW + dt.timedelta(days=1)) == []
    assert reads.rows(by_name, "active", names=["Ada", "Ben"], since=NOW)[0] == ("Ada", NOW)


@pytest.mark.django_db
def test_listing_when_paged_then_counted_and_cut_like_a_queryset(alice: User) -> None:
    Traveler.objects.bulk_create(Traveler(user=alice, first_name=f"N{number:02}") for number in range(30))
    listing = reads.Listing(travelers_of, actor=Actor(user_id=alice.pk))
    with CaptureQueriesContext(connection) as said:
        assert (listing.count(), [one.first_name for one in listing[25:50]]) == (30, [f"N{number:02}" for number in range(25, 30)])
    assert len(said) == 2
    kept = reads._prepare.cache_info().currsize
    assert [len(listing[first:stop]) for first, stop in ((0, 10), (7, 9), (20, 30), (30, 30))] == [10, 2, 10, 0]
    assert reads._prepare.cache_info().currsize == kept, "whoever pages through a list pushes nobody's statement out"
    assert (len(listing[0:10]), reads.count(travelers_of, actor=Actor(user_id=uuid.uuid4()))) == (10, 0)


def _grouped(*, actor: Actor) -> QuerySet[User]:
    return User.objects.filter(pk=actor.user_id).annotate(number=Count("travelers"))


def _plain(*, actor: Actor) -> QuerySet[User]:
    return User.objects.filter(pk=actor.user_id)


@pytest.mark.django_db
def test_listing_when_its_rows_are_grouped_then_counted_by_what_says_so(people: dict[str, Traveler], alice: User) -> None:
    actor = Actor(user_id=alice.pk)
    listing = reads.Listing(_grouped, counted=_plain, actor=actor)
    assert (listing.count(), [one.number for one in listing[0:5]]) == (1, [2])
    with pytest.raises(TypeError, match="grouped"):
        reads.count(_grouped, actor=actor)


def _frozen(*, actor: Actor) -> QuerySet[Notification]:
    return Notification.objects.filter(user=actor.user_id, scheduled_for__lte=clock.now())


def _frozen_key(number: int) -> QuerySet[User]:
    return User.objects.filter(pk=uuid.UUID(int=number))


def _with_prefetch(*, actor: Actor) -> QuerySet[User]:
    return User.objects.filter(pk=actor.user_id).prefetch_related("travelers")


def _locking(*, actor: Actor) -> QuerySet[User]:
    return User.objects.select_for_update().filter(pk=actor.user_id)


@pytest.mark.django_db
def test_statement_when_it_would_keep_a_moment_or_a_key_of_this_request_then_refused(alice: User) -> None:
    for build, given in ((_frozen, {"actor": Actor(user_id=alice.pk)}), (_with_prefetch, {"actor": Actor(user_id=alice.pk)}), (_locking, {"actor": Actor(user_id=alice.pk)})):
        with pytest.raises(TypeError):
            reads.rows(build, **given)
    with pytest.raises(TypeError, match="as values"):
        reads.rows(_frozen_key, 7)


def _named(*, name: str) -> QuerySet[Traveler]:
    return Traveler.objects.filter(first_name=name)


@pytest.mark.django_db
def test_value_when_it_is_none_then_refused_for_null_is_another_statement() -> None:
    with pytest.raises((TypeError, KeyError)):
        reads.rows(_named, name=None)


def _companions(*, actor: Actor) -> QuerySet[User]:
    theirs = Traveler.objects.filter(user=OuterRef("pk"), user_id=actor.user_id)
    return User.objects.filter(Q(Exists(theirs)) | Q(email=Actor.__name__))


@pytest.mark.django_db
def test_slot_when_inside_a_subquery_then_its_value_stands_there(people: dict[str, Traveler], alice: User, bob: User) -> None:
    assert reads.rows(_companions, actor=Actor(user_id=alice.pk)) == [alice]
    assert reads.rows(_companions, actor=Actor(user_id=bob.pk)) == [bob]


@pytest.mark.django_db
def test_attach_when_read_apart_then_as_prefetched_and_nobody_elses(people: dict[str, Traveler], alice: User, bob: User) -> None:
    users = [alice, bob]
    reads.attach(users, "travelers", people.values(), by="user_id")
    with CaptureQueriesContext(connection) as said:
        assert [[one.first_name for one in user.travelers.all()] for user in users] == [["Ada", "Ben"], ["Cleo"]]  # type: ignore[attr-defined]  # the reverse of a foreign key
        assert list(alice.travelers.all().filter(first_name="Cleo")) == []
    assert len(said) == 0


@pytest.mark.django_db(transaction=True)
def test_rows_when_threads_ask_at_once_then_each_by_its_own_connection(alice: User, bob: User) -> None:
    Traveler.objects.bulk_create([Traveler(user=alice, first_name="Ada"), Traveler(user=bob, first_name="Cleo")])

    def ask(number: int) -> list[str]:
        try:
            return [one.first_name for one in reads.rows(travelers_of, actor=Actor(user_id=(alice, bob)[number % 2].pk))]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(24))) == [["Ada"], ["Cleo"]] * 12


@pytest.mark.django_db(transaction=True)
def test_locked_when_outside_of_a_transaction_then_refused_and_inside_the_row_is_read(alice: User) -> None:
    for _time in range(2):
        with transaction.atomic():
            assert reads.locked(_locking, actor=Actor(user_id=alice.pk)) == [alice]
        with pytest.raises(transaction.TransactionManagementError):
            reads.locked(_locking, actor=Actor(user_id=alice.pk))
