"""The votes page: ask by the trip's clock, vote, outcome in words, carry it out, a mark in the plan."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import page_for
from tests.statements import counted
from tests.trips.company import Company, make_company
from tests.trips.planned import chosen
from trips.models import Place, StopPoll, StopVote, Trip, TripDestination, TripMember
from trips.queries.polls import planned_places

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(alice: User, bob: User, catalogue: Any) -> Company:
    made = make_company(alice, bob)
    TripDestination.objects.create(
        trip=made.trip, destination=catalogue.places[0].destination, position=0, arrival=made.trip.start_date, departure=made.trip.end_date
    )
    return made


@pytest.fixture
def planned(alice: User, bob: User, alice_api: APIClient, catalogue: Any, settings: Any) -> Company:
    settings.PLANNING_EFFORT = 15
    return make_company(alice, bob, Trip.objects.get(reference=chosen(alice_api)))


def words(answer: HttpResponse) -> str:
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def make_poll(company: Company, place_id: uuid.UUID, **fields: Any) -> StopPoll:
    closes_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    return StopPoll.objects.create(**{"trip": company.trip, "place_id": place_id, "asked_by": company.alice, "closes_at": closes_at, **fields})


def end(poll: StopPoll) -> None:
    StopPoll.objects.filter(pk=poll.pk).update(closes_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))


def a_place() -> Place:
    return Place.objects.order_by("name")[0]


def test_page_when_nothing_was_asked_then_it_teaches_by_role(alice_page: Client, company: Company) -> None:
    assert "Ask the others, set an end" in words(alice_page.get(company.page("votes")))
    viewer = page_for(company.users["vera"]).get(company.page("votes"))
    assert "When the owner or an editor asks" in words(viewer)
    assert 'name="closes_at"' not in viewer.content.decode()


def test_question_when_asked_then_the_end_is_by_the_trips_clock(alice_page: Client, company: Company) -> None:
    evening = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).replace(hour=20, minute=0)
    sent = {"place": str(a_place().pk), "question": "So early?", "closes_at": evening.strftime("%Y-%m-%dT%H:%M")}
    said = words(alice_page.post(company.page("votes"), sent, follow=True))
    assert "“So early?”" in said or "So early?" in said
    assert "20:00 (India" in said
    assert StopPoll.objects.get().closes_at.astimezone(dt.UTC).strftime("%H:%M") == "14:30"


@pytest.mark.parametrize(("changes", "status"), [({"place": "x"}, 400), ({"place": ""}, 400), ({"closes_at": "soon"}, 400), ({"closes_at": "2020-01-01T10:00"}, 400)])
def test_question_when_something_does_not_fit_then_said(alice_page: Client, company: Company, changes: dict[str, str], status: int) -> None:
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    answer = alice_page.post(company.page("votes"), {"place": str(a_place().pk), "closes_at": later, **changes})
    assert (answer.status_code, "aria-invalid" in answer.content.decode()) == (status, True)
    assert not StopPoll.objects.exists()


def test_vote_when_given_then_everyone_sees_who_said_what(alice_page: Client, company: Company) -> None:
    poll, vera = make_poll(company, a_place().pk), page_for(company.users["vera"])
    assert "Your vote counts" in words(vera.post(company.page(f"votes/{poll.pk}"), {"choice": "yes"}, follow=True))
    shown = words(alice_page.get(company.page("votes")))
    assert "Yes: 1 Vera" in shown
    assert "Everyone in the trip sees who voted what" in shown
    assert "So far more want to go than not." in shown
    end(poll)
    assert "This vote is over." in words(vera.post(company.page(f"votes/{poll.pk}"), {"choice": "no"}, follow=True))
    after = words(alice_page.get(company.page("votes")))
    assert "More want to go than not." in after
    assert StopVote.objects.get().choice == "yes"


def test_vote_when_ended_early_then_by_who_asked_or_the_owner(alice_page: Client, bob_page: Client, company: Company) -> None:
    poll = make_poll(company, a_place().pk)
    assert bob_page.post(company.page(f"votes/{poll.pk}/close")).status_code == 403
    assert "is over." in words(alice_page.post(company.page(f"votes/{poll.pk}/close"), follow=True))


def test_strangers_when_they_ask_for_the_page_then_404(charlie_page: Client, company: Company) -> None:
    poll = make_poll(company, a_place().pk)
    for client in (charlie_page, page_for(company.users["emil"])):
        assert client.get(company.page("votes")).status_code == 404
        for rest in ("", "/close", "/apply"):
            assert client.post(company.page(f"votes/{poll.pk}{rest}"), {"choice": "yes"}).status_code == 404


def test_outcome_when_over_then_an_editor_carries_it_out_and_a_viewer_is_told_who_can(alice_page: Client, bob_page: Client, planned: Company) -> None:
    place = next(iter(planned_places(planned.trip)))
    poll = make_poll(planned, place)
    assert "Vote open" in words(alice_page.get(planned.page("plan?day=1")))
    StopVote.objects.create(poll=poll, member=planned.vera, choice="no")
    end(poll)
    assert "Vote open" not in words(alice_page.get(planned.page("plan?day=1")))
    assert "The owner or an editor can change the plan now." in words(page_for(planned.users["vera"]).get(planned.page("votes")))
    assert "Take it out of the plan" in words(bob_page.get(planned.page("votes")))
    done = bob_page.post(planned.page(f"votes/{poll.pk}/apply"))
    assert (done.status_code, done["Location"]) == (302, planned.page("plan"))
    planned.trip.refresh_from_db()
    assert planned.trip.chosen_revision == 2
    StopVote.objects.update(choice="yes")
    shown = words(bob_page.get(planned.page("votes")))
    assert "Put it into the plan" in shown
    assert re.search(r"day: fits (after|as the first stop)", shown)
    bob_page.post(planned.page(f"votes/{poll.pk}/apply"))
    assert "It is in the plan." in words(bob_page.get(planned.page("votes")))


def test_statements_when_there_are_30_voters_then_as_few_as_with_one(alice_page: Client, company: Company) -> None:
    places = list(Place.objects.order_by("name")[:9])

    def add(number: int) -> None:
        member = TripMember.objects.create(trip=company.trip, name=f"Child {number}", role="viewer")
        if number < len(places):
            make_poll(company, places[number].pk)
        StopVote.objects.bulk_create(StopVote(poll=poll, member=member, choice="either") for poll in StopPoll.objects.all())

    def statements() -> int:
        alice_page.get(company.page("votes"))
        with counted() as made:
            assert alice_page.get(company.page("votes")).status_code == 200
        return len(made)

    add(0)
    with_one = statements()
    for number in range(1, 30):
        add(number)
    assert statements() == with_one <= 12


@pytest.mark.parametrize("part", ["company", "readiness", "votes", "expenses", "sharing"])
def test_step_bar_when_a_plan_is_chosen_then_the_company_belongs_to_it(alice_page: Client, planned: Company, part: str) -> None:
    """Not "still to come": the plan is what these pages are about."""
    html = alice_page.get(planned.page(part)).content.decode()
    assert re.search(r'<li class="here"><a href="[^"]+/plan" aria-current="step">Plan</a>', html)


def test_step_bar_when_no_plan_is_chosen_then_no_step_is_ours(alice_page: Client, company: Company) -> None:
    assert 'aria-current="step"' not in alice_page.get(company.page("company")).content.decode()
