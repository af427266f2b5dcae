"""The page of notifications: read, opened, dismissed by plain forms."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import notifications
from accounts.queries.notifications import UNREAD, count_unread, list_notifications
from accounts.web.requests import SignedInRequest
from travelplanner.core.errors import Conflict
from travelplanner.core.web.actors import actor_of

PAGE_SIZE = 20
ICONS = {"booking": "ticket", "collection": "people", "payment": "money", "refund": "money", "webhook": "globe"}


@login_required
@require_safe
def show_notifications(request: SignedInRequest) -> HttpResponse:
    """Newest first; `?unread=1` shows those alone."""
    only_unread = request.GET.get("unread") == "1"
    rows = list_notifications(actor_of(request), unread=True if only_unread else None)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [
        {"row": row, "unread": row.status in UNREAD, "icon": ICONS.get(row.notification_type.split(".")[0], "bell"), "loud": row.priority in ("high", "critical")}
        for row in page.object_list
    ]
    unread = request.unread_notifications = count_unread(request.user.pk)
    return render(request, "accounts/notifications.html", {"page": page, "lines": lines, "only_unread": only_unread, "unread": unread})


@login_required
@require_POST
def open_notification(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    row = notifications.read_notification(actor=actor_of(request), notification_id=notification_id)
    ours = row.action_url.startswith("/") and url_has_allowed_host_and_scheme(row.action_url, allowed_hosts=None)
    return redirect(row.action_url if ours else "accounts:notifications")


@login_required
@require_POST
def read(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    try:
        notifications.read_notification(actor=actor_of(request), notification_id=notification_id)
    except Conflict:  # dismissed in another window: as good as read
        messages.info(request, _("It was dismissed already."))
    return redirect("accounts:notifications")


@login_required
@require_POST
def dismiss(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    notifications.dismiss_notification(actor=actor_of(request), notification_id=notification_id)
    messages.success(request, _("Dismissed."))
    return redirect("accounts:notifications")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    number = notifications.read_all_notifications(actor=actor_of(request))
    messages.success(request, ngettext("%d notification is marked as read.", "%d notifications are marked as read.", number) % number)
    return redirect("accounts:notifications")
