"""Planning as it happens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from travelplanner.core import health
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips import rules
from trips.actions import run_queue
from trips.documents.sentences import COMFORT_NAMES, INTEREST_NAMES
from trips.models import PlanningRun, Trip
from trips.models.run import STEPS
from trips.queries import documents
from trips.queries.trips import get_trip, latest_run
from trips.web.cover_images import cover_url
from trips.web.habits import habit_words
from trips.web.trip_bar import trip_bar


@require_safe
def show_planning(request: HttpRequest, reference: str) -> HttpResponse:
    """Live progress; lands on the comparison. Also says what we assumed, and when no worker runs."""
    actor = actor_of(request)
    trip = get_trip(actor, reference)
    run = latest_run(trip)
    context = {
        "trip": trip,
        "bar": trip_bar(actor, trip, "wish", planned=run is not None and run.state == "done"),
        "cover": cover_url(trip.destinations.all()[0].destination, month=trip.start_date.month, crop="5:2"),
        **_progress(trip, run),
        **_wish(request, reference),
    }
    return render(request, "trips/planning.html", context)


@require_safe
def show_progress(request: HttpRequest, reference: str) -> HttpResponse:
    """Fragment for htmx: the steps. When the run is done the browser is sent to the comparison."""
    trip = get_trip(actor_of(request), reference, whole=False)
    run = latest_run(trip)
    if run is not None and run.state == "done":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("trips:compare", args=[reference])
        return response
    return render(request, "trips/_progress.html", {"trip": trip, **_progress(trip, run)})


@require_POST
@limited("plan")
def plan_again(request: HttpRequest, reference: str) -> HttpResponse:
    """Queue planning again after a failure."""
    run_queue.plan_again(actor=actor_of(request), reference=reference)
    return redirect("trips:planning", reference=reference)


def _wish(request: HttpRequest, reference: str) -> dict[str, Any]:
    actor = actor_of(request)
    found = documents.find_document(actor, reference, "intent")
    if isinstance(found, documents.NotYet):
        return {}
    wanted = found.body["preferences"]
    return {
        "intent": found.body,
        "assumptions": _assumptions(found.body, found.trip.origin_city if rules.owns(actor, found.trip) else ""),
        "comfort": COMFORT_NAMES[wanted["comfortLevel"]],
        "interests": ", ".join(str(INTEREST_NAMES[name]) for name in wanted["interests"]),
    }


def _assumptions(intent: dict[str, Any], origin: str) -> list[str]:
    """What we filled in, in words. `origin` is what the owner typed, for the owner alone."""
    duration, wanted = intent["tripDuration"], intent["preferences"]
    words = {
        "days": _("%d days, because you did not say how many") % duration["days"],
        "people": _("one traveler, because you did not say how many"),
        "startDate": _("dates in a good season, because you did not name any"),
        "origin_unknown": _("no journey from home: we do not know the place “%s”") % origin if origin else "",
        "preferences": habit_words(intent.get("fromPreferences", [])),
    }
    return [words[code] for code in intent["assumed"] if words.get(code) and wanted]


def _progress(trip: Trip, run: PlanningRun | None) -> dict[str, Any]:
    labels = {
        "intent": _("Reading your wish"),
        "budget": _("Predicting the budget"),
        "research": _("Collecting what is worth knowing"),
        "candidates": _("Building three plans"),
        "check": _("Checking each plan against the opening hours"),
    }
    at = STEPS.index(run.step) if run else 0
    done = run is not None and run.state == "done"
    steps = [
        {"label": labels[step], "state": "done" if done or i < at else ("now" if i == at and run and run.state == "running" else "todo")}
        for i, step in enumerate(STEPS)
    ]
    waiting = run is not None and run.state == "queued"
    return {
        "run": run,
        "steps": steps,
        "percent": 100 if done else (run.progress if run else 0),
        "finished": done,
        "failed": run is None or run.state in ("failed", "abandoned"),
        "no_worker": waiting and not health.worker_is_running(),
    }
