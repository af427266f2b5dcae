"""Tokens of programs (JWT): access tokens of 15 minutes bound to a server-side session, refresh tokens that are good once.

A refresh token that comes a second time ends its session: the access tokens and the newer refresh token with it (promise 16). So of two
refreshes at the same moment one is answered and the session is over all the same: an honest client refreshes one at a time.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from allauth.account.internal.userkit import user_id_to_str
from allauth.core.internal.httpkit import authenticated_user
from allauth.headless import app_settings
from allauth.headless.internal.sessionkit import lookup_session
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from django.http import HttpRequest

from accounts.actions import devices
from accounts.api.authentication import is_uuid, session_key_of
from accounts.models import User
from travelplanner.core import logs
from travelplanner.core.actor import Actor


class TokenStrategy(JWTTokenStrategy):
    """allauth's, with refresh tokens as rows in place of a list inside the session (accounts.models.session says why)."""

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        access, key = self.create_access_token(request), request.session.session_key
        if access is None or key is None:
            return None
        user = authenticated_user(request)
        token, token_id, expires_at = _make_refresh_token(user, key)
        devices.add_refresh_token(actor=_actor(user), token_id=token_id, session_key=key, expires_at=expires_at)
        return {"access_token": access, "refresh_token": token}

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """(access token, next refresh token), or None: expired, forged, of an ended session, of another user or password, or used before."""
        payload = internal.decode_token(refresh_token, "refresh")
        key = session_key_of(payload["sid"]) if payload else None
        session = lookup_session(key) if key else None
        if payload is None or key is None or session is None or not is_uuid(payload["jti"]):
            return None
        user = internal.validate_token_user(payload, session)
        if user is None:
            return None
        successor, successor_id, expires_at = _make_refresh_token(user, key)
        rotated = devices.rotate_refresh_token(
            actor=_actor(user), token_id=uuid.UUID(payload["jti"]), successor_id=successor_id, session_key=key, expires_at=expires_at
        )
        if not rotated:
            return None
        return internal.create_access_token(user, session, self.get_claims(user)), successor


def _make_refresh_token(user: User, session_key: str) -> tuple[str, uuid.UUID, dt.datetime]:
    sid, lifetime = internal.session_key_to_sid(session_key), app_settings.JWT_REFRESH_TOKEN_EXPIRES_IN
    token, payload = internal.create_token("refresh", sub=user_id_to_str(user), sid=sid, expires_in=lifetime)
    return token, uuid.UUID(payload["jti"]), dt.datetime.fromtimestamp(payload["exp"], dt.UTC)


def _actor(user: User) -> Actor:
    return Actor(user_id=user.pk, is_staff=user.is_staff, request_id=logs.request_id.get())
