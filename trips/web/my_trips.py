"""My trips: upcoming, past, drafts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from travelplanner.core.web.actors import actor_of
from trips import rules
from trips.actions import trips as actions
from trips.models import Trip
from trips.queries.trips import get_trip, list_trips
from trips.web.cover_images import cover_url

GROUPS = {"all": (), "drafts": ("planning",), "upcoming": ("booked", "traveling"), "past": ("completed", "cancelled")}


@require_safe
def list_my_trips(request: HttpRequest) -> HttpResponse:
    """Trips of this person or this browser, with search; 12 a page."""
    group = request.GET.get("show", "all")
    search = request.GET.get("q", "")[:100]
    actor = actor_of(request)
    rows = rules.with_role(list_trips(actor, search=search, states=GROUPS.get(group, ())), actor)
    page = Paginator(rows, 12).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [_card(trip, rules.role_of(actor, trip)) for trip in page.object_list],
        "group": group if group in GROUPS else "all",
        "groups": [("all", _("All")), ("drafts", _("Drafts")), ("upcoming", _("Upcoming")), ("past", _("Past"))],
        "search": search,
        "new_url": reverse("trips:new"),
        "list_url": reverse("trips:list"),
    }
    return render(request, "trips/list.html", context)


def _card(trip: Trip, role: str) -> dict[str, Any]:
    first = trip.destinations.all()[0].destination
    tones = {"planning": ("", _("Draft")), "booked": ("good", _("Booked")), "traveling": ("course", _("On the road"))}
    tone, label = tones.get(trip.state, ("", _("Past") if trip.state == "completed" else _("Cancelled")))
    shared = {"editor": _("shared with you, editor"), "viewer": _("shared with you, viewer")}.get(role, "")
    cover = cover_url(first, month=trip.start_date.month, light="noon")
    return {"trip": trip, "own": role == "owner", "shared": shared, "cover": cover, "tone": tone, "label": label}


@require_safe
def open_trip(request: HttpRequest, reference: str) -> HttpResponse:
    """The page where the trip goes on: its plan, else the comparison, else planning."""
    trip = get_trip(actor_of(request), reference, whole=False)
    if trip.chosen_revision is not None:
        return redirect("trips:itinerary", reference=trip.reference)
    done = trip.runs.filter(state="done").exists()
    return redirect("trips:compare" if done else "trips:planning", reference=trip.reference)


@require_POST
def archive(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a trip out of the list; the message offers to bring it back."""
    actions.archive_trip(actor=actor_of(request), reference=reference)
    messages.success(request, _("The trip is archived. You can bring it back within 30 days."), extra_tags=f"restore:{reference}")
    return redirect("trips:list")


@require_POST
def restore(request: HttpRequest, reference: str) -> HttpResponse:
    actions.restore_trip(actor=actor_of(request), reference=reference)
    messages.success(request, _("The trip is back."))
    return redirect("trips:list")
