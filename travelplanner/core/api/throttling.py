"""Rate limits of the API, counted so that requests at the same moment all count."""

from __future__ import annotations

from rest_framework.throttling import ScopedRateThrottle, SimpleRateThrottle

from .. import limits


class Exact(SimpleRateThrottle):
    """DRF reads a counter and writes it back; two at once would count as one. Here one reads and writes after the other, by key."""

    def throttle_success(self) -> bool:
        """Called when the history that was read has room: read it again while nobody else may."""
        with limits.alone(self.cache, self.key) as mine:  # type: ignore[arg-type]
            self.history = [moment for moment in self.cache.get(self.key, []) if moment > self.now - self.duration]  # type: ignore[attr-defined]  # the framework's own, not in its stubs
            if not mine or len(self.history) >= self.num_requests:  # type: ignore[attr-defined]  # the framework's own, not in its stubs
                return self.throttle_failure()
            return super().throttle_success()


class ScopedThrottle(Exact, ScopedRateThrottle):
    """By `throttle_scope` of the view; by user, or else by address."""
