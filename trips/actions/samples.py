"""Sample trips: complete plans that anyone may open. The four of seed 000, with its people, days, comfort and money, and two cities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed
from trips.actions import intents, itineraries, runs
from trips.models import PlanningRun, Trip
from trips.planning.wish import Wish

SAMPLES = (
    Wish(destinations=("Varanasi",), month=11, days=5, people=2, comfort="standard", trip_type="spiritual", interests={"temples": 3.0, "food": 2.0}, budget_maximum=Decimal(48000), currency="INR"),
    Wish(destinations=("Hampta Pass",), month=7, days=5, people=3, comfort="standard", trip_type="trek", interests={"trekking": 3.0, "views": 2.0}, budget_maximum=Decimal(60000), currency="INR", pace="full"),
    Wish(destinations=("Goa",), month=1, days=7, people=4, comfort="budget", trip_type="beach", interests={"beaches": 3.0, "food": 2.0}, budget_maximum=Decimal(90000), currency="INR", pace="relaxed"),
    Wish(destinations=("Manali",), month=10, days=4, people=2, comfort="standard", trip_type="adventure", interests={"adventure": 2.0, "nature": 2.0}, budget_maximum=Decimal(40800), currency="INR"),
)


def load_samples(*, actor: Actor, now: dt.datetime | None = None) -> Iterator[tuple[str, str]]:
    """Plan and choose each sample that isn't there (or whose dates are over); yields (title, outcome). Jobs only.

    Guarantees: a second call changes nothing while the samples are fresh; visitors' trips are never touched.
    """
    if not actor.is_system:
        raise NotAllowed
    now = now or clock.now()
    for wish in SAMPLES:
        name = wish.destinations[0]
        fresh = Trip.objects.filter(sample=True, title=name, archived_at=None, start_date__gt=now.date())
        if fresh.filter(chosen_revision__isnull=False).exists():
            yield name, "there"
            continue
        with transaction.atomic():
            Trip.objects.filter(sample=True, title=name, archived_at=None).update(archived_at=now)
            trip = intents.create_trip(actor=actor, wish=wish, sample=True, now=now)
        outcome = runs.work_on(run_id=PlanningRun.objects.get(trip=trip).pk)
        if outcome == "done":
            best = trip.documents.get(kind="candidates").body["candidates"][0]["candidateId"]
            itineraries.choose_candidate(actor=actor, reference=trip.reference, candidate_id=best, now=now)
        yield name, "planned" if outcome == "done" else outcome
