"""Who asks: the signed-in user, or this browser by its visitor token."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

from .. import logs
from ..actor import Actor, visitor_hash

SESSION_KEY = "visitor"


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page request; anonymous browsers are known by their visitor token, if they have one."""
    visitor = visitor_hash(request.session.get(SESSION_KEY, ""))
    user = request.user
    if user.is_authenticated:
        return Actor(user_id=user.pk, visitor=visitor, is_staff=user.is_staff, request_id=logs.request_id.get())
    return Actor(visitor=visitor, request_id=logs.request_id.get())


def ensure_visitor(request: HttpRequest) -> Actor:
    """Give an anonymous browser its visitor token, so that what it makes stays its own."""
    if not request.user.is_authenticated and not request.session.get(SESSION_KEY):
        request.session[SESSION_KEY] = secrets.token_urlsafe(24)
    return actor_of(request)
