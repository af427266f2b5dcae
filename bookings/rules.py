"""Who may do what with carts and bookings. Pure answers; `mine` and `shares_in` are the same rules as filters.

    the booking's own user   reserves, pays, opens and closes a collection, pays any of its shares
    a companion with a share sees the collection while they are in the trip, and pays their own share
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q

from bookings.models import Booking, PaymentShare
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed
from trips.models import TripMember

# Before that an answer may still be on its way: suppliers' desks work by day, and within one day every desk was open once.
# Afterwards the reconciler has asked some thousand times, and somebody on the phone knows more than it does.
SETTLED_BY_HAND_AFTER = dt.timedelta(hours=24)


def require_user(actor: Actor) -> uuid.UUID:
    """The signed-in user's key: a cart and a booking belong to someone. Raises NotAllowed."""
    if actor.user_id is None:
        raise NotAllowed
    return actor.user_id


def mine(actor: Actor, prefix: str = "") -> Q:
    """Filter for bookings and cart lines that are the actor's; nothing for someone unknown."""
    return Q(**{f"{prefix}user_id": actor.user_id}) if actor.is_user else Q(pk__in=[])


def shares_in(actor: Actor) -> Q:
    """Filter for bookings (not paths to them) whose collection the actor may see: one's own, and those one has a share of and is in the trip."""
    if not actor.is_user:
        return Q(pk__in=[])
    share = PaymentShare.objects.filter(user=actor.user_id, collection__booking=OuterRef("pk"))
    present = TripMember.objects.filter(user=actor.user_id, left_at=None, trip=OuterRef("trip"), trip__archived_at=None)
    return mine(actor) | (Q(Exists(share)) & Q(Exists(present)))


def collects(actor: Actor, booking: Booking) -> bool:
    """Whether the collection is the actor's to close and to pay for anyone."""
    return actor.is_user and actor.user_id == booking.user_id


def may_pay(actor: Actor, booking: Booking, share: PaymentShare) -> bool:
    """One's own share; the booking's own user any. For those who may see the collection."""
    return collects(actor, booking) or (actor.is_user and actor.user_id == share.user_id)


def require_staff(actor: Actor) -> None:
    """For what staff alone does to others' bookings. Raises NotAllowed."""
    if not actor.is_staff:
        raise NotAllowed


def may_settle_by_hand(asked_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a cancellation that a supplier was first asked for at `asked_at` has waited long enough for staff to decide it."""
    return now - asked_at >= SETTLED_BY_HAND_AFTER
