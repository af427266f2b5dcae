"""Whose phone number it is."""

from __future__ import annotations

from accounts.models import User


def user_with_phone(number: str) -> User | None:
    """Whoever proved this number; None for nobody (an unproven one is nobody's)."""
    return User.objects.filter(phone=number, phone_verified=True).first() if number else None
