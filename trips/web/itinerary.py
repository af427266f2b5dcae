"""The itinerary: a plan by day, changed by forms, dragging or undo; each change is a revision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from travelplanner.core import clock
from travelplanner.core.errors import AppError, Conflict, Invalid, NotFound
from travelplanner.core.web.requests import PageRequest
from trips.actions import itineraries, plan_changes
from trips.documents.itineraries import orders_of
from trips.models import Document
from trips.queries.documents import body_for, computed, revisions_of
from trips.queries.page_documents import documents_of, indoor_names, newest_of
from trips.queries.polls import asked_places
from trips.queries.readiness import readiness_line_of
from trips.web import (
    conflict_page,
    difference_view,
    edit_words,
    itinerary_view,
    plan_words,
    polls_view,
    readiness_view,
    route_view,
    timeline_view,
    written,
)
from trips.web.opening import Opened, open_document
from trips.web.plan_edits import Edit, apply_edit, day_of, read_edit

ADD_CHOICES = ("all", "indoor")


@require_safe
@vary_on_headers("HX-Request")
def show_itinerary(request: PageRequest, reference: str) -> HttpResponse:
    """The plan, one day at a time. Redirects to planning while there are no plans, to the comparison while none is chosen."""
    opened = _open(request, reference)
    return opened if isinstance(opened, HttpResponse) else _answer(opened, day=request.GET.get("day", ""))


@require_POST
def edit(request: PageRequest, reference: str) -> HttpResponse:
    """Earlier, later, other day, remove, add, or dropped somewhere: saved as the next revision, or every reason why not."""
    opened = _open(request, reference)
    if isinstance(opened, HttpResponse):
        return opened
    wanted = read_edit(request.POST)
    orders = orders_of(opened.document.body["itinerary"]["days"])
    shown = day_of(orders, wanted.stop) or wanted.day or 1
    if request.POST.get("keep") == "theirs":
        return _kept(opened, shown)
    if opened.editable and wanted.based_on != opened.document.revision:
        return conflict_page.show(opened, wanted)
    try:
        wanted = _placed(opened, wanted)
        saved = itineraries.edit_itinerary(actor=opened.actor, reference=reference, based_on=wanted.based_on, days=apply_edit(orders, wanted))
    except (Invalid, Conflict) as error:
        if error.code == "edited_meanwhile":  # between our look and our write
            newest = _open(request, reference)
            return newest if isinstance(newest, HttpResponse) else conflict_page.show(newest, wanted)
        return _answer(opened, day=str(shown), refused=edit_words.refusal(error, wanted, opened.document), status=error.status)
    return _saved(opened, saved, edit_words.done(wanted, saved.body, opened.document.body), day=wanted.day or shown, stop=wanted.stop)


def _kept(opened: Opened, day: int) -> HttpResponse:
    """After a conflict: the plan stays as the others made it."""
    words = _("The plan stays as it is now; your change was not made.")
    if opened.request.htmx:
        return _answer(opened, day=str(day), refused={"tone": "good", "title": words})
    messages.info(opened.request, words)
    return redirect(f"{opened.url('itinerary')}?{urlencode({'day': day})}")


@require_POST
def undo(request: PageRequest, reference: str) -> HttpResponse:
    """Bring back the revision before, as a new one."""
    opened = _open(request, reference)
    if isinstance(opened, HttpResponse):
        return opened
    text = request.POST.get("version", "")
    based_on = int(text) if text.isdecimal() and len(text) < 8 else 0
    try:
        saved = plan_changes.undo_last_change(actor=opened.actor, reference=reference, based_on=based_on)
    except (Invalid, Conflict) as error:
        return _answer(opened, day=request.POST.get("day", ""), refused=edit_words.refusal(error, None, opened.document), status=error.status)
    day = itinerary_view.day_number(request.POST.get("day", ""), saved.body["itinerary"]["days"])
    return _saved(opened, saved, _("The last change is undone; nothing is lost, you can undo that too."), day=day)


@require_safe
@vary_on_headers("HX-Request")
def preview(request: PageRequest, reference: str) -> HttpResponse:
    """What a change would do, nothing saved: with `action` for that change, with `stop` alone for everything that can be done with it."""
    opened = _open(request, reference)
    if isinstance(opened, HttpResponse):
        return opened
    if not opened.editable:
        return redirect("trips:itinerary", reference=reference)
    if request.GET.get("action"):
        return _preview_of(opened, read_edit(request.GET))
    stop = request.GET.get("stop", "")
    try:
        choices = plan_changes.choices_for(actor=opened.actor, reference=reference, based_on=opened.document.revision, place_id=stop)
    except Invalid as error:
        return render(request, "trips/_preview.html", {"answer": {"fits": False, "text": str(error.message)}})
    context = {"choices": edit_words.choices(choices, opened.document.body["itinerary"]["days"], stop)}
    return render(request, "trips/_choices.html", context)


def _preview_of(opened: Opened, wanted: Edit) -> HttpResponse:
    days = opened.document.body["itinerary"]["days"]
    try:
        wanted = _placed(opened, wanted)
        outcome = plan_changes.preview_orders(
            actor=opened.actor, reference=opened.trip.reference, based_on=wanted.based_on, days=apply_edit(orders_of(days), wanted)
        )
        answer = edit_words.fits(wanted, outcome)
    except (Invalid, Conflict) as error:
        answer = {"fits": False, **edit_words.refusal(error, wanted, opened.document)}
    if opened.request.htmx:
        return render(opened.request, "trips/_preview.html", {"answer": answer})
    return _answer(opened, day=str(wanted.day or day_of(orders_of(days), wanted.stop) or 1), preview=answer)


@require_safe
def show_changes(request: PageRequest, reference: str) -> HttpResponse:
    """All revisions, and the difference of two of them (`from`, `to`; the newest two by default)."""
    opened = _open(request, reference)
    if isinstance(opened, HttpResponse):
        return opened
    revisions = revisions_of(opened.actor, reference)
    known = [row["revision"] for row in revisions]
    chosen = {name: int(text) for name in ("from", "to") if (text := request.GET.get(name, "")).isdecimal() and len(text) < 8 and int(text) in known}
    to = chosen.get("to", known[0])
    since = chosen.get("from", max((number for number in known if number < to), default=to))
    found = {since: opened.document, to: opened.document}
    rows = Document.objects.filter(trip=opened.trip, kind="final", revision__in={since, to} - {opened.document.revision})
    found |= {row.revision: row for row in rows}
    found[opened.document.revision] = opened.document
    context = {
        "revisions": [
            {
                "number": row["revision"],
                "words": itinerary_view.saved_words(row["revision"], row["createdAt"]),
                "plain": itinerary_view.saved_plain(row["revision"], row["createdAt"]),
                "locked": row["locked"],
            }
            for row in revisions
        ],
        "since": since,
        "to": to,
        "difference": difference_view.difference_rows(found[since].body, found[to].body) if since != to else None,
        "heading": _("Revision %(to)d against %(from)d") % {"to": to, "from": since},
        "plan_url": opened.url("itinerary"),
    }
    return opened.render("trips/changes.html", "plan", context)


def _open(request: PageRequest, reference: str) -> Opened | HttpResponse:
    try:
        return open_document(request, reference, "final")
    except NotFound as error:
        if error.code != "not_chosen":
            raise
        messages.info(request, _("Choose one of the plans first; then it is yours to change."))
        return redirect("trips:compare", reference=reference)


def _placed(opened: Opened, wanted: Edit) -> Edit:
    """A change that names no position gets the one where it fits best on that day; when it fits nowhere, the end, whose violations then tell why."""
    if wanted.action not in ("move", "add") or wanted.position is not None or wanted.day is None or not opened.editable:
        return wanted
    rooms, _currency = plan_changes.rooms_for(
        actor=opened.actor, reference=opened.trip.reference, based_on=opened.document.revision, place_ids=[wanted.stop]
    )
    found = rooms[wanted.stop].suggestions.get(wanted.day - 1)
    return replace(wanted, position=found.position) if found else wanted


def _saved(opened: Opened, saved: Document, words: str, *, day: int, stop: str = "") -> HttpResponse:
    """After a save: the new plan in place for htmx, with a toast that undoes it; else the way to the page, which says it."""
    if opened.request.htmx:
        newest = open_document(opened.request, opened.trip.reference, "final")
        if isinstance(newest, Opened):
            return _answer(newest, day=str(day), toast=words, still_there=stop if day_of(orders_of(saved.body["itinerary"]["days"]), stop) else "")
    messages.success(opened.request, words)
    anchor = f"#stop-{stop}" if stop and day_of(orders_of(saved.body["itinerary"]["days"]), stop) else ""
    return redirect(f"{reverse('trips:itinerary', args=[opened.trip.reference])}?{urlencode({'day': day})}{anchor}")


def _answer(opened: Opened, *, day: str, status: int = 200, **extra: Any) -> HttpResponse:
    """The plan as a fragment (for `#plan`) when htmx asks, always with 200 so that it is shown; else the page."""
    htmx = opened.request.htmx
    context = _context(opened, day, extra)
    if htmx and not htmx.history_restore_request:
        shared = {"reference": opened.trip.reference, "editable": opened.editable, "locked": opened.locked, "role": opened.role, "sample": opened.trip.sample, "fragment": True}
        return render(opened.request, "trips/_plan.html", shared | context)
    return opened.render("trips/itinerary.html", "plan", context, status=status)


def _context(opened: Opened, day_text: str, extra: dict[str, Any]) -> dict[str, Any]:
    document, trip, request = opened.document, opened.trip, opened.request
    body = body_for(document)
    days, currency = body["itinerary"]["days"], body["cost"]["currency"]
    number = itinerary_view.day_number(day_text, days)
    day = days[number - 1]
    before = documents_of(trip, {"final": document.revision - 1}).get("final") if document.revision > 1 else None
    research = newest_of(trip, "research")
    weights = plan_words.importance_of(research.body if research else None)
    stay = timeline_view.stay_of(day, body["lodging"], currency)
    moved = itinerary_view.moved_tags(before.body if before else None, body)
    add = request.GET.get("add", "")
    url = opened.url("itinerary")
    return {
        "title": plan_words.title_of(body, plan_words.towns_of(days)),
        "day_title": plan_words.day_title(day, weights),
        "day": number,
        "version": document.revision,
        "tabs": itinerary_view.tabs(days, body["lodging"], number, url, currency),
        "facts": itinerary_view.day_facts(day, stay, currency),
        "unverified": itinerary_view.fits_words(day),
        "rows": polls_view.mark_asked(
            timeline_view.timeline(
                day,
                currency=currency,
                people=trip.traveler_count,
                moved=moved,
                other_days=itinerary_view.other_days(days, day),
                editable=opened.editable,
                stay=stay,
            ),
            asked_places(trip, clock.now()) if opened.role else set(),
        ),
        "map": route_view.day_maps(day, _("Route of %s") % written.day_date(written.date_of(day["date"]))),
        "rain": itinerary_view.rain(
            day,
            itinerary_view.climate_of(research.body if research else None, day),
            indoor_names((item["placeId"] for item in body["leftOut"]), day["destinationId"]),
        ),
        "whole": itinerary_view.whole_trip(body, computed(opened.actor, document).get("limit")),
        "bookable": itinerary_view.bookable_words(body),
        "saved": itinerary_view.saved_words(document.revision, document.created_at),
        "difference": difference_view.difference_rows(before.body, body) if before else None,
        "difference_title": _("Revision %(to)d against %(from)d") % {"to": document.revision, "from": document.revision - 1},
        "can_undo": opened.editable and before is not None,
        "plan_url": url,
        "edit_url": opened.url("edit"),
        "preview_url": opened.url("preview"),
        "undo_url": opened.url("undo"),
        "undo_fields": {"version": document.revision, "day": number},
        "changes_url": opened.url("changes"),
        "compare_url": opened.url("compare"),
        "book_url": reverse("bookings:checkout", args=[trip.reference]),
        "add": _room_to_add(opened, number, research, add) if add in ADD_CHOICES and opened.editable else None,
        "target": "#plan",
        "ready": _ready(opened),
        **extra,
    }


def _ready(opened: Opened) -> dict[str, Any]:
    """How many of those who come along are ready, and whether the plan still suits them; empty when nobody has been put in."""
    found = readiness_line_of(opened.actor, opened.trip)
    return readiness_view.line(found) | {"changed": found.needs_changed, "url": opened.url("readiness")} if found else {}


def _room_to_add(opened: Opened, day: int, research: Document | None, which: str) -> dict[str, Any] | None:
    """Places that are not in the plan, with where each would fit."""
    body = opened.document.body
    planned = {stop["placeId"] for stop in plan_words.place_stops(body["itinerary"]["days"])}
    places = [place for place in (research.body["attractions"] if research else []) if place["placeId"] not in planned]
    try:
        rooms, currency = plan_changes.rooms_for(
            actor=opened.actor, reference=opened.trip.reference, based_on=opened.document.revision, place_ids=[place["placeId"] for place in places]
        )
    except AppError:
        return None
    reasons = {item["placeId"]: item["reason"]["text"] for item in body_for(opened.document)["leftOut"]}
    return {"which": which, "places": edit_words.places_to_add(places, rooms, reasons, body["itinerary"]["days"], day, currency, which)}
