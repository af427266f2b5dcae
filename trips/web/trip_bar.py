"""The step bar's context: which trip this is and how far its main job has come."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from travelplanner.core.actor import Actor
from travelplanner.core.templatetags.money import date_span, format_amount
from trips import rules
from trips.models import Trip

STEPS = ("wish", "budget", "compare", "plan", "book")


def trip_bar(actor: Actor, trip: Trip, here: str, *, planned: bool) -> dict[str, Any]:
    """Context of `partials/tripbar.html`; `planned` says whether budget and candidates are there. The ceiling is shown to owners only.

    `here` is one of STEPS, or "" on the pages beside them (company, votes, expenses): those belong to the plan once there is one.
    """
    if not here and trip.chosen_revision is not None:
        here = "plan"
    limit = ""
    if trip.budget_amount is not None and rules.owns(actor, trip):
        limit = _("up to %s") % format_amount(Decimal(trip.budget_amount), trip.budget_currency)
    labels = {"wish": _("Wish"), "budget": _("Budget"), "compare": _("Compare"), "plan": _("Plan"), "book": _("Book")}
    links = {"wish": reverse("trips:planning", args=[trip.reference])}
    if planned:
        links |= {name: reverse(f"trips:{name}", args=[trip.reference]) for name in ("budget", "compare")}
    if trip.chosen_revision is not None:
        links["plan"] = reverse("trips:itinerary", args=[trip.reference])
        if trip.sample or rules.owns(actor, trip):  # companions see where it stands; booking is the owner's
            links["book"] = reverse("bookings:checkout", args=[trip.reference])
    done = {"wish": True, "budget": planned, "compare": trip.chosen_revision is not None, "plan": here == "book" or trip.locked_revision is not None, "book": trip.state != "planning"}
    return {
        "trip": {
            "title": trip.title,
            "dates": date_span(trip.start_date, trip.end_date),
            "people": ngettext("%d person", "%d people", trip.traveler_count) % trip.traveler_count,
            "limit": limit,
            "change_url": reverse("trips:new") + f"?from={trip.reference}" if trip.sample or rules.owns(actor, trip) else "",
        },
        "steps": [
            {"label": labels[name], "href": links.get(name), "state": "here" if name == here else ("done" if done[name] else "ahead")} for name in STEPS
        ],
    }
