"""What is done to users."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.models import User
from accounts.states import USER
from travelplanner.core import transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound


def mark_email_verified(*, user_id: uuid.UUID, email: str) -> None:
    """Note that the user proved this address. No effect when it isn't the user's present address."""
    User.objects.filter(pk=user_id, email__iexact=email).update(email_verified=True)


def _move(actor: Actor, user_id: uuid.UUID, to: str, reason: str, now: dt.datetime | None) -> User:
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise NotFound
        transitions.move(user, USER, to, actor=actor, reason=reason, now=now)
    return user


def suspend_user(*, actor: Actor, user_id: uuid.UUID, reason: str, now: dt.datetime | None = None) -> User:
    """Lock a user out at once (tokens and sessions are refused from the next request). Staff only; audited."""
    return _move(actor, user_id, "suspended", reason, now)


def reinstate_user(*, actor: Actor, user_id: uuid.UUID, reason: str, now: dt.datetime | None = None) -> User:
    """Let a suspended user in again. Staff only; audited."""
    return _move(actor, user_id, "active", reason, now)
