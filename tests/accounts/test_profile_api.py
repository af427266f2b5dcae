"""/api/me and /api/me/profile: names, every column, versions, what may not be set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Consent, User, UserDocument, UserProfile
from tests.statements import counted
from tests.trips.planned import assert_error
from travelplanner.core.models import AuditEntry

pytestmark = pytest.mark.django_db

FULL: dict[str, Any] = {
    "preferred_cabin_class": "premium_economy",
    "preferred_airlines": ["AI", "6E"],
    "preferred_hotel_chains": ["Taj", "Ibis"],
    "seat_preference": "aisle",
    "meal_preference": "vegetarian",
    "accessibility_requirements": ["step_free", "hearing"],
    "dietary_restrictions": ["nut_allergy"],
    "loyalty_programs": [{"kind": "airline", "program": "Flying Returns", "number": "AI 123 456"}],
    "notification_preferences": {"email": True, "sms": False, "push": True},
    "preferred_language": "hi",
    "timezone": "Asia/Kolkata",
    "date_of_birth": "1990-02-28",
    "gender": "female",
    "nationality": "IND",
    "emergency_contact": "Mother, +91 98765 00000",
}


def save(client: APIClient, body: dict[str, Any], tag: str | None = None) -> Any:
    tag = tag or client.get("/api/me/profile")["ETag"]
    return client.patch("/api/me/profile", body, headers={"If-Match": tag})


def test_profile_when_never_saved_then_defaults_and_a_version(alice_api: APIClient) -> None:
    answer = alice_api.get("/api/me/profile")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {*FULL, "passport_number", "passport_expiry", "row_version"}
    assert (body["preferred_language"], body["timezone"], body["preferred_airlines"], body["row_version"]) == ("en", "UTC", [], 0)
    assert answer["Cache-Control"] == "private, no-store"
    assert UserProfile.objects.count() == 0  # reading makes no row


def test_profile_when_every_column_is_sent_then_every_column_comes_back(alice: User, alice_api: APIClient) -> None:
    answer = save(alice_api, FULL | {"special_data_consent": True})
    assert answer.status_code == 200, answer.content
    assert {name: answer.json()[name] for name in FULL} == FULL
    assert alice_api.get("/api/me/profile").json() == answer.json()
    row = UserProfile.objects.get(user=alice)
    assert row.emergency_contact == "Mother, +91 98765 00000"
    raw = UserProfile.objects.values_list("emergency_contact", "accessibility_requirements", "loyalty_programs").get()
    assert not any(b"98765" in bytes(value) or b"step_free" in bytes(value) or b"123 456" in bytes(value) for value in raw)
    entry = AuditEntry.objects.get(action="profile.changed")
    assert "98765" not in str(entry.after)
    assert set(entry.after["fields"]) == set(FULL)


def test_profile_when_partly_sent_then_the_rest_stays(alice_api: APIClient) -> None:
    save(alice_api, {"seat_preference": "window", "nationality": "DEU"})
    save(alice_api, {"seat_preference": ""})
    body = alice_api.get("/api/me/profile").json()
    assert (body["seat_preference"], body["nationality"], body["row_version"]) == ("", "DEU", 2)


def test_profile_when_version_is_missing_or_old_then_refused_and_nothing_lost(alice_api: APIClient) -> None:
    first = alice_api.get("/api/me/profile")["ETag"]
    assert_error(alice_api.patch("/api/me/profile", {"nationality": "IND"}), 428, "precondition_required")
    assert save(alice_api, {"nationality": "IND"}, first).status_code == 200
    assert_error(save(alice_api, {"nationality": "DEU"}, first), 412, "stale")
    assert alice_api.get("/api/me/profile").json()["nationality"] == "IND"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preferred_cabin_class", "royal"),
        ("preferred_airlines", ["AIR"]),
        ("preferred_airlines", ["12"]),
        ("preferred_airlines", ["A%"]),
        ("preferred_airlines", ["AI"] * 21),
        ("preferred_hotel_chains", ["x" * 81]),
        ("seat_preference", "roof"),
        ("accessibility_requirements", ["fly"]),
        ("dietary_restrictions", "vegan"),
        ("loyalty_programs", [{"kind": "airline", "program": "X"}]),
        ("loyalty_programs", [{"kind": "train", "program": "X", "number": "1"}]),
        ("loyalty_programs", [{"kind": "hotel", "program": "X", "number": "<b>"}]),
        ("notification_preferences", {"email": "perhaps"}),
        ("preferred_language", "xx"),
        ("timezone", "Mars/Olympus"),
        ("date_of_birth", "1899-12-31"),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "31.05.1990"),
        ("nationality", "XYZ"),
        ("nationality", "ZZZ"),
        ("emergency_contact", "x" * 301),
        ("emergency_contact", "a\u202eb"),
    ],
)
def test_profile_when_a_value_does_not_fit_then_400_at_its_field(alice_api: APIClient, field: str, value: Any) -> None:
    body = assert_error(save(alice_api, {field: value, "special_data_consent": True}), 400)
    assert list(body["fields"]) == [field]
    assert UserProfile.objects.count() == 0
    assert Consent.objects.count() == 0


def test_profile_when_needs_are_sent_without_consent_then_refused_with_how_to_agree(alice: User, alice_api: APIClient) -> None:
    body = assert_error(save(alice_api, {"accessibility_requirements": ["sight"]}), 400, "consent_needed")
    assert "special_data_consent" in body["fields"]
    assert not UserProfile.objects.filter(user=alice).exists()
    assert save(alice_api, {"accessibility_requirements": ["sight"], "special_data_consent": True}).status_code == 200
    consent = Consent.objects.get(user=alice)
    assert (consent.purpose, consent.given, consent.how) == ("special_data", True, "api")
    assert save(alice_api, {"dietary_restrictions": ["vegan"]}).status_code == 200  # agreed before
    assert Consent.objects.count() == 1


def test_profile_when_there_are_passports_then_the_newest_one_masked(alice: User, bob: User, alice_api: APIClient) -> None:
    UserDocument.objects.create(user=alice, type="passport", number="OLD1111111", expires_on=dt.date(2027, 1, 1), created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    UserDocument.objects.create(user=alice, type="passport", number="Z1234567", expires_on=dt.date(2031, 5, 6))
    UserDocument.objects.create(user=alice, type="visa", number="V999999999")
    UserDocument.objects.create(user=bob, type="passport", number="B7654321")
    body = alice_api.get("/api/me/profile").json()
    assert body["passport_number"] == "•••••567"
    assert body["passport_expiry"] == "2031-05-06"
    assert save(alice_api, {"passport_number": "HACKED", "passport_expiry": "2099-01-01"}).json()["passport_number"] == "•••••567"


def test_me_when_changed_then_names_and_language_and_nothing_else(alice: User, alice_api: APIClient) -> None:
    before = User.objects.filter(pk=alice.pk).values("email", "is_staff", "is_superuser", "status", "phone", "phone_verified", "email_verified", "password").get()
    wanted = {
        "first_name": "Alice Mary", "last_name": "O’Neill-Śmigły", "language": "hi", "email": "evil@example.org", "is_staff": True, "is_superuser": True,
        "status": "deleted", "phone": "+911234567890", "phone_verified": True, "email_verified": False, "password": "x", "id": "0", "row_version": 99,
    }  # fmt: skip
    answer = alice_api.patch("/api/me", wanted)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["first_name"], answer.json()["last_name"], answer.json()["language"]) == ("Alice Mary", "O’Neill-Śmigły", "hi")
    assert User.objects.filter(pk=alice.pk).values(*before).get() == before
    assert UserProfile.objects.get(user=alice).row_version == 1


def test_me_when_read_then_no_secret_and_no_right_shows(alice: User, alice_api: APIClient) -> None:
    body = alice_api.get("/api/me").json()
    assert body["email"] == alice.email
    assert not {"password", "is_staff", "is_superuser", "status"} & set(body)


def test_me_when_the_version_sent_is_old_then_412(alice_api: APIClient) -> None:
    tag = alice_api.get("/api/me")["ETag"]
    assert alice_api.patch("/api/me", {"first_name": "A"}, headers={"If-Match": tag}).status_code == 200
    assert_error(alice_api.patch("/api/me", {"first_name": "B"}, headers={"If-Match": tag}), 412, "stale")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\x1bb", "x" * 101, "\u202eecila", "12 34", "a{b}"])
def test_me_when_a_name_can_not_be_one_then_400(alice: User, alice_api: APIClient, name: str) -> None:
    body = assert_error(alice_api.patch("/api/me", {"first_name": name}), 400)
    assert list(body["fields"]) == ["first_name"]
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


def test_me_when_signed_out_then_401(api: APIClient) -> None:
    for path in ("/api/me", "/api/me/profile", "/api/me/preferences", "/api/me/consents", "/api/travelers"):
        assert_error(api.get(path), 401)
        assert_error(api.patch(path, {}), 401)


def test_profile_when_read_then_three_statements(alice: User, alice_api: APIClient) -> None:
    save(alice_api, FULL | {"special_data_consent": True})
    UserDocument.objects.create(user=alice, type="passport", number="Z1234567")
    with counted() as statements:
        assert alice_api.get("/api/me/profile").status_code == 200
    assert len(statements) == 3, statements  # sign-in, person with profile, passport


def test_profile_page_when_saved_then_everything_is_there_and_language_follows(alice: User, alice_page: Any) -> None:
    form = {
        "version": "0", "first_name": "Alice", "last_name": "Example", "preferred_language": "hi", "timezone": "Asia/Kolkata", "nationality": "IND",
        "preferred_airlines": "ai, 6e", "preferred_hotel_chains": "Taj", "notification_preferences": ["email"], "accessibility_requirements": ["step_free"],
        "special_data_consent": "on", "loyalty_programs-0-kind": "hotel", "loyalty_programs-0-program": "InnerCircle", "loyalty_programs-0-number": "T1",
        "loyalty_programs-1-kind": "airline", "loyalty_programs-1-program": "", "loyalty_programs-1-number": "",
    }  # fmt: skip
    answer = alice_page.post("/account/profile", form)
    assert answer.status_code == 302, answer.content.decode()
    assert answer.cookies["django_language"].value == "hi"
    row = UserProfile.objects.get(user=alice)
    assert row.preferred_airlines == ["AI", "6E"]
    assert row.loyalty_programs == [{"kind": "hotel", "program": "InnerCircle", "number": "T1"}]
    assert row.notification_preferences == {"email": True, "sms": False, "push": False}
    assert Consent.objects.get(user=alice).how == "page"


def test_profile_page_when_refused_then_keeps_what_was_typed(alice_page: Any) -> None:
    answer = alice_page.post("/account/profile", {"version": "0", "first_name": "Al<b>", "preferred_language": "en", "timezone": "UTC", "preferred_airlines": "TOOLONG", "emergency_contact": "Call Mum"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="TOOLONG"' in text
    assert "Call Mum" in text
    assert 'value="Al&lt;b&gt;"' in text
    assert UserProfile.objects.count() == 0


def test_profile_page_when_changed_meanwhile_then_412_with_both_versions(alice: User, alice_api: APIClient, alice_page: Any) -> None:
    save(alice_api, {"nationality": "IND", "seat_preference": "aisle"})
    typed = {"version": "0", "first_name": "Alice", "preferred_language": "en", "timezone": "UTC", "nationality": "DEU", "seat_preference": "aisle"}
    answer = alice_page.post("/account/profile", typed)
    text = answer.content.decode()
    assert answer.status_code == 412
    assert "Germany" in text
    assert "Nationality: India" in text
    assert UserProfile.objects.get(user=alice).nationality == "IND"
    again = alice_page.post("/account/profile", typed | {"version": "1", "keep": "mine"})
    assert again.status_code == 302
    assert UserProfile.objects.get(user=alice).nationality == "DEU"
    assert alice_page.post("/account/profile", typed | {"version": "1", "keep": "theirs", "nationality": "FRA"}).status_code == 302
    assert UserProfile.objects.get(user=alice).nationality == "DEU"
