"""Signed-in devices: sessions of browsers and programs, the refresh tokens that belong to them, and their end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import RefreshToken, User
from accounts.models.session import session_hash
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed, NotFound


def _hold(keys: Collection[str]) -> list[str]:
    """Lock those sessions that there are."""
    return list(Session.objects.select_for_update().filter(session_key__in=keys).order_by("pk").values_list("pk", flat=True))


def _close(keys: Collection[str]) -> int:
    """Every trace of these sessions; returns how many were listed. Tokens and cookies of them are refused from the next request on.

    Everybody who changes a session's rows holds the row of the session itself first.
    """
    _hold(keys)
    Session.objects.filter(session_key__in=keys).delete()
    RefreshToken.objects.filter(session_hash__in=[session_hash(key) for key in keys]).delete()
    return UserSession.objects.filter(session_key__in=keys).delete()[0]


def end_session(*, actor: Actor, session_id: int, now: dt.datetime | None = None) -> str:
    """Sign one's own device out at once and return its session's key (the caller may be sitting at it). Raises NotFound. Audited."""
    with transaction.atomic():
        row = UserSession.objects.filter(pk=session_id, user_id=actor.user_id).first() if actor.user_id else None
        if row is None or not _close([row.session_key]):
            raise NotFound
        audit.record(actor=actor, action="session.ended", row=row, now=now)
    return str(row.session_key)


def end_sessions(*, actor: Actor, session_ids: Collection[int], now: dt.datetime | None = None) -> int:
    """Sign several of one's own devices out; those that aren't one's own are passed over. Returns how many. Audited."""
    with transaction.atomic():
        rows = list(UserSession.objects.filter(pk__in=session_ids, user_id=actor.user_id).order_by("pk"))
        audit.record_all(actor=actor, action="session.ended", rows=rows, now=now)
        return _close([row.session_key for row in rows])


def end_other_sessions(*, actor: Actor, user_id: uuid.UUID, keep: str, now: dt.datetime | None = None) -> int:
    """Sign a user out everywhere but in the session `keep` ("": everywhere). Only the user, staff or a job may. Audited; returns how many."""
    if not (actor.user_id == user_id or actor.is_staff or actor.is_system):
        raise NotAllowed
    with transaction.atomic():
        rows = list(UserSession.objects.filter(user_id=user_id).exclude(session_key=keep).order_by("pk"))
        audit.record_all(actor=actor, action="session.ended", rows=rows, now=now)
        RefreshToken.objects.filter(user_id=user_id).exclude(session_hash=session_hash(keep)).delete()
        return _close([row.session_key for row in rows])


def forget_session(*, actor: Actor, session_key: str) -> None:
    """Take a session that ends by signing out off the list of devices, with its refresh tokens."""
    with transaction.atomic():
        _close([session_key])


def note_seen(*, actor: Actor, session_key: str, ip: str, user_agent: str, now: dt.datetime | None = None) -> None:
    """Note that a signed-in device was here just now, and as what it came."""
    shown = user_agent[: UserSession._meta.get_field("user_agent").max_length]
    UserSession.objects.filter(session_key=session_key, user_id=actor.user_id).update(last_seen_at=now or clock.now(), ip=ip, user_agent=shown)


def add_refresh_token(*, actor: Actor, token_id: uuid.UUID, session_key: str, expires_at: dt.datetime, now: dt.datetime | None = None) -> None:
    """Remember the first refresh token of a sign-in. Raises NotAllowed."""
    if actor.user_id is None:
        raise NotAllowed
    RefreshToken.objects.create(id=token_id, user_id=actor.user_id, session_hash=session_hash(session_key), created_at=now or clock.now(), expires_at=expires_at)


def rotate_refresh_token(
    *, actor: Actor, token_id: uuid.UUID, successor_id: uuid.UUID, session_key: str, expires_at: dt.datetime, now: dt.datetime | None = None
) -> bool:
    """Spend a refresh token of the actor's session and remember its successor. False: there is no such token to spend, and the session is over.

    A token that comes a second time was stolen, or is asked for by a thief's victim: nobody can tell which of the two is honest, so the whole
    sign-in ends, access tokens and the newer refresh token with it. Of two at the same moment one is spent and the other ends the session:
    a client must not refresh twice at once. Audited. The claim is a conditional UPDATE, so there are never two successors.
    """
    if actor.user_id is None:
        return False
    now = now or clock.now()
    with transaction.atomic():
        held = _hold([session_key])
        mine = RefreshToken.objects.filter(session_hash=session_hash(session_key), user_id=actor.user_id)
        if not held:
            return False
        if mine.filter(pk=token_id, used_at=None, expires_at__gt=now).update(used_at=now):
            # the session lives on as if it had been used; its data are left alone, somebody else may be saving them
            Session.objects.filter(session_key=session_key).update(expire_date=now + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))
            RefreshToken.objects.create(id=successor_id, user_id=actor.user_id, session_hash=session_hash(session_key), created_at=now, expires_at=expires_at)
            UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)
            return True
        _close([session_key])
        user = User.objects.filter(pk=actor.user_id).first()
        if user is not None:
            audit.record(actor=actor, action="user.refresh_token_reused", row=user, now=now)
    return False


def prune_devices(*, now: dt.datetime | None = None) -> str:
    """Drop what is left of sessions that are over; a periodic job."""
    now = now or clock.now()
    alive = Session.objects.filter(pk=OuterRef("session_key"), expire_date__gt=now)
    sessions, _detail = UserSession.objects.filter(~Exists(alive)).delete()
    tokens, _detail = RefreshToken.objects.filter(expires_at__lte=now).delete()
    return f"{sessions} sessions, {tokens} refresh tokens dropped"
