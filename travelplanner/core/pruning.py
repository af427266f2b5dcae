"""Periodic jobs that empty the tables of packages: rows nobody reads again."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from . import clock

TASKS_KEPT_FOR = dt.timedelta(days=7)


def prune_tasks(*, now: dt.datetime | None = None) -> str:
    """Drop finished background tasks, done or failed."""
    gone, _detail = DBTaskResult.objects.finished().filter(finished_at__lte=(now or clock.now()) - TASKS_KEPT_FOR).delete()
    return f"{gone} dropped"


def prune_sessions() -> None:
    """Drop expired sessions."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
