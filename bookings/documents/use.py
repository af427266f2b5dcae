"""When and where a booked item is used: one reading of its columns, its typed row and its details, for paper, calendar, mail and programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bookings.models import BookingItem
from travelplanner.core.lines import one_line

HOUR = 60  # minutes that a thing takes whose length nobody said


@dataclass(frozen=True, slots=True)
class Use:
    """`start` and `end` are moments on the clocks of where they happen; None where only the dates `first` to `last` are known. Texts are one line each."""

    start: dt.datetime | None
    end: dt.datetime | None
    first: dt.date
    last: dt.date  # of a hotel: the day of leaving
    zone: str  # of the place
    origin: str  # of a flight
    place: str  # where it is, or where a flight goes
    address: str
    latitude: float
    longitude: float

    @property
    def where(self) -> str:
        """ "Demo Hotel, Assi Ghat, Varanasi": what is known, nothing twice."""
        found: list[str] = []
        for part in (self.address, self.place):
            if part and not any(part in said for said in found):
                found.append(part)
        return ", ".join(found)


def use_of(item: BookingItem) -> Use:
    """`service__destination`, `service__place` and the typed rows should be loaded, or each costs a statement."""
    service, details = item.service, item.details
    zone = service.destination.timezone
    start, end = _clock_times(item, ZoneInfo(zone))
    place = service.place.name if service.place else ""
    address = {
        "hotel": details.get("address"),
        "activity": details.get("meetingPoint") or details.get("location"),
        "car_rental": details.get("pickUpPlace"),
    }.get(item.type)
    flies = item.type == "flight"
    return Use(
        start=start,
        end=end,
        first=item.starts_on,
        last=item.ends_on,
        zone=zone,
        origin=one_line(str(details.get("origin") or "")) if flies else "",
        place=one_line(str(details.get("destination") or service.destination.name) if flies else ", ".join(dict.fromkeys(part for part in (place, service.destination.name) if part))),
        address=one_line(str(address or "")),
        latitude=service.latitude,
        longitude=service.longitude,
    )


def _clock_times(item: BookingItem, zone: ZoneInfo) -> tuple[dt.datetime | None, dt.datetime | None]:
    if item.type == "flight":
        row: Any = getattr(item, "flight", None)  # what the supplier changed since is there
        start = (row and row.departure_time) or _moment(item.details.get("departureTime"))
        end = (row and row.arrival_time) or _moment(item.details.get("arrivalTime"))
        if start is not None:
            away, home = _moment(item.details.get("departureTime")), _moment(item.details.get("arrivalTime"))
            return _on_clock_of(start, away, zone), _on_clock_of(end, home, zone) if end else None
    if not item.time:
        return None, None
    begin = dt.datetime.combine(item.starts_on, dt.time.fromisoformat(item.time), zone)
    minutes = int(item.details.get("minutes") or HOUR)
    return begin, (begin.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(zone)


def _on_clock_of(moment: dt.datetime, as_bought: dt.datetime | None, zone: ZoneInfo) -> dt.datetime:
    """The details keep the airport's own offset; the typed row, as databases do, only the moment."""
    return moment.astimezone(as_bought.tzinfo if as_bought else zone)


def _moment(text: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
