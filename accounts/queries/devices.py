"""Where a user is signed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, Subquery
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.queries.user_agents import describe, is_program
from travelplanner.core import clock

AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Device:
    """`words` say browser and system; `ip` is the last address it came from."""

    id: int
    words: str
    program: bool
    ip: str
    first_seen: dt.datetime
    last_seen: dt.datetime
    current: bool


def devices_of(user: User, *, current_key: str, now: dt.datetime | None = None) -> list[Device]:
    """Living sessions, this one first, then the one seen last; one statement. What a changed password ended is left out."""
    data = Session.objects.filter(pk=OuterRef("session_key"), expire_date__gt=now or clock.now()).values("session_data")
    rows = UserSession.objects.filter(user_id=user.pk).annotate(session_data=Subquery(data)).exclude(session_data=None).order_by("-last_seen_at", "-pk")
    found = [
        Device(row.pk, describe(row.user_agent), is_program(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == current_key)
        for row in rows[:AT_MOST]
        if _is_alive(row.session_data, user)
    ]
    return sorted(found, key=lambda device: not device.current)


def _is_alive(session_data: str, user: User) -> bool:
    data = SessionStore().decode(session_data)
    return data.get(SESSION_KEY) == str(user.pk) and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
