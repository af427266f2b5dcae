"""Leaving a trip, by oneself or removed by its owner: every door closes at once."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.api.idempotency import forget
from travelplanner.core.errors import Conflict, NotFound
from travelplanner.core.transitions import move_all
from trips import registries, rules
from trips.actions.notices import tell
from trips.actions.trips import fetch_for_change
from trips.models import CalendarFeed, ShareLink, Trip, TripInvitation, TripMember, TripTraveler
from trips.states import INVITATION


def close_links(*, actor: Actor, trip: Trip, user_id: uuid.UUID | None, now: dt.datetime) -> None:
    """Revoke the links that this user made of the trip. For actions, inside their transaction."""
    ShareLink.objects.filter(trip=trip, made_by=user_id, revoked_at=None).update(revoked_at=now, updated_at=now)


def end_membership(*, actor: Actor, reference: str, member_id: uuid.UUID | None = None, now: dt.datetime | None = None) -> TripMember:
    """Leave the trip (`member_id` None or one's own), or, as its owner, remove someone.

    Guarantees: in the same transaction the membership ends, links and calendar feed of the member are revoked, their travelers are out,
    invitations that they sent and nobody accepted are revoked, answers kept for repeated requests are forgotten. Votes and expenses stay.
    A new invitation brings them back. Raises NotFound, NotAllowed, Conflict (`owner_stays`: hand the trip over first, or archive it).
    Records an audit entry; someone removed is told by mail.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
        present = TripMember.objects.select_for_update(of=("self",)).filter(trip=trip, left_at=None)
        own = present.filter(rules.member(actor)).first()
        member = own if member_id is None else present.filter(pk=member_id).first()
        if member is None:
            if member_id is None and rules.owns(actor, trip):
                raise _owner_stays()
            raise NotFound
        leaving = own is not None and own.pk == member.pk
        if not leaving and not rules.owns(actor, trip):
            raise rules.refusal(trip)
        if member.role == "owner":
            raise _owner_stays()
        _close(actor, trip, member, "member.left" if leaving else "member.removed", now)
        if not leaving:
            by = present.filter(role="owner").values_list("name", flat=True).first() or ""
            tell(actor=actor, template="trip_removed", member=member, trip=trip, who=by, dedupe_key=f"removed:{member.pk}")
    return member


def _owner_stays() -> Conflict:
    return Conflict(_("The trip is yours, so you can't leave it. Hand it over to an editor first, or archive it."), code="owner_stays")


def _close(actor: Actor, trip: Trip, member: TripMember, action: str, now: dt.datetime) -> None:
    TripMember.objects.filter(pk=member.pk).update(left_at=now, visitor="", updated_at=now, row_version=F("row_version") + 1)
    member.left_at = now
    if member.user_id is not None:
        close_links(actor=actor, trip=trip, user_id=member.user_id, now=now)
        CalendarFeed.objects.filter(trip=trip, user=member.user_id, revoked_at=None).update(revoked_at=now, updated_at=now)
        TripTraveler.objects.filter(trip=trip, added_by=member.user_id).delete()
        sent = list(TripInvitation.objects.filter(trip=trip, invited_by=member.user_id, state="pending"))
        move_all(sent, INVITATION, "revoked", actor=actor, reason="inviter left", now=now)
        for path in (f"/api/trips/{trip.reference}", *registries.company_answers(trip.pk)):
            forget(scope_prefix=f"{member.user_id}:POST:{path}")
    audit.record(actor=actor, action=action, row=member, after={"trip": trip.reference}, now=now)


