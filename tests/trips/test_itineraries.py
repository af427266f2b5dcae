"""Choosing and editing: every save is the next revision, nothing impossible is saved, nobody's change is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.catalogue import SmallCatalogue
from tests.trips.planned import ask, assert_error, chosen, orders, plan, planned
from trips.models import Document, ItineraryDay, ItineraryStop, Leg, Trip

pytestmark = pytest.mark.usefixtures("catalogue")
Orders = list[list[str]]


def path(reference: str, end: str = "") -> str:
    return f"/api/trips/{reference}/itineraries/final{end}"


def final(client: APIClient, reference: str, revision: int | None = None) -> dict[str, Any]:
    return client.get(path(reference, f"?revision={revision}" if revision else "")).json()


def edit(client: APIClient, reference: str, days: Orders, *, based_on: int = 1) -> Any:
    return client.post(path(reference), {"basedOn": based_on, "days": days})


def finals() -> int:
    return Document.objects.filter(kind="final").count()


def test_choosing_when_candidates_are_there_then_revision_one_and_the_same_again_changes_nothing(alice_api: APIClient) -> None:
    reference = planned(alice_api)
    candidates = alice_api.get(f"/api/trips/{reference}/itineraries/candidates").json()["candidates"]
    first = alice_api.post(path(reference), {"candidateId": "B"})
    assert first.status_code == 201
    body = first.json()
    assert (body["revision"], body["candidateId"], body["basis"]) == (1, "B", {"candidates": 1, "budget": 1, "intent": 1})
    assert body["itinerary"]["days"] == candidates[1]["days"]
    assert body["explanation"][0]["code"] == "chosen_profile"
    assert body["locked"] is False
    again = alice_api.post(path(reference), {"candidateId": "B"})
    assert again.json() == body
    assert finals() == 1
    other = alice_api.post(path(reference), {"candidateId": "C"}).json()
    assert (other["revision"], other["candidateId"]) == (2, "C")
    back = alice_api.post(path(reference), {"candidateId": "B"}).json()
    assert (back["revision"], back["itinerary"]) == (3, body["itinerary"])
    assert alice_api.get(f"/api/trips/{reference}").json()["chosenRevision"] == 3


def test_choosing_when_not_planned_or_unknown_then_refused(alice_api: APIClient) -> None:
    reference = ask(alice_api)
    assert_error(alice_api.post(path(reference), {"candidateId": "A"}), 409, "not_planned")
    assert plan(reference) == "done"
    assert_error(alice_api.post(path(reference), {"candidateId": "Z"}), 400, "invalid")
    assert_error(alice_api.post(path(reference), {"basedOn": 1, "days": []}), 409, "not_chosen")
    assert finals() == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"candidateId": "A", "days": [], "basedOn": 1},
        {"candidateId": 5.5, "swapDay": {"day": 1, "candidateId": "A"}},
        {"candidateId": None},
        {"candidateId": "A" * 11},
        {"days": [[]]},
        {"days": "none", "basedOn": 1},
        {"days": [["temple"]], "basedOn": 1},
        {"days": [[None]], "basedOn": 1},
        {"days": [[]] * 31, "basedOn": 1},
        {"days": [["f1696de9-8cb3-5519-bc5d-15e4d2c6db57"] * 21], "basedOn": 1},
        {"basedOn": 1},
        {"basedOn": 0, "days": []},
        {"basedOn": True, "days": []},
        {"basedOn": 1, "swapDay": {}},
        {"basedOn": 1, "swapDay": {"day": "1", "candidateId": "A"}},
        {"basedOn": 1, "swapDay": {"day": 1, "candidateId": ["A"]}},
        {"basedOn": 1, "swapDay": {"day": 99, "candidateId": "A"}},
        {"basedOn": 1, "swapDay": {"day": 0, "candidateId": "A"}},
        {"basedOn": 1, "swapDay": {"day": -(10**30), "candidateId": "A"}},
        {"basedOn": 1, "swapDay": {"day": 1, "candidateId": "Z"}},
        {"basedOn": 1, "swapDay": [1, "A"]},
    ],
    ids=lambda body: str(body)[:50],
)
def test_choosing_when_the_body_does_not_fit_then_400_and_nothing_is_saved(alice_api: APIClient, body: Any) -> None:
    reference = chosen(alice_api)
    assert_error(alice_api.post(path(reference), body), 400)
    assert finals() == 1


def test_editing_when_a_stop_is_removed_then_the_next_revision_lacks_it_and_its_price(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    before = final(alice_api, reference)
    days = orders(before)
    gone = days[0].pop()
    answer = edit(alice_api, reference, days)
    assert answer.status_code == 201, answer.content
    after = answer.json()
    assert after["revision"] == 2
    assert after["basis"] == {"candidates": 1, "budget": 1, "intent": 1, "final": 1}
    assert orders(after) == days
    assert gone in {entry["placeId"] for entry in after["leftOut"]}
    assert after["explanation"][0]["code"] == "edited_plan"
    assert after["cost"]["activities"] <= before["cost"]["activities"]
    assert final(alice_api, reference, 1) == {**before, "status": "planning"}


def test_editing_when_reordered_moved_and_added_then_each_is_a_revision_that_holds(alice_api: APIClient) -> None:
    reference = chosen(alice_api, preferences={"pace": "relaxed", "interests": ["temples"]})
    days = orders(final(alice_api, reference))
    revision, done = 1, set()
    spare = [entry["placeId"] for entry in final(alice_api, reference)["leftOut"]]
    attempts: list[tuple[str, Orders]] = []
    for day, order in enumerate(days):
        if len(order) > 1:
            attempts.append(("reordered", [[*reversed(o)] if i == day else o for i, o in enumerate(days)]))
            target = (day + 1) % len(days)
            moved = [o[1:] if i == day else [*o, order[0]] if i == target else o for i, o in enumerate(days)]
            attempts.append(("moved", moved))
        attempts += [("added", [[*o, place] if i == day else o for i, o in enumerate(days)]) for place in spare[:4]]
    for what, wanted in attempts:
        answer = edit(alice_api, reference, wanted, based_on=revision)
        if answer.status_code == 201:
            revision += 1
            done.add(what)
            assert answer.json()["revision"] == revision
            assert orders(answer.json()) == wanted
        else:
            body = assert_error(answer, 400, "not_feasible")
            assert all(violation["text"] and violation["code"].startswith("edit_") for violation in body["details"]["violations"])
    assert done == {"reordered", "moved", "added"}
    assert finals() == revision


def test_editing_when_a_day_is_swapped_then_its_stops_come_and_none_stands_twice(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    candidates = alice_api.get(f"/api/trips/{reference}/itineraries/candidates").json()["candidates"]
    wanted = orders({"itinerary": candidates[1]})[1]
    answer = alice_api.post(path(reference), {"basedOn": 1, "swapDay": {"day": 2, "candidateId": "B"}})
    assert answer.status_code == 201, answer.content
    days = orders(answer.json())
    assert days[1] == wanted
    stops = [place for day in days for place in day]
    assert len(stops) == len(set(stops))


def test_editing_when_impossible_then_400_says_what_where_and_why(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    type(catalogue.places[7]).objects.filter(pk=catalogue.places[7].pk).update(hours="Mo-Su 03:00-04:30")
    avoided = str(catalogue.places[8].pk)
    reference = chosen(alice_api, constraints={"avoid": [avoided]})
    days = orders(final(alice_api, reference))
    cases: list[tuple[Orders, str, int | None]] = [
        ([[*days[0], str(catalogue.places[7].pk)], *days[1:]], "edit_closed", 1),
        ([days[0], [*days[1], days[0][0]], *days[2:]], "edit_twice", 2),
        ([[days[0][0], days[0][0]], *days[1:]], "edit_twice", 1),
        ([*days[:2], [*days[2], avoided]], "edit_excluded", 3),
        ([["f1696de9-8cb3-5519-bc5d-15e4d2c6db57"], *days[1:]], "edit_unknown_place", 1),
        (days[:2], "edit_days_missing", None),
        ([[str(place.pk) for place in catalogue.places[9:19]], [], []], "edit_", 1),
    ]
    for wanted, code, day in cases:
        body = assert_error(edit(alice_api, reference, wanted), 400, "not_feasible")
        told = body["details"]["violations"]
        assert told[0]["code"].startswith(code), told
        assert told[0]["day"] == day, told
        assert all(violation["text"] for violation in told)
        assert told[0]["text"] in body["message"]
        assert "edit " not in body["message"], "a code without a sentence"
    assert finals() == 1
    assert orders(final(alice_api, reference)) == days


def test_editing_when_it_would_pass_the_budget_then_refused_with_the_reason(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    reference = chosen(alice_api)
    days = orders(final(alice_api, reference))
    dear = next(place for place in catalogue.places if str(place.pk) not in {p for d in days for p in d})
    type(dear).objects.filter(pk=dear.pk).update(fee=Decimal(90000))
    body = assert_error(edit(alice_api, reference, [[*days[0][:1], str(dear.pk)], *days[1:]]), 400, "not_feasible")
    assert body["details"]["violations"][0]["code"] == "edit_over_budget"
    assert finals() == 1


def test_editing_when_the_base_is_stale_then_409_names_the_newest_and_nothing_is_lost(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    before = days = orders(final(alice_api, reference))
    mine, theirs = [days[0][:-1], *days[1:]], [*days[:-1], days[-1][:-1]]
    assert edit(alice_api, reference, theirs).status_code == 201
    for body in ({"days": mine}, {"swapDay": {"day": 1, "candidateId": "B"}}):
        refused = assert_error(alice_api.post(path(reference), {"basedOn": 1, **body}), 409, "edited_meanwhile")
        details = refused["details"]
        assert (details["revision"], details["basedOn"]) == (2, 1)
        assert {(c["what"], c["placeId"]) for c in details["theirs"] if c["what"] != "retimed"} == {("removed", before[-1][-1])}
        assert [(c["what"], c["placeId"]) for c in details["mine"]] == ([("removed", before[0][-1])] if "days" in body else [])
    assert_error(edit(alice_api, reference, mine, based_on=99), 409, "edited_meanwhile")
    assert finals() == 2
    assert orders(final(alice_api, reference)) == theirs


def test_editing_when_someone_saves_between_reading_and_writing_then_409(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from trips.actions import itineraries

    reference = chosen(alice_api)
    days = orders(final(alice_api, reference))
    plan_orders, once = itineraries.plan_orders, []

    def slow(*args: Any, **kwargs: Any) -> Any:
        made = plan_orders(*args, **kwargs)
        if not once:
            once.append(0)
            once[0] = edit(alice_api, reference, [*days[:-1], days[-1][:-1]]).status_code
        return made

    monkeypatch.setattr(itineraries, "plan_orders", slow)
    assert_error(edit(alice_api, reference, [days[0][:-1], *days[1:]]), 409, "edited_meanwhile")
    assert once == [201]
    assert finals() == 2


def test_anything_when_the_plan_is_booked_then_409_locked(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    days = orders(final(alice_api, reference))
    Trip.objects.filter(reference=reference).update(locked_revision=1, state="booked")
    for body in ({"candidateId": "A"}, {"candidateId": "B"}, {"basedOn": 1, "days": days}, {"basedOn": 1, "swapDay": {"day": 1, "candidateId": "B"}}):
        assert_error(alice_api.post(path(reference), body), 409, "locked")
    assert finals() == 1


def test_revisions_when_listed_then_newest_first_and_a_difference_in_words_of_data(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    days = orders(final(alice_api, reference))
    gone = days[0][-1]
    assert edit(alice_api, reference, [days[0][:-1], *days[1:]]).status_code == 201
    listed = alice_api.get(path(reference, "/revisions")).json()
    assert (listed["count"], [row["revision"] for row in listed["results"]]) == (2, [2, 1])
    assert set(listed["results"][0]) == {"revision", "createdAt", "basis", "locked"}
    there = alice_api.get(path(reference, "/diff?from=1&to=2")).json()
    removed = [change for change in there["changes"] if change["what"] == "removed"]
    assert [change["placeId"] for change in removed] == [gone]
    totals = there["totals"]
    assert Decimal(str(totals["cost"])) == Decimal(str(totals["costAfter"])) - Decimal(str(totals["costBefore"]))
    back = alice_api.get(path(reference, "/diff?from=2&to=1")).json()
    assert [change["placeId"] for change in back["changes"] if change["what"] == "added"] == [gone]
    assert back["totals"]["cost"] == -totals["cost"]
    same = alice_api.get(path(reference, "/diff?from=2&to=2")).json()
    assert (same["changes"], same["totals"]["cost"]) == ([], 0)


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?from=1", 400), ("?from=x&to=1", 400), ("?from=1&to=9", 404), ("?from=0&to=1", 404), ("?from=1&to=99999999999999999999", 404), ("?from=-1&to=1", 400)])
def test_difference_when_the_pair_is_odd_then_refused(alice_api: APIClient, query: str, status: int) -> None:
    assert_error(alice_api.get(path(chosen(alice_api), f"/diff{query}")), status)


def test_rows_when_a_revision_is_saved_then_days_stops_and_legs_equal_the_document(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    days = orders(final(alice_api, reference))
    assert edit(alice_api, reference, [days[0][:-1], *days[1:]]).status_code == 201
    for revision in (1, 2):
        body = final(alice_api, reference, revision)
        rows = ItineraryDay.objects.filter(trip__reference=reference, revision=revision)
        assert rows.count() == len(body["itinerary"]["days"])
        for row, day in zip(rows.order_by("position"), body["itinerary"]["days"], strict=True):
            assert (row.date.isoformat(), str(row.destination_id), row.fatigue, row.rest) == (day["date"], day["destinationId"], day["fatigue"], day["rest"])
            assert (row.cost, row.currency) == (Decimal(str(day["cost"])), "INR")
            stops = list(ItineraryStop.objects.filter(day=row).order_by("position"))
            assert [
                (stop.kind, str(stop.place_id) if stop.place_id else None, str(stop.service_id) if stop.service_id else None, stop.name, stop.latitude, stop.longitude)
                for stop in stops
            ] == [(stop["kind"], stop["placeId"], stop["serviceId"], stop["name"], stop["latitude"], stop["longitude"]) for stop in day["stops"]]
            assert [(stop.arrive, stop.leave, stop.fee) for stop in stops] == [
                (dt.datetime.fromisoformat(stop["arrive"]), dt.datetime.fromisoformat(stop["leave"]), Decimal(str(stop["fee"]))) for stop in day["stops"]
            ]
            legs = list(Leg.objects.filter(day=row).order_by("position"))
            assert [(leg.mode, leg.minutes, leg.distance_km, leg.cost) for leg in legs] == [
                (leg["mode"], leg["minutes"], leg["distanceKm"], Decimal(str(leg["cost"]))) for leg in day["legs"]
            ]


def test_saving_when_a_row_fails_then_the_revision_is_not_there_either(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = planned(alice_api)

    def fail(*args: Any) -> None:
        raise RuntimeError("no more rows")

    monkeypatch.setattr(Leg.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        alice_api.post(path(reference), {"candidateId": "A"})
    assert finals() == 0
    assert not ItineraryDay.objects.exists()
    assert Trip.objects.get(reference=reference).chosen_revision is None


def test_economy_when_the_wished_comfort_is_too_dear_then_its_plans_can_be_chosen_and_edited(alice_api: APIClient) -> None:
    """Whatever beds and meals a plan was made with, an edit of it is priced with the same."""
    reference = planned(alice_api, budgetRange={"max": 14000, "currency": "INR"}, preferences={"comfortLevel": "luxury", "interests": ["temples"]})
    for candidate in alice_api.get(f"/api/trips/{reference}/itineraries/candidates").json()["candidates"]:
        body = alice_api.post(path(reference), {"candidateId": candidate["candidateId"]}).json()
        answer = edit(alice_api, reference, orders(body), based_on=body["revision"])
        assert answer.status_code == 201, (candidate["profile"], answer.content[:300])
        assert answer.json()["cost"] == body["cost"], candidate["profile"]
        assert answer.json()["lodging"] == body["lodging"]
