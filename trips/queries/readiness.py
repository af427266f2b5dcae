"""Whether those who come along are ready: everything for one's own travelers, yes or no for the others'."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Traveler, TravelerDocument, UserDocument
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips import rules
from trips.models import Document, Place, Trip, TripTraveler
from trips.queries.party import needs_changed, travelers_of, type_on
from trips.queries.trips import get_trip
from trips.readiness import (
    BookedName,
    EntryRule,
    Finding,
    Paper,
    PlanFacts,
    PlannedStop,
    Stay,
    TravelerFacts,
    TripFacts,
    findings_of,
    is_ready,
    rule_for,
)
from trips.registries import booked_names

NOT_CHECKED = ("visa", "insurance", "vaccination")
Papers = dict[uuid.UUID, list[Paper]]


@dataclass(frozen=True, slots=True)
class TravelerReadiness:
    """`findings` are there for one's own travelers alone; of others there is the first name and `ready`."""

    traveler: Traveler
    own: bool
    ready: bool
    findings: tuple[Finding, ...] | None

    @property
    def name(self) -> str:
        return self.traveler.full_name if self.own else self.traveler.first_name


@dataclass(frozen=True, slots=True)
class TripReadiness:
    """`rules` are those of the countries of the trip; `needs_changed`: the present plan was made for other needs."""

    trip: Trip
    travelers: tuple[TravelerReadiness, ...]
    rules: tuple[EntryRule, ...]
    needs_changed: bool

    @property
    def ready(self) -> bool:
        return bool(self.travelers) and all(traveler.ready for traveler in self.travelers)

    @property
    def ready_count(self) -> int:
        return sum(traveler.ready for traveler in self.travelers)

    @property
    def more_than_planned(self) -> bool:
        """More come along than beds, meals and tickets were counted for."""
        return len(self.travelers) > self.trip.traveler_count

    @property
    def blocked(self) -> tuple[TravelerReadiness, ...]:
        return tuple(traveler for traveler in self.travelers if not traveler.ready)


def trip_of_company(actor: Actor, reference: str) -> Trip:
    """The trip if the actor is in its company, else NotFound: samples have none."""
    trip = get_trip(actor, reference, whole=False)
    if not rules.may_take_part(actor, trip):
        raise NotFound
    return trip


def readiness_of(actor: Actor, reference: str) -> TripReadiness:
    """Raises NotFound. A constant number of statements, however many come along."""
    return readiness_in(actor, trip_of_company(actor, reference))


def readiness_in(actor: Actor, trip: Trip) -> TripReadiness:
    """The same for a trip that was read already."""
    rows = list(travelers_of(trip))
    facts = _trip_facts(trip, planned=bool(rows))
    papers = _papers(rows)
    booked = booked_names(trip.pk) if rows else {}
    parents = {row.added_by_id for row in rows if row.traveler.relation == "self"}
    found = tuple(_one(actor, trip, facts, row, papers, booked.get(row.traveler_id, ()), parents) for row in rows)
    countries = dict.fromkeys(stay.country for stay in facts.stays)
    changed = trip.locked_revision is None and trip.state == "planning" and needs_changed(trip, rows)
    return TripReadiness(trip, found, tuple(rule_for(country) for country in countries), changed)


def readiness_line_of(actor: Actor, trip: Trip) -> TripReadiness | None:
    """For pages that say it in one line: None (after one statement) when nobody has been put in, or the actor isn't in the company."""
    if not rules.may_take_part(actor, trip) or not TripTraveler.objects.filter(trip=trip).exists():
        return None
    return readiness_in(actor, trip)


def _one(
    actor: Actor, trip: Trip, facts: TripFacts, row: TripTraveler, papers: Papers, booked: Sequence[BookedName], parents: set[uuid.UUID]
) -> TravelerReadiness:
    needs: Any = row.traveler.needs
    traveler, own = row.traveler, actor.is_user and row.added_by_id == actor.user_id
    known = TravelerFacts(
        first_name=traveler.first_name,
        last_name=traveler.last_name,
        birth_date=traveler.date_of_birth,
        nationality=traveler.nationality,
        type=type_on(traveler, trip.start_date),
        needs=frozenset(needs),
        papers=tuple(papers.get(traveler.pk, ())),
        booked=tuple(booked),
        consent_given=traveler.guardian_consent_at is not None,
        consent_until=traveler.guardian_consent_until,
        with_parent=traveler.relation == "child" and row.added_by_id in parents,
    )
    findings = findings_of(known, facts)
    return TravelerReadiness(traveler, own, is_ready(findings), findings if own else None)


def _trip_facts(trip: Trip, *, planned: bool) -> TripFacts:
    """Stays in order, and the chosen plan with what the catalogue knows today of steps and effort. Three statements at most."""
    stays = tuple(Stay(row.destination.country, row.arrival, row.departure) for row in trip.destinations.select_related("destination"))
    plan = _plan_facts(trip, trip.chosen_revision) if planned and trip.chosen_revision is not None else None
    return TripFacts(stays, trip.origin_country, plan)


def _plan_facts(trip: Trip, revision: int) -> PlanFacts | None:
    document = Document.objects.filter(trip=trip, kind="final", revision=revision).first()
    if document is None:
        return None
    itinerary = document.body["itinerary"]
    stops = [stop for day in itinerary["days"] for stop in day["stops"] if stop.get("placeId")]
    known = {str(key): (access, effort) for key, access, effort in Place.objects.filter(pk__in=[stop["placeId"] for stop in stops]).values_list("pk", "accessibility", "effort")}
    unknown = ("unknown", None)
    return PlanFacts(
        stops=tuple(PlannedStop(stop["name"], *known.get(stop["placeId"], unknown)) for stop in stops),
        walk_km=tuple(float(day.get("walkKm", 0)) for day in itinerary["days"]),
        rest_days=int(itinerary["restDays"]),
    )


def _papers(rows: Sequence[TripTraveler]) -> Papers:
    """Documents by traveler; who travels as themselves has those of their own account too. Two statements; numbers stay sealed."""
    found: Papers = defaultdict(list)
    if not rows:
        return found
    columns = ("type", "state", "country", "issued_on", "expires_on", "holder_name")
    for traveler_id, *values in TravelerDocument.objects.filter(traveler__in=[row.traveler_id for row in rows]).values_list("traveler_id", *columns):
        found[traveler_id].append(Paper(*values))
    selves = {row.added_by_id: row.traveler_id for row in rows if row.traveler.relation == "self"}
    for user_id, *values in UserDocument.objects.filter(user__in=selves).values_list("user_id", *columns):
        found[selves[user_id]].append(Paper(*values))
    return found


def own_travelers(actor: Actor) -> list[Traveler]:
    """One's travelers who can come along on a trip, oneself first; one statement."""
    if actor.user_id is None:
        return []
    rows = Traveler.objects.filter(user_id=actor.user_id, state="active").order_by("created_at", "id")
    return sorted(rows, key=lambda traveler: traveler.relation != "self")
