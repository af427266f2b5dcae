"""Who comes along: each member of a trip puts in and takes out their own travelers, nobody another's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Traveler
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from trips import rules
from trips.actions.trips import fetch_for_change
from trips.models import Trip, TripTraveler

MOST = 20  # of one member


def set_travelers(*, actor: Actor, reference: str, traveler_ids: Iterable[uuid.UUID], now: dt.datetime | None = None) -> Trip:
    """The actor's own travelers who come along are exactly these; other members' stay as they are. The same again changes nothing.

    Guarantees: nobody else's traveler can be named (NotFound, the same as for none), nobody else's is taken out. More than the trip counts
    is allowed: readiness says so. Raises NotFound, NotAllowed (without an account), Conflict (`over`: the trip has ended), Invalid (too many).
    Records an audit entry with counts alone.
    """
    now = now or clock.now()
    wanted = set(traveler_ids)
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_take_part)
        if actor.user_id is None:
            raise NotAllowed(_("Travelers belong to an account: sign up or sign in first."), code="account_needed")
        if trip.state in ("completed", "cancelled"):
            raise Conflict(_("This trip is over."), code="over")
        if len(wanted) > MOST:
            raise Invalid(fields={"travelers": [_("At most %d of your travelers can come along.") % MOST]})
        there = {row.traveler_id: row for row in TripTraveler.objects.filter(trip=trip, added_by=actor.user_id)}
        new = wanted - there.keys()
        if Traveler.objects.filter(pk__in=new, user_id=actor.user_id, state="active").count() != len(new):
            raise NotFound
        gone = [row.pk for key, row in there.items() if key not in wanted]
        TripTraveler.objects.filter(pk__in=gone).delete()
        TripTraveler.objects.bulk_create(TripTraveler(trip=trip, traveler_id=key, added_by_id=actor.user_id, created_at=now) for key in sorted(new))
        if new or gone:
            audit.record(actor=actor, action="trip.travelers", row=trip, after={"added": len(new), "removed": len(gone)}, now=now)
    return trip
