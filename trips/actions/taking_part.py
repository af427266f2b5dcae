"""The member behind an actor, for what everyone of a trip may do: vote, log expenses."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed
from trips import rules
from trips.actions.members import ensure_owner
from trips.models import Trip, TripMember


def own_member(*, actor: Actor, trip: Trip, now: dt.datetime) -> TripMember:
    """The actor's own row, made for an owner who has none yet. Inside the caller's transaction, under the trip's lock.

    Raises NotAllowed for who isn't in the trip, Conflict (`no_owner`) while nobody signed in owns it: a browser alone is no company.
    """
    if not rules.owns(actor, trip):
        found = TripMember.objects.filter(rules.member(actor), trip=trip).first()
        if found is None:
            raise NotAllowed
        return found
    owner = ensure_owner(actor=actor, trip=trip, now=now)
    if owner is None:
        raise Conflict(_("Sign in first: company needs to know whose trip this is."), code="no_owner")
    return owner


class TooMany(Conflict):
    """A trip is no ledger of a company: a bound on rows keeps every page of it quick."""

    def __init__(self, most: int) -> None:
        super().__init__(_("There are too many already: at most %d.") % most, code="too_many")
