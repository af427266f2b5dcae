"""The votes page: ask about a stop, vote, see what came of it, and do it in the plan."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, Invalid
from travelplanner.core.web.actors import actor_of
from trips import rules
from trips.actions import plan_changes
from trips.actions import polls as actions
from trips.actions.plan_changes import Room
from trips.models import StopPoll, Trip
from trips.queries import polls as queries
from trips.queries.expenses import get_trip_of_mine
from trips.queries.page_documents import newest_of
from trips.queries.roster import zone_of
from trips.web import polls_view
from trips.web.company_bar import company_bar
from trips.web.trip_bar import trip_bar

PAGE_SIZE = 10
FIELD_OF = {"placeId": "place", "closesAt": "closes_at"}
Choice = tuple[str, str]


class AskForm(forms.Form):
    """`closes_at` is the wall clock where the trip is."""

    place = forms.ChoiceField(label=lazy("About which place"))
    question = forms.CharField(label=lazy("Your question"), max_length=200, required=False, help_text=lazy("Empty: shall we go there?"))
    closes_at = forms.DateTimeField(
        label=lazy("Votes count until"), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, planned: Sequence[Choice], others: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(str(lazy("In the plan")), list(planned)), (str(lazy("Left out so far")), list(others))]
        self.fields["place"].choices = [(name, choices) for name, choices in groups if choices]  # type: ignore[attr-defined]  # the stubs don't know this field's choices

    def refuse(self, error: AppError) -> None:
        for name, texts in error.fields.items():
            self.add_error(FIELD_OF.get(name), [str(text) for text in texts])
        if not error.fields:
            self.add_error(None, str(error.message))


@require_http_methods(["GET", "HEAD", "POST"])
def show_polls(request: HttpRequest, reference: str) -> HttpResponse:
    """All votes of the trip; POST asks for one."""
    actor = actor_of(request)
    trip = get_trip_of_mine(actor, reference)
    now = clock.now()
    planned = queries.planned_places(trip)
    form, status = _ask_form(request, actor, trip, planned, now), 200
    if request.method == "POST" and form is not None:
        status = 400
        if form.is_valid():
            try:
                actions.ask(
                    actor=actor, reference=reference, place_id=uuid.UUID(form.cleaned_data["place"]),
                    closes_at=_in_zone(form.cleaned_data["closes_at"], trip), question=form.cleaned_data["question"],
                )  # fmt: skip
            except (Invalid, Conflict) as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Asked. Your companions see it here."))
                return redirect("trips:polls", reference=reference)
    elif request.method == "POST":  # the action says why not
        actions.ask(actor=actor, reference=reference, place_id=uuid.UUID(int=0), closes_at=now)
    return render(request, "trips/polls.html", _page(request, actor, trip, form, planned, now), status=status)


def _in_zone(wall: dt.datetime, trip: Trip) -> dt.datetime:
    """The form's time, which Django took for one of its own zone, as one of the trip's."""
    return wall.replace(tzinfo=zone_of(trip))


def _ask_form(request: HttpRequest, actor: Actor, trip: Trip, planned: Mapping[uuid.UUID, str], now: dt.datetime) -> AskForm | None:
    """None for who may not ask, and while nobody signed in owns the trip."""
    if not rules.may_edit(actor, trip) or trip.owner_id is None or trip.locked_revision is not None or trip.state != "planning":
        return None
    asked = queries.asked_places(trip, now)
    local = now.astimezone(zone_of(trip))
    evening = (local + dt.timedelta(days=2)).replace(hour=20, minute=0, second=0, microsecond=0)
    return AskForm(
        request.POST if request.method == "POST" else None,
        planned=[(str(key), name) for key, name in planned.items() if key not in asked],
        others=[(str(key), name) for key, name in queries.places_to_ask_about(trip, planned={*planned, *asked})],
        initial={"closes_at": evening.replace(tzinfo=None), "place": request.GET.get("place", "")},
    )


def _page(request: HttpRequest, actor: Actor, trip: Trip, form: AskForm | None, planned: Mapping[uuid.UUID, str], now: dt.datetime) -> dict[str, Any]:
    page = Paginator(queries.polls_of(trip), PAGE_SIZE).get_page(request.GET.get("page"))
    polls: list[StopPoll] = list(page.object_list)
    rooms, days, currency = _rooms(actor, trip, polls, planned, now)
    return {
        "trip": trip,
        "reference": trip.reference,
        "bar": trip_bar(actor, trip, "", planned=True),
        "company": company_bar(actor, trip, "polls"),
        "owned": trip.owner_id is not None,
        "sign_in_url": f"{reverse('account_login')}?next={request.path}",
        "form": form,
        "zone": polls_view.moment_words(now, trip),
        "page": page,
        "polls": [
            polls_view.poll_card(actor, trip, poll, planned=planned, now=now, room=rooms.get(str(poll.place_id)), days=days, currency=currency) for poll in polls
        ],
    }


def _rooms(
    actor: Actor, trip: Trip, polls: Sequence[StopPoll], planned: Mapping[uuid.UUID, str], now: dt.datetime
) -> tuple[Mapping[str, Room], Sequence[Mapping[str, Any]], str]:
    """Where the places fit that were voted for and aren't in the plan; asked of the engine only for who can put them in."""
    wanted = [str(poll.place_id) for poll in polls if not queries.is_open(poll, now) and poll.place_id not in planned and queries.tally_of(poll).outcome == "go"]
    if not wanted or trip.chosen_revision is None or trip.locked_revision is not None or not rules.may_edit(actor, trip):
        return {}, (), trip.budget_currency
    latest = newest_of(trip, "final")
    try:
        rooms, currency = plan_changes.rooms_for(actor=actor, reference=trip.reference, based_on=trip.chosen_revision, place_ids=wanted)
    except AppError:  # someone saved another plan a moment ago: the next look tells
        return {}, (), trip.budget_currency
    return rooms, latest.body["itinerary"]["days"] if latest else (), currency


@require_POST
def vote(request: HttpRequest, reference: str, poll_id: uuid.UUID) -> HttpResponse:
    """Vote, or change one's vote; when it is over, the page says so."""
    try:
        actions.vote(actor=actor_of(request), reference=reference, poll_id=poll_id, choice=request.POST.get("choice", "")[:10])
    except (Conflict, Invalid) as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Your vote counts; you can change it until the end."))
    return _back(reference, poll_id)


@require_POST
def close(request: HttpRequest, reference: str, poll_id: uuid.UUID) -> HttpResponse:
    poll = actions.close_poll(actor=actor_of(request), reference=reference, poll_id=poll_id)
    messages.success(request, _("The vote about %s is over.") % poll.place.name)
    return _back(reference, poll_id)


@require_POST
def carry_out(request: HttpRequest, reference: str, poll_id: uuid.UUID) -> HttpResponse:
    """Put it into the plan, or take it out; every reason when it can't be."""
    try:
        actions.carry_out(actor=actor_of(request), reference=reference, poll_id=poll_id)
    except (Conflict, Invalid) as error:
        reasons = dict.fromkeys(str(found["text"]) for found in error.extra.get("violations", ()))
        messages.error(request, " ".join([str(error.message), *reasons]))
        return _back(reference, poll_id)
    messages.success(request, _("Done: the plan has a new revision, and everything fits. You can undo it there."))
    return redirect("trips:itinerary", reference=reference)


def _back(reference: str, poll_id: uuid.UUID) -> HttpResponse:
    return redirect(f"{reverse('trips:polls', args=[reference])}#poll-{poll_id}")
