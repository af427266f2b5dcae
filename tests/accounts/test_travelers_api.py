"""/api/travelers: entering, changing, archiving, whose they are."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import ages
from accounts.actions import travelers
from accounts.models import Consent, Traveler, TravelerTransition, User
from accounts.schemas import Misfit, name
from tests.cast import actor_for
from tests.statements import counted
from tests.trips.planned import assert_error
from travelplanner.core import clock
from travelplanner.core.models import AuditEntry

pytestmark = pytest.mark.django_db

FULL: dict[str, Any] = {
    "relation": "child",
    "first_name": "Zoë Ana-María",
    "last_name": "O’Neill",
    "date_of_birth": "2015-05-31",
    "gender": "female",
    "nationality": "IRL",
    "email": "zoe@example.org",
    "phone": "+353 1 234 5678",
    "needs": ["short_walks", "medication"],
    "medical_notes": "Insulin, kept cool.\nNuts: never.",
    "emergency_contact": "Alice, +91 98765 43210",
    "travel_history": [{"country": "FRA", "year": 2024, "purpose": "leisure"}, {"country": "IND", "year": 2022, "purpose": "family"}],
}


def add(client: APIClient, **changes: Any) -> dict[str, Any]:
    answer = client.post("/api/travelers", {"first_name": "Bea"} | changes)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_traveler_when_every_column_is_sent_then_every_column_comes_back(alice: User, alice_api: APIClient) -> None:
    answer = alice_api.post("/api/travelers", FULL | {"special_data_consent": True})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert {key: body[key] for key in FULL} == FULL
    assert answer["Location"] == f"/api/travelers/{body['id']}"
    assert alice_api.get(answer["Location"]).json() == body
    assert (body["state"], body["active"], body["row_version"]) == ("active", True, 1)
    raw = Traveler.objects.values_list("medical_notes", "needs", "emergency_contact").get()
    assert not any(b"Insulin" in bytes(value) or b"medication" in bytes(value) or b"98765" in bytes(value) for value in raw)
    assert "Insulin" not in str(list(AuditEntry.objects.values("before", "after")))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "   "),
        ("first_name", "<script>alert(1)</script>"),
        ("first_name", "a\x00b"),
        ("first_name", "Bob\u202e"),
        ("first_name", "x" * 101),
        ("first_name", "123"),
        ("relation", "boss"),
        ("date_of_birth", "1899-12-31"),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "2015-02-30"),
        ("nationality", "UKX"),
        ("email", "no"),
        ("phone", "call me"),
        ("phone", "12345"),
        ("needs", ["wings"]),
        ("needs", {"step_free": True}),
        ("medical_notes", "x" * 2001),
        ("travel_history", [{"country": "FRA"}]),
        ("travel_history", [{"country": "FRA", "year": 2999, "purpose": "leisure"}]),
        ("travel_history", [{"country": "", "year": 2020, "purpose": "leisure"}]),
        ("type", "dog"),
    ],
)
def test_traveler_when_a_value_does_not_fit_then_refused_at_its_field(alice_api: APIClient, field: str, value: Any) -> None:
    answer = alice_api.post("/api/travelers", {"first_name": "Bea", field: value, "special_data_consent": True})
    body = assert_error(answer, 400)
    if value != "a\x00b":  # refused before any field is looked at
        assert list(body["fields"]) == [field]
    assert (Traveler.objects.count(), Consent.objects.count()) == (0, 0)


@pytest.mark.parametrize("written", ["Ravi", "Nguyễn Thị Minh Khai", "अनन्या", "D’Arcy-Smith", "Jean Luc", "Łukasz", "Kumar s/o Raman", "نازنین‌زهرا", "王小明", "Juan Jr."])
def test_name_when_as_in_passports_of_the_world_then_kept(written: str) -> None:
    assert name(100)(written) == written


@given(st.text(max_size=60))
def test_name_when_it_is_anything_then_a_name_or_a_refusal(text: str) -> None:
    try:
        kept = name(100)(text)
    except Misfit:
        return
    assert not set(kept) & set("<>{}\x00\n\u202e")
    assert kept == name(100)(kept)


def test_traveler_when_one_name_alone_then_it_is_enough(alice_api: APIClient) -> None:
    assert add(alice_api, first_name="Suharto")["last_name"] == ""


def test_type_when_there_is_a_birth_date_then_it_follows_from_it(alice_api: APIClient) -> None:
    today = clock.now().date()
    for years, kind in ((1, "infant"), (2, "child"), (11, "child"), (12, "adult"), (64, "adult"), (65, "senior")):
        born = ages.birthday(dt.date(today.year - years, 1, 1), 0)
        assert add(alice_api, date_of_birth=born.isoformat(), type="infant")["type"] == kind
    assert add(alice_api, type="senior")["type"] == "senior"  # nothing else is known
    for kind, count in (("infant", 1), ("child", 2), ("adult", 2), ("senior", 2)):
        assert alice_api.get(f"/api/travelers?type={kind}").json()["count"] == count


@given(st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31)), st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)))
def test_ages_when_asked_both_ways_then_they_agree(born: dt.date, day: dt.date) -> None:
    if born > day:
        return
    kind = ages.type_on(born, day)
    for other in ("infant", "child", "adult", "senior"):
        first, last = ages.born_between(other, day)
        within = (first is None or born >= first) and (last is None or born <= last)
        assert within == (other == kind)
    assert ages.is_minor(born, day) == (day < ages.birthday(born, 18))


def test_traveler_when_it_is_anothers_then_404_as_if_it_were_not_there(alice_api: APIClient, charlie_api: APIClient) -> None:
    mine = add(alice_api, first_name="Secretia", last_name="Hidden")
    path, none = f"/api/travelers/{mine['id']}", f"/api/travelers/{uuid.uuid4()}"
    for tail, method, body in (
        ("", "get", None), ("", "put", {"first_name": "X"}), ("", "patch", {"first_name": "X"}), ("", "delete", None), ("/restore", "post", {}),
        ("/preferences", "get", None), ("/preferences", "patch", {"seat_preference": "aisle"}), ("/preferences", "put", {}),
        ("/guardian", "post", {"by": "me"}), ("/guardian", "delete", None),
    ):  # fmt: skip
        refused, missing = (getattr(charlie_api, method)(where + tail, body) for where in (path, none))
        assert_error(refused, 404)
        assert {**refused.json(), "timestamp": "", "request_id": ""} == {**missing.json(), "timestamp": "", "request_id": ""}
    assert b"Secretia" not in charlie_api.get("/api/travelers").content
    assert Traveler.objects.get().first_name == "Secretia"


def test_traveler_when_owner_state_or_guardian_are_sent_then_they_change_nothing(alice: User, bob: User, alice_api: APIClient) -> None:
    row = add(alice_api)
    sneaky = {
        "user": str(bob.pk), "user_id": str(bob.pk), "state": "archived", "status": "archived", "archived_at": "2026-01-01T00:00:00Z", "id": str(uuid.uuid4()),
        "guardian_consent_at": "2026-01-01T00:00:00Z", "guardian": {"consent_at": "2026-01-01T00:00:00Z"}, "guardian_token_hash": "0" * 64, "row_version": 77, "first_name": "Bea",
    }  # fmt: skip
    for answer in (alice_api.patch(f"/api/travelers/{row['id']}", sneaky), alice_api.put(f"/api/travelers/{row['id']}", sneaky)):
        assert answer.status_code == 200
    saved = Traveler.objects.get()
    assert (saved.user_id, saved.state, saved.archived_at, saved.guardian_consent_at, saved.guardian_token_hash) == (alice.pk, "active", None, None, "")
    assert saved.row_version == 3


def test_traveler_when_put_then_what_is_left_out_is_emptied_and_patch_keeps_it(alice_api: APIClient) -> None:
    row = add(alice_api, **(FULL | {"special_data_consent": True}))
    path = f"/api/travelers/{row['id']}"
    assert alice_api.patch(path, {"last_name": "New"}).json()["medical_notes"] == FULL["medical_notes"]
    body = alice_api.put(path, {"first_name": "Zoë"}).json()
    assert (body["last_name"], body["medical_notes"], body["needs"], body["date_of_birth"], body["travel_history"]) == ("", "", [], None, [])


def test_preferences_when_saved_then_the_owner_is_locked_before_the_traveler(alice_api: APIClient, alice: User) -> None:
    """As in every other change: else two at once wait for each other, and a diet lands behind a consent that was just taken back."""
    row = add(alice_api)
    with CaptureQueriesContext(connection) as captured:
        travelers.change_traveler_preferences(actor=actor_for(alice), traveler_id=uuid.UUID(row["id"]), row_version=None, changes={"seat_preference": "aisle"})
    tables = [found[1] for query in captured if (found := re.search(r'FROM "(\w+)"', query["sql"]))]
    assert tables[:2] == ["accounts_user", "accounts_traveler"]


def test_traveler_when_the_version_sent_is_old_then_412(alice_api: APIClient) -> None:
    row = add(alice_api)
    path = f"/api/travelers/{row['id']}"
    tag = alice_api.get(path)["ETag"]
    assert alice_api.patch(path, {"last_name": "One"}, headers={"If-Match": tag}).status_code == 200
    assert_error(alice_api.patch(path, {"last_name": "Two"}, headers={"If-Match": tag}), 412, "stale")
    assert_error(alice_api.put(f"{path}/preferences", {"seat_preference": "aisle"}, headers={"If-Match": tag}), 412, "stale")
    assert Traveler.objects.get().last_name == "One"


def test_traveler_when_deleted_then_archived_once_and_back_within_30_days(alice: User, alice_api: APIClient) -> None:
    row = add(alice_api)
    path = f"/api/travelers/{row['id']}"
    assert alice_api.delete(path).status_code == 204
    assert_error(alice_api.delete(path), 404)
    assert_error(alice_api.get(path), 404)
    assert alice_api.get("/api/travelers").json()["count"] == 0
    assert alice_api.get("/api/travelers?state=archived").json()["count"] == 1
    assert alice_api.post(f"{path}/restore").json()["state"] == "active"
    assert_error(alice_api.post(f"{path}/restore"), 404)
    assert [entry.to_state for entry in TravelerTransition.objects.all()] == ["archived", "active"]
    alice_api.delete(path)
    Traveler.objects.update(archived_at=clock.now() - dt.timedelta(days=30, minutes=1))
    assert_error(alice_api.post(f"{path}/restore"), 404)
    assert alice_api.get("/api/travelers?state=archived").json()["count"] == 0


def test_traveler_when_set_aside_then_kept_but_inactive(alice_api: APIClient) -> None:
    row = add(alice_api)
    path = f"/api/travelers/{row['id']}"
    assert alice_api.patch(path, {"active": False}).json()["state"] == "inactive"
    assert alice_api.patch(path, {"active": False}).json()["state"] == "inactive"
    assert alice_api.get("/api/travelers?state=inactive").json()["count"] == 1
    assert alice_api.patch(path, {"active": True}).json()["state"] == "active"


def test_self_when_there_is_one_then_no_second(alice_api: APIClient) -> None:
    first = add(alice_api, relation="self")
    assert_error(alice_api.post("/api/travelers", {"first_name": "Me", "relation": "self"}), 409, "self_exists")
    other = add(alice_api, relation="friend")
    assert_error(alice_api.patch(f"/api/travelers/{other['id']}", {"relation": "self"}), 409, "self_exists")
    assert alice_api.patch(f"/api/travelers/{first['id']}", {"relation": "self", "last_name": "X"}).status_code == 200
    alice_api.delete(f"/api/travelers/{first['id']}")
    add(alice_api, relation="self")
    assert_error(alice_api.post(f"/api/travelers/{first['id']}/restore"), 409, "self_exists")


def test_travelers_when_there_are_fifty_then_no_more(alice: User, alice_api: APIClient) -> None:
    Traveler.objects.bulk_create(Traveler(user=alice, first_name=f"N{'a' * number}"[:100]) for number in range(49))
    last = add(alice_api)
    assert_error(alice_api.post("/api/travelers", {"first_name": "More"}), 409, "too_many")
    alice_api.delete(f"/api/travelers/{last['id']}")
    add(alice_api)
    assert_error(alice_api.post(f"/api/travelers/{last['id']}/restore"), 409, "too_many")


def test_needs_when_sent_without_consent_then_refused(alice_api: APIClient) -> None:
    for special in ({"needs": ["sight"]}, {"medical_notes": "Asthma"}):
        assert_error(alice_api.post("/api/travelers", {"first_name": "Bea"} | special), 400, "consent_needed")
    row = add(alice_api)
    assert_error(alice_api.put(f"/api/travelers/{row['id']}/preferences", {"dietary_restrictions": ["vegan"]}), 400, "consent_needed")
    assert Traveler.objects.get().medical_notes == ""
    assert add(alice_api, needs=["sight"], special_data_consent=True)["needs"] == ["sight"]
    assert add(alice_api, medical_notes="Asthma")["medical_notes"] == "Asthma"


def test_traveler_preferences_when_changed_then_kept_and_versioned_with_the_traveler(alice_api: APIClient) -> None:
    row = add(alice_api)
    path = f"/api/travelers/{row['id']}/preferences"
    full = {
        "preferred_cabin_class": "business", "seat_preference": "window", "meal_preference": "jain", "dietary_restrictions": ["jain"],
        "loyalty_programs": [{"kind": "hotel", "program": "InnerCircle", "number": "T-1"}], "interests": {"food": 2.0},
    }  # fmt: skip
    assert set(alice_api.get(path).json()) == set(full)
    tag = alice_api.get(path)["ETag"]
    answer = alice_api.put(path, full | {"special_data_consent": True}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()) == (200, full)
    assert answer["ETag"] != tag
    assert answer["ETag"] == alice_api.get(f"/api/travelers/{row['id']}")["ETag"]
    assert alice_api.patch(path, {"seat_preference": "aisle"}).json() == full | {"seat_preference": "aisle"}
    emptied = alice_api.put(path, {"seat_preference": "aisle"}).json()
    assert (emptied["interests"], emptied["meal_preference"], emptied["loyalty_programs"]) == ({}, "", [])
    assert_error(alice_api.put(path, {"interests": {"napping": 1}}), 400)


def test_travelers_when_listed_then_paged_filtered_and_searched(alice: User, bob: User, alice_api: APIClient) -> None:
    for number, who in enumerate(("Anna", "Bert", "Cleo")):
        travelers.create_traveler(actor=actor_for(alice), values={"first_name": who, "relation": "friend" if number else "partner"})
    travelers.create_traveler(actor=actor_for(bob), values={"first_name": "Annabob"})
    body = alice_api.get("/api/travelers?page_size=2").json()
    assert (body["count"], len(body["results"])) == (3, 2)
    assert [row["first_name"] for row in alice_api.get("/api/travelers?search=ann").json()["results"]] == ["Anna"]
    assert alice_api.get("/api/travelers?relation=friend").json()["count"] == 2
    assert [row["first_name"] for row in alice_api.get("/api/travelers?ordering=-created_at").json()["results"]] == ["Cleo", "Bert", "Anna"]
    assert_error(alice_api.get("/api/travelers?relation=enemy"), 400)
    assert_error(alice_api.get("/api/travelers?page=9"), 404)


def test_travelers_when_listed_then_as_many_statements_for_30_as_for_one(alice: User, alice_api: APIClient) -> None:
    def ask() -> int:
        with counted() as statements:
            assert alice_api.get("/api/travelers?page_size=100").status_code == 200
        return len(statements)

    travelers.create_traveler(actor=actor_for(alice), values={"first_name": "One", "needs": ["sight"]}, agreed=True)
    one = ask()
    for number in range(29):
        travelers.create_traveler(actor=actor_for(alice), values={"first_name": f"A{'b' * number}", "needs": ["sight"], "medical_notes": "x"})
    assert ask() == one == 3  # sign-in, count, rows


def test_travelers_when_posted_with_a_key_twice_then_one(alice_api: APIClient) -> None:
    answers = [alice_api.post("/api/travelers", {"first_name": "Once"}, headers={"Idempotency-Key": "k-1"}) for _turn in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Traveler.objects.count() == 1
