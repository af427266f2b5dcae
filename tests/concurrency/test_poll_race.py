"""A vote at the moment of closing either counts in the tally that closing gives, or is told that it is too late. The twin without its guard is neither."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.cast import actor_for
from tests.concurrency.crowd import run_together
from tests.factories.catalogue import make_catalogue
from tests.trips.company import Company, make_company
from travelplanner.core.errors import Conflict
from trips.actions import polls
from trips.models import Place, StopPoll, StopVote, TripDestination, TripMember

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
VOTERS = 8


@pytest.fixture
def company(alice: User, bob: User) -> Company:
    return make_company(alice, bob)


def ask(company: Company) -> StopPoll:
    place = Place.objects.order_by("name").first() or make_catalogue().places[0]
    TripDestination.objects.get_or_create(trip=company.trip, position=0, defaults={"destination": place.destination, "arrival": company.trip.start_date, "departure": company.trip.end_date})
    closes_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    return polls.ask(actor=actor_for(company.users["alice"]), reference=company.reference, place_id=place.pk, closes_at=closes_at)


def voting(company: Company, poll: StopPoll, user: User) -> Callable[[], StopVote]:
    return lambda: polls.vote(actor=actor_for(user), reference=company.reference, poll_id=poll.pk, choice="yes")


def race(company: Company, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Everybody has read that the vote is open; then it is closed, and only then do they write. Returns (accepted, in the closing's tally)."""
    poll = ask(company)
    users = [User(email=f"v{n}@example.org", password="!") for n in range(VOTERS)]
    User.objects.bulk_create(users)
    TripMember.objects.bulk_create(TripMember(trip=company.trip, user=user, name=user.email, role="viewer") for user in users)
    read, closed = threading.Barrier(VOTERS + 1), threading.Event()
    real = polls.is_open

    def is_open(*args: Any) -> bool:
        found = real(*args)
        read.wait(timeout=30)
        closed.wait(timeout=30)
        return found

    monkeypatch.setattr(polls, "is_open", is_open)

    def close() -> StopPoll:
        read.wait(timeout=30)
        try:
            return polls.close_poll(actor=actor_for(company.users["alice"]), reference=company.reference, poll_id=poll.pk)
        finally:
            closed.set()

    *votes, ended = run_together([*(voting(company, poll, user) for user in users), close], workers=VOTERS + 1)
    assert all(isinstance(vote, StopVote) or (isinstance(vote, Conflict) and vote.code == "poll_closed") for vote in votes), votes
    return sum(isinstance(vote, StopVote) for vote in votes), len(ended.votes.all())


def test_vote_when_the_poll_closes_in_between_then_it_is_told_so(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(company, monkeypatch) == (0, 0)
    assert not StopVote.objects.exists()


def test_vote_when_unguarded_then_votes_are_accepted_that_no_tally_holds(company: Company, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.POLLS_ARE_GUARDED = False
    accepted, counted = race(company, monkeypatch)
    assert accepted > counted


def test_votes_when_they_come_together_with_the_closing_then_each_accepted_one_is_in_its_tally(company: Company) -> None:
    for _round in range(5):
        StopPoll.objects.all().delete()
        poll = ask(company)
        start = threading.Barrier(4)

        def together(call: Callable[[], Any], start: threading.Barrier = start) -> Callable[[], Any]:
            def run() -> Any:
                start.wait(timeout=30)
                return call()

            return run

        users = [company.users[name] for name in ("alice", "bob", "vera")]
        close = lambda poll=poll: polls.close_poll(actor=actor_for(company.users["alice"]), reference=company.reference, poll_id=poll.pk)  # noqa: E731
        *votes, ended = run_together([*(together(voting(company, poll, user)) for user in users), together(close)], workers=4)
        accepted = {vote.pk for vote in votes if isinstance(vote, StopVote)}
        assert accepted == {vote.pk for vote in ended.votes.all()} == set(StopVote.objects.filter(poll=poll).values_list("pk", flat=True))
        assert len(accepted) + sum(isinstance(vote, Conflict) for vote in votes) == 3


def test_one_voice_when_the_same_person_votes_many_times_at_once_then_one_row(company: Company) -> None:
    poll = ask(company)
    results = run_together([voting(company, poll, company.users["vera"])] * 10, workers=10)
    assert all(isinstance(vote, StopVote) for vote in results), results
    assert StopVote.objects.count() == 1
