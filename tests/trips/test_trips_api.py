"""`/api/trips`: list, detail, change, archive; versions, states, other people's trips; the shapes of names and errors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import api_for
from tests.factories.trips import TripFactory
from tests.trips.planned import ask, assert_error, chosen, planned
from travelplanner.core.models import AuditEntry
from trips.actions import trips as actions
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("catalogue")
MISSING = "TRIP_0123456789AB"
CAMEL, SNAKE = re.compile(r"[a-z]+[0-9]*([A-Z][a-z0-9]*)*|totalINR"), re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def keys(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path of the object, key) of every object in an answer."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield path, key
            yield from keys(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from keys(item, path)


def change(client: APIClient, reference: str, body: Any, match: str | None = None) -> Any:
    return client.patch(f"/api/trips/{reference}", body, headers={"If-Match": match} if match else {})


def test_list_when_read_then_ones_own_trips_newest_first_and_nobody_elses(alice: User, charlie: User, alice_api: APIClient) -> None:
    now = dt.datetime.now(dt.UTC)
    mine = [TripFactory(owner=alice, title=f"Trip {n}", created_at=now - dt.timedelta(hours=n)) for n in range(3)]
    TripFactory(owner=charlie, title="Charlie's secret")
    TripFactory(owner=None, visitor="a" * 64)
    TripFactory(owner=alice, archived_at=now)
    TripFactory(owner=None, sample=True)
    body = alice_api.get("/api/trips").json()
    assert set(body) == {"count", "next", "previous", "results"}
    assert [row["tripId"] for row in body["results"]] == [trip.reference for trip in mine]
    assert alice_api.get("/api/trips?search=trip+1").json()["count"] == 1
    assert alice_api.get("/api/trips?search=secret").json()["count"] == 0
    assert alice_api.get("/api/trips?search=%25").json()["count"] == 0
    assert alice_api.get("/api/trips?status=booked").json()["count"] == 0
    assert_error(alice_api.get("/api/trips?status=lost"), 400)


def test_list_when_paged_then_pages_join_without_gap_and_odd_pages_are_refused(alice: User, alice_api: APIClient) -> None:
    for _ in range(7):
        TripFactory(owner=alice)
    found: list[str] = []
    url: str | None = "/api/trips?page_size=3"
    while url:
        body = alice_api.get(url).json()
        found += [row["tripId"] for row in body["results"]]
        url = body["next"]
    assert len(found) == len(set(found)) == 7
    for page in ("0", "4", "x", "-1", "9" * 40):
        assert_error(alice_api.get(f"/api/trips?page_size=3&page={page}"), 404)
    assert len(alice_api.get("/api/trips?page_size=100000").json()["results"]) == 7
    assert alice_api.get("/api/trips?page_size=x").status_code == 200


def test_detail_when_read_then_a_strong_etag_and_the_planning(alice_api: APIClient) -> None:
    reference = planned(alice_api)
    answer = alice_api.get(f"/api/trips/{reference}")
    assert answer["ETag"] == f'"{reference}-1"'
    body = answer.json()
    assert body["planning"] == {"state": "done", "progress": 100, "step": "check", "error": None}
    assert body["budget"]["max"] == {"amount": "40000.00", "currency": "INR"}
    for link in body["links"].values():
        assert alice_api.get(link).status_code in (200, 404)


def test_change_when_matched_then_a_new_version_and_an_audit_entry(alice_api: APIClient) -> None:
    reference = ask(alice_api)
    first = alice_api.get(f"/api/trips/{reference}")["ETag"]
    answer = change(alice_api, reference, {"title": "Kashi 🛕", "description": "With my aunt", "budgetMax": "41000.50"}, first)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["title"], body["description"], body["budget"]["max"]["amount"]) == ("Kashi 🛕", "With my aunt", "41000.50")
    assert body["rowVersion"] == 2
    assert answer["ETag"] == f'"{reference}-2"' != first
    assert AuditEntry.objects.get(action="trip.changed").after == {"fields": ["budget_amount", "description", "title"]}
    assert_error(change(alice_api, reference, {"title": "Too late"}, first), 412, "stale")
    assert alice_api.get(f"/api/trips/{reference}").json()["title"] == "Kashi 🛕"


def test_change_when_not_matched_then_428_and_412(alice_api: APIClient) -> None:
    reference = ask(alice_api)
    assert_error(change(alice_api, reference, {"title": "x"}), 428, "precondition_required")
    for stale in ('"nonsense"', f'W/"{reference}-1"', f"{reference}-1", '"'):
        assert_error(change(alice_api, reference, {"title": "x"}, stale), 412, "stale")
    assert change(alice_api, reference, {"title": "Any"}, "*").status_code == 200
    assert change(alice_api, reference, {"title": "Listed"}, f'"other", "{reference}-2"').status_code == 200


def test_change_when_two_edit_at_once_then_one_wins_and_the_other_hears_412(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    match = alice_api.get(f"/api/trips/{reference}")["ETag"]
    act, once = actions.change_trip, []

    def slow(**kwargs: Any) -> Any:
        if not once:
            once.append(change(alice_api, reference, {"title": "The other"}, match).status_code)
        return act(**kwargs)

    once_more = slow

    def outer(**kwargs: Any) -> Any:
        monkeypatch.setattr(actions, "change_trip", act)
        return once_more(**kwargs)

    monkeypatch.setattr(actions, "change_trip", outer)
    assert_error(change(alice_api, reference, {"title": "Mine"}, match), 412, "stale")
    assert once == [200]
    assert Trip.objects.get(reference=reference).title == "The other"


@pytest.mark.parametrize("body", [{"title": ""}, {"title": None}, {"title": "t" * 256}, {"title": ["x"]}, {"budgetMax": -1}, {"budgetMax": "a lot"}, [], "title", {"description": "d" * 5001}])
def test_change_when_it_does_not_fit_then_400_and_nothing_changes(alice_api: APIClient, body: Any) -> None:
    reference = ask(alice_api)
    assert_error(change(alice_api, reference, body, "*"), 400)
    assert Trip.objects.get(reference=reference).row_version == 1


def test_change_when_it_names_what_is_not_the_clients_then_nothing_of_it_is_taken(alice_api: APIClient, charlie: User) -> None:
    reference = ask(alice_api)
    before = Trip.objects.values().get(reference=reference)
    body = {"status": "booked", "state": "booked", "owner": str(charlie.pk), "owner_id": str(charlie.pk), "sample": True, "rowVersion": 50, "tripId": MISSING, "actualSpent": {"amount": "1"}}
    assert change(alice_api, reference, body, "*").status_code == 200
    assert Trip.objects.values().get(reference=reference) == before


def test_change_when_booked_then_the_ceiling_is_locked_and_the_name_is_not(alice_api: APIClient) -> None:
    reference = chosen(alice_api)
    Trip.objects.filter(reference=reference).update(locked_revision=1, state="booked")
    assert_error(change(alice_api, reference, {"budgetMax": 90000}, "*"), 409, "budget_locked")
    assert change(alice_api, reference, {"title": "Our trip"}, "*").status_code == 200
    assert_error(alice_api.delete(f"/api/trips/{reference}"), 409, "booked")


def test_archive_when_done_twice_then_404_and_the_trip_can_come_back_for_thirty_days(alice: User, alice_api: APIClient) -> None:
    from tests.cast import actor_for

    reference = chosen(alice_api)
    answer = alice_api.delete(f"/api/trips/{reference}")
    assert (answer.status_code, answer.content) == (204, b"")
    row = Trip.objects.values().get(reference=reference)
    for part in ("", "/intent", "/budget", "/itineraries/final", "/itineraries/final/revisions"):
        assert_error(alice_api.get(f"/api/trips/{reference}{part}"), 404, "not_found")
    assert_error(alice_api.delete(f"/api/trips/{reference}"), 404, "not_found")
    assert_error(change(alice_api, reference, {"title": "x"}, "*"), 404)
    assert Trip.objects.values().get(reference=reference) == row
    assert alice_api.get("/api/trips").json()["count"] == 0
    late = row["archived_at"] + dt.timedelta(days=31)
    with pytest.raises(actions.NotFound):
        actions.restore_trip(actor=actor_for(alice), reference=reference, now=late)
    actions.restore_trip(actor=actor_for(alice), reference=reference)
    assert alice_api.get(f"/api/trips/{reference}/itineraries/final").status_code == 200


PARTS = ("", "/intent", "/budget", "/research", "/itineraries/candidates", "/itineraries/final", "/itineraries/final/revisions", "/itineraries/final/diff?from=1&to=1")


def anonymous_error(answer: Any) -> dict[str, Any]:
    """What may differ between two refusals, taken out."""
    return {key: value for key, value in answer.json().items() if key not in ("timestamp", "request_id")}


def test_another_users_trip_when_asked_for_then_it_answers_like_none(alice_api: APIClient, charlie_api: APIClient, dana_api: APIClient) -> None:
    reference = chosen(alice_api)
    before = Trip.objects.values().get(reference=reference)
    for client in (charlie_api, dana_api):
        for part in PARTS:
            theirs, none = client.get(f"/api/trips/{reference}{part}"), client.get(f"/api/trips/{MISSING}{part}")
            assert theirs.status_code == none.status_code == 404, part
            assert anonymous_error(theirs) == anonymous_error(none)
            assert theirs.headers.keys() == none.headers.keys()
            assert reference not in theirs.content.decode()
        for act in (
            lambda ref, client=client: client.delete(f"/api/trips/{ref}"),
            lambda ref, client=client: change(client, ref, {"title": "Mine now"}, "*"),
            lambda ref, client=client: change(client, ref, {"title": "Mine now"}, f'"{reference}-1"'),
            lambda ref, client=client: client.post(f"/api/trips/{ref}/itineraries/final", {"candidateId": "B"}),
            lambda ref, client=client: client.post(f"/api/trips/{ref}/itineraries/final", {"basedOn": 1, "swapDay": {"day": 1, "candidateId": "B"}}),
        ):
            theirs, none = act(reference), act(MISSING)
            assert theirs.status_code == none.status_code == 404
            assert anonymous_error(theirs) == anonymous_error(none)
    assert Trip.objects.values().get(reference=reference) == before


def test_a_browsers_trip_when_asked_for_by_a_user_then_404(alice_api: APIClient) -> None:
    reference = ask(alice_api)
    Trip.objects.filter(reference=reference).update(owner=None, visitor="b" * 64)
    assert_error(alice_api.get(f"/api/trips/{reference}"), 404)


def test_sample_when_opened_then_all_may_read_and_nobody_may_change(alice_api: APIClient, charlie_api: APIClient) -> None:
    reference = chosen(alice_api)
    Trip.objects.filter(reference=reference).update(owner=None, sample=True)
    before = Trip.objects.values().get(reference=reference)
    for client in (alice_api, charlie_api):
        for part in PARTS:
            assert client.get(f"/api/trips/{reference}{part}").status_code == 200, part
        assert_error(client.delete(f"/api/trips/{reference}"), 403, "forbidden")
        assert_error(change(client, reference, {"title": "x"}, "*"), 403, "forbidden")
        assert_error(client.post(f"/api/trips/{reference}/itineraries/final", {"candidateId": "B"}), 403, "forbidden")
    assert Trip.objects.values().get(reference=reference) == before


def test_everything_when_signed_out_or_suspended_then_401(alice: User, alice_api: APIClient, api: APIClient) -> None:
    reference = chosen(alice_api)
    stopped = api_for(alice)
    User.objects.filter(pk=alice.pk).update(status="suspended")
    for client in (api, stopped):
        for part in PARTS:
            body = assert_error(client.get(f"/api/trips/{reference}{part}"), 401)
            assert reference not in str(body)
        answer = client.post("/api/trips/intent", {"destination": "Varanasi"})
        assert_error(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_keys_when_every_answer_is_walked_then_camel_case_here_and_snake_case_elsewhere(alice_api: APIClient, catalogue: Any) -> None:
    reference = chosen(alice_api)
    camel = [f"/api/trips/{reference}{part}" for part in PARTS] + ["/api/trips", "/api/bookings"]
    cart = alice_api.post("/api/cart/from-itinerary", {"tripId": reference})
    assert cart.status_code == 200, cart.content
    contact = {"name": "Alice Example", "email": "alice@example.org", "phone": ""}
    booked = alice_api.post("/api/bookings", {"tripId": reference, "userContact": contact}, headers={"Idempotency-Key": "walk"})
    assert booked.status_code == 201, booked.content
    number = booked.json()["bookingId"]
    camel += [f"/api/bookings/{number}", f"/api/bookings/{number}/confirmation"]
    service = str(catalogue.activities[1].pk)
    snake = [
        "/api/destinations",
        "/api/destinations/varanasi",
        "/api/destinations/varanasi/places",
        "/api/services",
        f"/api/services/{service}",
        f"/api/services/{service}/availability?from={dt.datetime.now(dt.UTC).date()}&until={dt.datetime.now(dt.UTC).date()}",
        "/api/cart",
        "/health",
        "/api/nothing-here",
    ]
    alice_api.post("/api/cart", {"service_id": service, "booking_date": str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)), "time": "06:00"})
    walked = 0
    for paths, pattern in ((camel, CAMEL), (snake, SNAKE)):
        for path in paths:
            answer = alice_api.get(path)
            for where, key in keys(answer.json()):
                walked += 1
                # maps from a name of the data (an interest, a figure of the model, what a sentence is about) to a value are data
                if where.endswith((".metrics", ".interests", ".params")):
                    continue
                if key in ("request_id",) and answer.status_code >= 400:
                    continue
                assert pattern.fullmatch(key), (path, where, key)
    assert walked > 500


def test_rename_when_the_title_has_line_breaks_then_one_line(alice_api: APIClient) -> None:
    path = f"/api/trips/{ask(alice_api)}"
    answer = alice_api.patch(path, {"title": "Ganga\r\nBEGIN:VEVENT \u202ewalk"}, headers={"If-Match": "*"})
    assert answer.json()["title"] == "Ganga BEGIN:VEVENT walk"
    assert_error(alice_api.patch(path, {"title": "\u202e\u200d"}, headers={"If-Match": "*"}), 400, "invalid")
