"""Which lines of a trip are booked: the same service at the same date and time is bought once."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q

from bookings.models import BookingItem
from bookings.states import BOUGHT, OPEN
from travelplanner.core import clock

LineKey = tuple[uuid.UUID, dt.date, str]


def booked_lines(trip_id: uuid.UUID, *, now: dt.datetime | None = None) -> dict[LineKey, str]:
    """(service, first date, departure) -> name of what the trip has booked or holds for a payment at this moment. One statement."""
    held = Q(booking__state__in=OPEN, booking__hold_expires_at__gt=now or clock.now())
    rows = BookingItem.objects.filter(Q(booking__state__in=BOUGHT) | held, booking__trip=trip_id, state__in=("pending", "confirmed"))
    return {(service_id, first, time): name for service_id, first, time, name in rows.order_by().values_list("service_id", "starts_on", "time", "name")}
