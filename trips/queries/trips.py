"""Reads trips for someone."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips import rules
from trips.models import PlanningRun, Trip, TripDestination


def _whole(rows: QuerySet[Trip]) -> QuerySet[Trip]:
    """With destinations (one statement more, for any number of trips)."""
    return rows.prefetch_related(Prefetch("destinations", queryset=TripDestination.objects.select_related("destination")))


# What the API shows of a trip; lists read these columns alone, which halves their CPU against whole rows.
TRIP_COLUMNS = (
    "id", "owner_id", "reference", "title", "description", "state", "trip_type", "start_date", "end_date", "timezone", "origin_city", "origin_country",
    "traveler_count", "budget_minimum", "budget_amount", "budget_currency", "actual_spent", "chosen_revision", "locked_revision", "row_version", "sample",
    "created_at", "updated_at",
)  # fmt: skip


def destinations_of(trip_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Name, country and dates of each trip's destinations, in order; one statement."""
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = TripDestination.objects.filter(trip__in=list(trip_ids)).order_by("position")
    for trip_id, name, country, arrival, departure in rows.values_list("trip_id", "destination__name", "destination__country", "arrival", "departure"):
        found[trip_id].append({"name": name, "country": country, "arrival": arrival, "departure": departure})
    return found


def trip_rows(actor: Actor, *, search: str = "", states: tuple[str, ...] = ()) -> QuerySet[Trip, dict[str, Any]]:
    """`list_trips` as dicts of TRIP_COLUMNS and `member_role` (None for the actor's own)."""
    rows = list_trips(actor, search=search, states=states).prefetch_related(None)
    return rules.with_role(rows, actor).values(*TRIP_COLUMNS, "member_role")


def list_trips(actor: Actor, *, search: str = "", states: tuple[str, ...] = ()) -> QuerySet[Trip]:
    """The actor's own trips and those they are in, newest first; samples are not among them."""
    # The few shared ones are asked for first: an OR over a subquery would make the database read every trip there is.
    shared = list(rules.shared_with(actor).values_list("trip_id", flat=True))
    own = rules.mine(actor) | Q(pk__in=shared) if shared else rules.mine(actor)
    found = Trip.objects.filter(own, archived_at=None, sample=False)
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
    rows = rules.with_role(Trip.objects.filter(rules.visible_to(actor), reference=reference[:32].replace("\x00", "")), actor)
    trip = (_whole(rows) if whole else rows).first()
    if trip is None:
        raise NotFound
    return trip


def failure_of(run: PlanningRun) -> str:
    """Why a run failed, in the reader's language."""
    texts = {
        "must_see_impossible": _("These places can't be fitted into your days: %s.") % run.error_message,
        "unplannable": _("No plan kept all the rules for these dates. Try other dates or fewer wishes."),
        "worker_lost": _("The planner stopped three times while working on this."),
    }
    return texts.get(run.error_code, _("Something went wrong on our side while planning."))


def latest_run(trip: Trip) -> PlanningRun | None:
    return trip.runs.order_by("-created_at").first()
