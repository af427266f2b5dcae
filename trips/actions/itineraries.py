"""Choosing a candidate and editing a plan: each save is the next revision, after the checker passed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from trips import rules
from trips.actions.trips import fetch_for_change
from trips.documents.difference import difference, orders_difference
from trips.documents.envelope import make_document
from trips.documents.itineraries import Setting, candidate_json, final_body
from trips.models import Document, ItineraryDay, ItineraryStop, Leg, Trip
from trips.planning.plan import Itinerary
from trips.queries.replanning import plan_orders, swapped_orders

Orders = tuple[tuple[str, ...], ...]
MAX_STOPS_PER_DAY = 20


def choose_candidate(
    *,
    actor: Actor,
    reference: str,
    candidate_id: str,
    candidates_revision: int | None = None,
    based_on: int | None = None,
    now: dt.datetime | None = None,
) -> Document:
    """Make a candidate the trip's itinerary: the next revision of the final document, with its rows.

    `candidates_revision` names the candidates that were looked at (a letter means another plan after planning anew); the newest without it.
    `based_on` is the saved revision that stood beside them (0: none yet); nobody's later change is put aside unseen. None asks nothing.
    Guarantees: choosing the candidate that is chosen already (and not edited) returns the revision there is.
    Raises NotFound, NotAllowed, Conflict (`locked`, `not_planned`, `edited_meanwhile`), Invalid (unknown candidate). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        _refuse_locked(trip)
        chosen, basis = _candidate(trip, candidate_id, candidates_revision)
        latest = trip.documents.filter(kind="final").order_by("-revision").first()
        if latest is not None and latest.basis == basis and latest.body["candidateId"] == candidate_id:
            return latest
        if based_on is not None:
            _refuse_stale(trip, based_on)
        body = final_body(chosen, explanation=_explain(trip, chosen, "chosen_profile"))
        return _save(actor, trip, body, basis, now)


def _candidate(trip: Trip, candidate_id: str, candidates_revision: int | None) -> tuple[Mapping[str, Any], dict[str, int]]:
    """The candidate of this letter and the basis of a plan that is made of it."""
    offered = trip.documents.filter(kind="candidates").order_by("-revision")
    candidates = (offered.filter(revision=candidates_revision) if candidates_revision is not None else offered).first()
    if candidates is None:
        raise Conflict(_("This trip is still being planned."), code="not_planned")
    chosen = next((c for c in candidates.body["candidates"] if c["candidateId"] == candidate_id), None)
    if chosen is None:
        known = ", ".join(c["candidateId"] for c in candidates.body["candidates"])
        raise Invalid(_("There is no such candidate. Choose one of: %s.") % known, fields={"candidateId": [_("Unknown candidate.")]})
    return chosen, {"candidates": candidates.revision, "budget": candidates.basis["budget"], "intent": candidates.basis["intent"]}


def choose_with_days(
    *,
    actor: Actor,
    reference: str,
    candidate_id: str,
    candidates_revision: int | None = None,
    based_on: int,
    days: Sequence[Sequence[str]],
    now: dt.datetime | None = None,
) -> Document:
    """Choose a candidate and change it in the same breath: two revisions in one transaction, or none.

    `based_on` is the saved revision that was looked at (0: none yet). Raises what `choose_candidate` and `edit_itinerary` raise.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        _refuse_locked(trip)
        chosen, basis = _candidate(trip, candidate_id, candidates_revision)
        _refuse_stale(trip, based_on)
    base = make_document(trip, "final", revision=0, basis=basis, body=final_body(chosen, explanation=[]), now=now)
    plan, setting = plan_orders(actor, trip, base, days)  # reads and computes outside the write transaction
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        _refuse_locked(trip)
        _refuse_stale(trip, based_on)
        first = _save(actor, trip, final_body(chosen, explanation=_explain(trip, chosen, "chosen_profile")), basis, now)
        trip.chosen_revision = first.revision
        return _save_edit(actor, trip, first, plan, setting, now)


def edit_itinerary(
    *,
    actor: Actor,
    reference: str,
    based_on: int,
    days: Sequence[Sequence[str]],
    now: dt.datetime | None = None,
) -> Document:
    """Save new orders of place ids per day as the next revision.

    `based_on` is the revision the editor saw. Raises NotFound, NotAllowed, Conflict (`locked`, `edited_meanwhile` with the newest revision),
    Invalid (`not_feasible` with every violation in words). Records an audit entry. Nothing is overwritten: older revisions stay.
    """
    now = now or clock.now()
    trip, latest = _editable(actor, reference, based_on, days)
    plan, setting = plan_orders(actor, trip, latest, days)  # reads and computes outside the write transaction
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        _refuse_locked(trip)
        _refuse_stale(trip, based_on, days)
        return _save_edit(actor, trip, latest, plan, setting, now)


def _save_edit(actor: Actor, trip: Trip, before: Document, plan: Itinerary, setting: Setting, now: dt.datetime) -> Document:
    candidate = candidate_json(plan, before.body["candidateId"], setting, economy=before.body["engine"]["economy"])
    body = final_body(candidate, explanation=_explain(trip, candidate, "edited_plan"))
    return _save(actor, trip, body, {**before.basis, "final": before.revision}, now)


def swap_day(
    *, actor: Actor, reference: str, based_on: int, day: int, candidate_id: str, now: dt.datetime | None = None
) -> Document:
    """Replace day number `day` (1 = first) of the plan by the same day of a candidate; stops that the new day brings are taken off other days.

    Raises like `edit_itinerary`.
    """
    trip, latest = _editable(actor, reference, based_on)
    return edit_itinerary(
        actor=actor, reference=reference, based_on=based_on, days=swapped_orders(trip, latest, day=day, candidate_id=candidate_id), now=now
    )


def _editable(actor: Actor, reference: str, based_on: int, days: Sequence[Sequence[str]] | None = None) -> tuple[Trip, Document]:
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        _refuse_locked(trip)
        if trip.chosen_revision is None:
            raise Conflict(_("Choose one of the plans first."), code="not_chosen")
        _refuse_stale(trip, based_on, days)
        return trip, trip.documents.get(kind="final", revision=based_on)


def _refuse_stale(trip: Trip, based_on: int, days: Sequence[Sequence[str]] | None = None) -> None:
    """Refuse a change of a revision that isn't the newest any more; the refusal holds both sides: what others did since, what was asked now."""
    if (trip.chosen_revision or 0) == based_on or not settings.EDITS_ARE_GUARDED:
        return
    rows = {row.revision: row.body for row in trip.documents.filter(kind="final", revision__in=[based_on, trip.chosen_revision or 0])}
    base, newest = rows.get(based_on), rows.get(trip.chosen_revision or 0)
    raise Conflict(
        _("Someone changed this plan in the meantime. Your change was not saved; look at revision %d and repeat it.") % (trip.chosen_revision or 0),
        code="edited_meanwhile",
        extra={
            "revision": trip.chosen_revision,
            "basedOn": based_on,
            "theirs": difference(base, newest)["changes"] if base and newest else [],
            "mine": orders_difference(base, days) if base and days is not None else [],
        },
    )


def _refuse_locked(trip: Trip) -> None:
    if trip.locked_revision is not None or trip.state != "planning":
        raise Conflict(_("This plan is booked. Cancel the booking to change it."), code="locked")


def _explain(trip: Trip, candidate: Mapping[str, Any], opening: str) -> list[dict[str, Any]]:
    """Why this plan is what it is, as codes; nothing about the private ceiling."""
    stops = [stop for day in candidate["days"] for stop in day["stops"]]
    unverified = len(candidate["checks"]["unverified"])
    said = [
        {"code": opening, "params": {"profile": candidate["profile"], "score": candidate["score"]}},
        {"code": "everything_fits", "params": {}},
    ]
    if unverified:
        said.append({"code": "some_unverified", "params": {"count": unverified, "total": sum(1 for stop in stops if stop["placeId"])}})
    predicted = trip.documents.filter(kind="budget").order_by("-revision").first()
    if predicted is not None:
        figures = predicted.body["predictedBudget"]
        cost = {"cost": candidate["cost"]["total"], "low": figures["p10"], "high": figures["p90"], "currency": figures["currency"]}
        said.append({"code": "cost_against_prediction", "params": cost})
    bookable = sum(1 for stay in candidate["lodging"] if stay["serviceId"]) + sum(1 for stop in stops if stop["serviceId"])
    if bookable:
        said.append({"code": "bookable_count", "params": {"count": bookable}})
    return said


def _save(actor: Actor, trip: Trip, body: dict[str, Any], basis: Mapping[str, int], now: dt.datetime) -> Document:
    """The next revision and its rows; inside the caller's transaction, under the trip's lock."""
    revision = (trip.chosen_revision or 0) + 1
    document = make_document(trip, "final", revision=revision, basis=basis, body=body, now=now)
    document.save(force_insert=True)
    _save_rows(trip, revision, body)
    Trip.objects.filter(pk=trip.pk).update(chosen_revision=revision, row_version=F("row_version") + 1, updated_at=now)
    audit.record(actor=actor, action="itinerary.saved", row=trip, after={"revision": revision}, now=now)
    return document


def _save_rows(trip: Trip, revision: int, body: Mapping[str, Any]) -> None:
    currency = body["cost"]["currency"]
    days, stops, legs = [], [], []
    for position, day in enumerate(body["itinerary"]["days"]):
        row = ItineraryDay(
            trip=trip,
            revision=revision,
            position=position,
            date=dt.date.fromisoformat(day["date"]),
            destination_id=day["destinationId"],
            cost=Decimal(str(day["cost"])),
            currency=currency,
            fatigue=day["fatigue"],
            rest=day["rest"],
        )
        days.append(row)
        stops += [
            ItineraryStop(
                day=row,
                position=index,
                kind=stop["kind"],
                place_id=stop["placeId"],
                service_id=stop["serviceId"],
                name=stop["name"][:200],
                arrive=dt.datetime.fromisoformat(stop["arrive"]),
                leave=dt.datetime.fromisoformat(stop["leave"]),
                latitude=stop["latitude"],
                longitude=stop["longitude"],
                fee=Decimal(str(stop["fee"])),
            )
            for index, stop in enumerate(day["stops"])
        ]
        legs += [
            Leg(day=row, position=index, mode=leg["mode"], minutes=leg["minutes"], distance_km=leg["distanceKm"], cost=Decimal(str(leg["cost"])))
            for index, leg in enumerate(day["legs"])
        ]
    ItineraryDay.objects.bulk_create(days)
    ItineraryStop.objects.bulk_create(stops)
    Leg.objects.bulk_create(legs)
