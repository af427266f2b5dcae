"""The research document: what is worth knowing, each fact with source, date and confidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from travelplanner.core.money import Money
from trips.models import ClimateMonth, Destination, DestinationNote, Place, Source
from trips.models.catalogue import EDITOR_ESTIMATE


def fact(name: str, value: Any, source: Source | None) -> dict[str, Any]:
    """One fact; without a source it is an editor's estimate, undated and of low confidence."""
    if source is None:
        return {"name": name, "value": value, "source": EDITOR_ESTIMATE, "sourceUrl": None, "checkedAt": None, "confidence": "low"}
    return {
        "name": name,
        "value": value,
        "source": source.title,
        "sourceUrl": source.url if source.url.startswith("http") else None,
        "checkedAt": source.opened_on.isoformat(),
        "confidence": source.confidence,
    }


def place_facts(place: Place) -> list[dict[str, Any]]:
    return [
        fact("hours", place.hours, place.hours_source),
        fact("fee", Money(place.fee, place.fee_currency).as_json(), place.fee_source),
        fact("visitMinutes", place.visit_minutes, place.visit_source),
        fact("accessibility", place.accessibility, place.accessibility_source),
        fact("effort", place.effort, place.effort_source),
        fact("location", {"latitude": place.latitude, "longitude": place.longitude}, place.location_source),
    ]


def reason(place: Place, interests: Mapping[str, float]) -> dict[str, Any]:
    """Why this place is suggested: the wished interests it serves, else how much a first visitor would miss it."""
    wanted = sorted((name for name in place.interests if interests.get(name)), key=lambda name: (-interests[name], name))
    if wanted:
        return {"code": "place_matches_interests", "params": {"interests": wanted}}
    return {"code": "place_is_important", "params": {"importance": place.importance}}


def research_body(
    *,
    destinations: Sequence[Destination],
    climate: Mapping[Any, Sequence[ClimateMonth]],
    notes: Mapping[Any, Sequence[DestinationNote]],
    places: Iterable[Place],
    interests: Mapping[str, float],
    start: dt.date,
    end: dt.date,
    holidays: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The body of `agent_v1`. The first destination fills the seed's single `destination`; all stand in `destinations`."""
    about = [_about(destination, climate[destination.pk], notes[destination.pk], start) for destination in destinations]
    attractions = [
        {
            "placeId": str(place.pk),
            "name": place.name,
            "category": place.category,
            "destinationId": str(place.destination_id),
            "interests": place.interests,
            "importance": place.importance,
            "summary": place.summary,
            "reason": reason(place, interests),
            "facts": place_facts(place),
        }
        for place in sorted(places, key=lambda p: (-sum(interests.get(i, 0) for i in p.interests), -p.importance, p.name))
    ]
    sources = {f["source"]: f for a in attractions for f in a["facts"] if f["sourceUrl"]}
    first = about[0]
    return {
        "destination": first["destination"],
        "bestTime": first["bestTime"],
        "climate": first["climate"],
        "safety": first["safety"],
        "money": first["money"],
        "notes": first["notes"],
        "destinations": about,
        "holidays": [dict(holiday) for holiday in holidays],
        "attractions": attractions,
        "sources": [
            {"title": title, "url": f["sourceUrl"], "checkedAt": f["checkedAt"], "confidence": f["confidence"]} for title, f in sorted(sources.items())
        ],
    }


def _about(destination: Destination, climate: Sequence[ClimateMonth], notes: Sequence[DestinationNote], start: dt.date) -> dict[str, Any]:
    def said(kind: str) -> list[dict[str, Any]]:
        return [fact("note", note.text, note.source) for note in notes if note.kind == kind]

    return {
        "destination": {
            "id": str(destination.pk),
            "slug": destination.slug,
            "name": destination.name,
            "kind": destination.kind,
            "country": destination.country,
            "region": destination.region,
            "latitude": destination.latitude,
            "longitude": destination.longitude,
            "timezone": destination.timezone,
            "currency": destination.currency,
            "languages": destination.languages,
            "tagline": destination.tagline,
            "summary": destination.summary,
            "arrivalHint": destination.arrival_hint,
        },
        "bestTime": {
            **fact("bestMonths", destination.best_months, destination.best_months_source),
            "months": destination.best_months,
            "chosenMonth": start.month,
            "chosenIsGood": start.month in destination.best_months,
        },
        "climate": [
            {
                "month": row.month,
                "lowC": row.low_c,
                "highC": row.high_c,
                "rainMm": row.rain_mm,
                "rainDays": row.rain_days,
                **{key: value for key, value in fact("climate", None, row.source).items() if key in ("source", "checkedAt", "confidence")},
            }
            for row in climate
        ],
        "safety": [fact("emergencyNumber", destination.emergency_number, destination.emergency_source), *said("safety")],
        "money": {"currency": destination.currency, "notes": said("money")},
        "notes": {"custom": said("custom"), "transport": said("transport")},
    }
