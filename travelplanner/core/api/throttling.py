"""Rate limits of the API, counted so that requests at the same moment all count."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import ScopedRateThrottle, SimpleRateThrottle

from .. import limits


class Exact(SimpleRateThrottle):
    """DRF reads a counter and writes it back; two at once would count as one. Here one reads and writes after the other, by key."""

    history: list[float]

    def allow_request(self, request: Any, view: Any) -> bool:
        self.key = self.get_cache_key(request, view) if self.rate is not None else None
        if self.key is None:
            return True
        self.now = self.timer()
        taken, self.history = limits.take(self.cache, self.key, now=self.now, within=self.duration, most=self.num_requests)  # type: ignore[attr-defined]  # the framework's own, not in its stubs
        return taken


class ScopedThrottle(ScopedRateThrottle, Exact):
    """By `throttle_scope` of the view; by user, or else by address."""
