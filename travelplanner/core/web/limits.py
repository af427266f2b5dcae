"""Rate limits of pages: the same scopes, rates and counters as the API's, by user or else by address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from .. import errors
from ..api.throttling import Exact
from .middleware import error_response

View = Callable[..., HttpResponse]


class PageThrottle(Exact):
    """Counts a page request under the key that DRF's scoped throttle uses, so that page and program share one limit."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def get_cache_key(self, request: Any, view: Any) -> str:
        ident = request.user.pk if request.user.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


def limited(scope: str, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """Answer 429 with Retry-After beyond the scope's rate (settings, DEFAULT_THROTTLE_RATES); other methods pass. HEAD does the work of GET, and counts as one."""
    counted = {*methods, "HEAD"} if "GET" in methods else {*methods}

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in counted:
                throttle = PageThrottle(scope)
                if not throttle.allow_request(request, None):  # DRF reads user and META alone
                    response = error_response(request, 429, errors.TooManyRequests.default_message)
                    response["Retry-After"] = str(max(1, round(throttle.wait() or 1)))
                    return response
            return view(request, *args, **kwargs)

        return guarded

    return decorate
