"""Two people changed the plan at once: theirs is saved, mine isn't yet. Shows both in words, and lets the reader decide; nothing is lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from travelplanner.core.errors import AppError
from trips.actions import plan_changes
from trips.documents.itineraries import orders_of
from trips.queries.page_documents import documents_of
from trips.web import difference_view, edit_words
from trips.web.opening import Opened
from trips.web.plan_edits import Edit, apply_edit


def show(opened: Opened, wanted: Edit) -> HttpResponse:
    """409 with theirs and mine; for htmx the fragment that takes the plan's place. `opened` holds the newest revision.

    "Mine" is the change itself, tried out on the newest plan: what it would do there, or why it can't be done any more.
    """
    newest, htmx = opened.document, opened.request.htmx
    base = documents_of(opened.trip, {"final": wanted.based_on}).get("final")
    mine = _mine(opened, wanted)
    keep = {
        "value": "theirs",
        "title": _("Keep the plan as it is now"),
        "text": _("What others did stays; your change is not made."),
        "checked": mine["side"] is None,
    }
    context = {
        "theirs": difference_view.difference_rows(base.body, newest.body) if base is not None else None,
        "mine": mine["words"],
        "why_not": mine["why_not"],
        "sides": [side for side in (mine["side"], keep) if side],
        "fields": {**wanted.fields, "version": str(newest.revision)},
        "edit_url": opened.url("edit"),
        "plan_url": opened.url("itinerary"),
        "target": "#plan",
    }
    if htmx:
        return render(opened.request, "trips/_conflict.html", context)
    return opened.render("trips/conflict.html", "plan", context, status=409)


def _mine(opened: Opened, wanted: Edit) -> dict[str, Any]:
    body, orders = opened.document.body, orders_of(opened.document.body["itinerary"]["days"])
    words = edit_words.wish(wanted, body)
    try:
        if wanted.action == "add" and any(wanted.stop in order for order in orders):
            return {"words": words, "side": None, "why_not": [_("Someone added this place already.")]}
        outcome = plan_changes.preview_orders(
            actor=opened.actor, reference=opened.trip.reference, based_on=opened.document.revision, days=apply_edit(orders, wanted)
        )
    except AppError as error:
        reasons = list(dict.fromkeys(found["text"] for found in error.extra.get("violations", ())))
        return {"words": words, "side": None, "why_not": reasons or [str(error.message)]}
    found = edit_words.fits(wanted, outcome)
    side = {"value": "mine", "title": _("Make my change in it"), "text": found["title"], "facts": found["text"], "checked": True}
    return {"words": words, "side": side, "why_not": []}
