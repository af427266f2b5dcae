"""`POST /api/trips/intent`: what is understood, assumed, refused; and what of it stays private."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.cast import actor_for
from tests.factories.catalogue import DestinationFactory, SmallCatalogue
from tests.trips.planned import ask, assert_error, chosen, counts, in_days, plan, wish
from travelplanner.core.actor import Actor
from trips.actions import intents
from trips.models import Document, PlanningRun, PrivateWish, Trip
from trips.planning.wish import Wish

pytestmark = pytest.mark.usefixtures("catalogue")


def intent_of(client: APIClient, reference: str) -> dict[str, Any]:
    answer = client.get(f"/api/trips/{reference}/intent")
    assert answer.status_code == 200
    return answer.json()


def test_intent_when_every_field_is_sent_then_each_is_kept_as_asked(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    must, avoid = str(catalogue.places[3].pk), str(catalogue.places[4].pk)
    needs = {
        "stepFree": True,
        "maxWalkKm": 6.5,
        "maxEffort": 3,
        "restDays": 1,
        "earliestStart": "08:15",
        "latestEnd": "21:45",
        "mustSee": [must],
        "avoid": [avoid],
    }
    answer = alice_api.post(
        "/api/trips/intent",
        {
            "destination": "Kashi",
            "origin": "Delhi",
            "startDate": in_days(60),
            "tripDuration": {"days": 4, "people": 3},
            "preferences": {"season": "winter", "comfortLevel": "luxury", "tripType": "spiritual", "interests": {"temples": 2.5, "food": 0}, "pace": "relaxed"},
            "budgetRange": {"min": 20000, "max": "61234.50", "currency": "inr"},
            "constraints": needs,
        },
    )
    assert answer.status_code == 201, answer.content
    head = answer.json()
    assert set(head) == {"tripId", "version", "createdAt", "source", "status", "links"}
    assert (head["version"], head["source"], head["status"]) == ("intent_v1", "traveler", "planning")
    assert answer["Location"] == head["links"]["self"] == f"/api/trips/{head['tripId']}"

    body = intent_of(alice_api, head["tripId"])
    assert (body["version"], body["revision"], body["source"], body["basis"]) == ("intent_v1", 1, "traveler", {})
    assert body["destination"] == "Varanasi"
    assert body["origin"] == "Delhi"
    assert (body["startDate"], body["endDate"]) == (in_days(60), in_days(63))
    assert body["destinations"] == [
        {"id": str(catalogue.destination.pk), "name": "Varanasi", "country": "IND", "arrival": in_days(60), "departure": in_days(63)}
    ]
    assert body["tripDuration"] == {"days": 4, "people": 3}
    assert body["preferences"] == {"season": "winter", "comfortLevel": "luxury", "tripType": "spiritual", "interests": {"temples": 2.5}, "pace": "relaxed"}
    assert body["budgetRange"] == {"min": 20000, "max": 61234.5, "currency": "INR"}
    assert body["constraints"] == needs
    assert body["assumed"] == []
    trip = Trip.objects.get()
    assert (trip.origin_country, trip.timezone, trip.traveler_count) == ("IND", "Asia/Kolkata", 3)


def test_intent_when_only_a_destination_is_sent_then_the_rest_is_assumed_and_flagged(alice_api: APIClient) -> None:
    answer = alice_api.post("/api/trips/intent", {"destination": "Varanasi"})
    body = intent_of(alice_api, answer.json()["tripId"])
    assert body["tripDuration"] == {"days": 3, "people": 1}
    assert set(body["assumed"]) == {"days", "people", "startDate", "comfort", "pace", "trip_type", "currency"}
    start = dt.date.fromisoformat(body["startDate"])
    assert start.month in (1, 2, 3, 10, 11, 12)  # the catalogue's best months
    assert start > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    assert body["budgetRange"] == {"min": None, "max": None, "currency": "INR"}
    assert body["constraints"] == {}
    assert body["preferences"]["comfortLevel"] == "standard"


def test_intent_when_only_a_season_is_named_then_dates_in_it_are_proposed(alice_api: APIClient) -> None:
    answer = alice_api.post("/api/trips/intent", {"destination": "Varanasi", "preferences": {"season": "summer"}})
    body = intent_of(alice_api, answer.json()["tripId"])
    assert dt.date.fromisoformat(body["startDate"]).month in (6, 7, 8)
    assert "startDate" in body["assumed"]


def test_intent_when_several_destinations_then_their_days_follow_each_other(alice_api: APIClient) -> None:
    DestinationFactory(slug="goa", name="Goa", latitude=15.4, longitude=73.9)
    DestinationFactory(slug="delhi", name="Delhi", latitude=28.6, longitude=77.2)
    answer = alice_api.post("/api/trips/intent", wish(destination=["delhi", "Banaras", "GOA", "Varanasi"], tripDuration={"days": 7, "people": 1}))
    body = intent_of(alice_api, answer.json()["tripId"])
    stretches = body["destinations"]
    assert [one["name"] for one in stretches] == ["Delhi", "Varanasi", "Goa"]  # the same place twice is one
    assert stretches[0]["arrival"] == body["startDate"]
    assert stretches[-1]["departure"] == body["endDate"]
    assert all(before["departure"] == after["arrival"] for before, after in pairwise(stretches))
    assert Trip.objects.get().title == "Delhi · Varanasi · Goa"


def test_intent_when_two_destinations_of_the_small_catalogue_then_it_can_be_planned(alice_api: APIClient) -> None:
    DestinationFactory(slug="goa", name="Goa", latitude=15.4, longitude=73.9)
    assert plan(ask(alice_api, destination=["Varanasi", "Goa"], tripDuration={"days": 4, "people": 2})) == "done"


@pytest.mark.parametrize("name", ["Atlantis", "Varanasy", "ヴァラナシ", "🛕🛕", "!!!", ",", "a" * 120, "' OR 1=1 --"])
def test_intent_when_the_destination_is_unknown_then_the_nearest_are_named(alice_api: APIClient, name: str) -> None:
    before = counts()
    body = assert_error(alice_api.post("/api/trips/intent", wish(destination=name)), 400, "unknown_destination")
    assert body["details"]["nearest"] == ["Varanasi"]
    assert "destination" in body["fields"]
    assert counts() == before


@pytest.mark.parametrize("name", ["Vārānasī", " VARANASI ", "Varanasi, India", "kashi"])
def test_intent_when_the_name_is_written_otherwise_then_it_resolves(alice_api: APIClient, name: str) -> None:
    assert ask(alice_api, destination=name)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"startDate": "2020-01-01"}, "startDate"),
        ({"startDate": "9999-12-31"}, "startDate"),
        ({"startDate": "2027-02-30"}, "startDate"),
        ({"startDate": "tomorrow"}, "startDate"),
        ({"startDate": 20270101}, "startDate"),
        ({"tripDuration": {"days": 0}}, "tripDuration"),
        ({"tripDuration": {"days": 31}}, "tripDuration"),
        ({"tripDuration": {"days": -3}}, "tripDuration"),
        ({"tripDuration": {"days": 2.5}}, "tripDuration"),
        ({"tripDuration": {"days": "3"}}, "tripDuration"),
        ({"tripDuration": {"days": True}}, "tripDuration"),
        ({"tripDuration": {"days": 10**40}}, "tripDuration"),
        ({"tripDuration": {"people": 21}}, "tripDuration"),
        ({"tripDuration": None}, "tripDuration"),
        ({"budgetRange": {"max": -1}}, "budgetRange"),
        ({"budgetRange": {"max": 1e300}}, "budgetRange"),
        ({"budgetRange": {"max": "NaN"}}, "budgetRange"),
        ({"budgetRange": {"max": "Infinity"}}, "budgetRange"),
        ({"budgetRange": {"max": 10**15}}, "budgetRange"),
        ({"budgetRange": {"max": "12.3456"}}, "budgetRange"),
        ({"budgetRange": {"min": 5000, "max": 4000}}, "budgetRange.min"),
        ({"budgetRange": {"max": 10, "currency": "XYZ"}}, "budgetRange"),
        ({"budgetRange": {"max": 10, "currency": "RUPEES"}}, "budgetRange"),
        ({"preferences": {"comfortLevel": "royal"}}, "preferences"),
        ({"preferences": {"tripType": "heist"}}, "preferences.tripType"),
        ({"preferences": {"interests": ["bungee"]}}, "preferences.interests"),
        ({"preferences": {"interests": {"food": 9}}}, "preferences.interests"),
        ({"preferences": {"interests": {"food": True}}}, "preferences"),
        ({"preferences": {"interests": [["food"]]}}, "preferences"),
        ({"preferences": {"interests": "food"}}, "preferences"),
        ({"preferences": {"pace": "frantic"}}, "preferences"),
        ({"constraints": {"wheelchair": True}}, "constraints"),
        ({"constraints": {"earliestStart": "25:00"}}, "constraints"),
        ({"constraints": {"earliestStart": "13:00"}}, "constraints.earliestStart"),
        ({"constraints": {"latestEnd": "24:30"}}, "constraints"),
        ({"constraints": {"latestEnd": 1200}}, "constraints"),
        ({"constraints": {"maxWalkKm": 1e99}}, "constraints"),
        ({"constraints": {"mustSee": ["f1696de9-8cb3-5519-bc5d-15e4d2c6db57"]}}, "constraints.mustSee"),
        ({"constraints": {"mustSee": ["temple"]}}, "constraints"),
        ({"destination": []}, "destination"),
        ({"destination": ""}, "destination"),
        ({"destination": None}, "destination"),
        ({"destination": {"name": "Varanasi"}}, "destination"),
        ({"destination": ["Varanasi"] * 6}, "destination"),
        ({"destination": ["Varanasi", 7]}, "destination"),
        ({"destination": "x" * 121}, "destination"),
        ({"origin": ["Delhi"]}, "origin"),
        ({"origin": "D" * 101}, "origin"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_intent_when_a_field_does_not_fit_then_400_names_it_and_nothing_is_saved(alice_api: APIClient, changes: dict[str, Any], field: str) -> None:
    before = counts()
    body = assert_error(alice_api.post("/api/trips/intent", wish(**changes)), 400, "invalid")
    assert field in body["fields"], body["fields"]
    assert counts() == before


def test_intent_when_fewer_days_than_destinations_then_400_says_so(alice_api: APIClient) -> None:
    DestinationFactory(slug="goa", name="Goa")
    body = assert_error(alice_api.post("/api/trips/intent", wish(destination=["Varanasi", "Goa"], tripDuration={"days": 1})), 400)
    assert "2 places" in body["fields"]["tripDuration.days"][0]


def test_intent_when_several_fields_are_wrong_then_all_are_told_at_once(alice_api: APIClient) -> None:
    body = assert_error(
        alice_api.post("/api/trips/intent", wish(startDate="2020-01-01", preferences={"tripType": "heist", "interests": ["bungee"]}, budgetRange={"currency": "KPW"})), 400
    )
    assert {"startDate", "preferences.tripType", "preferences.interests"} <= set(body["fields"])


@pytest.mark.parametrize("origin", ["नई दिल्ली", "🏠", "Nowhere-on-Sea", "-"])
def test_intent_when_the_origin_is_unknown_then_it_is_kept_and_flagged(alice_api: APIClient, origin: str) -> None:
    body = intent_of(alice_api, ask(alice_api, origin=origin))
    assert body["origin"]
    assert body["origin"] == origin or "origin_unknown" not in body["assumed"]


@pytest.mark.parametrize(
    ("currency", "maximum", "shown"),
    [("INR", "40000.00", 40000), ("EUR", "410.55", 410.55), ("JPY", 70000, 70000), ("JPY", "70000.4", 70000), ("USD", 450, 450)],
)
def test_intent_when_the_currency_differs_then_every_document_speaks_it_with_its_own_decimals(
    alice_api: APIClient, currency: str, maximum: Any, shown: float
) -> None:
    reference = chosen(alice_api, budgetRange={"max": maximum, "currency": currency})
    assert intent_of(alice_api, reference)["budgetRange"] == {"min": None, "max": shown, "currency": currency}
    budget = alice_api.get(f"/api/trips/{reference}/budget").json()
    final = alice_api.get(f"/api/trips/{reference}/itineraries/final").json()
    assert budget["predictedBudget"]["currency"] == final["cost"]["currency"] == currency
    assert ("totalINR" in budget["predictedBudget"]) == (currency == "INR")
    decimals = 0 if currency == "JPY" else 2
    amounts = [budget["predictedBudget"][key] for key in ("total", "p10", "p50", "p90", "perDay", "perPerson")]
    amounts += [value for value in final["cost"].values() if not isinstance(value, str)]
    amounts += [stop["fee"] for day in final["itinerary"]["days"] for stop in day["stops"]]
    amounts += [leg["cost"] for day in final["itinerary"]["days"] for leg in day["legs"]]
    assert [amount for amount in amounts if round(amount, decimals) != amount] == []
    if currency == "JPY":
        assert all(isinstance(amount, int) for amount in amounts)
    parts = ("lodging", "food", "localTransport", "activities", "intercity")
    assert round(sum(final["cost"][part] for part in parts), decimals) == final["cost"]["total"]


CEILING, FLOOR = 43219.57, 31987.43
SECRET_NEEDS = {"stepFree": True, "maxWalkKm": 4.3719, "maxEffort": 2, "restDays": 1, "earliestStart": "08:17", "latestEnd": "21:13"}
SENTENCE = "Three days with my aunt who has a bad hip, under 43219.57 rupees"


def test_wish_when_planned_then_no_stored_text_holds_ceiling_needs_or_sentence(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    avoided = catalogue.places[5]
    type(avoided).objects.filter(pk__in=[place.pk for place in catalogue.places[10:14]]).update(accessibility="steps")
    reference = chosen(
        alice_api,
        budgetRange={"min": FLOOR, "max": CEILING, "currency": "INR"},
        constraints={**SECRET_NEEDS, "avoid": [str(avoided.pk)], "mustSee": [str(catalogue.places[0].pk)]},
    )
    PrivateWish.objects.update(sentence=SENTENCE)
    alice_api.post(f"/api/trips/{reference}/itineraries/final", {"candidateId": "B"})
    texts = {f"{row.kind} {row.revision}": row.text for row in Document.objects.all()}
    assert {key.split()[0] for key in texts} == {"intent", "budget", "research", "candidates", "final"}
    # (a plan that sets out at the earliest minute shows that minute: that is the plan, not the wish)
    secrets = ["43219.57", "31987.43", "4.3719", "earliestStart", "latestEnd", "step_free\":true", "stepFree", "maxWalkKm", "maxEffort", "not_step_free", "excluded", "aunt"]
    for where, text in texts.items():
        assert [secret for secret in secrets if secret in text.replace(str(avoided.pk), "")] == [], where
    left_out = Document.objects.filter(kind="candidates").get().body["candidates"][0]["leftOut"]
    told = {entry["placeId"]: entry["reason"] for entry in left_out}
    assert told[str(avoided.pk)] == {"code": "left_out_not_suitable", "params": {}}
    assert all("limit" not in reason["params"] and "most" not in reason["params"] for reason in told.values())

    mine = intent_of(alice_api, reference)
    assert mine["budgetRange"] == {"min": FLOOR, "max": CEILING, "currency": "INR"}
    assert SECRET_NEEDS.items() <= mine["constraints"].items()
    budget = alice_api.get(f"/api/trips/{reference}/budget").json()
    assert {"withinRange", "shortfall", "shareBelowLimit"} <= set(budget)
    assert alice_api.get(f"/api/trips/{reference}/itineraries/final").json()["limit"]["limit"] == CEILING
    assert alice_api.get(f"/api/trips/{reference}").json()["budget"]["max"] == {"amount": "43219.57", "currency": "INR"}


def test_wish_when_it_is_a_sample_then_nobody_is_told_the_private_side(alice_api: APIClient, charlie_api: APIClient) -> None:
    reference = chosen(alice_api, budgetRange={"max": CEILING, "currency": "INR"}, constraints={"maxWalkKm": 4.3719})
    Trip.objects.filter(reference=reference).update(sample=True, owner=None)
    for client in (alice_api, charlie_api):
        whole = ""
        for part in ("", "/intent", "/budget", "/research", "/itineraries/candidates", "/itineraries/final"):
            answer = client.get(f"/api/trips/{reference}{part}")
            assert answer.status_code == 200
            whole += answer.content.decode()
        assert [secret for secret in (str(CEILING), "4.3719", "maxWalkKm", "withinRange", "shareBelowLimit", '"limit"', "limits") if secret in whole] == []
        assert client.get(f"/api/trips/{reference}").json()["budget"] is None


def test_body_when_it_names_what_is_not_the_clients_then_nothing_of_it_is_taken(alice_api: APIClient, alice: Any, charlie: Any) -> None:
    reference = ask(
        alice_api, owner=str(charlie.pk), status="booked", sample=True, state="booked", reference="TRIP_000000000000", rowVersion=99, actualSpent=5, is_staff=True
    )
    trip = Trip.objects.get(reference=reference)
    assert (trip.owner_id, trip.state, trip.sample, trip.row_version, trip.actual_spent) == (alice.pk, "planning", False, 1, 0)
    assert reference != "TRIP_000000000000"


def test_run_when_a_wish_is_saved_then_its_run_is_saved_with_it(alice_api: APIClient) -> None:
    reference = ask(alice_api)
    run = PlanningRun.objects.get(trip__reference=reference)
    assert (run.state, run.progress, run.intent_revision) == ("queued", 0, 1)


@pytest.mark.django_db
def test_create_trip_when_nobody_is_known_then_not_allowed(alice: Any) -> None:
    before = counts()
    with pytest.raises(intents.NotAllowed):
        intents.create_trip(actor=Actor(), wish=Wish(destinations=("Varanasi",)))
    assert counts() == before
    assert intents.create_trip(actor=actor_for(alice), wish=Wish(destinations=("Varanasi",))).owner_id == alice.pk


def test_saving_when_the_last_write_fails_then_nothing_is_half_saved(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = counts()

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("the queue is away")

    monkeypatch.setattr(intents.run_queue, "queue_run", fail)
    with pytest.raises(RuntimeError):
        alice_api.post("/api/trips/intent", wish())
    assert counts() == before
