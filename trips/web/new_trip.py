"""A new wish: by sentence or field by field."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from travelplanner.core import clock
from travelplanner.core.errors import AppError, Invalid
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of, ensure_visitor
from travelplanner.core.web.limits import limited
from trips import rules
from trips.actions import intents
from trips.documents.budget import share_below
from trips.planning.sentence import DestinationName, parse_sentence
from trips.planning.wish import Needs, Wish
from trips.queries import catalogue, documents
from trips.queries.estimate import catalogue_names, quick_estimate
from trips.queries.party import needs_from
from trips.web.forms import SentenceForm, TripForm, initial_from, wish_from_sentence
from trips.web.habits import ASKED_BY_FORM, habit_initial


@require_POST
@limited("plan")
def from_sentence(request: HttpRequest) -> HttpResponse:
    """Read the sentence; plan at once when it names a place we know, else ask in the form, with everything that was understood."""
    form = SentenceForm(request.POST)
    if not form.is_valid():
        return render(request, "trips/new.html", {"form": TripForm(), "sentence_form": form}, status=400)
    names = [DestinationName(name=name, id=key, currency=currency, aliases=aliases) for key, name, currency, aliases, _slug in catalogue_names()]
    parsed = parse_sentence(form.cleaned_data["sentence"], destinations=names, today=clock.now().date())
    wish = wish_from_sentence(parsed)
    if not wish.destinations:
        message = _("Tell us where to: we did not find a place that we know in your sentence.")
        if parsed.unknown_places:
            near = catalogue.nearest_names(parsed.unknown_places[0], {catalogue.fold(d.name): d for d in catalogue.published_destinations()})
            message = _("We don't know “%(name)s” yet. Did you mean %(near)s?") % {"name": parsed.unknown_places[0][:60], "near": ", ".join(near)}
        again = TripForm(initial=initial_from(wish))
        return render(request, "trips/new.html", {"form": again, "notice": message}, status=400)
    return _plan(request, wish, TripForm(initial=initial_from(wish)))


@require_http_methods(["GET", "HEAD", "POST"])
@limited("plan")
def new_trip(request: HttpRequest) -> HttpResponse:
    """The guided form. `?from=<trip>` starts from an earlier wish, `?destination=` from a place."""
    if request.method != "POST":
        initial = _initial(request)
        context: dict[str, Any] = {"destinations": catalogue.published_destinations()}
        if "days" not in initial:  # no earlier trip to start from
            habits, context["habit_note"] = habit_initial(request)
            initial = habits | initial
        return render(request, "trips/new.html", context | {"form": TripForm(initial=initial)})
    form = TripForm(request.POST)
    if not form.is_valid():
        return render(request, "trips/new.html", {"form": form, "destinations": catalogue.published_destinations()}, status=400)
    return _plan(request, form.to_wish(), form)


def _plan(request: HttpRequest, wish: Wish, form: TripForm) -> HttpResponse:
    """A sentence leaves gaps to fill from how one travels; the form was filled in before it was sent, and a field emptied there stays empty."""
    try:
        trip = intents.create_trip(actor=ensure_visitor(request), wish=wish, from_habits=True, said=ASKED_BY_FORM if form.is_bound else ())
    except Invalid as refusal:
        if not form.is_bound:
            form = TripForm(initial=form.initial)
            context = {"form": form, "notice": " ".join([str(refusal.message), *(str(t) for texts in refusal.fields.values() for t in texts)])}
        else:
            form.add_refusal(refusal.fields, refusal.message)
            context = {"form": form}
        return render(request, "trips/new.html", {**context, "destinations": catalogue.published_destinations()}, status=400)
    return redirect("trips:planning", reference=trip.reference)


def _initial(request: HttpRequest) -> dict:
    """First values from an earlier trip of the same person, or from the address."""
    reference = request.GET.get("from", "")
    if not reference:
        return {"destination": request.GET.get("destination", "")[:120]} if request.GET.get("destination") else {}
    actor = actor_of(request)
    try:
        found = documents.find_document(actor, reference, "intent")
    except AppError:
        return {}
    if isinstance(found, documents.NotYet):
        return {}
    body, own = found.body, rules.owns(actor, found.trip)
    wish, wanted = found.wish, body["preferences"]
    return initial_from(
        Wish(
            destinations=tuple(d["name"] for d in body["destinations"]),
            origin=body.get("origin") or "",
            start_date=found.trip.start_date if found.trip.start_date >= clock.now().date() else None,
            days=body["tripDuration"]["days"],
            people=body["tripDuration"]["people"],
            comfort=wanted["comfortLevel"],
            trip_type=wanted["tripType"],
            interests=wanted["interests"],
            pace=wanted["pace"],
            budget_maximum=found.trip.budget_amount if own else None,
            currency=found.trip.budget_currency,
            needs=needs_from(wish.constraints) if own else Needs(),
            sentence=wish.sentence if own else "",
        )
    )


@require_GET
@limited("open", methods=("GET",))
def search_destinations(request: HttpRequest) -> HttpResponse:
    """Fragment: destinations that match what is being typed (the part after the last comma)."""
    text = request.GET.get("destination", "").split(",")[-1][:80]
    return render(request, "trips/_destination_options.html", {"destinations": catalogue.search_destinations(text)[:8], "typed": text.strip()})


@require_GET
@limited("open", methods=("GET",))
def estimate(request: HttpRequest) -> HttpResponse:
    """Fragment: the predicted range for what the form says so far, and how the wished budget stands against it."""
    form = TripForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    try:
        places = catalogue.resolve_destinations([name for name in str(data.get("destination", "")).split(",") if name.strip()])
        if not places:
            raise Invalid
        guess = quick_estimate(
            places,
            days=data.get("days") or 5,
            people=data.get("people") or 2,
            comfort=data.get("comfort") or "standard",
            pace=data.get("pace") or "balanced",
            start=data.get("start_date"),
            origin=data.get("origin") or "",
            currency=(data.get("currency") or "").upper(),
            today=clock.now().date(),
        )
    except (Invalid, ValueError):
        return render(request, "trips/_estimate.html", {})
    total, currency = guess.total, guess.currency
    wish = data.get("budget_max")
    share = share_below(float(total.p10), float(total.p50), float(total.p90), float(wish)) if wish else None
    context = {
        "low": format_amount(total.p10, currency, whole=True),
        "likely": format_amount(total.p50, currency, whole=True),
        "high": format_amount(total.p90, currency, whole=True),
        "share": round(share * 10) if share is not None else None,
        "wish": format_amount(wish, currency, whole=True) if wish else "",
        "minimum": int(total.p10 / 2),
        "maximum": int(total.p90 * 2),
        "step": max(1, int(total.p50 / 100)),
        "value": int(wish) if wish else int(total.p50),
        "currency": currency,
    }
    return render(request, "trips/_estimate.html", context)
