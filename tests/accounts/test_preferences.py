"""How someone travels: the API and the page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import TravelPreferences, User
from accounts.registries import trip_words
from tests.statements import counted
from tests.trips.planned import assert_error

pytestmark = pytest.mark.django_db

FULL: dict[str, Any] = {
    "pace": "relaxed",
    "comfort_level": "luxury",
    "trip_type": "family",
    "interests": {"temples": 3.0, "food": 0.5},
    "daily_budget": {"amount": "80.00", "currency": "EUR"},
    "currency": "EUR",
    "home_city": "Pune",
    "people": 2,
    "days": 5,
    "earliest_start": "09:30",
    "latest_end": "24:00",
}


def save(client: APIClient, body: dict[str, Any]) -> Any:
    return client.patch("/api/me/preferences", body, headers={"If-Match": client.get("/api/me/preferences")["ETag"]})


def test_preferences_when_every_column_is_sent_then_every_column_comes_back(alice: User, alice_api: APIClient) -> None:
    answer = save(alice_api, FULL)
    assert answer.status_code == 200, answer.content
    assert {name: answer.json()[name] for name in FULL} == FULL
    assert alice_api.get("/api/me/preferences").json() == answer.json()
    row = TravelPreferences.objects.get(user=alice)
    assert (row.daily_budget, row.earliest_start, row.latest_end) == (Decimal(80), 570, 1440)


def test_preferences_when_never_saved_then_empty(alice_api: APIClient) -> None:
    body = alice_api.get("/api/me/preferences").json()
    assert set(body) == {*FULL, "row_version"}
    assert not any(body.values())
    assert TravelPreferences.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pace", "frantic"),
        ("comfort_level", "palace"),
        ("trip_type", "heist"),
        ("interests", {"napping": 1}),
        ("interests", {"food": 4}),
        ("interests", {"food": -1}),
        ("currency", "XXX"),
        ("people", 21),
        ("people", "2"),
        ("days", 31),
        ("days", 0),
        ("earliest_start", "03:00"),
        ("latest_end", "15:00"),
        ("home_city", "x" * 101),
    ],
)
def test_preferences_when_a_value_does_not_fit_then_400_at_its_field(alice_api: APIClient, field: str, value: Any) -> None:
    body = assert_error(save(alice_api, {field: value}), 400)
    assert list(body["fields"]) == [field]
    assert TravelPreferences.objects.count() == 0


def test_preferences_when_yen_then_rounded_to_whole_ones(alice_api: APIClient) -> None:
    assert save(alice_api, {"daily_budget": {"amount": "9000.40", "currency": "JPY"}}).json()["daily_budget"] == {"amount": "9000", "currency": "JPY"}


def test_preferences_when_the_version_is_missing_or_old_then_refused(alice_api: APIClient) -> None:
    tag = alice_api.get("/api/me/preferences")["ETag"]
    assert_error(alice_api.patch("/api/me/preferences", {"pace": "full"}), 428)
    assert alice_api.patch("/api/me/preferences", {"pace": "full"}, headers={"If-Match": tag}).status_code == 200
    assert_error(alice_api.patch("/api/me/preferences", {"pace": "relaxed"}, headers={"If-Match": tag}), 412)
    assert TravelPreferences.objects.get().pace == "full"


def test_preferences_when_another_asks_then_their_own(alice_api: APIClient, charlie_api: APIClient) -> None:
    save(alice_api, {"home_city": "Secretville"})
    answer = charlie_api.get("/api/me/preferences")
    assert b"Secretville" not in answer.content
    save(charlie_api, {"home_city": "Elsewhere"})
    assert alice_api.get("/api/me/preferences").json()["home_city"] == "Secretville"


def test_preferences_when_read_then_two_statements(alice_api: APIClient) -> None:
    save(alice_api, FULL)
    with counted() as statements:
        alice_api.get("/api/me/preferences")
    assert len(statements) == 2, statements


def test_words_when_asked_then_they_are_the_planners() -> None:
    from trips.models.trip import TRIP_TYPES
    from trips.planning.wish import INTERESTS

    assert set(trip_words().interests) == set(INTERESTS)
    assert list(trip_words().trip_types) == [key for key, _label in TRIP_TYPES]


def page_form(**changes: Any) -> dict[str, Any]:
    return {"version": "0", "pace": "relaxed", "comfort_level": "", "trip_type": "", "interests": ["temples:3", "food"], "home_city": "Pune", "currency": "", **changes}


def test_page_when_saved_then_weights_and_hours_are_kept(alice: User, alice_page: Any) -> None:
    answer = alice_page.post("/account/preferences", page_form(earliest_start="09:30", latest_end="00:00", daily_budget="80", currency="eur"))
    assert answer.status_code == 302, answer.content.decode()
    row = TravelPreferences.objects.get(user=alice)
    assert row.interests == {"temples": 3.0, "food": 2.0}
    assert (row.earliest_start, row.latest_end, row.currency) == (570, 1440, "EUR")
    text = alice_page.get("/account/preferences").content.decode()
    assert 'value="temples:3"' in text  # comes back from a browser without script
    assert 'value="Pune"' in text


def test_page_when_refused_then_keeps_what_was_typed(alice_page: Any) -> None:
    answer = alice_page.post("/account/preferences", page_form(daily_budget="80", home_city="My <town>"))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="My &lt;town&gt;"' in text
    assert "Say in which currency you count." in text
    assert 'value="temples:3"' in text


def test_page_when_changed_meanwhile_then_412_with_both_versions(alice: User, alice_api: APIClient, alice_page: Any) -> None:
    save(alice_api, {"home_city": "Delhi", "pace": "relaxed"})
    answer = alice_page.post("/account/preferences", page_form())
    text = answer.content.decode()
    assert answer.status_code == 412
    assert "Where you start: Delhi" in text
    assert "Where you start: Pune" in text
    assert "Pace: " not in text.split("</fieldset>")[0]  # equal in both, so not among the differences
    assert alice_page.post("/account/preferences", page_form(version="1", keep="mine")).status_code == 302
    assert TravelPreferences.objects.get(user=alice).home_city == "Pune"


@pytest.mark.parametrize(("field", "typed", "said"), [
    ("earliest_start", "03:00", "Between 04:00 and 12:00."), ("earliest_start", "00:00", "Between 04:00 and 12:00."),
    ("latest_end", "15:59", "Between 16:00 and 24:00; midnight is 00:00."),
])  # fmt: skip
def test_preferences_page_when_an_hour_does_not_fit_then_said_in_hours_and_nothing_saved(alice: User, alice_page: Client, field: str, typed: str, said: str) -> None:
    answer = alice_page.post("/account/preferences", {"version": "0", field: typed})
    assert answer.status_code == 400
    assert answer.context["form"].errors == {field: [said]}
    assert not TravelPreferences.objects.filter(user=alice).exists()


def test_preferences_page_when_the_day_ends_at_midnight_then_saved(alice: User, alice_page: Client) -> None:
    assert alice_page.post("/account/preferences", {"version": "0", "earliest_start": "04:00", "latest_end": "00:00"}).status_code == 302
    assert TravelPreferences.objects.values_list("earliest_start", "latest_end").get(user=alice) == (240, 1440)
