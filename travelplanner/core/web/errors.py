"""Django's error handlers (`handler404` ...), in the contract's two shapes."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .. import errors
from ..api import errors as api_errors
from .middleware import error_response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django calls a body that is too large a bad request, too."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return error_response(request, 413, _("The request is too large."))
    return error_response(request, 400, errors.Invalid.default_message)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 403, errors.NotAllowed.default_message)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 404, errors.NotFound.default_message)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return error_response(request, 429, errors.TooManyRequests.default_message)


def server_error(request: HttpRequest) -> HttpResponse:
    """Stands alone: no database, no session, no context processor."""
    if api_errors.wants_json(request):
        return JsonResponse(api_errors.body(500, errors.AppError.default_message), status=500)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(request, 403, errors.NotAllowed.default_message, code="csrf")
