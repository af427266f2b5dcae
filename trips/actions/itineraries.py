"""Choosing a candidate and editing a plan: each save is the next revision, after the checker passed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from trips.actions.trips import fetch_for_change
from trips.documents.envelope import make_document
from trips.documents.itineraries import candidate_json, final_body
from trips.models import Document, ItineraryDay, ItineraryStop, Leg, Trip
from trips.queries.replanning import plan_orders, swapped_orders

Orders = tuple[tuple[str, ...], ...]
MAX_STOPS_PER_DAY = 20


def choose_candidate(
    *, actor: Actor, reference: str, candidate_id: str, candidates_revision: int | None = None, now: dt.datetime | None = None
) -> Document:
    """Make a candidate the trip's itinerary: the next revision of the final document, with its rows.

    `candidates_revision` names the candidates that were looked at (a letter means another plan after planning anew); the newest without it.
    Guarantees: choosing the candidate that is chosen already (and not edited) returns the revision there is.
    Raises NotFound, NotAllowed, Conflict (`locked`; `not_planned`), Invalid (unknown candidate). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        _refuse_locked(trip)
        offered = trip.documents.filter(kind="candidates").order_by("-revision")
        candidates = (offered.filter(revision=candidates_revision) if candidates_revision is not None else offered).first()
        if candidates is None:
            raise Conflict(_("This trip is still being planned."), code="not_planned")
        chosen = next((c for c in candidates.body["candidates"] if c["candidateId"] == candidate_id), None)
        if chosen is None:
            known = ", ".join(c["candidateId"] for c in candidates.body["candidates"])
            raise Invalid(_("There is no such candidate. Choose one of: %s.") % known, fields={"candidateId": [_("Unknown candidate.")]})
        latest = trip.documents.filter(kind="final").order_by("-revision").first()
        basis = {"candidates": candidates.revision, "budget": candidates.basis["budget"], "intent": candidates.basis["intent"]}
        if latest is not None and latest.basis == basis and latest.body["candidateId"] == candidate_id:
            return latest
        body = final_body(chosen, explanation=_explain(trip, chosen, "chosen_profile"))
        return _save(actor, trip, body, basis, now)


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
    trip, latest = _editable(actor, reference, based_on)
    plan, setting = plan_orders(trip, latest, days)  # reads and computes outside the write transaction
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        _refuse_locked(trip)
        if trip.chosen_revision != based_on:
            raise _edited_meanwhile(trip)
        candidate = candidate_json(plan, latest.body["candidateId"], setting, economy=latest.body["engine"]["economy"])
        body = final_body(candidate, explanation=_explain(trip, candidate, "edited_plan"))
        return _save(actor, trip, body, {**latest.basis, "final": latest.revision}, now)


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


def _editable(actor: Actor, reference: str, based_on: int) -> tuple[Trip, Document]:
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        _refuse_locked(trip)
        if trip.chosen_revision is None:
            raise Conflict(_("Choose one of the plans first."), code="not_chosen")
        if trip.chosen_revision != based_on:
            raise _edited_meanwhile(trip)
        return trip, trip.documents.get(kind="final", revision=based_on)


def _edited_meanwhile(trip: Trip) -> Conflict:
    return Conflict(
        _("Someone changed this plan in the meantime. Your change was not saved; look at revision %d and repeat it.") % (trip.chosen_revision or 0),
        code="edited_meanwhile",
        extra={"revision": trip.chosen_revision},
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
