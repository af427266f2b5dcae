"""The schedule: apps register jobs in `ready()`, a worker runs what is due. Each job is idempotent and short."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _

from . import audit, clock
from .actor import Actor
from .errors import Conflict, NotAllowed, NotFound
from .models import PeriodicJob

logger = logging.getLogger(__name__)
HEARTBEAT = "worker_heartbeat"


@dataclass(frozen=True, slots=True)
class Job:
    """`run` returns a short text or None; `every` is in seconds; `lane` names the worker's thread that runs it."""

    name: str
    every: int
    run: Callable[[], str | None]
    lane: str = "schedule"


_jobs: dict[str, Job] = {}


def register(name: str, *, every: int, run: Callable[[], str | None], lane: str = "schedule") -> None:
    """`lane`: jobs that talk to other machines have one of their own, so that the rest of the schedule is kept while they wait."""
    _jobs[name] = Job(name, every, run, lane)


def lanes() -> list[str]:
    """Every lane that a registered job runs in, the heartbeat's first."""
    return [HEARTBEAT, *sorted({job.lane for job in _jobs.values() if job.name != HEARTBEAT})]


def jobs_of(lane: str) -> set[str]:
    """Names of the jobs that run in this lane; the heartbeat's holds it alone."""
    if lane == HEARTBEAT:
        return {HEARTBEAT}
    return {job.name for job in _jobs.values() if job.lane == lane and job.name != HEARTBEAT}


def registered() -> dict[str, Job]:
    return dict(_jobs)


def sync_after_migrate(using: str = DEFAULT_DB_ALIAS, app_config: Any = None, **kwargs: Any) -> None:
    """Make a row for each registered job; a changed interval is taken over, `enabled` is staff's."""
    if app_config is not None and app_config.label == "core":
        for job in _jobs.values():
            PeriodicJob.objects.using(using).update_or_create(name=job.name, defaults={"interval_seconds": job.every})


def run_due(*, now: dt.datetime | None = None, names: Collection[str] | None = None) -> int:
    """Run every due job once (of `names` only, when given); returns how many ran. Two workers never run the same turn: the claim is a conditional UPDATE."""
    now = now or clock.now()
    ran = 0
    for row in PeriodicJob.objects.filter(enabled=True, next_run_at__lte=now):
        job = _jobs.get(row.name)
        if job is None or (names is not None and row.name not in names):
            continue
        claimed = PeriodicJob.objects.filter(pk=row.pk, next_run_at=row.next_run_at).update(
            next_run_at=now + dt.timedelta(seconds=row.interval_seconds), last_started_at=now
        )
        if not claimed:
            continue
        ran += 1
        try:
            result, error = str(job.run() or ""), ""
        except Exception as problem:  # one broken job must not stop the others
            logger.exception("periodic job %s failed", row.name)
            result, error = "", f"{type(problem).__name__}: {problem}"[:500]
        PeriodicJob.objects.filter(pk=row.pk).update(
            last_finished_at=clock.now(), last_error=error, last_result=result[:200], failures_in_row=row.failures_in_row + 1 if error else 0
        )
    return ran


def make_due(*, actor: Actor, name: str, now: dt.datetime | None = None) -> None:
    """Let a worker run the job at its next look (within a second) instead of at its time; nothing runs in the caller.

    Staff and jobs only. Raises NotFound, NotAllowed, Conflict (`disabled`). Records an audit entry.
    """
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed
    now = now or clock.now()
    with transaction.atomic():
        row = PeriodicJob.objects.select_for_update().filter(name=name).first()
        if row is None or name not in _jobs:
            raise NotFound
        if not row.enabled:
            raise Conflict(_("This job is switched off."), code="disabled")
        PeriodicJob.objects.filter(pk=row.pk).update(next_run_at=now)
        audit.record(actor=actor, action="periodicjob.made_due", row=row, after={"name": name}, now=now)


register(HEARTBEAT, every=5, run=lambda: None)
