"""Votes on stops through the API: who may ask, vote, close; deadline; outcome; carried out in the plan."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.statements import counted
from tests.trips.company import Company, make_company, refused
from tests.trips.planned import assert_error, chosen, orders
from trips.models import Place, StopPoll, StopVote, Trip, TripDestination, TripMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(alice: User, bob: User, catalogue: Any) -> Company:
    """A trip to Varanasi that nobody planned yet."""
    made = make_company(alice, bob)
    TripDestination.objects.create(
        trip=made.trip, destination=catalogue.places[0].destination, position=0, arrival=made.trip.start_date, departure=made.trip.end_date
    )
    return made


@pytest.fixture
def planned(alice: User, bob: User, alice_api: APIClient, catalogue: Any, settings: Any) -> Company:
    """A trip with a chosen plan."""
    settings.PLANNING_EFFORT = 15
    return make_company(alice, bob, Trip.objects.get(reference=chosen(alice_api)))


def later(**more: float) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(**(more or {"days": 1}))).isoformat()


def ask(client: APIClient, company: Company, place: Any, **changes: Any) -> dict[str, Any]:
    answer = client.post(company.url("polls"), {"placeId": str(place), "closesAt": later(), **changes})
    assert answer.status_code == 201, answer.content
    return answer.json()


def vote(client: APIClient, company: Company, poll: dict[str, Any], choice: str) -> Any:
    return client.put(company.url(f"polls/{poll['id']}/vote"), {"choice": choice})


def close(client: APIClient, company: Company, poll: dict[str, Any]) -> Any:
    return client.post(company.url(f"polls/{poll['id']}/close"))


def end(poll: dict[str, Any]) -> None:
    """Its deadline is over."""
    StopPoll.objects.filter(pk=poll["id"]).update(closes_at=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1))


def a_place() -> uuid.UUID:
    return Place.objects.order_by("name").values_list("pk", flat=True)[0]


def test_poll_when_asked_then_everyone_votes_changes_their_mind_and_sees_who_said_what(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    poll = ask(bob_api, company, a_place(), question="At five in the morning?")
    assert (poll["open"], poll["outcome"], poll["timezone"], poll["askedBy"]["name"]) == (True, "unasked", "Asia/Kolkata", "Bob")
    assert poll["closesAt"].endswith("+05:30")
    vera = company.api("vera")
    assert vote(vera, company, poll, "no").json()["outcome"] == "skip"
    assert vote(vera, company, poll, "yes").json()["myChoice"] == "yes"
    vote(alice_api, company, poll, "either")
    found = bob_api.get(company.url("polls")).json()["results"][0]
    assert found["counts"] == {"yes": 1, "no": 0, "either": 1}
    assert {row["member"]["name"]: row["choice"] for row in found["votes"]} == {"Vera": "yes", "Alice": "either"}
    assert (found["outcome"], found["myChoice"], StopVote.objects.count()) == ("go", None, 2)


@pytest.mark.parametrize(("choices", "outcome"), [(["yes", "yes", "no"], "go"), (["no", "either"], "skip"), (["yes", "no", "either"], "even"), (["either"], "either"), ([], "unasked")])
def test_outcome_when_votes_are_in_then_it_follows_the_rule(alice_api: APIClient, bob_api: APIClient, company: Company, choices: list[str], outcome: str) -> None:
    poll = ask(alice_api, company, a_place())
    for client, choice in zip((alice_api, bob_api, company.api("vera")), choices, strict=False):
        assert vote(client, company, poll, choice).status_code == 200
    assert close(alice_api, company, poll).json()["outcome"] == outcome


def test_vote_when_late_then_409_and_the_outcome_stays(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    poll = ask(alice_api, company, a_place())
    vote(alice_api, company, poll, "yes")
    end(poll)
    assert_error(vote(bob_api, company, poll, "no"), 409, "poll_closed")
    assert_error(vote(alice_api, company, poll, "no"), 409, "poll_closed")
    found = alice_api.get(company.url("polls")).json()["results"][0]
    assert (found["open"], found["outcome"], found["counts"]["yes"]) == (False, "go", 1)


def test_close_when_by_who_asked_or_the_owner_then_over_and_by_others_refused(alice_api: APIClient, bob_api: APIClient, company: Company) -> None:
    bobs, alices = ask(bob_api, company, a_place()), ask(alice_api, company, Place.objects.order_by("name")[1].pk)
    assert_error(close(bob_api, company, alices), 403, "not_yours")
    assert_error(close(company.api("vera"), company, bobs), 403, "not_yours")
    assert close(bob_api, company, bobs).json()["open"] is False
    first = close(alice_api, company, alices).json()
    assert close(alice_api, company, alices).json()["closedAt"] == first["closedAt"]  # once over, it stays as it ended
    assert_error(vote(bob_api, company, alices, "yes"), 409, "poll_closed")


def test_ask_when_viewer_or_twice_or_elsewhere_then_refused(alice_api: APIClient, company: Company) -> None:
    place = a_place()
    assert_error(company.api("vera").post(company.url("polls"), {"placeId": str(place), "closesAt": later()}), 403, "role_too_small")
    poll = ask(alice_api, company, place)
    assert_error(alice_api.post(company.url("polls"), {"placeId": str(place), "closesAt": later()}), 409, "asked_already")
    end(poll)
    ask(alice_api, company, place)  # the first one is over
    TripDestination.objects.all().delete()
    other = Place.objects.order_by("name")[2]
    for key in (other.pk, uuid.uuid4()):
        refused(alice_api.post(company.url("polls"), {"placeId": str(key), "closesAt": later()}), "placeId")


@pytest.mark.parametrize("closes_at", [{"minutes": 1}, {"days": -1}, {"days": 91}])
def test_ask_when_the_end_is_too_soon_or_too_far_then_refused(alice_api: APIClient, company: Company, closes_at: dict[str, float]) -> None:
    refused(alice_api.post(company.url("polls"), {"placeId": str(a_place()), "closesAt": later(**closes_at)}), "closesAt")


@pytest.mark.parametrize("choice", ["maybe", "", None, 1, ["yes"]])
def test_vote_when_it_is_no_choice_then_refused(alice_api: APIClient, company: Company, choice: Any) -> None:
    poll = ask(alice_api, company, a_place())
    assert vote(alice_api, company, poll, choice).status_code == 400
    assert not StopVote.objects.exists()


def test_strangers_and_who_left_when_asking_or_voting_then_nothing_is_there(charlie_api: APIClient, dana_api: APIClient, alice_api: APIClient, company: Company) -> None:
    poll = ask(alice_api, company, a_place())
    for client in (charlie_api, dana_api, company.api("emil")):
        assert_error(client.get(company.url("polls")), 404)
        assert_error(vote(client, company, poll, "yes"), 404)
        assert_error(close(client, company, poll), 404)
        assert_error(client.post(company.url("polls"), {"placeId": str(a_place()), "closesAt": later()}), 404)
        assert_error(client.post(company.url(f"polls/{poll['id']}/apply")), 404)
    assert not StopVote.objects.exists()


def test_poll_when_of_another_trip_then_not_found_by_this_ones_address(alice_api: APIClient, company: Company, alice: User, bob: User) -> None:
    poll = ask(alice_api, company, a_place())
    other = Trip.objects.create(owner=alice, title="Other", start_date="2027-01-01", end_date="2027-01-02")
    for rest in (f"polls/{poll['id']}/close", f"polls/{poll['id']}/apply"):
        assert_error(alice_api.post(f"/api/trips/{other.reference}/{rest}"), 404)
    assert_error(alice_api.put(f"/api/trips/{other.reference}/polls/{poll['id']}/vote", {"choice": "yes"}), 404)


# --- in the plan ----------------------------------------------------------------------------------------------------
def stops_of(client: APIClient, company: Company) -> set[str]:
    return {stop for day in orders(client.get(company.url("itineraries/final")).json()) for stop in day}


def test_outcome_when_carried_out_then_the_stop_is_taken_out_and_put_in_again(alice_api: APIClient, bob_api: APIClient, planned: Company) -> None:
    place = sorted(stops_of(alice_api, planned))[0]
    poll = ask(bob_api, planned, place)
    assert poll["place"]["inPlan"] is True
    vote(alice_api, planned, poll, "no")
    apply = planned.url(f"polls/{poll['id']}/apply")
    assert_error(bob_api.post(apply), 409, "poll_open")
    end(poll)
    assert_error(planned.api("vera").post(apply), 403, "role_too_small")
    saved = bob_api.post(apply)
    assert (saved.status_code, saved.json()["revision"]) == (201, 2)
    assert place not in stops_of(alice_api, planned)
    assert_error(bob_api.post(apply), 409, "done_already")
    again = ask(bob_api, planned, place)
    vote(alice_api, planned, again, "yes")
    end(again)
    assert bob_api.post(planned.url(f"polls/{again['id']}/apply")).status_code == 201
    assert place in stops_of(alice_api, planned)


def test_outcome_when_it_does_not_fit_then_every_reason_and_nothing_changes(alice_api: APIClient, planned: Company) -> None:
    place = Place.objects.exclude(pk__in=stops_of(alice_api, planned)).order_by("name")[0]
    Place.objects.filter(pk=place.pk).update(visit_minutes=3000)
    poll = ask(alice_api, planned, place.pk)
    vote(alice_api, planned, poll, "yes")
    end(poll)
    body = assert_error(alice_api.post(planned.url(f"polls/{poll['id']}/apply")), 400, "not_feasible")
    assert body["details"]["violations"]
    planned.trip.refresh_from_db()
    assert planned.trip.chosen_revision == 1


def test_outcome_when_undecided_or_nothing_chosen_then_409(alice_api: APIClient, company: Company) -> None:
    poll = ask(alice_api, company, a_place())
    end(poll)
    assert_error(alice_api.post(company.url(f"polls/{poll['id']}/apply")), 409, "undecided")
    other = ask(alice_api, company, a_place())
    vote(alice_api, company, other, "yes")
    end(other)
    assert_error(alice_api.post(company.url(f"polls/{other['id']}/apply")), 409, "not_chosen")


def test_ask_when_the_plan_is_booked_then_409(alice_api: APIClient, company: Company) -> None:
    Trip.objects.update(locked_revision=1)
    assert_error(alice_api.post(company.url("polls"), {"placeId": str(a_place()), "closesAt": later()}), 409, "locked")


def test_statements_when_there_are_30_polls_and_voters_then_as_few_as_with_one(alice_api: APIClient, company: Company) -> None:
    places = list(Place.objects.order_by("name")[:15])
    owner, path = company.alice, company.url("polls?page_size=100")

    def add(number: int) -> None:
        member = TripMember.objects.create(trip=company.trip, name=f"Child {number}", role="viewer")
        poll = StopPoll.objects.create(trip=company.trip, place=places[number % 15], asked_by=owner, closes_at=dt.datetime.now(dt.UTC), closed_at=dt.datetime.now(dt.UTC))
        StopVote.objects.bulk_create(StopVote(poll=poll, member=each, choice="yes") for each in TripMember.objects.filter(trip=company.trip, name__startswith="Child"))
        assert member.pk

    def statements() -> int:
        alice_api.get(path)
        with counted() as made:
            assert alice_api.get(path).status_code == 200
        return len(made)

    add(0)
    with_one = statements()
    for number in range(1, 30):
        add(number)
    assert statements() == with_one <= 8
