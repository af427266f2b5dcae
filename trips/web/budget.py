"""The budget page: what the trip will cost, why, and how sure that is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from travelplanner.core import clock
from travelplanner.core.web.requests import PageRequest
from trips.queries.documents import body_for, computed
from trips.queries.page_documents import documents_of, newest_of
from trips.web import budget_view, written
from trips.web.budget_help import Relief, reliefs
from trips.web.opening import Opened, open_document


@require_safe
def show_budget(request: PageRequest, reference: str) -> HttpResponse:
    """The range against the wish, its parts, drivers, assumptions and sources. Redirects to planning while there is none."""
    opened = open_document(request, reference, "budget")
    if isinstance(opened, HttpResponse):
        return opened
    trip, body = opened.trip, budget_view.rough_body(body_for(opened.document))
    private = computed(opened.actor, opened.document)
    limit = float(trip.budget_amount) if opened.owned and trip.budget_amount is not None else None
    lowest = float(trip.budget_minimum) if limit is not None and trip.budget_minimum is not None else None
    tight = limit is not None and body["predictedBudget"]["p50"] > limit
    context: dict[str, Any] = {
        **budget_view.figures(body, limit=limit, wish_from=lowest),
        **budget_view.heading(body, people=trip.traveler_count, days=trip.days, limit=limit, share=private.get("shareBelowLimit")),
        "facts": budget_view.facts(body, limit=limit),
        "drivers": [driver["text"] for driver in body["drivers"]],
        "assumptions": [assumption["text"] for assumption in body["assumptions"]],
        "sources": budget_view.sources(body),
        "likely": written.amount(body["predictedBudget"]["p50"], body["predictedBudget"]["currency"]),
        "places": written.listed(body["destinations"]),
        "shortfall": None,
        "next_url": opened.url("compare"),
        "research_url": opened.url("research"),
    }
    if tight and limit is not None:
        helps, cheapest = _help(opened, body["predictedBudget"]["p50"], limit)
        context["shortfall"] = budget_view.shortfall(body, limit=limit, helps=helps, cheapest_plan=cheapest)
    return opened.render("trips/budget.html", "budget", context)


def _help(opened: Opened, likely: float, limit: float) -> tuple[list[Relief], float | None]:
    """What would help, and the cheapest plan's cost; three statements, for trips over their limit only."""
    trip = opened.trip
    intent = documents_of(trip, {"intent": opened.document.basis["intent"]}).get("intent")
    stretch = trip.destinations.select_related("destination").first()
    candidates = newest_of(trip, "candidates")
    cheapest = min((plan["cost"]["total"] for plan in candidates.body["candidates"]), default=None) if candidates else None
    if intent is None or stretch is None:
        return [], cheapest
    return reliefs(intent.body, likely, limit, stretch.destination, trip.start_date, clock.now().date()), cheapest
