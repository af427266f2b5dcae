"""What follows from signing in, out and changing how: `User.email_verified` stays equal to what allauth knows, other devices are signed out."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import (
    email_changed,
    email_confirmed,
    password_changed,
    password_reset,
    password_set,
    user_signed_up,
)
from allauth.account.signals import user_logged_in as came_in
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import user_logged_in, user_logged_out
from django.dispatch import receiver

from accounts.actions import devices, users
from accounts.web import proving, reader, terms
from accounts.web.devices import SEEN
from travelplanner.core import clock
from travelplanner.core.actor import Actor


@receiver(email_confirmed)
def on_confirmed(request: Any, email_address: Any, **kwargs: Any) -> None:
    proving.address_proven(request, email_address)


@receiver(user_signed_up)
def on_signed_up(request: Any, user: Any, **kwargs: Any) -> None:
    proving.signed_up(user)
    terms.note_terms(request, user)


@receiver(password_reset)
def on_password_reset(user: Any, **kwargs: Any) -> None:
    proving.password_chosen_by_mail(user)


@receiver(email_changed)
def on_changed(user: Any, to_email_address: Any, **kwargs: Any) -> None:
    if to_email_address.verified:
        users.mark_email_verified(user_id=user.pk, email=to_email_address.email)


@receiver(user_logged_in)
def on_signed_in(request: Any, **kwargs: Any) -> None:
    """The list of devices knows this moment already (allauth's row)."""
    request.session[SEEN] = int(clock.now().timestamp())


@receiver(came_in)
def on_came_in(request: Any, user: Any, response: Any = None, **kwargs: Any) -> None:
    """allauth's signal, which brings the answer along: by password, code, passkey or another company's word."""
    reader.follow_user(request, response, user)


@receiver(user_logged_out)
def on_signed_out(request: Any, user: Any, **kwargs: Any) -> None:
    if user is not None and request.session.session_key:
        devices.forget_session(actor=Actor(user_id=user.pk), session_key=request.session.session_key)


@receiver([password_changed, password_set, password_reset])
def on_password_changed(request: Any, user: Any, **kwargs: Any) -> None:
    """Their hashes don't fit any more, so the other sessions are dead already; here they and their tokens go."""
    keep = request.session.session_key if request.user.is_authenticated and request.user.pk == user.pk else ""
    devices.end_other_sessions(actor=Actor(user_id=user.pk), user_id=user.pk, keep=keep or "")


@receiver(authenticator_added)
def on_factor_added(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """Whoever has just set a factor up has just proven it; recovery codes come along by themselves and prove nothing."""
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
