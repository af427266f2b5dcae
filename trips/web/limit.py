"""The trip's limit: change it without planning anew."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from travelplanner.core import money
from travelplanner.core.web.actors import actor_of
from trips import rules
from trips.actions.trips import change_trip
from trips.queries.trips import get_trip
from trips.web.trip_bar import trip_bar


class LimitForm(forms.Form):
    limit = forms.DecimalField(
        label=lazy("Most you want to spend, for everyone"), required=False, min_value=0, max_value=money.MAX_AMOUNT / 1000, max_digits=15, decimal_places=3,
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "decimal", "step": "any"}),
        help_text=lazy("Leave it empty if you have no limit."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def change_limit(request: HttpRequest, reference: str) -> HttpResponse:
    """Show and change the ceiling; afterwards back to `next` (an address of ours) or to the plan. Someone else's change in between is a 412."""
    actor = actor_of(request)
    trip = get_trip(actor, reference)
    form = LimitForm(request.POST or None, initial={"limit": trip.budget_amount, "version": trip.row_version})
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    own = rules.may_change(actor, trip)
    locked = own and (trip.locked_revision is not None or trip.state != "planning")
    status = 400 if form.is_bound else 200
    if form.is_bound and locked:
        status = 409  # the page says why, and where to undo it
    elif form.is_bound and form.is_valid():
        change_trip(actor=actor, reference=reference, row_version=form.cleaned_data["version"], budget_maximum=form.cleaned_data["limit"])
        messages.success(request, _("Your limit is changed."))
        return HttpResponseRedirect(target) if safe else redirect("trips:show", reference=reference)
    context = {"trip": trip, "form": form, "next": target if safe else "", "bar": trip_bar(actor, trip, "plan", planned=True), "own": own, "locked": locked}
    return render(request, "trips/limit.html", context, status=status)
