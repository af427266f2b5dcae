"""Is the database there, does a worker run?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from . import clock, periodic
from .models import PeriodicJob


@dataclass(frozen=True, slots=True)
class Health:
    """`worker_seen_at` is the worker's last sign of life, None when it never ran."""

    database: bool
    worker: bool
    worker_seen_at: dt.datetime | None

    @property
    def ok(self) -> bool:
        return self.database and self.worker


def measure() -> Health:
    """One SQL statement: the heartbeat row proves the database and dates the worker."""
    try:
        seen = PeriodicJob.objects.filter(name=periodic.HEARTBEAT).values_list("last_finished_at", flat=True).first()
    except (DatabaseError, InterfaceError):
        return Health(database=False, worker=False, worker_seen_at=None)
    alive = seen is not None and clock.now() - seen < settings.WORKER_STALE_AFTER
    return Health(database=True, worker=alive, worker_seen_at=seen)


def worker_is_running() -> bool:
    return measure().worker
