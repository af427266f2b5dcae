"""Refresh tokens: each is good once."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models

from travelplanner.core import clock
from travelplanner.core.models import UUIDModel


def session_hash(session_key: str) -> str:
    """What is kept of a session's key where only equality matters: the key itself would open the account."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class RefreshToken(UUIDModel):
    """`id` is the token's `jti`. All tokens of one sign-in share `session_hash`: used twice, one of them ends them all.

    A row of its own and not a part of the session's data (allauth's way): a request that saves the session at the same moment
    would bring a used token back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["session_hash"], name="refresh_token_session"),
            models.Index(fields=["expires_at"], name="refresh_token_expiry"),
        ]

    def __str__(self) -> str:
        return f"refresh token of {self.user_id}"
