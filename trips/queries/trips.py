"""Reads trips for someone."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from travelplanner.core import reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips import rules
from trips.models import PlanningRun, Trip, TripDestination, TripMember


def _with_destinations() -> Prefetch:
    return Prefetch("destinations", queryset=TripDestination.objects.select_related("destination"))


def _whole(rows: QuerySet[Trip]) -> QuerySet[Trip]:
    """With destinations (one statement more, for any number of trips)."""
    return rows.prefetch_related(_with_destinations())


# What the API shows of a trip; lists read these columns alone, which halves their CPU against whole rows.
TRIP_COLUMNS = (
    "id", "owner_id", "reference", "title", "description", "state", "trip_type", "start_date", "end_date", "timezone", "origin_city", "origin_country",
    "traveler_count", "budget_minimum", "budget_amount", "budget_currency", "actual_spent", "chosen_revision", "locked_revision", "row_version", "sample",
    "created_at", "updated_at",
)  # fmt: skip


def destinations_of(trip_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Name, country and dates of each trip's destinations, in order; one statement."""
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for trip_id, name, country, arrival, departure in reads.rows(_destinations_of, trip_ids=list(trip_ids)):
        found[trip_id].append({"name": name, "country": country, "arrival": arrival, "departure": departure})
    return found


def _destinations_of(*, trip_ids: Any) -> QuerySet[TripDestination, tuple[Any, ...]]:
    rows = TripDestination.objects.filter(reads.OneOf("trip", trip_ids)).order_by("position")
    return rows.values_list("trip_id", "destination__name", "destination__country", "arrival", "departure")


def trip_rows(actor: Actor, *, search: str = "", states: tuple[str, ...] = ()) -> reads.Listing | QuerySet[Trip, dict[str, Any]]:
    """`list_trips` as dicts of TRIP_COLUMNS and `member_role` (None for the actor's own)."""
    if search.strip():
        return _as_rows(actor, list_trips(actor, search=search, states=states))
    shared = _shared(actor)
    given: dict[str, Any] = {"shared": shared} if shared else {}
    return reads.Listing(_trip_rows, states, actor=actor, **given)


def _trip_rows(states: tuple[str, ...], *, actor: Actor, shared: Any = ()) -> QuerySet[Trip, dict[str, Any]]:
    return _as_rows(actor, _own(actor, shared and reads.OneOf("pk", shared), states))


def _as_rows(actor: Actor, trips: QuerySet[Trip]) -> QuerySet[Trip, dict[str, Any]]:
    return rules.with_role(trips.prefetch_related(None), actor).values(*TRIP_COLUMNS, "member_role")


def _shared(actor: Actor) -> list[uuid.UUID]:
    """The few that others own are asked for first: an OR over a subquery would make the database read every trip there is."""
    return reads.rows(_shared_with, actor=actor)


def _shared_with(*, actor: Actor) -> QuerySet[TripMember, Any]:
    return rules.shared_with(actor).order_by().values_list("trip_id", flat=True)


def _own(actor: Actor, shared: Any, states: tuple[str, ...]) -> QuerySet[Trip]:
    """Newest first; `shared` is a filter for what others own, if anything."""
    found = Trip.objects.filter(rules.mine(actor) | Q(shared) if shared else rules.mine(actor), archived_at=None, sample=False)
    return (found.filter(state__in=states) if states else found).order_by("-created_at", "id")


def list_trips(actor: Actor, *, search: str = "", states: tuple[str, ...] = ()) -> QuerySet[Trip]:
    """The actor's own trips and those they are in, newest first; samples are not among them."""
    shared = _shared(actor)
    found = _own(actor, shared and Q(pk__in=shared), states)
    if search.strip():
        text = search.strip().replace("\x00", "")[:100]
        found = found.filter(Q(title__icontains=text) | Q(reference__iexact=text) | Q(destinations__destination__name__icontains=text)).distinct()
    return _whole(found)


def sample_trips() -> QuerySet[Trip]:
    """Complete plans that anyone may open."""
    return _whole(Trip.objects.filter(sample=True, archived_at=None)).order_by("created_at")


def get_trip(actor: Actor, reference: str, *, whole: bool = True) -> Trip:
    """The trip if the actor may see it, else NotFound (the same for another's trip and for none)."""
    trip: Trip | None = reads.first(_by_reference, actor=actor, reference=reference[:32].replace("\x00", ""))
    if trip is None:
        raise NotFound
    if whole:
        prefetch_related_objects([trip], _with_destinations())
    return trip


def _by_reference(*, actor: Actor, reference: str) -> QuerySet[Trip]:
    return rules.with_role(Trip.objects.filter(rules.visible_to(actor), reference=reference), actor).order_by()


def failure_of(run: PlanningRun) -> str:
    """Why a run failed, in the reader's language."""
    texts = {
        "must_see_impossible": _("These places can't be fitted into your days: %s.") % run.error_message,
        "unplannable": _("No plan kept all the rules for these dates. Try other dates or fewer wishes."),
        "worker_lost": _("The planner stopped three times while working on this."),
    }
    return texts.get(run.error_code, _("Something went wrong on our side while planning."))


def latest_run(trip: Trip) -> PlanningRun | None:
    return reads.first(_runs, trip_id=trip.pk)


def _runs(*, trip_id: uuid.UUID) -> QuerySet[PlanningRun]:
    return PlanningRun.objects.filter(trip=trip_id).order_by("-created_at")
