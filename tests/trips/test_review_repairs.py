"""What a cold review found in trips, each shown once and kept from coming back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import actor_for
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.api import idempotency
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.web import limits
from trips.actions import intents, itineraries, runs
from trips.actions import trips as trip_actions
from trips.models import PlanningRun, Trip
from trips.planning.wish import Wish
from trips.queries import documents
from trips.queries.trips import failure_of

pytestmark = pytest.mark.django_db
WISH = Wish(destinations=("Varanasi",), days=3, people=2)


def planned(user: User, **wish: Any) -> Trip:
    trip = intents.create_trip(actor=actor_for(user), wish=Wish(destinations=("Varanasi",), days=3, people=2, **wish))
    assert runs.work_on(run_id=trip.runs.get().pk) == "done"
    return trip


def test_pages_when_a_browser_plans_without_end_then_429_with_retry_after(
    page: Client, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.PageThrottle, "THROTTLE_RATES", {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "plan": "3/hour"})
    answers = [page.post(reverse("trips:from_sentence"), {"sentence": "3 days in Varanasi"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert Trip.objects.count() == 3


def test_intent_when_the_answer_was_lost_after_the_commit_then_the_same_trip(
    alice_api: APIClient, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, key = {"destination": "Varanasi"}, {"HTTP_IDEMPOTENCY_KEY": "once"}
    monkeypatch.setattr(idempotency, "store", lambda *args, **kwargs: None)  # the process dies between commit and store
    first = alice_api.post("/api/trips/intent", body, format="json", **key)
    monkeypatch.undo()
    idempotency.IdempotencyKey.objects.update(lease_until=clock.now() - dt.timedelta(seconds=1))
    again = alice_api.post("/api/trips/intent", body, format="json", **key)
    assert first.status_code == again.status_code == 201
    assert again.json()["tripId"] == first.json()["tripId"]
    assert Trip.objects.count() == 1


def test_intent_when_the_origin_is_unknown_then_it_stays_out_of_the_document_and_is_shown_to_its_owner(
    alice: User, alice_api: APIClient, catalogue: SmallCatalogue
) -> None:
    typed = "Rose Street 12, flat 4, +44 7700 900123"
    trip = intents.create_trip(actor=actor_for(alice), wish=Wish(destinations=("Varanasi",), days=3, people=2, origin=typed))
    assert typed not in trip.documents.get(kind="intent").text
    assert alice_api.get(f"/api/trips/{trip.reference}/intent").json()["origin"] == typed


def test_choosing_when_planned_anew_then_the_letter_means_the_candidates_that_were_looked_at(alice: User, catalogue: SmallCatalogue) -> None:
    trip = planned(alice)
    PlanningRun.objects.create(trip=trip, intent_revision=1, seed=99, effort=20)
    assert runs.work_on(run_id=trip.runs.latest("created_at").pk) == "done"
    chosen = itineraries.choose_candidate(actor=actor_for(alice), reference=trip.reference, candidate_id="B", candidates_revision=1)
    assert chosen.basis["candidates"] == 1


@pytest.mark.parametrize("target", ["foo", "https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_limit_when_next_is_no_address_of_ours_then_it_is_ignored(alice: User, alice_page: Client, catalogue: SmallCatalogue, target: str) -> None:
    trip = intents.create_trip(actor=actor_for(alice), wish=WISH)
    answer = alice_page.post(reverse("trips:limit", args=[trip.reference]), {"limit": "5", "version": trip.row_version, "next": target})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/trips/")


def test_ceiling_when_changed_then_in_the_currency_s_unit_and_removable(alice: User, catalogue: SmallCatalogue) -> None:
    trip = intents.create_trip(actor=actor_for(alice), wish=Wish(destinations=("Varanasi",), days=3, people=2, currency="JPY"))
    changed = trip_actions.change_trip(actor=actor_for(alice), reference=trip.reference, row_version=1, budget_maximum=Decimal("1000.5"))
    assert changed.budget_amount == Decimal(1000)
    gone = trip_actions.change_trip(actor=actor_for(alice), reference=trip.reference, row_version=2, budget_maximum=None)
    assert gone.budget_amount is None
    with pytest.raises(Invalid):
        trip_actions.change_trip(actor=actor_for(alice), reference=trip.reference, row_version=3, budget_maximum=Decimal("999999999999.999"))


def test_failed_run_when_read_then_told_in_words_without_a_class_name(alice: User, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    trip = intents.create_trip(actor=actor_for(alice), wish=WISH)
    run = trip.runs.get()
    PlanningRun.objects.filter(pk=run.pk).update(attempts=runs.MAX_ATTEMPTS - 1)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr(runs, "read_input", broken)
    monkeypatch.setattr(runs.logger, "exception", lambda *args: None)
    assert runs.work_on(run_id=run.pk) == "failed"
    run.refresh_from_db()
    assert "ValueError" not in failure_of(run) + run.error_message
    with pytest.raises(Conflict):
        documents.find_document(actor_for(alice), trip.reference, "budget")


def test_unclaimed_trips_when_old_then_out_of_sight_and_owned_ones_stay(alice: User, catalogue: SmallCatalogue) -> None:
    mine = intents.create_trip(actor=actor_for(alice), wish=WISH)
    nobodys = intents.create_trip(actor=Actor(visitor="v" * 64), wish=WISH)
    assert trip_actions.archive_unclaimed_trips() == "0 archived"
    assert trip_actions.archive_unclaimed_trips(now=clock.now() + dt.timedelta(days=61)) == "1 archived"
    mine.refresh_from_db()
    nobodys.refresh_from_db()
    assert (mine.archived_at, nobodys.archived_at is None) == (None, False)
