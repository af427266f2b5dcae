"""A confirmed booking as an .ics file."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from bookings.models import BookingItem
from bookings.queries.bookings import BookingDetail


def calendar_of(detail: BookingDetail, *, url: str) -> bytes:
    """One event per item: beds as whole days, the rest at the clock time of where it is (an hour where the length isn't known)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Travel planner//bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for item in detail.items:
        calendar.add_component(_event(item, detail, url))
    return calendar.to_ical()


def _event(item: BookingItem, detail: BookingDetail, url: str) -> Event:
    event = Event()
    event.add("uid", f"{item.pk}@travelplanner")
    event.add("dtstamp", detail.booking.booked_at or detail.booking.created_at)
    event.add("summary", item.name)
    event.add("description", _("%(supplier)s, code %(code)s, booking %(booking)s") % {
        "supplier": item.supplier_name, "code": item.confirmation_code, "booking": detail.booking.reference,
    })
    event.add("url", url)
    if item.time:
        hour, minute = (int(part) for part in item.time.split(":"))
        start = dt.datetime.combine(item.starts_on, dt.time(hour, minute), tzinfo=ZoneInfo(item.service.destination.timezone)).astimezone(dt.UTC)
        event.add("dtstart", start)
        event.add("dtend", start + dt.timedelta(minutes=item.details.get("minutes") or 60))
    else:
        event.add("dtstart", item.starts_on)
        event.add("dtend", max(item.ends_on, item.starts_on + dt.timedelta(days=1)))
    return event
