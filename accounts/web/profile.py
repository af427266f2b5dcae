"""Pages of the profile and of how one travels."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import profiles
from accounts.consent_texts import current_version, words_of
from accounts.models import TravelPreferences
from accounts.queries.consents import has_consent
from accounts.queries.profiles import Profile, get_preferences, get_profile
from accounts.web.conflicts import sides
from accounts.web.person_forms import PersonForm, PreferencesForm, ProfileForm
from accounts.web.reader import remember_language, remember_zone
from travelplanner.core.errors import AppError, NotAllowed, Stale
from travelplanner.core.web.actors import actor_of


def consent_context(request: HttpRequest) -> dict[str, Any]:
    """Whether needs, diets and medical notes may be stored already, and the words to agree to if not."""
    user_id = actor_of(request).user_id
    agreed = user_id is not None and has_consent(user_id, "special_data")
    return {"special_agreed": agreed, "special_words": "" if agreed else words_of("special_data", current_version("special_data"))}


def _profile_initial(found: Profile) -> dict[str, Any]:
    row, user = found.row, found.user
    initial: dict[str, Any] = {name: getattr(row, name, "") for name in ProfileForm.columns if name not in ("first_name", "last_name")}
    return initial | {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "preferred_airlines": ", ".join(row.preferred_airlines),
        "preferred_hotel_chains": ", ".join(row.preferred_hotel_chains),
        "notification_preferences": [channel for channel, on in row.notification_preferences.items() if on],
        "loyalty_programs": row.loyalty_programs,
        "version": found.version,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    """Show and change names and profile. Someone's change in between is a 412 that shows both versions."""
    actor = actor_of(request)
    if actor.user_id is None:
        raise NotAllowed
    if request.method == "POST" and request.POST.get("keep") == "theirs":
        return redirect("accounts:profile")
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm(initial=_profile_initial(get_profile(actor.user_id)))
    conflict, status = None, 200 if not form.is_bound else 400
    if form.is_bound and form.is_valid():
        agreed = form.cleaned_data["special_data_consent"]
        try:
            row = profiles.change_profile(actor=actor, row_version=form.cleaned_data["version"] or 0, changes=form.changes(), agreed=agreed, how="page")
        except Stale:
            saved = get_profile(actor.user_id)
            conflict, status = sides(ProfileForm(initial=_profile_initial(saved)), form), 412
            form = with_version(form, saved.version)
        except AppError as refusal:
            form.add_refusal(refusal.fields, refusal.message)
        else:
            messages.success(request, _("Your profile is saved."))
            response = redirect("accounts:profile")
            remember_language(response, row.preferred_language)
            remember_zone(request, row.timezone)
            return response
    context = {"form": form, "conflict": conflict, "found": get_profile(actor.user_id), "loyalty_rows": form.row_fields("loyalty_programs"), **consent_context(request)}
    return render(request, "accounts/profile.html", context, status=status)


def with_version(form: Any, version: int) -> Any:
    """The same input over the version that is saved now: sent again, it counts."""
    data = form.data.copy()
    data["version"] = str(version)
    again = type(form)(data)
    again.is_valid()
    return again


def _preferences_initial(row: TravelPreferences) -> dict[str, Any]:
    def clock(minutes: int | None) -> dt.time | None:
        return None if minutes is None else dt.time(minutes // 60 % 24, minutes % 60)

    columns = {name: getattr(row, name) for name in PreferencesForm.columns}
    if row.daily_budget is not None:
        columns["daily_budget"] = row.daily_budget.normalize().quantize(1) if row.daily_budget == row.daily_budget.to_integral_value() else row.daily_budget.normalize()
    return columns | {"earliest_start": clock(row.earliest_start), "latest_end": clock(row.latest_end), "version": row.row_version}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_preferences(request: HttpRequest) -> HttpResponse:
    """Show and change how one travels. Someone's change in between is a 412 that shows both versions."""
    actor = actor_of(request)
    if actor.user_id is None:
        raise NotAllowed
    if request.method == "POST" and request.POST.get("keep") == "theirs":
        return redirect("accounts:preferences")
    form: PersonForm = (
        PreferencesForm(request.POST) if request.method == "POST" else PreferencesForm(initial=_preferences_initial(get_preferences(actor.user_id)))
    )
    conflict, status = None, 200 if not form.is_bound else 400
    if form.is_bound and form.is_valid():
        try:
            profiles.change_preferences(actor=actor, row_version=form.cleaned_data["version"] or 0, changes=form.changes())
        except Stale:
            saved = get_preferences(actor.user_id)
            conflict, status = sides(PreferencesForm(initial=_preferences_initial(saved)), form), 412
            form = with_version(form, saved.row_version)
        except AppError as refusal:
            form.add_refusal(refusal.fields, refusal.message)
        else:
            messages.success(request, _("Saved. Your next trip starts from it."))
            return redirect("accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form, "conflict": conflict}, status=status)
