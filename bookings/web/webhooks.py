"""Pages of webhooks: which programs are told, one of them with its log, its secret's one showing."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bookings.actions import webhook_deliveries, webhook_endpoints
from bookings.models import WebhookDelivery, WebhookEndpoint
from bookings.queries.webhooks import get_endpoint, list_deliveries, list_endpoints
from bookings.web.webhook_forms import EVENT_WORDS, ChangeEndpointForm, EndpointForm
from bookings.web.webhook_words import attempt_words, delivery_words, standing_words
from travelplanner.core import clock
from travelplanner.core.errors import AppError, Conflict, Stale
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited

PAGE_SIZE = 20


def _card(row: WebhookEndpoint) -> dict[str, Any]:
    tone, label, sentence = standing_words(row)
    told = [str(EVENT_WORDS.get(name, name)) for name in row.events]
    return {"row": row, "tone": tone, "label": label, "sentence": sentence, "told": told}


def _list(request: HttpRequest, form: EndpointForm, status: int = 200) -> HttpResponse:
    cards = [_card(row) for row in list_endpoints(actor_of(request))]
    full = len(cards) >= webhook_endpoints.MOST_ENDPOINTS
    return render(request, "bookings/webhooks.html", {"cards": cards, "form": form, "full": full}, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("ping")
def show_webhooks(request: HttpRequest) -> HttpResponse:
    """The list; a POST adds one and answers with its secret."""
    if request.method != "POST":
        return _list(request, EndpointForm())
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            made = webhook_endpoints.add_endpoint(actor=actor_of(request), **form.cleaned_data)
        except AppError as error:
            form.blame(error)
            return _list(request, form, error.status)
        return _secret(request, made, new=True)
    return _list(request, form, 400)


def _secret(request: HttpRequest, made: webhook_endpoints.Shown, *, new: bool) -> HttpResponse:
    """Shown in the answer itself: kept nowhere that could show it twice."""
    return render(request, "bookings/webhook_secret.html", {"endpoint": made.endpoint, "secret": made.secret, "new": new})


def _page(request: HttpRequest, row: WebhookEndpoint, form: ChangeEndpointForm | None = None, status: int = 200) -> HttpResponse:
    values = {"url": row.url, "description": row.description, "events": row.events, "version": row.row_version}
    page = Paginator(list_deliveries(actor_of(request), row.pk), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "card": _card(row),
        "endpoint": row,
        "form": form or ChangeEndpointForm(initial=values),
        "page": page,
        "deliveries": [_line(delivery) for delivery in page.object_list],
        "both_sign": row.previous_secret_until is not None and clock.now() < row.previous_secret_until,
    }
    return render(request, "bookings/webhook.html", context, status=status)


def _line(row: WebhookDelivery) -> dict[str, Any]:
    tone, label = delivery_words(row)
    attempts = [{"row": attempt, "words": attempt_words(attempt)} for attempt in row.log.all()]
    return {"row": row, "title": EVENT_WORDS.get(row.event, row.event), "tone": tone, "label": label, "log": attempts, "replayable": row.state != "queued"}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_webhook(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """One endpoint with what was sent to it; a POST changes it."""
    row = get_endpoint(actor_of(request), endpoint_id)
    if request.method != "POST":
        return _page(request, row)
    form = ChangeEndpointForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, 400)
    changes = {name: form.cleaned_data[name] for name in ("url", "description", "events")}
    try:
        webhook_endpoints.change_endpoint(actor=actor_of(request), endpoint_id=endpoint_id, row_version=form.cleaned_data["version"], changes=changes)
    except Stale:
        data = request.POST.copy()
        data["version"] = str(row.row_version)
        form = ChangeEndpointForm(data)
        form.add_error(None, _("This was changed in the meantime. Look through what you typed and save it again."))
        return _page(request, row, form, 412)
    except AppError as error:
        form.blame(error)
        return _page(request, row, form, error.status)
    messages.success(request, _("Saved."))
    return redirect("bookings:webhook", endpoint_id=endpoint_id)


@login_required
@require_POST
def switch(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """On (`on=1`) or off."""
    on = request.POST.get("on") == "1"
    webhook_endpoints.change_endpoint(actor=actor_of(request), endpoint_id=endpoint_id, row_version=None, changes={"enabled": on})
    messages.success(request, _("Switched on.") if on else _("Switched off: nothing is sent there."))
    return redirect("bookings:webhook", endpoint_id=endpoint_id)


@login_required
@never_cache
@require_POST
@limited("ping")
def rotate(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """A new secret, shown once."""
    return _secret(request, webhook_endpoints.rotate_secret(actor=actor_of(request), endpoint_id=endpoint_id), new=False)


@login_required
@require_POST
@limited("ping")
def ping(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """A test event."""
    try:
        webhook_deliveries.send_ping(actor=actor_of(request), endpoint_id=endpoint_id)
        messages.success(request, _("A test event is on its way. Load this page again in a moment to see how it went."))
    except Conflict as error:
        messages.error(request, str(error.message))
    return redirect("bookings:webhook", endpoint_id=endpoint_id)


@login_required
@require_POST
@limited("ping")
def replay(request: HttpRequest, endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> HttpResponse:
    """Send one delivery again."""
    try:
        webhook_deliveries.replay_delivery(actor=actor_of(request), endpoint_id=endpoint_id, delivery_id=delivery_id)
        messages.success(request, _("It is sent again. Load this page again in a moment to see how it went."))
    except Conflict as error:
        messages.error(request, str(error.message))
    return redirect("bookings:webhook", endpoint_id=endpoint_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Asks first."""
    if request.method != "POST":
        return render(request, "bookings/webhook_remove.html", {"endpoint": get_endpoint(actor_of(request), endpoint_id)})
    webhook_endpoints.remove_endpoint(actor=actor_of(request), endpoint_id=endpoint_id)
    messages.success(request, _("Removed. Nothing is sent there any more."))
    return redirect("bookings:webhooks")
