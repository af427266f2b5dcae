"""Pages of the travelers, the account's first page, and what signs of script become there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.actions import travelers
from accounts.models import Consent, Traveler, TravelerPreference, User, UserProfile
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core import clock

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def make(user: User, **values: Any) -> Traveler:
    return travelers.create_traveler(actor=actor_for(user), values={"first_name": "Bea"} | values, agreed=True)


def form(**changes: Any) -> dict[str, Any]:
    return {"relation": "friend", "first_name": "Bea", "last_name": "Example", "type": "adult", **changes}


def test_overview_when_opened_then_each_part_that_has_a_page(alice: User, alice_page: Client, page: Client) -> None:
    make(alice)
    text = alice_page.get("/account").content.decode()
    for href in ("/account/profile", "/account/preferences", "/account/travelers", "/account/consents"):
        assert f'href="{href}"' in text
    assert "1 person." in text
    assert page.get("/account").status_code == 302


def test_overview_when_there_are_thirty_travelers_then_as_many_statements_as_for_one(alice: User, alice_page: Client) -> None:
    def ask() -> int:
        with counted() as statements:
            alice_page.get("/account")
        return len(statements)

    make(alice)
    one = ask()
    Traveler.objects.bulk_create(Traveler(user=alice, first_name="N") for _number in range(29))
    assert ask() == one


def test_list_when_there_are_thirty_then_paged_with_as_many_statements_as_for_one(alice: User, alice_page: Client) -> None:
    def ask() -> int:
        with counted() as statements:
            assert alice_page.get("/account/travelers").status_code == 200
        return len(statements)

    make(alice)
    one = ask()
    Traveler.objects.bulk_create(Traveler(user=alice, first_name="N", date_of_birth=dt.date(2020, 1, 1)) for _number in range(29))
    assert ask() == one
    assert "Page 1 of 2" in alice_page.get("/account/travelers").content.decode()


def test_new_when_sent_then_entered_and_shown(alice: User, alice_page: Client) -> None:
    assert 'value="Alice"' in alice_page.get("/account/travelers/new?relation=self").content.decode()
    sent = form(
        date_of_birth="2015-05-31", nationality="IRL", needs=["short_walks"], medical_notes="Asthma", special_data_consent="on",
        **{"travel_history-0-country": "FRA", "travel_history-0-year": "2020", "travel_history-0-purpose": "leisure"},
    )  # fmt: skip
    answer = alice_page.post("/account/travelers/new", sent)
    row = Traveler.objects.get()
    assert answer["Location"] == f"/account/travelers/{row.pk}"
    assert (row.needs, row.medical_notes, row.travel_history) == (["short_walks"], "Asthma", [{"country": "FRA", "year": 2020, "purpose": "leisure"}])
    assert Consent.objects.get().how == "page"
    assert "Asthma" in alice_page.get(answer["Location"]).content.decode()


def test_new_when_refused_then_nothing_typed_is_lost(alice_page: Client) -> None:
    sent = form(first_name="Be<a>", medical_notes="Needs an inhaler", needs=["sight"], phone="none", **{"travel_history-1-country": "FRA", "travel_history-1-year": "2020", "travel_history-1-purpose": "leisure"})
    answer = alice_page.post("/account/travelers/new", sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert Traveler.objects.count() == 0
    for kept in ('value="Be&lt;a&gt;"', "Needs an inhaler", 'value="none"', 'value="2020"', "A name has letters"):
        assert kept in text, kept
    assert 'value="sight" id="id_needs_5" checked' in text or 'value="sight"' in text.split("checked")[0][-200:]
    without = alice_page.post("/account/travelers/new", form(medical_notes="Needs an inhaler"))
    assert without.status_code == 400
    assert "stored only with your consent" in without.content.decode()


def test_edit_when_changed_meanwhile_then_412_with_both_versions(alice: User, alice_api: APIClient, alice_page: Client) -> None:
    row = make(alice, last_name="First")
    alice_api.patch(f"/api/travelers/{row.pk}", {"last_name": "Theirs"})
    answer = alice_page.post(f"/account/travelers/{row.pk}", form(last_name="Mine", version="1", relation="other"))
    text = answer.content.decode()
    assert answer.status_code == 412
    assert "Last name: Theirs" in text
    assert "Last name: Mine" in text
    assert Traveler.objects.get().last_name == "Theirs"
    assert alice_page.post(f"/account/travelers/{row.pk}", form(last_name="Mine", version="2", keep="mine")).status_code == 302
    assert Traveler.objects.get().last_name == "Mine"


def test_preferences_when_saved_or_stale_then_kept_or_412(alice: User, alice_page: Client) -> None:
    row = make(alice)
    path = f"/account/travelers/{row.pk}/preferences"
    answer = alice_page.post(path, {"version": "1", "seat_preference": "aisle", "interests": ["food:3"], "loyalty_programs-0-kind": "hotel", "loyalty_programs-0-program": "X", "loyalty_programs-0-number": "1"})
    assert answer.status_code == 302
    liked = TravelerPreference.objects.get()
    assert (liked.seat_preference, liked.interests, liked.loyalty_programs) == ("aisle", {"food": 3.0}, [{"kind": "hotel", "program": "X", "number": "1"}])
    stale = alice_page.post(path, {"version": "1", "seat_preference": "window"})
    assert stale.status_code == 412
    assert TravelerPreference.objects.get().seat_preference == "aisle"


def test_archive_when_pressed_then_gone_from_the_list_and_back_with_one_press(alice: User, alice_page: Client) -> None:
    row = make(alice)
    text = alice_page.post(f"/account/travelers/{row.pk}/archive", follow=True).content.decode()
    assert "Can be brought back until" in text
    assert alice_page.get(f"/account/travelers/{row.pk}").status_code == 404
    alice_page.post(f"/account/travelers/{row.pk}/restore")
    assert alice_page.get(f"/account/travelers/{row.pk}").status_code == 200
    alice_page.post(f"/account/travelers/{row.pk}/active", {"active": "0"})
    assert "set aside" in alice_page.get("/account/travelers").content.decode()


def test_pages_when_another_asks_then_404_and_nothing_shown(alice: User, charlie_page: Client) -> None:
    row = make(alice, first_name="Secretia")
    for tail in ("", "/preferences", "/archive", "/restore", "/active", "/guardian"):
        answer = charlie_page.post(f"/account/travelers/{row.pk}{tail}", form())
        assert answer.status_code == 404
        assert b"Secretia" not in answer.content
    assert charlie_page.get(f"/account/travelers/{row.pk}").status_code == 404
    assert b"Secretia" not in charlie_page.get("/account/travelers").content
    assert Traveler.objects.get().state == "active"


def test_names_and_notes_when_they_hold_script_then_shown_as_text_everywhere(alice: User, alice_page: Client, alice_api: APIClient, dana_page: Client) -> None:
    """A name with signs of script can't be entered; an old row that has them, and notes, which may, do nothing."""
    row = make(alice, medical_notes=SCRIPT, emergency_contact=SCRIPT, date_of_birth=clock.now().date() - dt.timedelta(days=3000))
    Traveler.objects.update(first_name=SCRIPT[:100], last_name=SCRIPT[:100], guardian_name=SCRIPT, guardian_consent_at=clock.now(), guardian_consent_until=clock.now().date())
    User.objects.filter(pk=alice.pk).update(first_name=SCRIPT[:100])
    pages = ["/account", "/account/profile", "/account/travelers", f"/account/travelers/{row.pk}", f"/account/travelers?q={SCRIPT}", "/account/consents", "/"]
    for path in pages:
        text = alice_page.get(path).content.decode()
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
    archived = alice_page.post(f"/account/travelers/{row.pk}/archive", follow=True).content.decode()
    assert "<script>alert" not in archived
    assert "&lt;script&gt;" in archived
    assert "<script>alert" not in dana_page.get(f"/admin/accounts/traveler/{row.pk}/change/").content.decode()
    assert alice_api.get("/api/travelers?state=archived")["Content-Type"] == "application/json"


def test_admin_when_staff_look_then_nothing_sealed_and_nothing_to_change(alice: User, dana_page: Client) -> None:
    row = make(alice, medical_notes="Asthma attack", needs=["sight"], emergency_contact="Mother 123")
    consent = Consent.objects.get()
    text = dana_page.get(f"/admin/accounts/traveler/{row.pk}/change/").content.decode()
    assert "Bea" in text
    for secret in ("Asthma attack", "Mother 123", "guardian_token_hash"):
        assert secret not in text
    for path in ("traveler", "userprofile", "travelpreferences", "consent", "travelerpreference", "travelertransition", "wallet", "walletnonce"):
        assert dana_page.get(f"/admin/accounts/{path}/").status_code == 200, path
        assert dana_page.get(f"/admin/accounts/{path}/add/").status_code == 403, path
    assert dana_page.post(f"/admin/accounts/consent/{consent.pk}/delete/", {"post": "yes"}).status_code == 403
    assert dana_page.post(f"/admin/accounts/traveler/{row.pk}/change/", {"first_name": "Changed"}).status_code == 403
    assert Traveler.objects.get().first_name == "Bea"


def test_form_when_a_field_far_down_is_wrong_then_the_top_says_that_nothing_is_saved(alice_page: Client) -> None:
    answer = alice_page.post("/account/travelers/new", {"relation": "other", "first_name": "Mina", "type": "adult", "needs": ["step_free"]})
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert shown.index("This is not saved yet.") < shown.index('name="first_name"') < shown.index("stored only with your consent")
    assert "This is not saved yet." not in alice_page.get("/account/travelers/new").content.decode()


def test_new_traveler_when_it_is_oneself_then_the_profile_is_filled_in(alice: User, alice_page: Client) -> None:
    values = {"date_of_birth": dt.date(1990, 4, 12), "nationality": "IND", "gender": "female", "emergency_contact": "Mum, +91 1"}
    UserProfile.objects.create(user=alice, accessibility_requirements=["step_free"], **values)
    filled = alice_page.get("/account/travelers/new?relation=self").context["form"].initial
    assert {name: filled[name] for name in (*values, "relation", "needs")} == {**values, "relation": "self", "needs": ["step_free"]}


def test_new_traveler_when_it_is_somebody_else_then_nothing_of_ones_own(alice: User, alice_page: Client) -> None:
    UserProfile.objects.create(user=alice, nationality="IND")
    assert alice_page.get("/account/travelers/new?relation=friend").context["form"].initial == {}
