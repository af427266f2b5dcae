"""The five documents: their fields as the contract names them, who may read them, in which language, at which revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from rest_framework.test import APIClient

from tests.trips.planned import ask, assert_error, chosen, planned
from trips.documents import sentences
from trips.models import Document

pytestmark = pytest.mark.usefixtures("catalogue")
COMMON = {"tripId", "version", "revision", "source", "createdAt"}
PARTS = {
    "intent": "intent",
    "budget": "budget",
    "research": "research",
    "candidates": "itineraries/candidates",
    "final": "itineraries/final",
}
# api.md, "The documents": more fields may be added, none renamed.
PROMISED = {
    "intent": {
        "": "destination destinations origin startDate endDate tripDuration season preferences budgetRange constraints",
        "destinations.0": "name country arrival departure",
        "tripDuration": "days people",
        "preferences": "comfortLevel tripType interests pace",
        "budgetRange": "min max currency",
    },
    "budget": {
        "": "predictedBudget breakdown model drivers sources withinRange shortfall",
        "predictedBudget": "total totalINR currency p10 p50 p90 perDay perPerson",
        "breakdown": "lodging food localTransport activities intercity",
        "breakdown.lodging": "p10 p50 p90",
        "breakdown.intercity": "p10 p50 p90",
        "model": "name trainedAt metrics",
    },
    "research": {
        "": "destination bestTime climate safety money holidays attractions sources",
        "attractions.0": "placeId name reason facts",
        "attractions.0.facts.0": "name value source checkedAt confidence",
    },
    "candidates": {
        "": "candidates",
        "candidates.0": "candidateId profile score scoreBreakdown cost dailyActivityHours restDays travelFatigueScore days leftOut checks",
        "candidates.0.cost": "total currency",
        "candidates.0.days.0": "date stops legs cost fatigue",
        "candidates.0.days.0.stops.0": "kind placeId name arrive leave latitude longitude fee",
        "candidates.0.days.0.legs.0": "mode minutes distanceKm cost",
        "candidates.0.checks": "feasible unverified",
    },
    "final": {
        "": "candidateId score explanation locked itinerary cost",
        "itinerary": "dailyActivityHours restDays travelFatigueScore days",
    },
}


def at(body: Any, path: str) -> Any:
    for part in filter(None, path.split(".")):
        body = body[int(part)] if part.isdigit() else body[part]
    return body


def read(client: APIClient, reference: str, kind: str, **headers: str) -> dict[str, Any]:
    answer = client.get(f"/api/trips/{reference}/{PARTS[kind]}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def sentences_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "code" in value and "params" in value:
            yield value
        for item in value.values():
            yield from sentences_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from sentences_in(item)


@pytest.mark.parametrize("kind", list(PARTS))
def test_document_when_read_then_it_holds_every_promised_field(alice_api: APIClient, kind: str) -> None:
    reference = chosen(alice_api)
    body = read(alice_api, reference, kind)
    assert set(body) >= COMMON
    assert body["tripId"] == reference
    assert dt.datetime.fromisoformat(body["createdAt"]).tzinfo is not None
    for path, names in PROMISED[kind].items():
        assert set(names.split()) - set(at(body, path)) == set(), path
    stored = Document.objects.get(trip__reference=reference, kind=kind)
    assert (body["version"], body["revision"], body["source"]) == (stored.version, stored.revision, stored.source)
    assert set(stored.body) <= set(body)


def test_candidates_when_read_then_times_carry_the_zone_and_legs_join_the_stops(alice_api: APIClient) -> None:
    body = read(alice_api, planned(alice_api), "candidates")
    assert len(body["candidates"]) == 3
    for candidate in body["candidates"]:
        assert len(candidate["days"]) == 3
        for day in candidate["days"]:
            assert len(day["legs"]) == len(day["stops"]) - 1
            moments = [dt.datetime.fromisoformat(stop[key]) for stop in day["stops"] for key in ("arrive", "leave")]
            assert {moment.utcoffset() for moment in moments} == {dt.timedelta(hours=5, minutes=30)}
            assert moments == sorted(moments)
            assert day["stops"][0]["kind"] == day["stops"][-1]["kind"] == "lodging"
        assert all(entry["reason"]["code"] in sentences.known_codes() for entry in candidate["leftOut"])
        assert all(part["weight"] > 0 and 0 <= part["value"] <= 100 for part in candidate["scoreBreakdown"].values())


def test_stops_when_bookable_then_they_name_service_time_and_price(alice_api: APIClient, catalogue: Any) -> None:
    reference = planned(alice_api, constraints={"mustSee": [str(catalogue.places[2].pk)]})
    ticket = catalogue.activities[0]
    found = [
        stop
        for candidate in read(alice_api, reference, "candidates")["candidates"]
        for day in candidate["days"]
        for stop in day["stops"]
        if stop["placeId"] == str(catalogue.places[2].pk)
    ]
    assert len(found) >= 3
    for stop in found:
        assert stop["serviceId"] in (None, str(ticket.pk))
        if stop["serviceId"]:
            assert stop["serviceTime"] in ("10:00", "14:00")
            assert stop["servicePrice"] == {"amount": "400.00", "currency": "INR"}


def test_sentences_when_the_reader_changes_language_then_the_stored_text_does_not(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    for kind in ("budget", "research", "candidates", "final"):
        plain = read(alice_api, reference, kind, **{"Accept-Language": "en"})
        hindi = read(alice_api, reference, kind, **{"Accept-Language": "hi"})
        told = list(sentences_in(plain))
        assert told, kind
        assert all(sentence["text"] for sentence in told)
        assert [s["code"] for s in told] == [s["code"] for s in sentences_in(hindi)]
        assert [s["text"].replace("_", " ") for s in told if s["text"] == s["code"].replace("_", " ")] == [], "a code without a sentence"
        assert '"text"' not in Document.objects.get(trip__reference=reference, kind=kind).text


@pytest.mark.parametrize("language", ["hi", "hi-IN,en;q=0.5", "xx", "en\u00a0", "*", "de;q=9"])
def test_any_answer_when_the_language_is_odd_then_200(alice_api: APIClient, language: str) -> None:
    reference = planned(alice_api)
    assert alice_api.get(f"/api/trips/{reference}/budget", headers={"Accept-Language": language}).status_code == 200


def test_text_when_served_twice_then_byte_equal_but_for_what_is_computed(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    for part in PARTS.values():
        first, second = (alice_api.get(f"/api/trips/{reference}/{part}") for _ in range(2))
        assert first.content == second.content
        assert first["Cache-Control"] == "private, no-store"


def test_final_when_locked_and_moved_on_then_the_answer_says_so_and_the_text_stays(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    before = Document.objects.get(trip__reference=reference, kind="final")
    assert (read(alice_api, reference, "final")["locked"], read(alice_api, reference, "final")["status"]) == (False, "planning")
    before.trip.__class__.objects.filter(reference=reference).update(locked_revision=1, state="booked")
    body = read(alice_api, reference, "final")
    assert (body["locked"], body["status"]) == (True, "booked")
    assert Document.objects.get(pk=before.pk).text == before.text


@pytest.mark.parametrize("revision", ["0", "-1", "1.5", "one", "99999999999999999999", "", "٣", "1%00"])
def test_revision_when_it_is_no_number_then_400(alice_api: APIClient, revision: str) -> None:
    reference = planned(alice_api)
    assert_error(alice_api.get(f"/api/trips/{reference}/budget?revision={revision}"), 400, "invalid")


def test_revision_when_it_is_not_there_then_404_even_while_planning(alice_api: APIClient) -> None:
    reference = planned(alice_api)
    assert_error(alice_api.get(f"/api/trips/{reference}/budget?revision=2"), 404)
    waiting = ask(alice_api)
    assert_error(alice_api.get(f"/api/trips/{waiting}/budget?revision=1"), 404)
    assert alice_api.get(f"/api/trips/{reference}/budget?revision=1").status_code == 200


def test_rows_when_someone_tries_to_change_a_document_then_the_database_refuses(alice_api: APIClient) -> None:
    planned(alice_api)
    row = Document.objects.get(kind="budget")
    for attempt in (lambda: Document.objects.filter(pk=row.pk).update(text="{}"), lambda: Document.objects.filter(pk=row.pk)._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Document.objects.get(pk=row.pk).text == row.text


def test_facts_when_shown_then_an_estimate_is_undated_and_of_low_confidence(alice_api: APIClient) -> None:
    body = read(alice_api, planned(alice_api), "research")
    facts = [fact for place in body["attractions"] for fact in place["facts"]]
    assert len(body["climate"]) == 12
    assert len(body["attractions"]) == 20
    for fact in facts:
        if fact["source"] == "editor estimate":
            assert (fact["checkedAt"], fact["confidence"]) == (None, "low")
        else:
            assert fact["checkedAt"]


def test_unverified_when_hours_have_a_source_but_access_is_partial_then_nothing_is_listed(alice_api: APIClient, catalogue: Any) -> None:
    """A list of it would tell every reader that somebody needs to go without steps; readiness tells who does (test_readiness_api)."""
    from tests.factories.catalogue import SourceFactory

    type(catalogue.places[0]).objects.update(hours_source=SourceFactory())
    reference = planned(alice_api, constraints={"stepFree": True})
    listed = [entry for candidate in read(alice_api, reference, "candidates")["candidates"] for entry in candidate["checks"]["unverified"]]
    assert listed == []


def test_budget_when_no_ceiling_was_given_then_nothing_is_compared(alice_api: APIClient) -> None:
    reference = planned(alice_api, budgetRange={"currency": "EUR"})
    body = read(alice_api, reference, "budget")
    assert (body["withinRange"], body["shortfall"], body["shareBelowLimit"]) == (None, 0, None)
    figures = body["predictedBudget"]
    assert figures["p10"] < figures["p50"] < figures["p90"]
    assert figures["total"] == figures["p50"]
    assert figures["perDay"] == pytest.approx(figures["total"] / 3, abs=0.01)
    assert figures["perPerson"] == pytest.approx(figures["total"] / 2, abs=0.01)
