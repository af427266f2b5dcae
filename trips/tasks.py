"""Background tasks: thin, they load, call one action, log."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django_tasks import task

from trips.actions import runs

logger = logging.getLogger(__name__)


@task()
def work_on_run(run_id: str) -> str:
    """Carry out one planning run; a second task for the same run finds it taken and leaves."""
    outcome = runs.work_on(run_id=uuid.UUID(run_id), again=_work_on_later)
    logger.info("planning run %s: %s", run_id, outcome)
    return outcome


def _work_on_later(run_id: uuid.UUID, not_before: dt.datetime) -> None:
    work_on_run.using(run_after=not_before).enqueue(str(run_id))
