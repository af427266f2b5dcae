"""An activity: tickets for one date, and for one departure where there are departures."""

from __future__ import annotations

from typing import Any

from bookings.kinds.places import where
from bookings.kinds.schema import DAY, NULLABLE_TIME, booked_schema, count, service_schema, text
from bookings.pricing.quote import Quote
from trips.models import Service

NAME = "activity_v1"

SERVICE = service_schema(
    NAME, location=text(300), meeting_point=text(300), guide_languages={"type": "array", "items": text(40), "maxItems": 20}, bring=text(200)
)
BOOKED = booked_schema(
    NAME,
    ("tickets", "time", "minutes", "activityName", "date", "participants", "location"),
    tickets=count(),
    time=NULLABLE_TIME,
    minutes=count(0, 100_000),
    activityName=text(200),
    date=DAY,
    participants=count(),
    location=text(300),
    meetingPoint=text(300),
    guideLanguages={"type": "array", "items": text(40), "maxItems": 20},
    bring=text(200),
)


def booked(service: Service, quote: Quote, known: dict[str, Any]) -> dict[str, Any]:
    return {
        "tickets": quote.use.quantity,
        "time": quote.use.time or None,
        "minutes": service.minutes,
        "activityName": service.name,
        "date": quote.use.first.isoformat(),
        "participants": quote.use.participants,
        "location": known.get("location") or where(service),
        "meetingPoint": known.get("meeting_point", ""),
        "guideLanguages": known.get("guide_languages", []),
        "bring": known.get("bring", ""),
    }


def columns(details: dict[str, Any], service: Service, quote: Quote) -> dict[str, Any]:
    """Columns of ActivityDetail."""
    return {
        "activity_name": details["activityName"],
        "date": quote.use.first,
        "time": quote.use.time,
        "location": details["location"],
        "participants": details["participants"],
        "minutes": details["minutes"],
    }
