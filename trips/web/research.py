"""The research page: what is worth knowing before going, each fact with its source."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from travelplanner.core.web.requests import PageRequest
from trips.queries.documents import body_for
from trips.web import research_view, written
from trips.web.opening import open_document


@require_safe
def show_research(request: PageRequest, reference: str) -> HttpResponse:
    """When to go, safety, money, customs, holidays, places. Redirects to planning while there is none."""
    opened = open_document(request, reference, "research")
    if isinstance(opened, HttpResponse):
        return opened
    trip, body = opened.trip, body_for(opened.document)
    places = research_view.attractions(body)
    context = {
        "destinations": research_view.destinations(body, trip.start_date, trip.end_date),
        "holidays": research_view.holidays(body),
        "attractions": places,
        "attractions_title": research_view.count_words(len(places)),
        "places": written.listed([about["destination"]["name"] for about in body["destinations"]]),
        "next_url": opened.url("compare"),
        "budget_url": opened.url("budget"),
    }
    return opened.render("trips/research.html", "budget", context)
