"""Health endpoints, open: /health, /health/live, /health/ready."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import clock, health


@never_cache
@require_safe
def overview(request: HttpRequest) -> JsonResponse:
    """Database and worker; 503 when the database is gone, 200 with `worker: down` when only the worker is."""
    state = health.measure()
    return JsonResponse(
        {
            "status": "ok" if state.ok else ("degraded" if state.database else "down"),
            "database": "up" if state.database else "down",
            "worker": "up" if state.worker else "down",
            "worker_seen_at": clock.iso(state.worker_seen_at) if state.worker_seen_at else None,
            "timestamp": clock.iso(clock.now()),
        },
        status=200 if state.database else 503,
    )


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    up = health.measure().database
    return JsonResponse({"status": "ok" if up else "down"}, status=200 if up else 503)
