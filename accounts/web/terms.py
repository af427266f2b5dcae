"""The consent to the terms, with signing up: the page shows the words and sends their version, a program may send it too."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, RawPostDataException

from accounts.actions import consents
from travelplanner.core import logs
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict


def note_terms(request: HttpRequest, user: Any) -> None:
    """Write the consent down when the version of today's words came along; words of yesterday are asked for again on the page of consents."""
    version = request.POST.get("terms_version", "") or _from_program(request)
    if not version:
        return
    actor = Actor(user_id=user.pk, request_id=logs.request_id.get())
    try:
        consents.decide(actor=actor, purpose="terms", given=True, text_version=version[:20], how="sign_up")
    except Conflict:
        return


def _from_program(request: HttpRequest) -> str:
    if request.content_type != "application/json":
        return ""
    try:
        body = json.loads(request.body)
    except (ValueError, RawPostDataException):
        return ""
    version = body.get("terms_version") if isinstance(body, dict) else None
    return version if isinstance(version, str) else ""
