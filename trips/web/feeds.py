"""The address that calendar programs poll."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from travelplanner.core.api.etags import not_modified
from travelplanner.core.errors import NotFound
from trips.documents.calendar import empty_calendar
from trips.queries.calendar import calendar_of, calendar_tag
from trips.queries.company import find_feed
from trips.web.links import unseen


@unseen
@require_safe
def show_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A member's calendar of the trip: 304 while nothing changed, empty before a plan is chosen, 404 once they left."""
    _feed, trip = find_feed(token)
    tag = calendar_tag(trip)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if not_modified(request, tag):
        return HttpResponse(status=304, headers=headers)
    try:
        body = calendar_of(trip)
    except NotFound:
        body = empty_calendar(trip.title)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
