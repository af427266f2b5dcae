"""Bearer tokens: one query that checks the session and another none; the user comes with it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import TokenAuthentication as BaseTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User

REFUSED = "This token is not valid (any more). Sign in again."


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
        session_key = internal.session_key_from_sid(payload["sid"])
        if not session_key:
            raise AuthenticationFailed(REFUSED)
        store = import_module(settings.SESSION_ENGINE).SessionStore(session_key=session_key)
        data = store.load()
        if not data or data.get(SESSION_KEY) != payload["sub"]:
            raise AuthenticationFailed(REFUSED)
        user = User.objects.filter(pk=data[SESSION_KEY], status="active").first()
        if user is None or not constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            raise AuthenticationFailed(REFUSED)
        return user, payload


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
