"""Booked things as iCalendar: a file of one booking, and entries of the trip's feed. The same state gives the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from bookings.documents.use import Use, use_of
from bookings.documents.words import zone_words
from bookings.models import Booking, BookingItem
from travelplanner.core.lines import one_line
from trips.registries import CalendarEntry


def calendar_bytes(booking: Booking, items: Iterable[BookingItem], *, url: str) -> bytes:
    """One event per item: whole days where no clock time is known (from check-in to check-out), moments in UTC elsewhere. An item that was
    cancelled keeps its UID, with STATUS:CANCELLED and a higher SEQUENCE, so that a calendar that holds it strikes it out. No alarms."""
    calendar = Calendar()
    calendar.add("prodid", "-//Travel planner//bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for item in items:
        entry = entry_of(item, cancelled=booking.state == "CANCELLED")
        event = Event()
        event.add("uid", f"{entry.key}@travelplanner")
        event.add("dtstamp", entry.changed_at)
        event.add("sequence", entry.sequence)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        event.add("dtstart", entry.start)
        event.add("dtend", entry.end)
        event.add("summary", _("Cancelled: %s") % entry.summary if entry.cancelled else entry.summary)
        event.add("location", entry.location)
        event.add("geo", (entry.latitude, entry.longitude))
        event.add("description", _description(booking, item, cancelled=entry.cancelled))
        event.add("url", url)
        if not isinstance(entry.start, dt.datetime):
            event.add("transp", "TRANSPARENT")  # a bed doesn't fill the day
        calendar.add_component(event)
    return calendar.to_ical()


def entry_of(item: BookingItem, *, cancelled: bool = False) -> CalendarEntry:
    """What any calendar of the trip may hold: no code, no money, no names of people."""
    use = use_of(item)
    gone = cancelled or item.state == "cancelled"
    start, end = _span(use)
    return CalendarEntry(
        key=item.pk,
        start=start,
        end=end,
        summary=one_line(item.name),
        location=one_line(use.where),
        latitude=use.latitude,
        longitude=use.longitude,
        changed_at=item.updated_at,
        # Rises with every change; strikes out last, also in the second of another change.
        sequence=max(0, int((item.updated_at - item.created_at).total_seconds())) + (1 if gone else 0),
        cancelled=gone,
        service_id=item.service_id,
    )


def _span(use: Use) -> tuple[Any, Any]:
    if use.start is None:
        return use.first, max(use.last, use.first + dt.timedelta(days=1))
    start = use.start.astimezone(dt.UTC)
    return start, max(use.end.astimezone(dt.UTC), start) if use.end else start + dt.timedelta(hours=1)


def _description(booking: Booking, item: BookingItem, *, cancelled: bool) -> str:
    use = use_of(item)
    said = [one_line(item.supplier_name)]
    if not cancelled:
        said.append(_("Code: %s") % item.confirmation_code)
    said.append(_("Booking: %s") % booking.reference)
    if use.start:
        said.append(_("%(time)s on the clock of the place, %(zone)s") % {"time": f"{use.start:%H:%M}", "zone": zone_words(use.start)})
    return "\n".join(said)
