"""The page behind a mailed invitation: who invites to what, and four ways in or out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.templatetags.money import date_span
from travelplanner.core.web.actors import actor_of, ensure_visitor
from travelplanner.core.web.limits import limited
from trips import rules
from trips.actions import invitations
from trips.models import TripInvitation
from trips.queries import company
from trips.web.links import unseen


class JoinForm(forms.Form):
    name = forms.CharField(label=lazy("Your name, as your companions will see it"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))


@unseen
@require_http_methods(["GET", "HEAD", "POST"])
@limited("join")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation, or do what was pressed (`do`: sign_up, accept, guest, decline). Unknown, used, revoked and expired links are one 404."""
    row = company.find_invitation(token)
    if request.method != "POST":
        return _page(request, token, row)
    deed = request.POST.get("do", "")
    if deed == "sign_up":
        # The link proves no address: mails are forwarded, and an account under the invited address must be its reader's. Sign-up asks for a code.
        return redirect(f"{reverse('account_signup')}?{urlencode({'next': request.path})}")
    if deed == "decline":
        invitations.decline(actor=actor_of(request), token=token)
        return render(request, "trips/join_declined.html", {"inviter": row.invited_by.first_name})
    return _accept(request, token, row, as_guest=deed == "guest")


def _accept(request: HttpRequest, token: str, row: TripInvitation, *, as_guest: bool) -> HttpResponse:
    actor = actor_of(request)
    if not actor.is_user and not as_guest:
        return redirect(_sign_in_url(request))
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _page(request, token, row, form=form, status=400)
    try:
        member = invitations.accept(actor=ensure_visitor(request), token=token, name=form.cleaned_data["name"])
    except (Invalid, Conflict) as error:
        form.add_error("name" if "name" in error.fields else None, str(next(iter(error.fields.get("name", ())), error.message)))
        return _page(request, token, row, form=form, status=error.status)
    messages.success(request, _("Welcome! You are in this trip now."))
    return redirect("trips:show", reference=member.trip.reference)


def _sign_in_url(request: HttpRequest) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': request.path})}"


def _page(request: HttpRequest, token: str, row: TripInvitation, *, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    """Title, dates and the inviter's first name: nothing else of the trip before someone is in it."""
    actor = actor_of(request)
    user = request.user if request.user.is_authenticated else None
    role = rules.role_of(actor, row.trip)
    context: dict[str, Any] = {
        "inviter": row.invited_by.first_name or _("A traveler"),
        "title": row.trip.title,
        "dates": date_span(row.trip.start_date, row.trip.end_date),
        "role": row.role,
        "message": row.message,
        "form": form or JoinForm(initial={"name": user.first_name if user else ""}),
        "signed_in": user is not None,
        "account": user.email if user else "",
        "other_account": user is not None and user.email.lower() != row.email.lower(),
        "in_it": bool(role),
        "open_url": reverse("trips:show", args=[row.trip.reference]) if role else "",
        "sign_in_url": _sign_in_url(request),
    }
    return render(request, "trips/join.html", context, status=status)


