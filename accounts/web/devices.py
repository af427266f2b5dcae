"""Where someone is signed in: the list, its buttons, and what keeps it true."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import devices
from accounts.queries.devices import devices_of
from accounts.web.requests import SignedInRequest
from travelplanner.core.web.actors import actor_of

SEEN = "seen_at"  # in the session: when `last_seen_at` was written last
SEEN_EVERY = 300  # seconds
PAGE_SIZE = 25


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Revoking by program ends the tokens too."""

    def end_sessions(self, sessions: Iterable[Any]) -> None:
        rows = list(sessions)
        if rows:
            from allauth.core import context

            devices.end_sessions(actor=actor_of(context.request), session_ids=[row.pk for row in rows])


class LastSeenMiddleware:
    """Notes every five minutes when a signed-in browser was here. Costs nothing in between: it reads the session that was loaded anyway."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and session.session_key and SESSION_KEY in session:
            moment = int(time.time())
            if moment - session.get(SEEN, 0) >= SEEN_EVERY and response.status_code < 500:
                session[SEEN] = moment
                if request.user.is_authenticated:
                    agent, address = request.headers.get("User-Agent", ""), get_adapter().get_client_ip(request)
                    devices.note_seen(actor=actor_of(request), session_key=session.session_key, ip=address, user_agent=agent)
        return response


@login_required
@require_safe
def list_devices(request: SignedInRequest) -> HttpResponse:
    """Newest first; this one is marked."""
    found = devices_of(request.user, current_key=request.session.session_key or "")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/devices.html", {"page": page, "others": sum(not device.current for device in found)})


@login_required
@require_POST
def end_device(request: HttpRequest, session_id: int) -> HttpResponse:
    ended = devices.end_session(actor=actor_of(request), session_id=session_id)
    if ended == request.session.session_key:
        logout(request)
        return redirect("home")
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:devices")


@login_required
@require_POST
def end_other_devices(request: SignedInRequest) -> HttpResponse:
    number = devices.end_other_sessions(actor=actor_of(request), user_id=request.user.pk, keep=request.session.session_key or "")
    messages.success(request, ngettext("%d other device is signed out.", "%d other devices are signed out.", number) % number)
    return redirect("accounts:devices")
