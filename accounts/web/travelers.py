"""Pages of the people one travels with."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import ages
from accounts.actions import guardians, travelers
from accounts.models import Traveler
from accounts.models.traveler import TRAVELER_TYPES
from accounts.queries import travelers as queries
from accounts.queries.guardians import last_day_as_minor
from accounts.queries.profiles import get_person
from accounts.web.conflicts import sides
from accounts.web.person_forms import GuardianForm, TravelerForm, TravelerPreferencesForm
from accounts.web.profile import consent_context, with_version
from travelplanner.core import clock
from travelplanner.core.errors import AppError, Stale
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited

TYPES = dict(TRAVELER_TYPES)


def guardian_tags() -> dict[str, tuple[str, str]]:
    """Standing -> tone and words."""
    return {
        "given": ("good", _("guardian agrees")),
        "asked": ("warn", _("guardian is asked")),
        "refused": ("bad", _("guardian does not agree")),
        "missing": ("warn", _("needs a guardian's consent")),
    }


@login_required
@require_safe
def list_travelers(request: HttpRequest) -> HttpResponse:
    """One's travelers, and those archived in the last 30 days."""
    now, actor, search = clock.now(), actor_of(request), request.GET.get("q", "")[:100]
    page = Paginator(queries.list_travelers(actor, today=now.date(), search=search), 25).get_page(request.GET.get("page"))
    archived = queries.list_travelers(actor, today=now.date(), state="archived", now=now).order_by("-archived_at")[: travelers.MOST]
    context = {
        "rows": [_row(traveler, now) for traveler in page],
        "page": page,
        "search": search,
        "archived": [{"traveler": traveler, "until": (traveler.archived_at or now) + queries.UNDO} for traveler in archived],
    }
    return render(request, "accounts/travelers.html", context)


def _row(traveler: Traveler, now: dt.datetime) -> dict[str, Any]:
    standing = queries.guardian_standing(traveler, now.date(), now=now)
    tone, words = guardian_tags().get(standing, ("", ""))
    return {
        "traveler": traveler,
        "type": TYPES[queries.type_of(traveler, now.date())],
        "age": traveler.age_on(now.date()),
        "guardian_tone": tone,
        "guardian_words": words,
        "inactive": traveler.state == "inactive",
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_traveler(request: HttpRequest) -> HttpResponse:
    """Enter a person."""
    form = TravelerForm(request.POST) if request.method == "POST" else TravelerForm(initial=_me(request))
    if form.is_bound and form.is_valid():
        try:
            agreed = form.cleaned_data["special_data_consent"]
            traveler = travelers.create_traveler(actor=actor_of(request), values=form.changes(), agreed=agreed, how="page")
        except AppError as refusal:
            form.add_refusal(refusal.fields, refusal.message)
        else:
            messages.success(request, _("%(name)s is entered.") % {"name": traveler.full_name})
            return redirect("accounts:traveler", traveler_id=traveler.pk)
    return render(request, "accounts/traveler_new.html", {"form": form, "journey_rows": form.row_fields("travel_history"), **consent_context(request)}, status=400 if form.is_bound else 200)


def _me(request: HttpRequest) -> dict[str, Any]:
    """`?relation=self` starts with what the profile knows: nobody types their birth date twice."""
    user_id = actor_of(request).user_id
    if request.GET.get("relation") != "self" or user_id is None:
        return {}
    found = get_person(user_id)
    user, row = found.user, found.row
    names = {"relation": "self", "first_name": user.first_name, "last_name": user.last_name, "email": user.email, "phone": user.phone}
    known = {name: getattr(row, name) for name in ("date_of_birth", "gender", "nationality", "emergency_contact")}
    return names | known | {"needs": row.accessibility_requirements}


def _initial(traveler: Traveler) -> dict[str, Any]:
    return {name: getattr(traveler, name) for name in TravelerForm.columns} | {"travel_history": traveler.travel_history, "version": traveler.row_version}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_traveler(request: HttpRequest, traveler_id: uuid.UUID) -> HttpResponse:
    """Show and change a person. Someone's change in between is a 412 that shows both versions."""
    actor = actor_of(request)
    traveler = queries.get_traveler(actor, traveler_id)
    if request.method == "POST" and request.POST.get("keep") == "theirs":
        return redirect("accounts:traveler", traveler_id=traveler_id)
    form = TravelerForm(request.POST) if request.method == "POST" else TravelerForm(initial=_initial(traveler))
    conflict, status = None, 200 if not form.is_bound else 400
    if form.is_bound and form.is_valid():
        try:
            travelers.change_traveler(
                actor=actor,
                traveler_id=traveler_id,
                row_version=form.cleaned_data["version"] or 0,
                changes=form.changes(),
                agreed=form.cleaned_data["special_data_consent"],
                how="page",
            )
        except Stale:
            conflict, status = sides(TravelerForm(initial=_initial(traveler)), form), 412
            form = with_version(form, traveler.row_version)
        except AppError as refusal:
            form.add_refusal(refusal.fields, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:traveler", traveler_id=traveler_id)
    return _page(request, traveler, form=form, conflict=conflict, status=status)


def _page(request: HttpRequest, traveler: Traveler, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of one person; `forms` holds those that were refused."""
    now = clock.now()
    preference = queries.get_traveler_preference(traveler)
    liked = {name: getattr(preference, name) for name in TravelerPreferencesForm.columns} | {"loyalty_programs": preference.loyalty_programs, "version": traveler.row_version}
    form = forms.get("form") or TravelerForm(initial=_initial(traveler))
    liked_form = forms.get("liked") or TravelerPreferencesForm(initial=liked)
    context = {
        "traveler": traveler,
        "row": _row(traveler, now),
        "standing": queries.guardian_standing(traveler, now.date(), now=now),
        "form": form,
        "journey_rows": form.row_fields("travel_history"),
        "liked": liked_form,
        "liked_rows": liked_form.row_fields("loyalty_programs"),
        "guardian": forms.get("guardian") or GuardianForm(initial={"guardian_name": traveler.guardian_name, "guardian_email": traveler.guardian_email}),
        "conflict": forms.get("conflict"),
        "last_minor_day": last_day_as_minor(traveler.date_of_birth) if ages.is_minor(traveler.date_of_birth, now.date()) and traveler.date_of_birth else None,
        **consent_context(request),
    }
    return render(request, "accounts/traveler.html", context, status=status)


@login_required
@require_POST
def save_preferences(request: HttpRequest, traveler_id: uuid.UUID) -> HttpResponse:
    """How a person likes to travel."""
    actor = actor_of(request)
    traveler = queries.get_traveler(actor, traveler_id)
    form = TravelerPreferencesForm(request.POST)
    if form.is_valid():
        try:
            travelers.change_traveler_preferences(
                actor=actor,
                traveler_id=traveler_id,
                row_version=form.cleaned_data["version"],
                changes=form.changes(),
                agreed=form.cleaned_data["special_data_consent"],
                how="page",
            )
        except Stale:
            form = with_version(form, traveler.row_version)
            form.add_error(None, _("Someone changed this person in the meantime. Look through what you typed and save it again."))
            return _page(request, traveler, liked=form, status=412)
        except AppError as refusal:
            form.add_refusal(refusal.fields, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:traveler", traveler_id=traveler_id)
    return _page(request, traveler, liked=form, status=400)


@login_required
@require_POST
def set_active(request: HttpRequest, traveler_id: uuid.UUID) -> HttpResponse:
    """Set a person aside, or take them back."""
    active = request.POST.get("active") == "1"
    travelers.change_traveler(actor=actor_of(request), traveler_id=traveler_id, row_version=None, changes={}, active=active)
    messages.success(request, _("Offered for new trips again.") if active else _("Set aside: kept, but not offered for new trips."))
    return redirect("accounts:traveler", traveler_id=traveler_id)


@login_required
@require_POST
def archive(request: HttpRequest, traveler_id: uuid.UUID) -> HttpResponse:
    """Archive a person; the list offers to bring them back."""
    traveler = travelers.archive_traveler(actor=actor_of(request), traveler_id=traveler_id)
    messages.success(request, _("%(name)s is archived. You can bring them back for 30 days.") % {"name": traveler.full_name})
    return redirect("accounts:travelers")


@login_required
@require_POST
def restore(request: HttpRequest, traveler_id: uuid.UUID) -> HttpResponse:
    """Bring back an archived person."""
    traveler = travelers.restore_traveler(actor=actor_of(request), traveler_id=traveler_id)
    messages.success(request, _("%(name)s is back.") % {"name": traveler.full_name})
    return redirect("accounts:traveler", traveler_id=traveler_id)


@login_required
@require_POST
@limited("guardian")
def seek_consent(request: HttpRequest, traveler_id: uuid.UUID) -> HttpResponse:
    """`by=me`: I am the guardian; `by=mail`: ask them; `by=none`: take it back."""
    actor, by = actor_of(request), request.POST.get("by", "mail")
    traveler = queries.get_traveler(actor, traveler_id)
    form = GuardianForm(request.POST) if by == "mail" else None
    try:
        if by == "none":
            guardians.take_back_consent(actor=actor, traveler_id=traveler_id)
            messages.success(request, _("The consent is taken back."))
        elif by == "me":
            guardians.declare_guardian(actor=actor, traveler_id=traveler_id)
            messages.success(request, _("Noted: you are the guardian, and you agree."))
        elif form is not None and form.is_valid():
            data = form.cleaned_data
            guardians.ask_guardian(actor=actor, traveler_id=traveler_id, name=data["guardian_name"], email=data["guardian_email"])
            messages.success(request, _("We mailed the question to %(email)s.") % {"email": data["guardian_email"]})
        else:
            return _page(request, traveler, guardian=form, status=400)
    except AppError as refusal:
        if form is None:
            messages.error(request, str(refusal.message))
        else:
            for name, texts in refusal.fields.items():
                form.add_error(name if name in form.fields else None, [str(text) for text in texts])
            if not refusal.fields:
                form.add_error(None, str(refusal.message))
            return _page(request, traveler, guardian=form, status=refusal.status)
    return redirect("accounts:traveler", traveler_id=traveler_id)
