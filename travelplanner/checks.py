"""`manage.py check --deploy`: what production must not be started with, beyond Django's own checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from travelplanner.core.signing_keys import seed_of

SHOWN_IN_PUBLIC = ("only-for-", "insecure", "change-me", "changeme", "example", "secret-key")
SAMPLE_KEYS = frozenset({"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="})  # the tests' key


@register(Tags.security)
def keys(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A key that does not work stops every start, not only a deployment."""
    found: list[CheckMessage] = []
    for number, key in enumerate(settings.FIELD_KEYS, 1):
        try:
            Fernet(key)
        except ValueError:
            found.append(Error(f"FIELD_KEYS: key {number} is not a Fernet key (32 random bytes, urlsafe base64).", id="travelplanner.E001"))
    for number, key in enumerate(settings.CONFIRMATION_KEYS, 1):
        try:
            seed_of(key)
        except ValueError:
            found.append(Error(f"CONFIRMATION_KEYS: key {number} is not 32 random bytes, urlsafe base64.", id="travelplanner.E010"))
    return found


@register(Tags.security, deploy=True)
def published_keys(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if any(word in settings.SECRET_KEY.lower() for word in SHOWN_IN_PUBLIC):
        found.append(Error("SECRET_KEY is a sample. Make one at random.", id="travelplanner.E002"))
    if SAMPLE_KEYS & set(settings.FIELD_KEYS):
        found.append(Error("FIELD_KEYS holds a sample key. Make one at random.", id="travelplanner.E003"))
    return found


@register(Tags.security)
def private_files(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Sealed or not, people's papers don't lie where a web server looks for files."""
    root = Path(settings.PRIVATE_FILES_ROOT).resolve()
    served = [Path(folder).resolve() for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS) if folder]
    if any(root == folder or folder in root.parents or root in folder.parents for folder in served):
        return [Error("PRIVATE_FILES_ROOT must be apart from the folders of static files and media.", id="travelplanner.E004")]
    return []


@register(Tags.security, deploy=True)
def mode(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Local mode serves plain HTTP and has demo users whose password is printed."""
    found: list[CheckMessage] = []
    if settings.LOCAL:
        found.append(Warning("LOCAL=1 is for one's own machine: plain HTTP, demo users.", hint="Unset LOCAL.", id="travelplanner.W001"))
    if settings.DEMO_PASSWORD and not settings.LOCAL:
        found.append(Warning("DEMO_PASSWORD has no use in production.", hint="Unset it.", id="travelplanner.W002"))
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(Warning("PUBLIC_URL is not an https:// address; links in mail use it.", id="travelplanner.W003"))
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        found.append(
            Warning(
                "ACCOUNT_EMAIL_VERIFICATION is optional: sign-up tells whether an address has an account, and anybody can use another's address.",
                hint="Unset it; new accounts then type the code that they are mailed.",
                id="travelplanner.W007",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Warning("ALLOWED_HOSTS lets every host name in; links could be made to point elsewhere.", id="travelplanner.W004"))
    if not settings.STAFF_SECOND_FACTOR and not settings.LOCAL:
        found.append(
            Warning("STAFF_SECOND_FACTOR is off: a stolen password opens the staff pages.", hint="Unset it; staff are led to set one up.", id="travelplanner.W010")
        )
    return found


@register(Tags.security, deploy=True)
def stand_ins(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Gateways that only pretend."""
    found: list[CheckMessage] = []
    if settings.PAYMENT_GATEWAY == "mock" and not settings.ALLOW_MOCK_PAYMENTS:
        found.append(
            Warning(
                "PAYMENT_GATEWAY is the mock gateway: bookings are confirmed though nobody pays.",
                hint="Choose a gateway, or say ALLOW_MOCK_PAYMENTS=1 for a demonstration.",
                id="travelplanner.W005",
            )
        )
    if not settings.LOCAL and settings.EMAIL_BACKEND.rpartition(".")[0].rpartition(".")[2] in ("console", "filebased", "locmem", "dummy"):
        found.append(Warning("EMAIL_URL sends no mail to anybody.", hint="EMAIL_URL=smtp+tls://user:password@host:587", id="travelplanner.W006"))
    return found
