"""The page of consents: what one agreed to, in which words; giving and taking back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.actions import consents
from accounts.consent_texts import NEEDED, TEXTS, current_version, words_of
from accounts.models.consent import PURPOSES
from accounts.queries.consents import decisions, standing
from travelplanner.core.errors import AppError, NotAllowed
from travelplanner.core.web.actors import actor_of

LABELS = dict(PURPOSES)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_consents(request: HttpRequest) -> HttpResponse:
    """Show them; a POST decides one. Taking back `special_data` is asked for twice: it erases."""
    if request.method == "POST":
        return _decide(request)
    user_id = actor_of(request).user_id
    if user_id is None:
        raise NotAllowed
    now_counts = standing(user_id)
    rows = []
    for purpose in TEXTS:
        decision = now_counts.get(purpose)
        version = current_version(purpose)
        rows.append(
            {
                "purpose": purpose,
                "label": LABELS[purpose],
                "words": words_of(purpose, decision.text_version if decision and decision.given else version),
                "version": version,
                "given": bool(decision and decision.given),
                "since": decision.created_at if decision else None,
                "newer": bool(decision and decision.given and decision.text_version != version),
                "needed": purpose in NEEDED,
            }
        )
    page = Paginator(decisions(user_id), 25).get_page(request.GET.get("page"))
    history = [{"row": row, "label": LABELS[row.purpose]} for row in page]
    return render(request, "accounts/consents.html", {"rows": rows, "page": page, "history": history})


def _decide(request: HttpRequest) -> HttpResponse:
    purpose, given = request.POST.get("purpose", ""), request.POST.get("given") == "1"
    if purpose == "special_data" and not given and request.POST.get("sure") != "1":
        return render(request, "accounts/consent_sure.html", {"words": words_of(purpose, current_version(purpose))})
    try:
        decision = consents.decide(actor=actor_of(request), purpose=purpose, given=given, text_version=request.POST.get("text_version", "")[:20], how="page")
    except AppError as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("You agreed.") if given else _taken_back(decision.erased))
    return redirect("accounts:consents")


def _taken_back(erased: dict[str, Any]) -> str:
    people = erased.get("travelers", 0)
    if not people and not erased.get("profile"):
        return _("You took it back.")
    if not people:
        return _("You took it back. Needs and diets of your profile are erased.")
    return ngettext(
        "You took it back. Needs, diets and medical notes of your profile and of %d traveler are erased.",
        "You took it back. Needs, diets and medical notes of your profile and of %d travelers are erased.",
        people,
    ) % people
