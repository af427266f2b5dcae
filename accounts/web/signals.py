"""Keeps `User.email_verified` equal to what allauth knows."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed, email_confirmed
from django.dispatch import receiver

from accounts.actions import users


@receiver(email_confirmed)
def on_confirmed(email_address: Any, **kwargs: Any) -> None:
    users.mark_email_verified(user_id=email_address.user_id, email=email_address.email)


@receiver(email_changed)
def on_changed(user: Any, to_email_address: Any, **kwargs: Any) -> None:
    if to_email_address.verified:
        users.mark_email_verified(user_id=user.pk, email=to_email_address.email)
