"""A chosen plan and what is booked as an iCalendar file: one event per place, one whole-day event per stay, one per booked thing.

Nothing private is in it: no money, no people, no codes. Pure.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from icalendar import Calendar, Event

from travelplanner.core.lines import one_line
from trips.registries import CalendarEntry

PRODUCT = "-//Travel planner//trips//EN"
REFRESH = dt.timedelta(hours=6)


def calendar_bytes(
    body: Mapping[str, Any] | None, *, key: uuid.UUID, title: str, stay_words: str, booked: Sequence[CalendarEntry] = (), cancelled_words: str = "%s"
) -> bytes:
    """A final document (or none) and what is booked -> .ics (UTF-8, times in UTC). `key` makes the UIDs, which stay as long as a stop is in the
    plan; `stay_words` is "Night at %s" and `cancelled_words` "Cancelled: %s" in the reader's language. The same input gives the same bytes."""
    calendar = _calendar(title)
    if body is not None:
        _add_plan(calendar, body, key, stay_words, {(str(entry.service_id), _day(entry.start)) for entry in booked if not entry.cancelled})
    for entry in booked:
        event = Event()
        event.add("uid", f"{entry.key}@travelplanner")
        event.add("dtstamp", entry.changed_at.astimezone(dt.UTC))
        event.add("sequence", entry.sequence)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        event.add("dtstart", entry.start)
        event.add("dtend", entry.end)
        event.add("summary", cancelled_words % one_line(entry.summary) if entry.cancelled else one_line(entry.summary))
        event.add("location", one_line(entry.location))
        event.add("geo", (entry.latitude, entry.longitude))
        if not isinstance(entry.start, dt.datetime):
            event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def _add_plan(calendar: Calendar, body: Mapping[str, Any], key: uuid.UUID, stay_words: str, taken: set[tuple[str, str]]) -> None:
    made, sequence = dt.datetime.fromisoformat(body["createdAt"]), int(body["revision"])
    for uid, values in _events(body, stay_words, taken):
        event = Event()
        event.add("uid", f"{uuid.uuid5(key, uid)}@travelplanner")
        event.add("dtstamp", made.astimezone(dt.UTC))
        event.add("sequence", sequence)
        for name, value in values.items():
            event.add(name, value)
        calendar.add_component(event)


def _day(start: dt.date) -> str:
    """The date, on the clock of UTC; a stop is matched by its own."""
    return (start.astimezone(dt.UTC).date() if isinstance(start, dt.datetime) else start).isoformat()


def empty_calendar(title: str) -> bytes:
    """For a trip whose plan isn't chosen yet."""
    return _calendar(title).to_ical()


def _calendar(title: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(title))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    return calendar


def _events(body: Mapping[str, Any], stay_words: str, taken: set[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for day in body["itinerary"]["days"]:
        for stop in day["stops"]:
            if not stop["placeId"] or (stop.get("serviceId"), _day(dt.datetime.fromisoformat(stop["arrive"]))) in taken:
                continue
            yield f"stop {stop['placeId']}", {
                "dtstart": dt.datetime.fromisoformat(stop["arrive"]).astimezone(dt.UTC),
                "dtend": dt.datetime.fromisoformat(stop["leave"]).astimezone(dt.UTC),
                "summary": one_line(stop["name"]),
                "geo": (stop["latitude"], stop["longitude"]),
            }
    for stay in body["lodging"]:
        start, end = dt.date.fromisoformat(stay["arrival"]), dt.date.fromisoformat(stay["departure"])
        if (stay.get("serviceId"), _day(start)) in taken:
            continue
        yield f"stay {start}", {"dtstart": start, "dtend": end, "summary": stay_words % one_line(stay["name"]), "transp": "TRANSPARENT"}
