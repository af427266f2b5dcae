"""Links that let anyone look at what was ticked of a trip. Only the token's hash is stored; the link is shown once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock, tokens
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from trips.actions.trips import fetch_for_change
from trips.models import ShareLink
from trips.models.company import SCOPES

DEFAULT_DAYS, MAX_DAYS = 30, 365
MAX_OPEN = 20  # links of a trip that work at the same time


def make_link(
    *, actor: Actor, reference: str, scopes: Collection[str], label: str = "", days: int = DEFAULT_DAYS, now: dt.datetime | None = None
) -> tuple[ShareLink, str]:
    """Make a link that opens `scopes` (keys of models.company.SCOPES) for `days` days; returns it with its token, which nobody sees again.

    The owner only, signed in. Raises NotFound, NotAllowed, Invalid, Conflict (`no_owner`, `too_many_links`). Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        if not actor.is_user or trip.owner_id is None:
            raise Conflict(_("Sign in first, so that you can take the link back from anywhere."), code="no_owner")
        known = [key for key, _label in SCOPES]
        if not scopes or not set(scopes) <= set(known):
            raise Invalid(fields={"scopes": [_("Tick at least one thing that the link opens.")]})
        if not 1 <= days <= MAX_DAYS:
            raise Invalid(fields={"expiresInDays": [_("From 1 to %d days.") % MAX_DAYS]})
        if ShareLink.objects.filter(trip=trip, revoked_at=None, expires_at__gt=now).count() >= MAX_OPEN:
            raise Conflict(_("This trip has %d open links already. Revoke one first.") % MAX_OPEN, code="too_many_links")
        token, digest = tokens.new_token()
        row = ShareLink.objects.create(
            trip=trip,
            made_by_id=trip.owner_id,
            label=" ".join(label.split())[:100],
            scopes=[key for key in known if key in scopes],
            token_hash=digest,
            expires_at=now + dt.timedelta(days=days),
            created_at=now,
        )
        audit.record(actor=actor, action="share_link.made", row=row, after={"trip": trip.reference, "scopes": row.scopes}, now=now)
    return row, token


def revoke_link(*, actor: Actor, reference: str, link_id: uuid.UUID, now: dt.datetime | None = None) -> None:
    """Close a link at once. The owner only. Raises NotFound (also for one revoked before), NotAllowed. Records an audit entry."""
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference)
        row = ShareLink.objects.filter(trip=trip, pk=link_id, revoked_at=None).first()
        if row is None or not ShareLink.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now, updated_at=now):
            raise NotFound
        audit.record(actor=actor, action="share_link.revoked", row=row, now=now)


def note_opened(*, actor: Actor, link: ShareLink, now: dt.datetime | None = None) -> None:
    """Remember the day on which a link was last used; one write a day at most, and none says who looked."""
    today = (now or clock.now()).date()
    if link.last_opened_on != today:
        ShareLink.objects.filter(Q(last_opened_on=None) | Q(last_opened_on__lt=today), pk=link.pk).update(last_opened_on=today)
