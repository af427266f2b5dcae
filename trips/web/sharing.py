"""Share and calendar: links for people outside, an address for one's own calendar."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips import rules
from trips.actions import feeds, share_links
from trips.models import ShareLink, Trip
from trips.models.company import SCOPES
from trips.queries import company
from trips.queries.calendar import calendar_of
from trips.web import written
from trips.web.company import company_trip, tell_form
from trips.web.company_bar import company_context

TERMS = [(7, lazy("one week")), (30, lazy("30 days")), (90, lazy("90 days")), (365, lazy("one year"))]
SCOPE_NAMES = dict(SCOPES)


class LinkForm(forms.Form):
    scopes = forms.MultipleChoiceField(label=lazy("People with the link see"), choices=SCOPES, widget=forms.CheckboxSelectMultiple, initial=["plan"])
    days = forms.TypedChoiceField(label=lazy("It works for"), choices=TERMS, coerce=int, initial=share_links.DEFAULT_DAYS)
    label = forms.CharField(label=lazy("For whom is it?"), required=False, max_length=100, help_text=lazy("Only you see this; it helps you to know the link again."))


@require_http_methods(["GET", "HEAD", "POST"])
@limited("invite")
def show_sharing(request: HttpRequest, reference: str) -> HttpResponse:
    """Links and the calendar; POST makes a link, which the answer shows this once."""
    actor = actor_of(request)
    trip = company_trip(actor, reference)
    if request.method != "POST":
        return _page(request, actor, trip)
    form = LinkForm(request.POST)
    if not rules.may_change(actor, trip):
        raise rules.refusal(trip)
    if not form.is_valid():
        return _page(request, actor, trip, form=form, status=400)
    try:
        row, token = share_links.make_link(actor=actor, reference=reference, **form.cleaned_data)
    except (Invalid, Conflict) as error:
        tell_form(form, error)
        return _page(request, actor, trip, form=form, status=error.status)
    return _page(request, actor, trip, made={"url": f"{settings.PUBLIC_URL}/s/{token}", "until": written.full_date(row.expires_at.date()) if row.expires_at else ""}, status=201)


def _page(
    request: HttpRequest, actor: Actor, trip: Trip, *, form: forms.Form | None = None, made: dict[str, str] | None = None, feed_url: str = "", status: int = 200
) -> HttpResponse:
    owner = rules.owns(actor, trip)
    context: dict[str, Any] = {
        **company_context(actor, trip, "sharing"),
        "owner": owner,
        "signed_in": actor.is_user,
        "sign_in_url": f"{reverse('account_login')}?next={reverse('trips:sharing', args=[trip.reference])}",
        "form": form or LinkForm(),
        "made": made,
        "links": [_card(row) for row in company.open_links(trip)] if owner else [],
        "feed": company.feed_of(actor, trip),
        "feed_url": feed_url,
        "webcal_url": feed_url.replace("https://", "webcal://").replace("http://", "webcal://"),
        "chosen": trip.chosen_revision is not None,
    }
    return render(request, "trips/sharing.html", context, status=status)


def _card(row: ShareLink) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at <= clock.now()
    return {
        "id": row.pk,
        "label": row.label or _("A link without a name"),
        "opens": written.listed([str(SCOPE_NAMES[key]) for key in row.scopes if key in SCOPE_NAMES]),
        "expired": expired,
        "until": written.full_date(row.expires_at.date()) if row.expires_at else "",
        "opened": written.full_date(row.last_opened_on) if row.last_opened_on else "",
    }


@require_POST
def revoke_link(request: HttpRequest, reference: str, link_id: uuid.UUID) -> HttpResponse:
    """Close a link at once."""
    share_links.revoke_link(actor=actor_of(request), reference=reference, link_id=link_id)
    messages.success(request, _("The link is closed. Whoever opens it finds nothing."))
    return redirect("trips:sharing", reference=reference)


@require_POST
@limited("invite")
def change_feed(request: HttpRequest, reference: str) -> HttpResponse:
    """Make or rotate one's calendar address (shown this once), or close it (`do`: rotate, revoke)."""
    actor = actor_of(request)
    trip = company_trip(actor, reference)
    if not actor.is_user:
        return redirect(f"{reverse('account_login')}?next={reverse('trips:sharing', args=[reference])}")
    if request.POST.get("do") == "revoke":
        feeds.revoke_feed(actor=actor, reference=reference)
        messages.success(request, _("The calendar address is closed. Your calendar program will say that it finds nothing."))
        return redirect("trips:sharing", reference=reference)
    _row, token = feeds.rotate_feed(actor=actor, reference=reference)
    return _page(request, actor, trip, feed_url=f"{settings.PUBLIC_URL}/calendar/{token}.ics", status=201)


@require_safe
def download_calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The plan as a file, for a calendar that can't subscribe."""
    trip = company_trip(actor_of(request), reference)
    try:
        body = calendar_of(trip)
    except NotFound as error:
        messages.info(request, str(error.message))
        return redirect("trips:sharing", reference=reference)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="trip.ics"'})


