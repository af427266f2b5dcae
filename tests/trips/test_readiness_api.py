"""Who comes along and who is ready, through API and pages: one's own in full, the others' with a first name and yes or no."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Traveler, User, UserDocument
from tests.cast import actor_for, api_for, page_for
from tests.factories.catalogue import SmallCatalogue
from tests.factories.travelers import add_paper, bring, make_traveler
from tests.statements import counted
from tests.trips.company import Company, make_company
from tests.trips.planned import assert_error, chosen, in_days, plan, run_of
from travelplanner.core.models import AuditEntry
from trips.actions.doors import end_membership
from trips.actions.trip_travelers import set_travelers
from trips.models import Place, PrivateWish, Trip, TripTraveler

pytestmark = pytest.mark.django_db
SECRET = ("Rao", "Devi", "1990-03", "Z7654321", "step_free", "short_walks", "passport")


@pytest.fixture
def company(alice: User, bob: User, alice_api: APIClient, catalogue: SmallCatalogue) -> Company:
    return make_company(alice, bob, Trip.objects.get(reference=chosen(alice_api)))


def put(client: APIClient, company: Company, *travelers: Traveler) -> Any:
    return client.put(company.url("travelers"), {"travelers": [str(traveler.pk) for traveler in travelers]})


def readiness(client: APIClient, company: Company) -> dict[str, Any]:
    answer = client.get(company.url("readiness"))
    assert answer.status_code == 200, answer.content
    return answer.json()


def codes(row: dict[str, Any], severity: str = "") -> list[str]:
    return [finding["code"] for finding in row["findings"] if severity in ("", finding["severity"])]


def test_travelers_when_each_member_puts_in_their_own_then_others_see_first_names_and_yes_or_no(company: Company, alice: User, bob: User) -> None:
    asha, dev = make_traveler(alice), make_traveler(bob, "Dev", "Devi", passport=False, nationality="")
    assert put(company.api("alice"), company, asha).status_code == 200
    answer = put(company.api("bob"), company, dev)
    assert answer.json()["travelers"] == [
        {"travelerId": None, "firstName": "Asha", "lastName": None, "own": False, "ready": True},
        {"travelerId": str(dev.pk), "firstName": "Dev", "lastName": "Devi", "own": True, "ready": False},
    ]
    seen = readiness(company.api("alice"), company)
    assert [(row["firstName"], row["ready"], row["findings"] is None) for row in seen["travelers"]] == [("Asha", True, False), ("Dev", False, True)]
    assert seen["ready"] is False
    viewer = company.api("vera").get(company.url("readiness")).content.decode()
    assert [mark for mark in (*SECRET, str(asha.pk), str(dev.pk)) if mark in viewer.replace("passport that", "").split('"rules"')[0]] == []


def test_travelers_when_put_again_then_exactly_these_and_the_others_stay(company: Company, alice: User, bob: User) -> None:
    asha, ravi, dev = make_traveler(alice), make_traveler(alice, "Ravi"), make_traveler(bob, "Dev")
    put(company.api("bob"), company, dev)
    put(company.api("alice"), company, asha)
    put(company.api("alice"), company, ravi)
    put(company.api("alice"), company, ravi)
    assert set(TripTraveler.objects.values_list("traveler__first_name", flat=True)) == {"Ravi", "Dev"}
    put(company.api("alice"), company)
    assert set(TripTraveler.objects.values_list("traveler__first_name", flat=True)) == {"Dev"}
    entries = AuditEntry.objects.filter(action="trip.travelers").order_by("created_at")
    assert [entry.after for entry in entries] == [{"added": 1, "removed": 0}, {"added": 1, "removed": 0}, {"added": 1, "removed": 1}, {"added": 0, "removed": 1}]


def test_travelers_when_anothers_or_archived_then_404_like_none_and_nothing_changes(company: Company, alice: User, bob: User) -> None:
    asha, dev = make_traveler(alice), make_traveler(bob, "Dev")
    put(company.api("alice"), company, asha)
    gone = make_traveler(alice, "Gone", state="archived")
    answers = [put(company.api("alice"), company, who) for who in (dev, gone, Traveler(first_name="Nobody"))]
    bodies = [{**answer.json(), "timestamp": "", "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert bodies[0] == bodies[1] == bodies[2]
    assert list(TripTraveler.objects.values_list("traveler__first_name", flat=True)) == ["Asha"]


@pytest.mark.parametrize("body", [{}, {"travelers": None}, {"travelers": "x"}, {"travelers": ["x"]}, {"travelers": [{}]}, []])
def test_travelers_when_the_body_does_not_fit_then_400(company: Company, body: Any) -> None:
    assert_error(company.api("alice").put(company.url("travelers"), body, format="json"), 400)


def test_company_when_someone_is_not_in_it_then_404_on_every_door(company: Company, charlie: User, alice: User) -> None:
    bring(company.trip, make_traveler(alice))
    for who in (charlie, company.users["emil"]):
        for path in ("travelers", "readiness"):
            assert_error(api_for(who).get(company.url(path)), 404)
        assert_error(api_for(who).put(company.url("travelers"), {"travelers": []}), 404)
        assert page_for(who).get(company.page("readiness")).status_code == 404
        assert page_for(who).post(company.page("readiness")).status_code == 404
    assert_error(api_for(None).get(company.url("readiness")), 401)
    Trip.objects.filter(pk=company.trip.pk).update(sample=True, owner=None)
    assert_error(api_for(charlie).get(company.url("readiness")), 404)


def test_member_when_leaving_then_their_travelers_are_not_counted_any_more(company: Company, bob: User, alice_api: APIClient) -> None:
    put(company.api("bob"), company, make_traveler(bob, "Dev", needs=["step_free"]))
    assert len(readiness(alice_api, company)["travelers"]) == 1
    end_membership(actor=actor_for(bob), reference=company.reference)
    assert readiness(alice_api, company)["travelers"] == []


def test_readiness_when_abroad_then_the_countrys_rule_with_its_source(alice: User, alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    type(catalogue.destination).objects.update(country="TUR")
    reference = chosen(alice_api)
    trip = Trip.objects.get(reference=reference)
    asha = make_traveler(alice, passport=False)
    add_paper(asha, holder_name="ASHA RAO", expires_on=trip.start_date + dt.timedelta(days=149))
    bring(trip, asha)
    body = alice_api.get(f"/api/trips/{reference}/readiness").json()
    assert codes(body["travelers"][0], "blocks") == ["validity_short"]
    assert body["rules"][0] | {"note": ""} == {
        "country": "TUR", "known": True, "months": 0, "days": 150, "countedFrom": "arrival", "blankPages": 1, "note": "", "checkUrl": "https://www.evisa.gov.tr",
        "source": body["rules"][0]["source"], "checkedAt": "2026-11-21",
    }  # fmt: skip
    assert body["notChecked"] == ["visa", "insurance", "vaccination"]
    add_paper(asha, holder_name="ASHA RAO")
    assert alice_api.get(f"/api/trips/{reference}/readiness").json()["ready"] is True


def test_readiness_when_traveling_as_oneself_then_the_accounts_own_papers_count(company: Company, alice: User, alice_api: APIClient) -> None:
    type(company.trip.destinations.get().destination).objects.update(country="JPN")
    bring(company.trip, make_traveler(alice, passport=False, relation="self"))
    assert codes(readiness(alice_api, company)["travelers"][0], "blocks") == ["passport_missing"]
    UserDocument(user=alice, type="passport", state="verified", country="IND", expires_on=dt.date(2035, 1, 1), holder_name="ASHA RAO").save()
    assert codes(readiness(alice_api, company)["travelers"][0], "blocks") == []


def test_readiness_when_the_reader_speaks_another_language_then_findings_are_made_on_reading(company: Company, alice: User, alice_api: APIClient) -> None:
    bring(company.trip, make_traveler(alice, passport=False))
    row = readiness(alice_api, company)["travelers"][0]
    assert codes(row) == ["card_wanted"]
    assert "hotels" in row["findings"][0]["text"]
    assert row["findings"][0]["remedy"]


def test_readiness_when_thirty_come_along_then_as_many_statements_as_for_one(company: Company, alice: User, alice_api: APIClient) -> None:
    bring(company.trip, make_traveler(alice, needs=["step_free"]))
    readiness(alice_api, company)
    with counted() as few:
        readiness(alice_api, company)
    for n in range(30):
        bring(company.trip, make_traveler(alice, f"Asha{n}", needs=["step_free"]))
    with counted() as many:
        assert len(readiness(alice_api, company)["travelers"]) == 31
    assert len(many) == len(few) <= 12, "\n".join(many)
    page = page_for(alice)
    page.get(company.page("plan"))
    with counted() as line:
        page.get(company.page("plan"))
    TripTraveler.objects.all()[1:].count()
    TripTraveler.objects.exclude(pk=TripTraveler.objects.first().pk).delete()
    with counted() as one:
        page.get(company.page("plan"))
    assert len(line) == len(one)


def test_travelers_when_more_than_the_trip_counts_then_warned_not_refused(company: Company, alice: User, alice_api: APIClient, alice_page: Client) -> None:
    body = put(alice_api, company, *(make_traveler(alice, f"Asha{n}") for n in range(3))).json()
    assert (body["expected"], body["moreThanPlanned"]) == (2, True)
    assert "More than planned for" in alice_page.get(company.page("readiness")).content.decode()


def test_plan_when_needs_change_then_it_says_so_until_planned_again(company: Company, bob: User, alice_api: APIClient, alice_page: Client) -> None:
    assert readiness(alice_api, company)["needsChanged"] is False
    put(company.api("bob"), company, make_traveler(bob, "Dev", needs=["step_free", "easy_effort"]))
    assert readiness(alice_api, company)["needsChanged"] is True
    page = alice_page.get(company.page("readiness")).content.decode()
    assert "Plan again for everybody" in page
    assert "Who comes along has changed" in alice_page.get(company.page("plan")).content.decode()
    Place.objects.filter(name="Museum 2").update(accessibility="steps")
    alice_page.post(company.page("again"))
    assert plan(company.reference) == "done"
    answer = alice_api.post(company.url("itineraries/final"), {"candidateId": "A"})
    stops = [stop for day in answer.json()["itinerary"]["days"] for stop in day["stops"] if stop["placeId"]]
    assert stops
    assert all(stop["effort"] <= 2 and stop["name"] != "Museum 2" for stop in stops)
    assert readiness(alice_api, company)["needsChanged"] is False
    assert PrivateWish.objects.get().parties["2"]["said"] == {"stepFree": True, "maxEffort": 2}
    assert run_of(company.reference).state == "done"


def test_page_when_opened_then_findings_with_what_to_do_and_the_form_keeps_what_was_chosen(company: Company, alice: User, alice_page: Client) -> None:
    asha, ravi = make_traveler(alice, passport=False, nationality=""), make_traveler(alice, "Ravi")
    assert "Asha" in (page := alice_page.get(company.page("readiness")).content.decode())
    assert " checked>" not in page
    answer = alice_page.post(company.page("readiness"), {"travelers": [str(asha.pk), str(ravi.pk)]})
    assert (answer.status_code, answer["Location"]) == (302, company.page("readiness"))
    page = alice_page.get(company.page("readiness")).content.decode()
    assert page.count(" checked>") == 2
    assert "The nationality is missing" in page
    assert "Ready: 1 of 2 travelers" in page
    assert "Ready: 1 of 2 travelers" in alice_page.get(company.page("plan")).content.decode()
    assert alice_page.post(company.page("readiness"), {"travelers": ["x"]}).status_code == 404
    assert TripTraveler.objects.count() == 2


def test_page_when_seen_by_a_companion_then_nothing_but_first_name_and_yes_or_no(company: Company, alice: User) -> None:
    bring(company.trip, make_traveler(alice, needs=["step_free"], passport=False, nationality=""))
    page = page_for(company.users["vera"]).get(company.page("readiness")).content.decode()
    assert "Asha" in page
    assert "not ready" in page
    for mark in ("Rao", "nationality", "steps", "step"):
        assert mark not in page.split('id="asked"')[0].split("<main")[1]


def test_travelers_when_the_trip_is_over_then_409(company: Company, alice: User, alice_api: APIClient) -> None:
    Trip.objects.filter(pk=company.trip.pk).update(state="completed")
    assert_error(put(alice_api, company, make_traveler(alice)), 409, "over")


def test_travelers_when_a_browser_without_account_asks_then_it_is_told_to_sign_up(page: Client, catalogue: SmallCatalogue) -> None:
    page.post("/new", {"destination": "Varanasi", "start_date": in_days(40), "days": 2, "people": 1, "pace": "balanced", "comfort": "standard"})
    reference = Trip.objects.get().reference
    assert "Sign up" in page.get(f"/trips/{reference}/readiness").content.decode()
    assert page.post(f"/trips/{reference}/readiness").status_code == 403


def test_action_when_called_twice_at_once_then_rows_are_there_once(company: Company, alice: User) -> None:
    asha = make_traveler(alice)
    for _ in range(2):
        set_travelers(actor=actor_for(alice), reference=company.reference, traveler_ids=[asha.pk, asha.pk])
    assert TripTraveler.objects.count() == 1
