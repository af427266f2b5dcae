"""Who comes along, and who is ready: one's own travelers in full, the others' with yes or no."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from travelplanner.core.errors import NotFound
from travelplanner.core.web.actors import actor_of
from trips import rules
from trips.actions.trip_travelers import set_travelers
from trips.queries.readiness import own_travelers, readiness_of
from trips.web.company_bar import company_bar
from trips.web.readiness_view import link_to_travelers, rule_rows, summary, traveler_rows
from trips.web.trip_bar import trip_bar


@require_http_methods(["GET", "HEAD", "POST"])
def show_readiness(request: HttpRequest, reference: str) -> HttpResponse:
    """The travelers with what was found; POST says which of one's own come along (`travelers`: their ids)."""
    actor = actor_of(request)
    if request.method == "POST":
        set_travelers(actor=actor, reference=reference, traveler_ids=_ids(request.POST.getlist("travelers")))
        messages.success(request, _("Saved. Below is what we found."))
        return redirect("trips:readiness", reference=reference)
    found = readiness_of(actor, reference)
    trip, mine = found.trip, own_travelers(actor)
    if not actor.is_user and not rules.owns(actor, trip):  # a guest without account has no travelers, and needs to know of nobody's
        return redirect_to_login(request.get_full_path())
    here = {traveler.traveler.pk for traveler in found.travelers}
    planned = trip.chosen_revision is not None
    context: dict[str, Any] = {
        "trip": trip,
        "bar": trip_bar(actor, trip, "plan", planned=planned),
        "company": company_bar(actor, trip, "readiness"),
        "summary": summary(found),
        "rows": traveler_rows(found),
        "choices": [{"id": traveler.pk, "name": traveler.full_name, "relation": traveler.get_relation_display(), "here": traveler.pk in here} for traveler in mine],
        "rules": rule_rows(found),
        "signed_in": actor.is_user,
        "over": trip.state in ("completed", "cancelled"),
        "again_url": reverse("trips:plan_again", args=[trip.reference]) if found.needs_changed and rules.may_edit(actor, trip) else "",
        "needs_changed": found.needs_changed,
        "travelers_url": link_to_travelers(),
        "signup_url": f"{reverse('account_signup')}?next={reverse('trips:readiness', args=[trip.reference])}",
    }
    return render(request, "trips/readiness.html", context)


def _ids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError:
        raise NotFound from None
