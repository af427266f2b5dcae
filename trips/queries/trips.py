"""Reads trips for someone."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips import rules
from trips.models import PlanningRun, Trip, TripDestination


def _whole(rows: QuerySet[Trip]) -> QuerySet[Trip]:
    """With destinations (one statement more, for any number of trips)."""
    return rows.prefetch_related(Prefetch("destinations", queryset=TripDestination.objects.select_related("destination")))


def list_trips(actor: Actor, *, search: str = "", states: tuple[str, ...] = ()) -> QuerySet[Trip]:
    """The actor's own trips, newest first; samples are not among them."""
    found = Trip.objects.filter(rules.mine(actor), archived_at=None, sample=False)
    if search.strip():
        text = search.strip().replace("\x00", "")[:100]
        found = found.filter(Q(title__icontains=text) | Q(reference__iexact=text) | Q(destinations__destination__name__icontains=text)).distinct()
    if states:
        found = found.filter(state__in=states)
    return _whole(found).order_by("-created_at", "id")


def sample_trips() -> QuerySet[Trip]:
    """Complete plans that anyone may open."""
    return _whole(Trip.objects.filter(sample=True, archived_at=None)).order_by("created_at")


def get_trip(actor: Actor, reference: str, *, whole: bool = True) -> Trip:
    """The trip if the actor may see it, else NotFound (the same for another's trip and for none)."""
    rows = Trip.objects.filter(rules.visible_to(actor), reference=reference[:32].replace("\x00", ""))
    trip = (_whole(rows) if whole else rows).first()
    if trip is None:
        raise NotFound
    return trip


def latest_run(trip: Trip) -> PlanningRun | None:
    return trip.runs.order_by("-created_at").first()
