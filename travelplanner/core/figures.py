"""What staff want to know of core's own machinery, in few statements: the outbox, the schedule, the worker."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min

from . import clock, periodic
from .models import OutboxMessage, PeriodicJob


@dataclass(frozen=True, slots=True)
class OutboxFigures:
    """`oldest_wait` is the age of the oldest message that waits or is being sent, None when none is."""

    counts: dict[str, int]
    oldest_wait: dt.timedelta | None

    @property
    def dead(self) -> int:
        return self.counts.get("dead", 0)


@dataclass(frozen=True, slots=True)
class ScheduleFigures:
    """`worker_alive` as /health says it; `failing` are jobs whose last turn failed, `late` those that nobody ran in time."""

    worker_alive: bool
    worker_seen_at: dt.datetime | None
    failing: tuple[PeriodicJob, ...]
    late: tuple[PeriodicJob, ...]


def outbox_figures(*, now: dt.datetime | None = None) -> OutboxFigures:
    """One statement."""
    rows = {row["state"]: row for row in OutboxMessage.objects.order_by().values("state").annotate(count=Count("id"), oldest=Min("created_at"))}
    waiting = [row["oldest"] for state, row in rows.items() if state in ("queued", "sending")]
    age = (now or clock.now()) - min(waiting) if waiting else None
    return OutboxFigures({state: row["count"] for state, row in rows.items()}, age)


def schedule_figures(*, now: dt.datetime | None = None) -> ScheduleFigures:
    """One statement. Late is what waits for longer than a worker may be silent."""
    now = now or clock.now()
    jobs = list(PeriodicJob.objects.filter(name__in=list(periodic.registered())))
    seen = next((job.last_finished_at for job in jobs if job.name == periodic.HEARTBEAT), None)
    return ScheduleFigures(
        worker_alive=seen is not None and now - seen < settings.WORKER_STALE_AFTER,
        worker_seen_at=seen,
        failing=tuple(job for job in jobs if job.failures_in_row),
        late=tuple(job for job in jobs if job.enabled and now - job.next_run_at > settings.WORKER_STALE_AFTER),
    )
