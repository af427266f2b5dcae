"""How someone travels fills the gaps of a new wish: flagged, never over what was said, never a ceiling."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Traveler, TravelPreferences, User
from tests.factories.catalogue import SmallCatalogue
from tests.statements import counted
from trips.models import Document, PrivateWish, Trip
from trips.planning.wish import Needs, Wish
from trips.queries.habits import NONE, fill, read_habits

pytestmark = pytest.mark.django_db


@pytest.fixture
def habits(alice: User, catalogue: SmallCatalogue) -> TravelPreferences:
    Traveler.objects.create(user=alice, relation="self", first_name="Alice", needs=["step_free", "short_walks"])
    return TravelPreferences.objects.create(
        user=alice, pace="relaxed", comfort_level="luxury", trip_type="family", interests={"temples": 3.0, "food": 1.0}, daily_budget=Decimal(100),
        currency="EUR", home_city="Delhi", people=3, days=4, earliest_start=570, latest_end=1200,
    )  # fmt: skip


def intent_of(reference: str) -> dict[str, Any]:
    return Document.objects.get(trip__reference=reference, kind="intent").body


def wish_of(reference: str) -> PrivateWish:
    return PrivateWish.objects.get(document__trip__reference=reference)


def test_intent_when_only_a_place_is_said_then_the_rest_is_as_the_user_travels(habits: TravelPreferences, alice_api: APIClient) -> None:
    answer = alice_api.post("/api/trips/intent", {"destination": "Varanasi"})
    assert answer.status_code == 201, answer.content
    body, stored = intent_of(answer.json()["tripId"]), wish_of(answer.json()["tripId"])
    assert body["tripDuration"] == {"days": 4, "people": 3}
    assert body["origin"] == "Delhi"
    wanted = body["preferences"]
    assert (wanted["comfortLevel"], wanted["pace"], wanted["tripType"], wanted["interests"]) == ("luxury", "relaxed", "family", {"temples": 3.0, "food": 1.0})
    assert body["assumed"] == ["preferences", "startDate"]
    assert set(body["fromPreferences"]) == {"origin", "people", "days", "comfortLevel", "pace", "tripType", "interests", "currency"}
    assert stored.constraints == {"stepFree": True, "maxWalkKm": 2.0, "earliestStart": 570, "latestEnd": 1200}
    assert "step" not in str(body).lower()  # needs are private: not in the document that companions read


def test_intent_when_a_daily_budget_is_known_then_it_is_no_ceiling(habits: TravelPreferences, alice_api: APIClient) -> None:
    trip = Trip.objects.get(reference=alice_api.post("/api/trips/intent", {"destination": "Varanasi"}).json()["tripId"])
    assert (trip.budget_amount, trip.budget_minimum, trip.budget_currency) == (None, None, "EUR")
    assert wish_of(trip.reference).budget_maximum is None


def test_intent_when_something_is_said_then_it_wins(habits: TravelPreferences, alice_api: APIClient) -> None:
    said = {
        "destination": "Varanasi", "origin": "Mumbai", "tripDuration": {"days": 2, "people": 1},
        "preferences": {"comfortLevel": "budget", "pace": "full", "tripType": "leisure", "interests": ["history"]},
        "budgetRange": {"max": 40000}, "constraints": {"stepFree": False, "maxWalkKm": 9, "earliestStart": "06:00", "latestEnd": "22:00"},
    }  # fmt: skip
    reference = alice_api.post("/api/trips/intent", said).json()["tripId"]
    body, stored = intent_of(reference), wish_of(reference)
    assert (body["tripDuration"], body["origin"]) == ({"days": 2, "people": 1}, "Mumbai")
    assert body["preferences"] | {"season": ""} == {"season": "", "comfortLevel": "budget", "tripType": "leisure", "interests": {"history": 1.0}, "pace": "full"}
    assert stored.constraints == {"maxWalkKm": 9.0, "earliestStart": 360, "latestEnd": 1320}
    assert stored.budget_currency == "INR"  # an amount without a currency is in the destination's
    assert "preferences" not in body["assumed"]
    assert "fromPreferences" not in body


def test_intent_when_nobody_signed_in_or_another_then_none_of_alices(habits: TravelPreferences, charlie_api: APIClient) -> None:
    body = intent_of(charlie_api.post("/api/trips/intent", {"destination": "Varanasi"}).json()["tripId"])
    assert body["tripDuration"] == {"days": 3, "people": 1}
    assert "preferences" not in body["assumed"]
    assert read_habits(None) == NONE


def test_intent_when_filled_then_two_statements_more(habits: TravelPreferences, alice: User) -> None:
    with counted() as statements:
        found = read_habits(alice.pk)
    assert len(statements) == 2
    assert found.needs == {"step_free", "short_walks"}


def test_fill_when_the_home_city_or_currency_is_unknown_then_left_out(habits: TravelPreferences, alice: User) -> None:
    TravelPreferences.objects.update(home_city="Nowhere-under-Wold", currency="", interests={"gone": 1.0}, pace="")
    found = read_habits(alice.pk).wish
    assert (found.origin, found.currency, found.interests, found.pace) == ("", "", {}, "")


def test_fill_when_more_places_than_usual_days_then_days_stay_open(habits: TravelPreferences, alice: User) -> None:
    wish, filled = fill(Wish(destinations=("A", "B", "C", "D", "E")), read_habits(alice.pk))
    assert wish.days is None
    assert "days" not in filled


def test_fill_when_nothing_is_known_then_the_wish_is_untouched() -> None:
    wish = Wish(destinations=("Varanasi",), needs=Needs(rest_days=0))
    assert fill(wish, NONE) == (wish, ())


def test_sentence_when_it_leaves_gaps_then_filled_and_said_in_words(habits: TravelPreferences, alice_page: Client) -> None:
    answer = alice_page.post(reverse("trips:from_sentence"), {"sentence": "2 days in Varanasi"})
    assert answer.status_code == 302, answer.content.decode()[:500]
    trip = Trip.objects.get()
    assert intent_of(trip.reference)["tripDuration"] == {"days": 2, "people": 3}
    text = alice_page.get(reverse("trips:planning", args=[trip.reference])).content.decode()
    assert "as you like to travel: where you start, people, comfort, pace" in text


def test_form_when_opened_then_filled_in_and_says_so(habits: TravelPreferences, alice_page: Client, page: Client) -> None:
    text = alice_page.get(reverse("trips:new")).content.decode()
    assert "Filled in from how you travel: where you start, people, comfort, pace, kind of trip, what you enjoy, days, currency, what you need." in text
    assert "€100 a day for 3 people and 4 days make €1,200." in text
    assert 'value="1200"' in text
    assert 'value="temples:3"' in text
    assert 'value="Delhi"' in text
    assert "Filled in from" not in page.get(reverse("trips:new")).content.decode()


def test_form_when_a_place_is_given_then_kept_beside_the_habits(habits: TravelPreferences, alice_page: Client) -> None:
    text = alice_page.get(reverse("trips:new") + "?destination=Varanasi").content.decode()
    assert 'value="Varanasi"' in text
    assert 'value="Delhi"' in text


def test_form_when_fields_are_emptied_then_they_stay_empty_but_hours_count(habits: TravelPreferences, alice_page: Client) -> None:
    form = {"destination": "Varanasi", "days": "2", "people": "1", "comfort": "standard", "pace": "balanced", "origin": "", "interests": [], "budget_max": "", "currency": ""}
    answer = alice_page.post(reverse("trips:new"), form)
    assert answer.status_code == 302, answer.content.decode()[:800]
    trip = Trip.objects.get()
    body = intent_of(trip.reference)
    assert (body["origin"], body["preferences"]["interests"], trip.budget_amount) == (None, {}, None)
    assert wish_of(trip.reference).constraints == {"earliestStart": 570, "latestEnd": 1200}
    assert body["fromPreferences"] == []


def test_home_when_signed_in_then_its_short_form_carries_the_rest(habits: TravelPreferences, alice_page: Client) -> None:
    text = alice_page.get("/").content.decode()
    assert "Filled in from how you travel" in text
    for hidden in ('name="pace" value="relaxed"', 'name="origin" value="Delhi"', 'name="trip_type" value="family"', 'name="step_free" value="on"', 'name="max_walk_km" value="2.0"'):
        assert hidden in text, hidden
