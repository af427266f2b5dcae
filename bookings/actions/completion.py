"""What was used is completed: items when their end has passed where they are, bookings when all of their items are over."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.db.models import Q

from bookings.actions.announcements import announce
from bookings.actions.locks import lock_booking
from bookings.models import Booking, BookingItem
from bookings.pricing.cancellation import ends_at
from bookings.states import BOOKING, ITEM
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.transitions import move, move_all

logger = logging.getLogger(__name__)
CALENDAR = Actor.system("complete_bookings")
FARTHEST = dt.timedelta(hours=14)  # the zone that is first: no place has a later date


def complete_due(*, actor: Actor = CALENDAR, limit: int = 500, now: dt.datetime | None = None) -> str:
    """Complete what is over; each booking in a transaction of its own. A periodic job, safe to run twice at once.

    Guarantees: an item is completed once its end has passed in its destination's zone, a booking when every item is completed or cancelled and
    one was used; a booking that is being cancelled waits; one that can't be completed is logged and keeps none of the others.
    """
    now = now or clock.now()
    done = 0
    for booking_id in _due(now)[:limit]:
        try:
            done += _complete(actor, booking_id, now)
        except Exception:
            logger.exception("booking %s could not be completed", booking_id)
    return f"{done} completed"


def _due(now: dt.datetime) -> list[uuid.UUID]:
    """Bookings with something that is over: found by the dates alone in SQL, by the hour of the place here."""
    items = (
        BookingItem.objects.filter(state="confirmed", ends_on__lte=(now + FARTHEST).date(), booking__state="CONFIRMED")
        .select_related("service__destination")
        .order_by("ends_on", "pk")
    )
    over = dict.fromkeys(item.booking_id for item in items.iterator(chunk_size=500) if _ended(item, now))
    used = Booking.objects.filter(Q(items__state="completed"), state="CONFIRMED").exclude(items__state__in=["confirmed", "pending"])
    return [*over, *(pk for pk in used.values_list("pk", flat=True).distinct() if pk not in over)]


def _ended(item: BookingItem, now: dt.datetime) -> bool:
    minutes = item.details.get("minutes") or 0
    return ends_at(item.starts_on, item.ends_on, item.time, minutes, item.service.destination.timezone) <= now


def _complete(actor: Actor, booking_id: uuid.UUID, now: dt.datetime) -> bool:
    """Returns whether the booking is completed now."""
    with transaction.atomic():
        booking = lock_booking(actor=actor, rows=Booking.objects.filter(pk=booking_id))
        if booking.state != "CONFIRMED":
            return False
        items = list(booking.items.select_related("service__destination"))
        over = [item for item in items if item.state == "confirmed" and _ended(item, now)]
        move_all(over, ITEM, "completed", actor=actor, reason="its end has passed", now=now)
        states = {item.state for item in items}
        if not states <= {"completed", "cancelled"} or "completed" not in states:
            return False
        move(booking, BOOKING, "COMPLETED", actor=actor, reason="everything booked was used", now=now)
        announce(actor=actor, booking=booking, event="booking.completed", now=now)
    return True
