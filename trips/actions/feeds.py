"""The address that a member's calendar polls: made, rotated, revoked. Only the token's hash is stored."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from travelplanner.core import audit, clock, tokens
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound
from trips import rules
from trips.actions.trips import fetch_for_change
from trips.models import CalendarFeed


def rotate_feed(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> tuple[CalendarFeed, str]:
    """Give the member a new address for their calendar, and close the one they had; returns it with its token, which nobody sees again.

    Everyone of the company who has an account. Raises NotFound, NotAllowed. Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
        if actor.user_id is None:
            raise NotAllowed(code="account_needed")
        CalendarFeed.objects.filter(trip=trip, user=actor.user_id, revoked_at=None).update(revoked_at=now, updated_at=now)
        token, digest = tokens.new_token()
        row = CalendarFeed.objects.create(trip=trip, user_id=actor.user_id, token_hash=digest, created_at=now)
        audit.record(actor=actor, action="feed.made", row=row, after={"trip": trip.reference}, now=now)
    return row, token


def revoke_feed(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> None:
    """Close the member's calendar address. Raises NotFound (also when there is none), NotAllowed. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
        row = CalendarFeed.objects.filter(trip=trip, user=actor.user_id, revoked_at=None).first() if actor.is_user else None
        if row is None:
            raise NotFound
        CalendarFeed.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now, updated_at=now)
        audit.record(actor=actor, action="feed.revoked", row=row, now=now)
