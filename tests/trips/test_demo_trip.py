"""The trip of the demo users: there after the first start, the same after the second, nowhere outside local mode."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.actions import demo as people
from accounts.models import Traveler, TravelerDocument, User
from tests.cast import actor_for, api_for
from tests.factories.catalogue import PlaceFactory, SmallCatalogue
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound
from trips.actions import demo, runs
from trips.actions.trips import archive_trip
from trips.models import Expense, StopPoll, StopVote, Trip, TripMember

JOB = Actor.system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(catalogue: SmallCatalogue, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo users, and a small Istanbul: abroad for them, paid in lira."""
    settings.PLANNING_EFFORT = 15
    town = catalogue.destination
    town.slug, town.name, town.aliases = "istanbul", "Istanbul", []
    town.country, town.currency, town.timezone, town.latitude, town.longitude = "TUR", "TRY", "Europe/Istanbul", 41.0082, 28.9784
    town.save()
    for model in (apps.get_model("trips", "Place"), apps.get_model("trips", "Service")):
        for row in model.objects.filter(destination=town):
            row.latitude, row.longitude = row.latitude + 41.0082 - 25.3189, row.longitude + 28.9784 - 83.0128
            row.save()
    PlaceFactory(destination=town, slug="far", name="Far island", latitude=41.0, longitude=29.0, importance=5)
    people.ensure_demo_users(actor=JOB, password="a-good-long-one")


def counts() -> dict[str, int]:
    """Rows of every table."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.usefixtures("ready")
def test_demo_trip_when_made_then_both_see_plan_expenses_vote_and_readiness() -> None:
    assert demo.load_demo_trip(actor=JOB) == "made"
    trip = Trip.objects.get()
    assert trip.chosen_revision is not None
    roles = {member.name: (member.role, member.user.email if member.user else None) for member in TripMember.objects.select_related("user")}
    assert roles == {"Tara": ("owner", "traveler@example.org"), "Cem": ("editor", "companion@example.org"), "Mina": ("viewer", None)}
    spent = {expense.split: expense for expense in Expense.objects.prefetch_related("shares")}
    assert set(spent) == {"equal", "shares", "itemised"}
    assert {expense.currency for expense in spent.values()} == {"INR", "TRY"}
    assert all(sum((share.trip_amount for share in expense.shares.all()), Decimal(0)) == expense.trip_amount for expense in spent.values())
    poll = StopPoll.objects.get()
    assert poll.closes_at > clock.now()
    assert StopVote.objects.get().member.name == "Cem"
    for email in ("traveler@example.org", "companion@example.org"):
        api = api_for(User.objects.get(email=email))
        assert api.get(f"/api/trips/{trip.reference}").status_code == 200
        readiness = api.get(f"/api/trips/{trip.reference}/readiness")
        assert readiness.status_code == 200
    found = api_for(User.objects.get(email="traveler@example.org")).get(f"/api/trips/{trip.reference}/readiness").content.decode()
    assert "validity_short" in found, "Tara's passport"
    assert "passport_missing" in found, "Mina's"
    assert {traveler.first_name for traveler in Traveler.objects.all()} == {"Tara", "Mina", "Cem"}
    assert {paper.state for paper in TravelerDocument.objects.all()} == {"pending"}


@pytest.mark.usefixtures("ready")
def test_demo_trip_when_loaded_again_then_adds_nothing_also_after_changes() -> None:
    demo.load_demo_trip(actor=JOB)
    before = counts()
    assert demo.load_demo_trip(actor=JOB) == "there"
    assert counts() == before
    owner = User.objects.get(email="traveler@example.org")
    archive_trip(actor=actor_for(owner), reference=Trip.objects.get().reference)
    before = counts()
    assert demo.load_demo_trip(actor=JOB) == "there", "who deletes it doesn't get it back at the next start"
    assert counts() == before


@pytest.mark.usefixtures("ready")
def test_demo_trip_when_the_first_start_was_cut_off_then_finished_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(**_values: Any) -> None:
        raise KeyboardInterrupt

    for module, name in ((runs, "work_on"), (demo.expenses, "log_expense"), (demo.polls, "ask")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, cut)
            with pytest.raises(KeyboardInterrupt):
                demo.load_demo_trip(actor=JOB)
    assert demo.load_demo_trip(actor=JOB) == "made"
    assert (Trip.objects.count(), Expense.objects.count(), StopPoll.objects.count(), TripMember.objects.count(), Traveler.objects.count()) == (1, 3, 1, 3, 3)


@pytest.mark.usefixtures("ready")
def test_demo_trip_when_it_is_over_then_a_new_one() -> None:
    demo.load_demo_trip(actor=JOB)
    Trip.objects.update(start_date=clock.now().date() - dt.timedelta(days=9), end_date=clock.now().date() - dt.timedelta(days=5), request_key="demo:2020-01-01")
    assert demo.load_demo_trip(actor=JOB) == "made"
    assert (Trip.objects.count(), Traveler.objects.count()) == (2, 3)


def test_demo_trip_outside_local_mode_or_for_a_person_then_refused(settings: Any, dana: User) -> None:
    for action in (demo.load_demo_trip, people.ensure_demo_travelers):
        with pytest.raises(NotAllowed):
            action(actor=actor_for(dana))
    settings.LOCAL = False
    for action in (demo.load_demo_trip, people.ensure_demo_travelers):
        with pytest.raises(NotAllowed):
            action(actor=JOB)
    with pytest.raises(CommandError, match="LOCAL=1"):
        call_command("load_demo_trip")
    assert not Trip.objects.exists()


def test_demo_trip_when_there_are_no_demo_users_then_says_so(settings: Any) -> None:
    settings.LOCAL = True
    with pytest.raises(NotFound):
        demo.load_demo_trip(actor=JOB)
