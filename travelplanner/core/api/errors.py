"""One shape for every error: status, error, message, timestamp, fields?, request_id."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from .. import clock, errors, logs

logger = logging.getLogger(__name__)
NAMES = {
    400: "invalid", 401: "not_authenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 406: "not_acceptable",
    409: "conflict", 412: "stale", 413: "too_large", 415: "unsupported_media_type", 422: "idempotency_mismatch",
    428: "precondition_required", 429: "too_many_requests", 500: "error", 503: "unavailable",
}  # fmt: skip


def body(status: int, message: Any, *, code: str = "", fields: Mapping[str, Any] | None = None, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The error body of the contract."""
    answer: dict[str, Any] = {
        "status": status,
        "error": code or NAMES.get(status, "error"),
        "message": str(message),
        "timestamp": clock.iso(clock.now()),
        "request_id": logs.request_id.get(),
    }
    if fields:
        answer["fields"] = fields
    if extra:
        answer["details"] = dict(extra)
    return answer


def wants_json(request: HttpRequest) -> bool:
    """Whether an error on this path is answered as JSON."""
    path = request.path
    return path.startswith(("/api/", "/health", "/get_user_plans/")) or path in ("/api", "/generate_plan", "/confirm_plan")


def _flat(detail: Any) -> Any:
    if isinstance(detail, dict):
        return {str(key): _flat(value) for key, value in detail.items()}
    if isinstance(detail, list | tuple):
        return [_flat(value) for value in detail]
    return str(detail)


def is_unavailable(error: DatabaseError | InterfaceError) -> bool:
    """Whether the database could not be had: locked, down, cut off, full, or read-only. A faulty statement of ours is none of these.

    PostgreSQL's driver has a class for it (a faulty statement is a ProgrammingError there); SQLite calls both OperationalError.
    """
    cause = error.__cause__ or error
    if isinstance(cause, psycopg.Error):
        return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.ReadOnlySqlTransaction)
    if isinstance(error, InterfaceError):  # Django's own: the connection is closed
        return True
    text = str(error).lower()
    return isinstance(error, OperationalError) and any(word in text for word in ("locked", "readonly", "disk", "full", "unable to open"))


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Unknown exceptions are left to Django's 500 handler, which logs them."""
    headers: dict[str, str] = {}
    if isinstance(error, errors.AppError):
        answer = body(error.status, error.message, code=error.code, fields=_flat(error.fields), extra=error.extra)
        if error.status in (429, 503):
            headers["Retry-After"] = str(error.extra.get("retry_after", 5))
    elif isinstance(error, exceptions.ValidationError):
        detail = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        answer = body(400, errors.Invalid.default_message, fields=_flat(detail))
    elif isinstance(error, exceptions.APIException):
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(math.ceil(wait))
        answer = body(error.status_code, error.detail if isinstance(error.detail, str) else _flat(error.detail))
    elif isinstance(error, Http404):
        answer = body(404, errors.NotFound.default_message)
    elif isinstance(error, PermissionDenied):
        answer = body(403, errors.NotAllowed.default_message)
    elif isinstance(error, RequestDataTooBig | TooManyFieldsSent):
        answer = body(413, _("The request is too large."))
    elif isinstance(error, SuspiciousOperation):
        answer = body(400, errors.Invalid.default_message)
    elif isinstance(error, DatabaseError | InterfaceError) and is_unavailable(error):
        logger.warning("database not available: %s", error)
        answer = body(503, errors.Unavailable.default_message)
        headers["Retry-After"] = "2"
    else:
        return None
    set_rollback()
    return Response(answer, status=answer["status"], headers=headers)
