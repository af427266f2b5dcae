"""Consents: append-only, in words with a version; what is erased with one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from rest_framework.test import APIClient

from accounts import consent_texts
from accounts.actions import consents, profiles, travelers
from accounts.models import Consent, Traveler, TravelerPreference, User, UserProfile
from accounts.queries.consents import has_consent, standing
from tests.cast import actor_for
from tests.statements import counted
from tests.trips.planned import assert_error
from travelplanner.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def version(purpose: str) -> str:
    return consent_texts.current_version(purpose)


def say(client: APIClient, purpose: str, given: bool) -> Any:
    return client.post("/api/me/consents", {"purpose": purpose, "given": given} | ({"text_version": version(purpose)} if given else {}))


def test_consent_when_given_and_taken_back_then_two_rows_and_the_newest_counts(alice: User, alice_api: APIClient) -> None:
    given = say(alice_api, "marketing", True)
    assert (given.status_code, given.json()["how"]) == (201, "api")
    assert has_consent(alice.pk, "marketing")
    assert say(alice_api, "marketing", False).status_code == 201
    assert not has_consent(alice.pk, "marketing")
    body = alice_api.get("/api/me/consents").json()
    assert [(row["given"], row["text_version"]) for row in body["results"]] == [(False, version("marketing")), (True, version("marketing"))]
    assert str(consent_texts.words_of("marketing", version("marketing"))) == body["results"][0]["text"]
    assert alice_api.get("/api/me/consents?purpose=terms").json()["count"] == 0
    assert not standing(alice.pk)["marketing"].given


def test_consent_when_said_twice_then_one_row(alice_api: APIClient) -> None:
    assert [say(alice_api, "analytics", True).status_code for _turn in range(2)] == [201, 200]
    assert Consent.objects.count() == 1


def test_consent_when_the_words_are_others_or_unsaid_then_409_with_todays(alice_api: APIClient) -> None:
    for sent in ({"text_version": "1999-01"}, {}):
        body = assert_error(alice_api.post("/api/me/consents", {"purpose": "marketing", "given": True} | sent), 409, "text_changed")
        assert body["details"]["text_version"] == version("marketing")
    assert Consent.objects.count() == 0


def test_consent_when_the_words_change_then_agreeing_anew_is_a_new_row(alice: User, alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    say(alice_api, "analytics", True)
    monkeypatch.setitem(consent_texts.TEXTS["analytics"], "2099-01", "Other words.")
    assert has_consent(alice.pk, "analytics")
    assert say(alice_api, "analytics", True).status_code == 201
    assert [row.text_version for row in Consent.objects.all()] == ["2099-01", "2026-11"]


@pytest.mark.parametrize("body", [{"purpose": "world", "given": True}, {"purpose": "terms"}, {"given": True}, {"purpose": "terms", "given": "maybe"}, []])
def test_consent_when_the_body_does_not_fit_then_400(alice_api: APIClient, body: Any) -> None:
    assert_error(alice_api.post("/api/me/consents", body), 400)


def test_terms_when_taken_back_then_409(alice_api: APIClient) -> None:
    say(alice_api, "terms", True)
    assert_error(say(alice_api, "terms", False), 409, "needed")
    assert Consent.objects.count() == 1


def test_consent_row_when_changed_or_deleted_then_the_database_refuses(alice: User, alice_api: APIClient) -> None:
    say(alice_api, "marketing", True)
    for change in (lambda: Consent.objects.update(given=False), lambda: Consent.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Consent.objects.get().given


def test_special_data_when_taken_back_then_needs_diets_and_notes_are_erased_everywhere(alice: User, bob: User, alice_api: APIClient) -> None:
    for user in (alice, bob):
        actor = actor_for(user)
        profiles.change_profile(actor=actor, row_version=0, changes={"accessibility_requirements": ["sight"], "dietary_restrictions": ["vegan"], "nationality": "IND"}, agreed=True)
        for who in ("One", "Two", "Gone"):
            row = travelers.create_traveler(actor=actor, values={"first_name": who, "needs": ["hearing"], "medical_notes": "Asthma", "emergency_contact": "Mum"})
            travelers.change_traveler_preferences(actor=actor, traveler_id=row.pk, row_version=None, changes={"dietary_restrictions": ["halal"], "seat_preference": "aisle"})
        travelers.archive_traveler(actor=actor, traveler_id=row.pk)
    travelers.create_traveler(actor=actor_for(alice), values={"first_name": "Healthy"})
    answer = say(alice_api, "special_data", False)
    assert answer.json()["erased"] == {"profile": 1, "travelers": 3}
    assert Traveler.objects.filter(user=alice, needs=None, medical_notes=None).count() == 4
    assert TravelerPreference.objects.filter(traveler__user=alice, dietary_restrictions=None).count() == 3
    profile = UserProfile.objects.get(user=alice)
    assert (profile.accessibility_requirements, profile.dietary_restrictions, profile.nationality, profile.row_version) == ([], [], "IND", 2)
    kept = Traveler.objects.filter(user=alice, first_name="One").get()
    assert (kept.emergency_contact, kept.preference.seat_preference) == ("Mum", "aisle")
    assert Traveler.objects.filter(user=bob).exclude(medical_notes=None).count() == 3  # nobody else's
    assert AuditEntry.objects.filter(action="special_data.erased").count() == 1
    assert_error(alice_api.patch(f"/api/travelers/{kept.pk}", {"needs": ["sight"]}), 400, "consent_needed")


def test_consents_when_another_lists_them_then_none_of_alices(alice_api: APIClient, charlie_api: APIClient) -> None:
    say(alice_api, "marketing", True)
    assert charlie_api.get("/api/me/consents").json()["count"] == 0


def test_consents_when_listed_then_as_many_statements_for_30_as_for_one(alice: User, alice_api: APIClient) -> None:
    def ask() -> int:
        with counted() as statements:
            alice_api.get("/api/me/consents?page_size=100")
        return len(statements)

    say(alice_api, "marketing", True)
    one = ask()
    for turn in range(29):
        consents.decide(actor=actor_for(alice), purpose="marketing", given=bool(turn % 2), text_version=version("marketing"), how="api")
    assert Consent.objects.count() == 30
    assert ask() == one == 3


def test_texts_when_read_then_open_and_whole(api: APIClient) -> None:
    answer = api.get("/api/consent-texts")
    assert answer.status_code == 200
    assert {row["purpose"]: row["needed"] for row in answer.json()} == {"terms": True, "special_data": False, "documents": False, "analytics": False, "marketing": False}
    assert all(row["text"] and row["text_version"] for row in answer.json())


def test_page_when_special_data_is_taken_back_then_asked_first(alice: User, alice_page: Any) -> None:
    consents.decide(actor=actor_for(alice), purpose="special_data", given=True, text_version=version("special_data"), how="page")
    travelers.create_traveler(actor=actor_for(alice), values={"first_name": "One", "medical_notes": "Asthma"})
    first = alice_page.post("/account/consents", {"purpose": "special_data", "given": "0"})
    assert "Take it back and erase" in first.content.decode()
    assert Traveler.objects.get().medical_notes == "Asthma"
    answer = alice_page.post("/account/consents", {"purpose": "special_data", "given": "0", "sure": "1"}, follow=True)
    assert "of 1 traveler are erased" in answer.content.decode()
    assert Traveler.objects.get().medical_notes == ""


def test_page_when_opened_and_used_then_each_purpose_with_its_words(alice: User, alice_page: Any) -> None:
    text = alice_page.get("/account/consents").content.decode()
    assert text.count("not agreed") == 5
    alice_page.post("/account/consents", {"purpose": "marketing", "given": "1", "text_version": version("marketing")})
    assert has_consent(alice.pk, "marketing")
    assert Consent.objects.get().how == "page"
    assert "you agreed" in alice_page.get("/account/consents").content.decode()
    stale = alice_page.post("/account/consents", {"purpose": "analytics", "given": "1", "text_version": "old"}, follow=True)
    assert "The words changed since you read them" in stale.content.decode()
    assert not has_consent(alice.pk, "analytics")


def test_sign_up_when_the_page_showed_the_terms_then_the_consent_is_written_down(page: Any) -> None:
    text = page.get("/accounts/signup/").content.decode()
    assert f'name="terms_version" value="{version("terms")}"' in text
    page.post("/accounts/signup/", {"email": "nina@example.org", "password1": "a-long-passphrase-7", "terms_version": version("terms")})
    consent = Consent.objects.get(user__email="nina@example.org")
    assert (consent.purpose, consent.given, consent.how, consent.text_version) == ("terms", True, "sign_up", version("terms"))


@pytest.mark.parametrize(("sent", "rows"), [({"terms_version": consent_texts.current_version("terms")}, 1), ({"terms_version": "1999-01"}, 0), ({"terms_version": 7}, 0), ({}, 0)])
def test_sign_up_when_a_program_sends_the_version_or_not_then_written_down_or_not(api: APIClient, sent: dict[str, Any], rows: int) -> None:
    api.post("/api/auth/app/v1/auth/signup", {"email": "nina@example.org", "password": "a-long-passphrase-7"} | sent)
    assert User.objects.filter(email="nina@example.org").exists()
    assert Consent.objects.filter(how="sign_up").count() == rows
