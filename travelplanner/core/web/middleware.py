"""Per request: an id, security headers, and error pages or bodies for what views raise."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from .. import errors, logs
from ..api import errors as api_errors

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
RETRY_AFTER = "60"  # seconds
HTTP_405 = _("This method is not allowed here.")
PERSONAL_PREFIXES = ("/trips", "/bookings", "/account", "/consent/", "/join/", "/s/", "/calendar/")
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
WIDER_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "worker-src": [SELF, "blob:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}


class RequestIdMiddleware:
    """Gives the request an id (a well-formed X-Request-ID is kept) for logs, audit and error bodies."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if SAFE_ID.fullmatch(sent) else uuid.uuid4().hex
        token = logs.request_id.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = request_id
        return response


class SecurityHeadersMiddleware:
    """Headers that Django has no setting for; no cache keeps a personal answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self), payment=(self)")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if self._is_personal(request, response):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @staticmethod
    def _is_personal(request: HttpRequest, response: HttpResponse) -> bool:
        """A trip or booking, or a page for a browser that we know (or come to know by this answer). Asks no database."""
        if request.path.startswith(PERSONAL_PREFIXES):
            return True
        known = settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies
        return known and response.get("Content-Type", "").startswith("text/html")


class ErrorPageMiddleware:
    """What a page view raises becomes a page (or the error body under /api): AppError, and a database that can't be had."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:  # no name or reference holds one, and PostgreSQL refuses to look
            return error_response(request, 404, errors.NotFound.default_message)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:  # as Django's decorators leave it; a browser would show its own page
            answer = error_response(request, 405, HTTP_405)
            answer["Allow"] = response.get("Allow", "")
            return answer
        if response.status_code == 429:  # allauth's limits don't say when; the shortest of them that matter are minutes
            response.headers.setdefault("Retry-After", RETRY_AFTER)
        if request.path.startswith(settings.CSP_WIDER_PREFIXES):
            response._csp_replace = WIDER_POLICY  # type: ignore[attr-defined]  # where django-csp's decorator puts it
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, errors.AppError):
            response = error_response(request, error.status, error.message, code=error.code, extra=error.extra)
            if error.status in (429, 503):
                response["Retry-After"] = str(error.extra.get("retry_after", RETRY_AFTER))
            return response
        if isinstance(error, DatabaseError | InterfaceError) and api_errors.is_unavailable(error):
            logger.warning("database not available: %s", error)
            response = error_response(request, 503, errors.Unavailable.default_message)
            response["Retry-After"] = "2"
            return response
        return None


def error_response(request: HttpRequest, status: int, message: object, *, code: str = "", extra: dict | None = None) -> HttpResponse:
    """The answer to an error outside DRF: JSON under /api, else the page `errors/<status>.html`."""
    if api_errors.wants_json(request):
        return JsonResponse(api_errors.body(status, message, code=code, extra=extra), status=status)
    known = status if status in (400, 403, 404, 405, 409, 429, 500, 503) else 400
    return render(request, f"errors/{known}.html", {"message": message, "code": code, "status": status}, status=status)
