"""What is booked for a trip, for the calendars of everyone in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Count, Max

from bookings.documents.calendar import entry_of
from bookings.models import BookingItem
from bookings.queries.bookings import WITH_USE
from travelplanner.core import clock
from trips.registries import CalendarEntry, CalendarSource

STATES = ("CONFIRMED", "COMPLETED", "CANCELLING", "CANCELLED")


def _entries(trip_id: uuid.UUID) -> Sequence[CalendarEntry]:
    rows = BookingItem.objects.filter(booking__trip=trip_id, booking__state__in=STATES, booking__confirmation__isnull=False)
    return [entry_of(item, cancelled=item.booking.state == "CANCELLED") for item in rows.select_related("booking", *WITH_USE)]


def _tag(trip_id: uuid.UUID) -> str:
    found = BookingItem.objects.filter(booking__trip=trip_id, booking__state__in=STATES).aggregate(n=Count("pk"), last=Max("updated_at"), booking=Max("booking__updated_at"))
    return "|".join([str(found["n"]), *(clock.iso(found[name]) if found[name] else "" for name in ("last", "booking"))])


SOURCE = CalendarSource(entries=_entries, tag=_tag)
