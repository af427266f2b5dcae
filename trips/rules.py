"""Who may do what with a trip. Pure answers; `visible_to` is the same rule as a filter."""

from __future__ import annotations

from django.db.models import Q

from travelplanner.core.actor import Actor
from trips.models import Trip


def owns(actor: Actor, trip: Trip) -> bool:
    """The owner, or the browser that made it while nobody signed in."""
    if trip.owner_id is not None:
        return actor.user_id == trip.owner_id
    return bool(actor.visitor) and actor.visitor == trip.visitor


def may_see(actor: Actor, trip: Trip) -> bool:
    """Samples are open to all; jobs see everything."""
    return actor.is_system or trip.sample or owns(actor, trip)


def may_change(actor: Actor, trip: Trip) -> bool:
    """Nobody changes a sample but the job that made it."""
    return actor.is_system or (owns(actor, trip) and not trip.sample)


def visible_to(actor: Actor, prefix: str = "") -> Q:
    """Filter for `may_see`; `prefix` is the path to the trip, e.g. "trip__"."""
    seen = Q() if actor.is_system else Q(**{f"{prefix}sample": True}) | mine(actor, prefix)
    return seen & Q(**{f"{prefix}archived_at": None})


def mine(actor: Actor, prefix: str = "") -> Q:
    """Filter for `owns`; matches nothing for someone unknown."""
    if actor.user_id is not None:
        return Q(**{f"{prefix}owner_id": actor.user_id})
    if actor.visitor:
        return Q(**{f"{prefix}owner": None, f"{prefix}visitor": actor.visitor})
    return Q(pk__in=[])
