"""Tokens of links that open a door: 256 random bits in the link, their SHA-256 in the row."""

from __future__ import annotations

import hashlib
import secrets

LONGEST = 64  # characters of ours; more is never hashed


def new_token() -> tuple[str, str]:
    """A token for a link and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> str:
    """What to look a token up by. Nothing of another length than ours is worth hashing, and nothing stored equals ""."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest() if 0 < len(token) <= LONGEST else ""
