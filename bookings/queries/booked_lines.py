"""Which lines of a trip are booked: the same service at the same date and time is bought once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet

from bookings.models import BookingItem
from bookings.states import BOUGHT, OPEN
from travelplanner.core import clock, reads

LineKey = tuple[uuid.UUID, dt.date, str]
_COLUMNS = ("service_id", "starts_on", "time", "name", "state", "booking__state", "booking__reference", "booking__hold_expires_at")


def booked_lines(trip_id: uuid.UUID, *, now: dt.datetime | None = None) -> dict[LineKey, str]:
    """(service, first date, departure) -> name of what the trip has booked or holds for a payment at this moment. One statement."""
    return open_and_booked(trip_id, now=now)[1]


def open_and_booked(trip_id: uuid.UUID, *, now: dt.datetime | None = None) -> tuple[str, dict[LineKey, str]]:
    """The reference of the trip's open booking ("" when it has none), its time over or not, and `booked_lines`. One statement."""
    now = now or clock.now()
    waiting, booked = "", {}
    for service_id, first, time, name, state, of, reference, until in reads.rows(_lines_of, trip_id=trip_id):
        waiting = reference if of in OPEN else waiting
        if state in ("pending", "confirmed") and (of in BOUGHT or (until is not None and until > now)):
            booked[service_id, first, time] = name
    return waiting, booked


def _lines_of(*, trip_id: uuid.UUID) -> QuerySet[BookingItem, Any]:
    return BookingItem.objects.filter(booking__state__in=[*BOUGHT, *OPEN], booking__trip=trip_id).order_by().values_list(*_COLUMNS)
