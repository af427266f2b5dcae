"""Who may do what with carts and bookings. Pure answers; `mine` is the same rule as a filter."""

from __future__ import annotations

from django.db.models import Q

from bookings.models import Booking
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed


def require_user(actor: Actor) -> None:
    """A cart and a booking belong to someone who signed in. Raises NotAllowed."""
    if not actor.is_user:
        raise NotAllowed


def mine(actor: Actor, prefix: str = "") -> Q:
    """Filter for bookings that the actor made; nothing for someone unknown."""
    return Q(**{f"{prefix}user_id": actor.user_id}) if actor.is_user else Q(pk__in=[])


def may_pay(actor: Actor, booking: Booking) -> bool:
    """Who made it; a job that finishes what was begun."""
    return actor.is_system or (actor.is_user and booking.user_id == actor.user_id)
