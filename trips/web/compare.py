"""The comparison: three candidates side by side, choosing one, and swapping a day between them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from travelplanner.core.errors import AppError, Conflict, Invalid
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.requests import PageRequest
from trips import rules
from trips.actions import itineraries, plan_changes
from trips.models import Document
from trips.queries.documents import body_for, computed
from trips.queries.page_documents import documents_of
from trips.web import compare_view, difference_view, plan_words, written
from trips.web.cover_images import cover_url
from trips.web.opening import Opened, open_document


class SwapForm(forms.Form):
    """Which plan, which of its days, and the plan whose day it becomes."""

    into = forms.ChoiceField(label=lazy("In plan"))
    day = forms.TypedChoiceField(label=lazy("replace the day"), coerce=int)
    candidate = forms.ChoiceField(label=lazy("with the one in"))

    def __init__(self, *args: Any, plans: list[tuple[str, str]], days: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("into", plans), ("candidate", plans), ("day", days)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("into") and data.get("into") == data.get("candidate"):
            raise forms.ValidationError(_("Choose two different plans."))
        return data


@require_safe
def show_candidates(request: PageRequest, reference: str) -> HttpResponse:
    """Three plans side by side. Redirects to planning while there are none."""
    opened = open_document(request, reference, "candidates")
    return opened if isinstance(opened, HttpResponse) else _page(opened)


@require_POST
def choose(request: PageRequest, reference: str) -> HttpResponse:
    """Make a candidate the trip's plan and open it."""
    try:
        itineraries.choose_candidate(
            actor=actor_of(request),
            reference=reference,
            candidate_id=request.POST.get("candidate", ""),
            candidates_revision=_revision(request.POST.get("candidates")),
            based_on=_revision(request.POST.get("version")),
        )
    except Conflict as error:
        if error.code != "edited_meanwhile":
            raise
        messages.warning(request, _("Someone chose or changed a plan while you were looking at these. Look at it first; then choose again if you like."))
        return redirect("trips:compare", reference=reference)
    return redirect("trips:itinerary", reference=reference)


@require_http_methods(["GET", "HEAD", "POST"])
def swap(request: PageRequest, reference: str) -> HttpResponse:
    """GET shows what a swap would change, with its price; POST does it, choosing the plan first when it isn't chosen yet."""
    opened = open_document(request, reference, "candidates")
    if isinstance(opened, HttpResponse):
        return opened
    if not opened.editable:
        if request.method == "POST" and not rules.may_edit(opened.actor, opened.trip):
            raise rules.refusal(opened.trip)
        return redirect("trips:compare", reference=reference)
    form = _swap_form(opened, request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _answer(opened, form, {}, status=400)
    wanted = {"into": form.cleaned_data["into"], "day": form.cleaned_data["day"], "candidate_id": form.cleaned_data["candidate"]}
    try:
        if request.method == "POST":
            plan_changes.swap_into(actor=opened.actor, reference=reference, based_on=_revision(request.POST.get("version")), **wanted)
            return redirect(f"{reverse('trips:itinerary', args=[reference])}?day={wanted['day']}")
        outcome = plan_changes.preview_swap(actor=opened.actor, reference=reference, **wanted)
    except (Invalid, Conflict) as error:
        return _answer(opened, form, {"refused": _refusal(error)}, status=error.status)
    return _answer(opened, form, {"outcome": outcome, "difference": difference_view.difference_rows(outcome.before, outcome.after)})


def _refusal(error: AppError) -> dict[str, Any]:
    return {"text": str(error.message), "violations": list(dict.fromkeys(found["text"] for found in error.extra.get("violations", ())))}


def _revision(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 8 else None


def _answer(opened: Opened, form: SwapForm, found: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The fragment for htmx (always 200, so that it is shown), else the whole page with the answer in it."""
    swap_context = _swap_context(opened, form, found)
    if opened.request.htmx:
        return render(opened.request, "trips/_swap_difference.html", {"swap": swap_context, "reference": opened.trip.reference})
    return _page(opened, form=form, swap=swap_context, status=status)


def _swap_context(opened: Opened, form: SwapForm, found: dict[str, Any]) -> dict[str, Any]:
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if not data:
        return {"errors": [str(error) for errors in form.errors.values() for error in errors] if form.is_bound else []}
    date = opened.trip.start_date + dt.timedelta(days=data["day"] - 1)
    heading = _("%(day)s of plan %(other)s in plan %(plan)s") % {"day": written.weekday(date), "other": data["candidate"], "plan": data["into"]}
    outcome = found.get("outcome")
    return {
        "heading": heading,
        "fields": data,
        "version": outcome.based_on if outcome else None,
        "chooses": outcome is not None and outcome.chooses,
        "difference": found.get("difference"),
        "refused": found.get("refused"),
    }


def _swap_form(opened: Opened, data: Any = None) -> SwapForm:
    body = opened.document.body
    place = plan_words.towns_of(body["candidates"][0]["days"])
    plans = [(plan["candidateId"], f"{plan['candidateId']}, {plan_words.title_of(plan, place)}") for plan in body["candidates"]]
    days = [(str(day["day"]), written.day_date(written.date_of(day["date"]))) for day in body["candidates"][0]["days"]]
    initial = {"into": plans[0][0], "candidate": plans[min(1, len(plans) - 1)][0], "day": days[min(1, len(days) - 1)][0]}
    return SwapForm(data, plans=plans, days=days, initial=initial, auto_id="swap-%s")


def _page(opened: Opened, *, form: SwapForm | None = None, swap: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    trip, body = opened.trip, body_for(opened.document)
    limits = computed(opened.actor, opened.document).get("limits", [])
    beside = documents_of(trip, _beside(opened.document, trip.chosen_revision))
    budget, research, final = beside.get("budget"), beside.get("research"), beside.get("final")
    stretches = list(trip.destinations.select_related("destination"))
    plans = compare_view.plans(
        body,
        place=plan_words.towns_of(body["candidates"][0]["days"]),
        people=trip.traveler_count,
        predicted=budget.body["predictedBudget"] if budget else None,
        limits=limits,
        weights=plan_words.importance_of(research.body if research else None),
    )
    for plan, stretch in zip(plans, _spread(stretches, len(plans)), strict=True):
        plan["cover"] = cover_url(stretch.destination, month=trip.start_date.month, light=plan["light"], days=trip.days)
    chosen = final.body["candidateId"] if final else ""
    context = {
        **compare_view.heading(body, days=trip.days, limits=limits),
        "plans": plans,
        "candidates_revision": opened.document.revision,
        "best": next(plan for plan in plans if plan["best"]),
        "glance": compare_view.glance(body),
        "chosen": chosen,
        "saved_revision": opened.trip.chosen_revision or 0,
        "plan_url": opened.url("itinerary") if chosen else "",
        "swap_form": form or _swap_form(opened),
        "swap": swap or {},
        "budget_url": opened.url("budget"),
        "research_url": opened.url("research"),
    }
    return opened.render("trips/compare.html", "compare", context, status=status)


def _beside(candidates: Document, chosen_revision: int | None) -> dict[str, int]:
    """Budget and research that the candidates were made from, and the plan that was chosen."""
    wanted = {kind: candidates.basis[kind] for kind in ("budget", "research") if kind in candidates.basis}
    return wanted | ({"final": chosen_revision} if chosen_revision is not None else {})


def _spread(stretches: list[Any], count: int) -> list[Any]:
    """One destination per plan, in turn, so that a trip to several shows each."""
    return [stretches[index % len(stretches)] for index in range(count)]
