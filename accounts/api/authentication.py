"""Bearer tokens: one query brings the user and the server-side session that the token is bound to (sessions live in the database)."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.headless.tokens.strategies.jwt import internal
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import TokenAuthentication as BaseTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User
from travelplanner.core import clock

REFUSED = _("This token is not valid (any more). Sign in again.")


class TokenAuthentication(BaseTokenAuthentication):
    """`Authorization: Bearer <access token>`.

    allauth's stock check answers 500 for a deleted user and 200 for an inactive one when stateless. This one looks at the
    server-side session and the user on every call: ended session, changed password, suspended or deleted user -> 401.
    """

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[User, dict[str, Any]]:
        payload = internal.decode_token(key, "access")
        if payload is None:
            raise AuthenticationFailed(REFUSED)
        session_key = session_key_of(payload["sid"])
        if not session_key or not is_uuid(payload["sub"]):
            raise AuthenticationFailed(REFUSED)
        user = _user_with_session(payload["sub"], session_key)
        if user is None:
            raise AuthenticationFailed(REFUSED)
        data = SessionStore().decode(user.session_data)
        if data.get(SESSION_KEY) != payload["sub"] or not constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            raise AuthenticationFailed(REFUSED)
        return user, payload


# Plain SQL, because every API call pays for it: building the same join with the ORM costs more than running it.
_SIGN_IN = """
    SELECT u.*, s.session_data FROM accounts_user u JOIN django_session s ON s.session_key = %s AND s.expire_date > %s
    WHERE u.id = %s AND u.status = 'active'
"""


def _user_with_session(user_id: str, session_key: str) -> Any:
    """The active user with `session_data` of that live session, or None."""
    key = User._meta.pk.get_db_prep_value(uuid.UUID(user_id), connection)
    now = connection.ops.adapt_datetimefield_value(clock.now())
    return next(iter(User.objects.raw(_SIGN_IN, [session_key, now, key])), None)


def session_key_of(sid: str) -> str | None:
    try:
        return internal.session_key_from_sid(sid)
    except ValueError:  # too short for the cipher's initialization vector
        return None


def is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
