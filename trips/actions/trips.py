"""What is done to trips: claim, rename, archive, book, move by date."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock, money, plain_rows, reads, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from travelplanner.core.lines import one_line
from trips import rules
from trips.models import Trip
from trips.states import TRIP

logger = logging.getLogger(__name__)


class Keep:
    """Says that a value stays as it is, where None has a meaning of its own."""


KEEP = Keep()
UNCLAIMED_FOR = dt.timedelta(days=60)


def fetch_for_change(*, actor: Actor, reference: str, may: Callable[[Actor, Trip], bool] = rules.may_change) -> Trip:
    """Lock and return a trip of which the actor may do what `may` (a rule of trips.rules; the owner's by default) asks.

    NotFound when it isn't theirs to see, NotAllowed when it is but their role is too small. Who else may see it is asked only when it isn't the
    actor's own, which nearly always it is.
    """
    reference = reference[:32].replace("\x00", "")
    own = reads.locked(_own, owner_id=actor.user_id, reference=reference) if actor.user_id else []
    trip: Trip | None = own[0] if own else None
    if trip is None:
        rows = Trip.objects.select_for_update(of=("self",)).filter(reference=reference)
        trip = rules.with_role(rows.filter(rules.visible_to(actor)), actor).first()
    if trip is None:
        raise NotFound
    if not may(actor, trip):
        raise rules.refusal(trip)
    return trip


def _own(*, owner_id: uuid.UUID, reference: str) -> QuerySet[Trip]:
    return Trip.objects.select_for_update(of=("self",)).filter(owner=owner_id, reference=reference, archived_at=None).order_by()


def claim_trips(*, actor: Actor, now: dt.datetime | None = None) -> int:
    """Give the trips of this browser to the user who signed in on it; returns how many.

    Guarantees: nothing made before signing in is lost; a trip that has an owner is never taken. Raises NotAllowed for someone unknown.
    """
    if not actor.is_user:
        raise NotAllowed
    if not actor.visitor:
        return 0
    return Trip.objects.filter(owner=None, visitor=actor.visitor, sample=False).update(
        owner_id=actor.user_id, visitor="", updated_at=now or clock.now(), row_version=F("row_version") + 1
    )


def change_trip(
    *,
    actor: Actor,
    reference: str,
    row_version: int,
    title: str | None = None,
    description: str | None = None,
    budget_maximum: Decimal | Keep | None = KEEP,
    now: dt.datetime | None = None,
) -> Trip:
    """Rename a trip or set its ceiling (amount in the trip's currency, rounded to its unit; None takes it away).

    Raises NotFound, NotAllowed, Stale (someone changed it since `row_version`), Conflict (`budget_locked`: something is held or booked),
    Invalid. Records an audit entry.
    """
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        changes: dict[str, object] = {}
        if trip.row_version != row_version:
            raise Stale
        if not isinstance(budget_maximum, Keep):
            if trip.locked_revision is not None or trip.state not in ("planning",):
                raise Conflict(_("The budget is locked while something is booked."), code="budget_locked")
            if budget_maximum is not None and not (budget_maximum.is_finite() and 0 <= budget_maximum <= money.MAX_AMOUNT / 1000):
                raise Invalid(fields={"budgetMax": [_("This amount can't be used.")]})
            changes["budget_amount"] = money.quantize(budget_maximum, trip.budget_currency) if budget_maximum is not None else None
        if title is not None:
            title = one_line(title)
            if not title:
                raise Invalid(fields={"title": [_("A trip needs a name.")]})
            changes["title"] = title[:255]
        if description is not None:
            changes["description"] = description[:5000]
        if changes:
            now = now or clock.now()
            Trip.objects.filter(pk=trip.pk).update(**changes, updated_at=now, row_version=F("row_version") + 1)
            audit.record(actor=actor, action="trip.changed", row=trip, after={"fields": sorted(changes)}, now=now)
    trip.refresh_from_db()
    return trip


def archive_trip(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> None:
    """Take a trip out of sight; it can be restored for 30 days.

    Raises NotFound, NotAllowed, Conflict (`booked`: what is booked can't be deleted). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        if trip.state in ("booked", "traveling") or trip.locked_revision is not None:
            raise Conflict(_("This trip is booked. Cancel its bookings first."), code="booked")
        Trip.objects.filter(pk=trip.pk).update(archived_at=now, updated_at=now, row_version=F("row_version") + 1)
        audit.record(actor=actor, action="trip.archived", row=trip, now=now)


def restore_trip(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> Trip:
    """Bring back a trip archived in the last 30 days. Raises NotFound. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        rows = Trip.objects.select_for_update().filter(rules.mine(actor), reference=reference[:32].replace("\x00", ""), archived_at__gte=now - dt.timedelta(days=30))
        trip = rows.first()
        if trip is None:
            raise NotFound
        Trip.objects.filter(pk=trip.pk).update(archived_at=None, updated_at=now, row_version=F("row_version") + 1)
        audit.record(actor=actor, action="trip.restored", row=trip, now=now)
    trip.refresh_from_db()
    return trip


def lock_revision(*, actor: Actor, trip_id: uuid.UUID, revision: int | None) -> None:
    """Freeze the itinerary revision that a booking is made from (None = nothing booked: free again). For bookings' actions,
    inside their transaction."""
    plain_rows.change(Trip, {"locked_revision": revision, "row_version": plain_rows.Plus(1)}, where={"id": trip_id})


def lock_known_trip(*, actor: Actor, trip_id: uuid.UUID) -> bool:
    """`lock_trip` of the trip with this key."""
    return bool(reads.locked(_key_of, trip_id=trip_id))


def _key_of(*, trip_id: uuid.UUID) -> QuerySet[Trip, Any]:
    return Trip.objects.select_for_update(of=("self",)).filter(pk=trip_id).order_by().values_list("pk", flat=True)


def lock_trip(*, actor: Actor, rows: QuerySet[Trip]) -> bool:
    """Wait for the row of the one trip in `rows`: the first lock of every action on what hangs on a trip, so that no two can wait for each
    other in a circle. Inside a transaction; reads nothing but the key. Returns whether there is one.
    """
    return bool(rows.select_for_update(of=("self",)).order_by().values_list("pk", flat=True)[:1])


def mark_booked(*, actor: Actor, trip: Trip, revision: int | None, spent: Decimal, now: dt.datetime | None = None) -> None:
    """Note that the trip, read after its lock, has one more confirmed booking of this revision that cost `spent`. For bookings' actions."""
    if trip.state == "planning":
        before = trip.actual_spent
        transitions.move(trip, TRIP, "booked", actor=actor, reason="booking confirmed", now=now, locked_revision=revision, actual_spent=plain_rows.Plus(spent))
        trip.actual_spent = before + spent
    else:
        add_spent(actor=actor, trip_id=trip.pk, amount=spent)


def mark_unbooked(*, actor: Actor, trip_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Note that no booking of the trip is left: a booked one is planned again. For bookings' actions, inside their transaction."""
    trip = Trip.objects.select_for_update().get(pk=trip_id)
    if trip.state == "booked":
        transitions.move(trip, TRIP, "planning", actor=actor, reason="every booking was cancelled", now=now)


def add_spent(*, actor: Actor, trip_id: uuid.UUID, amount: Decimal) -> None:
    """Add to (or, negative, take from) what the trip has cost so far, in its currency. For bookings' actions."""
    plain_rows.change(Trip, {"actual_spent": plain_rows.Plus(amount)}, where={"id": trip_id})


def move_trips_by_date(*, now: dt.datetime | None = None) -> str:
    """Booked trips start and traveling trips end by the date in their own zone; a periodic job."""
    now, actor, moved = now or clock.now(), Actor.system("calendar"), 0
    # One day of slack on both sides covers every zone; the exact day is looked up per trip.
    due = Trip.objects.filter(state__in=["booked", "traveling"], start_date__lte=now.date() + dt.timedelta(days=1)).order_by("pk")
    for trip in due.iterator(chunk_size=200):
        today = now.astimezone(ZoneInfo(trip.timezone)).date()
        try:
            with transaction.atomic():
                if trip.state == "booked" and trip.start_date <= today:
                    transitions.move(trip, TRIP, "traveling", actor=actor, reason="first day", now=now)
                    moved += 1
                if trip.state == "traveling" and trip.end_date < today:
                    transitions.move(trip, TRIP, "completed", actor=actor, reason="last day is over", now=now)
                    moved += 1
        except Conflict:
            logger.info("trip %s changed while it was moved by date", trip.reference)
    return f"{moved} moved"


def archive_unclaimed_trips(*, now: dt.datetime | None = None) -> str:
    """Take trips out of sight that no account claimed for 60 days; a periodic job."""
    now = now or clock.now()
    old = Trip.objects.filter(owner=None, sample=False, archived_at=None, updated_at__lt=now - UNCLAIMED_FOR)
    return f"{old.update(archived_at=now)} archived"
