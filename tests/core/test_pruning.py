"""What nobody reads again is dropped; what somebody may still need stays."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from travelplanner.core import clock, outbox, periodic, pruning
from travelplanner.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_outbox_when_sent_a_month_ago_then_dropped_and_all_else_stays() -> None:
    now = clock.now()
    for key, state, sent_at in (("old", "sent", now - 30 * DAY), ("new", "sent", now - 29 * DAY), ("dead", "dead", None), ("queued", "queued", None)):
        OutboxMessage.objects.create(template="letter", dedupe_key=key, state=state, sent_at=sent_at, created_at=now - 90 * DAY)
    assert outbox.prune(now=now) == "1 dropped"
    assert set(OutboxMessage.objects.values_list("dedupe_key", flat=True)) == {"new", "dead", "queued"}


def make_task(status: str, finished_at: dt.datetime | None) -> Any:
    return DBTaskResult.objects.create(
        status=status, finished_at=finished_at, args_kwargs={"args": [], "kwargs": {}}, task_path=f"tests.{status}", backend_name="default", run_after=clock.now()
    )


def test_tasks_when_finished_a_week_ago_then_dropped_and_waiting_ones_stay() -> None:
    now = clock.now()
    for status in ("SUCCESSFUL", "FAILED"):
        make_task(status, now - 7 * DAY)
    kept = {make_task("SUCCESSFUL", now - 6 * DAY).pk, make_task("READY", None).pk, make_task("RUNNING", None).pk}
    assert pruning.prune_tasks(now=now) == "2 dropped"
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == kept


def test_sessions_when_expired_then_dropped() -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for seconds in (-1, 3600):
        session = store()
        session.set_expiry(seconds)
        session.create()
    pruning.prune_sessions()
    assert Session.objects.get().expire_date > clock.now()


def test_schedule_when_read_then_each_pruning_runs_daily() -> None:
    jobs = periodic.registered()
    assert [jobs[name].every for name in ("prune_outbox", "prune_tasks", "prune_sessions")] == [86400] * 3
