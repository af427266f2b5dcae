"""Who comes along on a trip, as the planner needs to know it: the union of needs, never whose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import ages
from accounts.models import Traveler
from trips.models import Document, PrivateWish, Trip, TripMember, TripTraveler
from trips.planning.party import Party, Person, party_of, with_party
from trips.planning.wish import Needs


def travelers_of(trip: Trip) -> QuerySet[TripTraveler]:
    """The travelers who come along, `traveler` loaded, in the order they were put in: of the owner and of members who are still in the trip."""
    here = TripMember.objects.filter(trip=trip, user=OuterRef("added_by"), left_at=None)
    rows = TripTraveler.objects.filter(Q(added_by=trip.owner_id) | Exists(here), trip=trip, traveler__state="active")
    return rows.select_related("traveler").order_by("created_at", "id")


def type_on(traveler: Traveler, day: dt.date) -> str:
    """infant, child, adult or senior: by the birth date where there is one."""
    return ages.type_on(traveler.date_of_birth, day) if traveler.date_of_birth else traveler.type


def read_party(trip: Trip, rows: Iterable[TripTraveler] | None = None) -> tuple[Party, bool]:
    """What the people of a trip need, and whether someone beside its owner brings any of it. One statement, none when `rows` are given."""
    people: list[Person] = []
    shared = False
    for row in travelers_of(trip) if rows is None else rows:
        traveler = row.traveler
        needs: Any = traveler.needs
        person = Person(frozenset(needs), type_on(traveler, trip.start_date))
        people.append(person)
        shared |= row.added_by_id != trip.owner_id and not party_of([person], days=trip.days).empty
    return party_of(people, days=trip.days), shared


def stored_needs(needs: Needs) -> dict[str, Any]:
    """Needs as erasable rows hold them (camelCase, as the API takes them)."""
    stored = {
        "stepFree": needs.step_free or None,
        "maxWalkKm": needs.max_walk_km,
        "maxEffort": needs.max_effort,
        "restDays": needs.rest_days,
        "earliestStart": needs.earliest_start,
        "latestEnd": needs.latest_end,
        "mustSee": list(needs.must_see) or None,
        "avoid": list(needs.avoid) or None,
    }
    return {key: value for key, value in stored.items() if value is not None}


def needs_from(stored: Mapping[str, Any]) -> Needs:
    """The stored constraints as Needs."""
    return Needs(
        step_free=bool(stored.get("stepFree", False)),
        max_walk_km=stored.get("maxWalkKm"),
        max_effort=stored.get("maxEffort"),
        rest_days=stored.get("restDays"),
        earliest_start=stored.get("earliestStart"),
        latest_end=stored.get("latestEnd"),
        must_see=tuple(stored.get("mustSee", ())),
        avoid=tuple(stored.get("avoid", ())),
    )


def stored_party(party: Party, *, shared: bool) -> dict[str, Any]:
    return {"said": stored_needs(party.said), "gentle": stored_needs(party.gentle), "assumed": list(party.assumed), "shared": shared}


def party_of_candidates(wish: PrivateWish, revision: int) -> tuple[Party, bool]:
    """What candidates of that revision were planned for; nothing for plans older than this."""
    parties: Any = wish.parties
    stored = parties.get(str(revision)) or {}
    party = Party(needs_from(stored.get("said", {})), needs_from(stored.get("gentle", {})), tuple(stored.get("assumed", ())))
    return party, bool(stored.get("shared", False))


def sealed_needs(wish: PrivateWish, revisions: Iterable[int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The constraints and parties of a wish for a next owner: what candidates of these revisions were planned for still binds them, but nobody
    can read it any more, nor is told of it. Of the constraints only the places to see are left, which the plan shows anyway."""
    own = needs_from(wish.constraints)
    quiet = replace(own, must_see=())
    parties: Any = wish.parties
    kept = {}
    for revision in {*map(str, revisions), *parties}:
        party, _shared = party_of_candidates(wish, int(revision))
        if quiet != Needs():
            party = Party(said=with_party(quiet, party))
        kept[revision] = stored_party(party, shared=True)
    return stored_needs(Needs(must_see=own.must_see)), kept


def planned_party(trip: Trip) -> tuple[Party, bool] | None:
    """What the trip's present plan (the chosen one, else the newest candidates) was made for; None while there is no plan. Two statements."""
    kind = "final" if trip.chosen_revision is not None else "candidates"
    rows = Document.objects.filter(trip=trip, kind=kind).defer("text").order_by("-revision")
    plan = rows.first()
    if plan is None:
        return None
    revision = plan.basis.get("candidates", 0) if kind == "final" else plan.revision
    wish = PrivateWish.objects.filter(document__trip=trip, document__kind="intent", document__revision=plan.basis.get("intent", 0)).first()
    return party_of_candidates(wish, revision) if wish is not None else (Party(), False)


def needs_changed(trip: Trip, rows: Iterable[TripTraveler]) -> bool:
    """Whether the present plan was made for other needs than those of `rows`, who come along now. At most two statements."""
    before = planned_party(trip)
    return before is not None and before[0] != read_party(trip, rows)[0]
