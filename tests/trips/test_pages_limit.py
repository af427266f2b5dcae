"""The limit page: only the owner changes it, and only the version that was seen."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import actor_for
from tests.factories.catalogue import SmallCatalogue
from trips.actions import intents
from trips.models import Trip
from trips.planning.wish import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    return intents.create_trip(actor=actor_for(alice), wish=Wish(destinations=("Varanasi",), days=3, people=2))


def test_limit_when_changed_by_its_owner_then_kept_and_back_where_one_was(alice_page: Client, trip: Trip) -> None:
    page = reverse("trips:limit", args=[trip.reference])
    assert alice_page.get(page).status_code == 200
    answer = alice_page.post(page, {"limit": "52000.50", "version": trip.row_version, "next": f"/trips/{trip.reference}/planning"})
    assert (answer.status_code, answer["Location"]) == (302, f"/trips/{trip.reference}/planning")
    trip.refresh_from_db()
    assert str(trip.budget_amount) == "52000.500"


def test_limit_when_next_leads_elsewhere_then_it_is_ignored(alice_page: Client, trip: Trip) -> None:
    answer = alice_page.post(reverse("trips:limit", args=[trip.reference]), {"limit": "1", "version": trip.row_version, "next": "//evil.example/"})
    assert "evil" not in answer["Location"]


@pytest.mark.parametrize("limit", ["-1", "abc", "1e400", "NaN"])
def test_limit_when_it_is_no_amount_then_said_and_nothing_changed(alice_page: Client, trip: Trip, limit: str) -> None:
    assert alice_page.post(reverse("trips:limit", args=[trip.reference]), {"limit": limit, "version": trip.row_version}).status_code == 400
    trip.refresh_from_db()
    assert trip.budget_amount is None


def test_limit_when_someone_changed_the_trip_meanwhile_then_refused(alice_page: Client, trip: Trip) -> None:
    answer = alice_page.post(reverse("trips:limit", args=[trip.reference]), {"limit": "5", "version": trip.row_version - 1})
    assert answer.status_code == 412
    trip.refresh_from_db()
    assert trip.budget_amount is None


def test_limit_when_asked_by_a_stranger_then_not_found(charlie_page: Client, trip: Trip) -> None:
    assert charlie_page.get(reverse("trips:limit", args=[trip.reference])).status_code == 404
    assert charlie_page.post(reverse("trips:limit", args=[trip.reference]), {"limit": "5", "version": 1}).status_code == 404


@pytest.mark.parametrize("state", [{"locked_revision": 1}, {"state": "booked"}])
def test_limit_when_places_are_held_or_booked_then_the_page_says_so_and_nothing_changes(alice_page: Client, trip: Trip, state: dict[str, object]) -> None:
    Trip.objects.filter(pk=trip.pk).update(**state)
    page = reverse("trips:limit", args=[trip.reference])
    shown = alice_page.get(page)
    assert shown.status_code == 200
    assert 'name="limit"' not in shown.content.decode()  # no field that would be refused
    answer = alice_page.post(page, {"limit": "5", "version": trip.row_version})  # of a page that was opened before
    assert answer.status_code == 409
    assert "The limit can't change while places are held or booked." in answer.content.decode()
    trip.refresh_from_db()
    assert trip.budget_amount is None


def test_conflict_page_when_the_state_forbids_it_then_the_reason_and_nobody_else_is_blamed(alice_page: Client, trip: Trip) -> None:
    Trip.objects.filter(pk=trip.pk).update(state="booked")
    answer = alice_page.post(reverse("trips:archive", args=[trip.reference]))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "This trip is booked. Cancel its bookings first." in text
    assert "Nothing was changed or overwritten." in text
    assert "Someone else" not in text
