"""A browser's trips and guest memberships follow its user at sign-in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from travelplanner.core.actor import Actor, visitor_hash
from travelplanner.core.web.actors import SESSION_KEY
from trips.actions.members import claim_memberships
from trips.actions.trips import claim_trips


@receiver(user_logged_in)
def on_signed_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    token = request.session.pop(SESSION_KEY, "") if request is not None and hasattr(request, "session") else ""
    if token:
        actor = Actor(user_id=user.pk, visitor=visitor_hash(token))
        claim_trips(actor=actor)
        claim_memberships(actor=actor)
