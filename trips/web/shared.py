"""What a share link opens: read-only, only what was ticked, nothing that leads further into the trip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from travelplanner.core.templatetags.money import date_span
from trips.actions.share_links import note_opened
from trips.models import ShareLink, Trip
from trips.models.company import SCOPES
from trips.queries import company
from trips.queries.documents import body_for
from trips.queries.page_documents import documents_of, newest_of
from trips.web import itinerary_view, plan_words, research_view, route_view, timeline_view, written
from trips.web.links import unseen

READER = Actor()  # nobody: whoever holds the link


@unseen
@require_safe
def show_shared(request: HttpRequest, token: str, part: str = "") -> HttpResponse:
    """One part of a shared trip (the first that was ticked without `part`). A part that wasn't ticked is as unknown as a wrong token."""
    link = company.find_link(token)
    ticked = [key for key, _label in SCOPES if key in link.scopes]
    part = part or ticked[0]
    if part not in ticked:
        raise NotFound
    note_opened(actor=READER, link=link)
    trip = link.trip
    context = {
        "title": trip.title,
        "dates": date_span(trip.start_date, trip.end_date),
        "part": part,
        "parts": [_tab(link, token, key, part) for key in ticked],
        **PARTS[part](request, trip),
    }
    return render(request, f"trips/shared_{part}.html", context)


def _tab(link: ShareLink, token: str, key: str, part: str) -> dict[str, Any]:
    names = {"plan": _("Plan"), "costs": _("Costs"), "research": _("What to know"), "people": _("Who comes along")}
    icons = {"plan": "calendar", "costs": "money", "research": "info", "people": "people"}
    first = key == next(name for name, _label in SCOPES if name in link.scopes)
    return {"href": reverse("trips:shared", args=[token]) if first else reverse("trips:shared_part", args=[token, key]), "label": names[key], "icon": icons[key], "here": key == part}


def _final(trip: Trip) -> dict[str, Any] | None:
    if trip.chosen_revision is None:
        return None
    document = documents_of(trip, {"final": trip.chosen_revision}).get("final")
    return body_for(document) if document is not None else None


def without_money(day: Mapping[str, Any]) -> dict[str, Any]:
    """A day of a plan that says nothing of what it costs."""
    stops = [{**stop, "fee": 0, "serviceId": None, "servicePrice": None} for stop in day["stops"]]
    return {**day, "cost": 0, "stops": stops, "legs": [{**leg, "cost": 0} for leg in day["legs"]]}


def _plan(request: HttpRequest, trip: Trip) -> dict[str, Any]:
    body = _final(trip)
    if body is None:
        return {"body": None}
    days = [without_money(day) for day in body["itinerary"]["days"]]
    number = itinerary_view.day_number(request.GET.get("day", ""), days)
    day = days[number - 1]
    rows = timeline_view.timeline(day, currency=body["cost"]["currency"], people=1, moved={}, other_days=[], editable=False, stay=None)
    return {
        "body": True,
        "day_title": written.full_date(written.date_of(day["date"])),
        "towns": plan_words.towns_of(body["itinerary"]["days"]),
        "tabs": [{**tab, "cost": ""} for tab in itinerary_view.tabs(days, [], number, request.path, body["cost"]["currency"])],
        "rows": [{name: value for name, value in row.items() if name != "price"} for row in rows],
        "map": route_view.day_maps(day, _("Route of %s") % written.day_date(written.date_of(day["date"]))),
    }


def _costs(request: HttpRequest, trip: Trip) -> dict[str, Any]:
    body = _final(trip)
    if body is None:
        return {"body": None}
    whole = itinerary_view.whole_trip(body, None)
    cost = body["cost"]
    days = [
        {"label": written.day_date(written.date_of(day["date"])), "value": written.amount(round(day["cost"]), cost["currency"])} for day in body["itinerary"]["days"]
    ]
    return {"body": True, "total": whole["total"], "cost_parts": whole["parts"], "per_person": written.amount(cost["perPerson"], cost["currency"]), "days": days}


def _research(request: HttpRequest, trip: Trip) -> dict[str, Any]:
    document = newest_of(trip, "research")
    if document is None:
        return {"body": None}
    body = body_for(document)
    places = [{**place, "reason": ""} for place in research_view.attractions(body)]  # why it is for *these* travelers is their own
    return {
        "body": True,
        "destinations": research_view.destinations(body, trip.start_date, trip.end_date),
        "holidays": research_view.holidays(body),
        "attractions": sorted(places, key=lambda place: str(place["name"])),
        "attractions_title": _("Places"),
    }


def _people(request: HttpRequest, trip: Trip) -> dict[str, Any]:
    return {"body": True, "people": company.first_names(trip)}


PARTS: dict[str, Callable[[HttpRequest, Trip], dict[str, Any]]] = {"plan": _plan, "costs": _costs, "research": _research, "people": _people}
