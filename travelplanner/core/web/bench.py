"""The yardstick of `manage.py bench_http`: a view that does nothing. Routed only with BENCH=1."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse


def plain(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})
