"""The language and the clock chosen in the profile follow their user to every browser.

The language is a cookie (Django's own), and beside it stands which one came from a profile: the next user of this browser, and who chose another
language elsewhere since, get theirs; the zone stays in the session: base.html tells it to static/js/local_time.js, and signing out forgets it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.queries.profiles import speech_of

ZONE = "reader_zone"  # in the session
FOLLOWED = "language_followed"  # a cookie: the language that was set because of a profile
UNKNOWN = "UTC"  # nobody chose it: then the device knows better


def remember_zone(request: HttpRequest, zone: str) -> None:
    if zone == UNKNOWN:
        request.session.pop(ZONE, None)
    else:
        request.session[ZONE] = zone


def remember_language(response: HttpResponseBase, language: str) -> None:
    for name in (settings.LANGUAGE_COOKIE_NAME, FOLLOWED):
        response.set_cookie(name, language, max_age=365 * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def follow_user(request: HttpRequest, response: HttpResponseBase | None, user: Any) -> None:
    """At sign-in. A language that this browser was told by the button in the header stays: whoever pressed it meant it."""
    spoken = speech_of(user.pk)
    if spoken is None:
        return
    language, zone = spoken
    remember_zone(request, zone)
    told = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if response is not None and told == request.COOKIES.get(FOLLOWED):  # neither, or as a profile had it
        remember_language(response, language)
