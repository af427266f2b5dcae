"""Who may do what with carts and bookings. Pure answers; `mine` is the same rule as a filter."""

from __future__ import annotations

import uuid

from django.db.models import Q

from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed


def require_user(actor: Actor) -> uuid.UUID:
    """The signed-in user's key: a cart and a booking belong to someone. Raises NotAllowed."""
    if actor.user_id is None:
        raise NotAllowed
    return actor.user_id


def mine(actor: Actor, prefix: str = "") -> Q:
    """Filter for bookings and cart lines that are the actor's; nothing for someone unknown."""
    return Q(**{f"{prefix}user_id": actor.user_id}) if actor.is_user else Q(pk__in=[])
