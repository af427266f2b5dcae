"""Companions: who is in the trip as what, whom one waits for, and leaving."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, Invalid, NotFound, TooManyRequests
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips import rules
from trips.actions import doors, invitations, members
from trips.models import Trip, TripMember
from trips.queries import company
from trips.queries.trips import get_trip
from trips.web import company_words
from trips.web.company_bar import company_context


class InviteForm(forms.Form):
    email = forms.EmailField(label=lazy("Their e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=lazy("They may"), choices=company_words.INVITE_CHOICES, initial="viewer", widget=forms.RadioSelect)
    message = forms.CharField(
        label=lazy("A few words from you"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("They stand in the mail, above the link."),
    )  # fmt: skip


class NameForm(forms.Form):
    name = forms.CharField(label=lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text=lazy("For expenses: a child, or someone who does not want an account."))


@require_safe
def show_company(request: HttpRequest, reference: str) -> HttpResponse:
    """Everyone in the trip, what each may see, pending invitations and the form for a new one."""
    actor = actor_of(request)
    return _page(request, actor, company_trip(actor, reference))


def company_trip(actor: Actor, reference: str) -> Trip:
    """The trip, for everyone of its company; 403 for readers of a sample."""
    trip = get_trip(actor, reference)
    if not rules.may_take_part(actor, trip):
        raise rules.refusal(trip)
    return trip


def _page(request: HttpRequest, actor: Actor, trip: Trip, *, invite_form: forms.Form | None = None, name_form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    owner = rules.owns(actor, trip)
    own = company.member_of(actor, trip)
    context = {
        **company_context(actor, trip, "company"),
        "owner": owner,
        "own": own,
        "signed_in": actor.is_user,
        "members": [company_words.member_card(row, you=_is_me(actor, row), owner_looks=owner) for row in company.members_of(trip)],
        "pending": [company_words.invitation_card(row, clock.now()) for row in company.open_invitations(trip)] if owner else [],
        "may_name": rules.may_edit(actor, trip),
        "roles": company_words.ROLE_TABLE,
        "invite_form": invite_form or InviteForm(auto_id="invite_%s"),
        "name_form": name_form or NameForm(auto_id="named_%s"),
        "sign_in_url": f"{reverse('account_login')}?next={request.path}",
    }
    return render(request, "trips/company.html", context, status=status)


def _is_me(actor: Actor, row: TripMember) -> bool:
    return row.user_id == actor.user_id if actor.is_user else bool(actor.visitor) and row.visitor == actor.visitor


def _back(reference: str) -> HttpResponse:
    return redirect("trips:company", reference=reference)


def tell_form(form: forms.Form, error: AppError) -> None:
    """Put a refusal where it belongs in the form."""
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))
    if not error.fields:
        form.add_error(None, str(error.message))


@require_POST
@limited("invite")
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Send an invitation; a refusal is told beside the form, with what was typed still in it."""
    actor = actor_of(request)
    form = InviteForm(request.POST, auto_id="invite_%s")
    try:
        if form.is_valid():
            row = invitations.invite(actor=actor, reference=reference, **form.cleaned_data)
            messages.success(request, _("The invitation to %s is on its way.") % row.email)
            return _back(reference)
    except (Invalid, Conflict, TooManyRequests) as error:
        tell_form(form, error)
        return _page(request, actor, company_trip(actor, reference), invite_form=form, status=error.status)
    trip = company_trip(actor, reference)
    if not rules.may_change(actor, trip):
        raise rules.refusal(trip)
    return _page(request, actor, trip, invite_form=form, status=400)


@require_POST
@limited("invite")
def add_name(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a name without account into the company."""
    actor = actor_of(request)
    form = NameForm(request.POST, auto_id="named_%s")
    name = form.cleaned_data["name"] if form.is_valid() else ""
    try:
        row = members.add_name(actor=actor, reference=reference, name=name)
    except (Invalid, Conflict) as error:
        if form.is_valid():
            tell_form(form, error)
        return _page(request, actor, company_trip(actor, reference), name_form=form, status=error.status)
    messages.success(request, _("%s is in the list now.") % row.name)
    return _back(reference)


def _said(request: HttpRequest, reference: str, deed: Callable[[], str]) -> HttpResponse:
    """Do it and go back to the page, which tells how it went; what isn't theirs stays a 404 or 403."""
    try:
        messages.success(request, deed())
    except (Invalid, Conflict, TooManyRequests) as error:
        messages.warning(request, str(error.message))
    return _back(reference)


@require_POST
@limited("invite")
def resend_invitation(request: HttpRequest, reference: str, invitation_id: uuid.UUID) -> HttpResponse:
    """Mail an invitation again, with a new link."""

    def deed() -> str:
        row = invitations.resend(actor=actor_of(request), reference=reference, invitation_id=invitation_id)
        return _("Sent again to %s. The link in the mail before does not work any more.") % row.email

    return _said(request, reference, deed)


@require_POST
def revoke_invitation(request: HttpRequest, reference: str, invitation_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""

    def deed() -> str:
        invitations.revoke(actor=actor_of(request), reference=reference, invitation_id=invitation_id)
        return _("The invitation is taken back; its link opens nothing.")

    return _said(request, reference, deed)


@require_POST
def change_role(request: HttpRequest, reference: str, member_id: uuid.UUID) -> HttpResponse:
    """Make a companion editor or viewer."""

    def deed() -> str:
        row = members.change_role(actor=actor_of(request), reference=reference, member_id=member_id, role=request.POST.get("role", ""))
        return _("%(name)s is %(role)s now.") % {"name": row.name, "role": row.get_role_display()}

    return _said(request, reference, deed)


def _asked(request: HttpRequest, reference: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """The question before something is lost."""
    actor = actor_of(request)
    shared = company_context(actor, company_trip(actor, reference), "company")
    return render(request, template, shared | {"back_url": reverse("trips:company", args=[reference])} | context)


def _other(actor: Actor, reference: str, member_id: uuid.UUID) -> TripMember:
    """A present member of the actor's own trip."""
    trip = company_trip(actor, reference)
    row = next((row for row in company.members_of(trip) if row.pk == member_id and not row._state.adding), None)
    if row is None:
        raise NotFound
    if not rules.may_change(actor, trip):
        raise rules.refusal(trip)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, reference: str, member_id: uuid.UUID) -> HttpResponse:
    """Ask, then take someone out of the trip."""
    if request.method == "POST":

        def deed() -> str:
            row = doors.end_membership(actor=actor_of(request), reference=reference, member_id=member_id)
            return _("%s is not in this trip any more. Everything they could open is closed.") % row.name

        return _said(request, reference, deed)
    return _asked(request, reference, "trips/company_remove.html", {"member": _other(actor_of(request), reference, member_id)})


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, reference: str, member_id: uuid.UUID) -> HttpResponse:
    """Ask, then give the trip to an editor."""
    if request.method == "POST":

        def deed() -> str:
            members.hand_over(actor=actor_of(request), reference=reference, member_id=member_id)
            return _("The trip is handed over. You can still change the plan.")

        return _said(request, reference, deed)
    return _asked(request, reference, "trips/company_hand_over.html", {"member": _other(actor_of(request), reference, member_id)})


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask, then leave the trip."""
    actor = actor_of(request)
    if request.method == "POST":
        try:
            doors.end_membership(actor=actor, reference=reference)
        except Conflict as error:
            messages.warning(request, str(error.message))
            return _back(reference)
        messages.success(request, _("You left the trip. To come back, ask its owner for a new invitation."))
        return redirect("trips:list")
    if rules.owns(actor, company_trip(actor, reference)):
        messages.info(request, _("The trip is yours, so you can't leave it. Hand it over to an editor first, or archive it."))
        return _back(reference)
    return _asked(request, reference, "trips/company_leave.html", {})
