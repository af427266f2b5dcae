"""Background tasks: thin, they load, call one action, log."""

from __future__ import annotations

import logging
import uuid

from django_tasks import task

logger = logging.getLogger(__name__)


@task()
def work_on_run(run_id: str) -> str:
    """Carry out one planning run; a second task for the same run finds it taken and leaves."""
    from trips.actions.runs import work_on

    outcome = work_on(run_id=uuid.UUID(run_id))
    logger.info("planning run %s: %s", run_id, outcome)
    return outcome
