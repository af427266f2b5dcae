"""The schedule and the worker that keeps it; health, which asks about both."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from travelplanner.core import clock, health, periodic
from travelplanner.core.models import PeriodicJob
from travelplanner.core.worker import Scheduler, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A schedule of one job, `count`, every minute, that notes its runs."""
    noted: list[str] = []
    monkeypatch.setattr(periodic, "_jobs", {"count": periodic.Job("count", 60, lambda: noted.append("ran") or "counted")})
    PeriodicJob.objects.all().delete()
    PeriodicJob.objects.create(name="count", interval_seconds=60, next_run_at=clock.now())
    return noted


def test_run_due_when_due_then_runs_once_until_the_interval_is_over(runs: list[str]) -> None:
    now = clock.now()
    assert periodic.run_due(now=now) == 1
    assert periodic.run_due(now=now + dt.timedelta(seconds=59)) == 0
    assert periodic.run_due(now=now + dt.timedelta(seconds=60)) == 1
    assert runs == ["ran", "ran"]
    job = PeriodicJob.objects.get()
    assert (job.last_result, job.last_error, job.failures_in_row) == ("counted", "", 0)


def test_run_due_when_another_worker_claimed_it_in_between_then_skipped(runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    rows = list(PeriodicJob.objects.filter(enabled=True))
    assert periodic.run_due(now=now) == 1
    monkeypatch.setattr(PeriodicJob.objects, "filter", _first_answer(rows, PeriodicJob.objects.filter))
    assert periodic.run_due(now=now) == 0
    assert runs == ["ran"]


def _first_answer(rows: list[PeriodicJob], then: Any) -> Any:
    """What the second worker read before the first one claimed."""
    answers = iter([rows])
    return lambda *args, **kwargs: next(answers, None) or then(*args, **kwargs)


def test_run_due_when_disabled_or_unknown_then_left_alone(runs: list[str]) -> None:
    PeriodicJob.objects.update(enabled=False)
    PeriodicJob.objects.create(name="of a newer release", interval_seconds=1, next_run_at=clock.now())
    assert periodic.run_due() == 0


def test_run_due_when_names_are_given_then_only_those(runs: list[str]) -> None:
    assert periodic.run_due(names={"another"}) == 0
    assert periodic.run_due(names={"count"}) == 1


def test_run_due_when_a_job_breaks_then_noted_and_the_others_run(runs: list[str], quiet_logs: None) -> None:
    def broken() -> str:
        raise RuntimeError("out of order")

    periodic.register("broken", every=60, run=broken)
    PeriodicJob.objects.create(name="broken", interval_seconds=60, next_run_at=clock.now())
    for turn in (1, 2):
        assert periodic.run_due(now=clock.now() + dt.timedelta(minutes=turn)) == 2
        job = PeriodicJob.objects.get(name="broken")
        assert (job.failures_in_row, job.last_error) == (turn, "RuntimeError: out of order")
    assert runs == ["ran", "ran"]


def test_every_registered_job_when_migrated_then_has_its_row() -> None:
    assert set(PeriodicJob.objects.values_list("name", flat=True)) == set(periodic.registered())
    assert periodic.HEARTBEAT in periodic.registered()


def test_scheduler_when_the_database_refuses_then_goes_on(monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    stop, turns = threading.Event(), []

    def refuse(**kwargs: Any) -> int:
        turns.append(1)
        if len(turns) == 2:
            stop.set()
        raise OperationalError("database is locked")

    monkeypatch.setattr(periodic, "run_due", refuse)
    monkeypatch.setattr("travelplanner.core.worker.AFTER_TROUBLE", 0.01)
    monkeypatch.setattr("travelplanner.core.worker.close_old_connections", lambda: None)
    monkeypatch.setattr("travelplanner.core.worker.connections.close_all", lambda: None)
    Scheduler(stop=stop, names=set, label="test").run()
    assert len(turns) == 2


def test_worker_when_the_queue_refuses_then_says_so_and_lives(monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    worker = Worker()

    def refuse() -> bool:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr("travelplanner.core.worker.DBTaskResult.objects.ready", refuse)
    monkeypatch.setattr("travelplanner.core.worker.close_old_connections", lambda: None)
    monkeypatch.setattr("travelplanner.core.worker.connections.close_all", lambda: None)
    assert worker.work_off_queue() is False


@pytest.mark.parametrize(("age", "worker", "status"), [(1, "up", "ok"), (3600, "down", "degraded"), (None, "down", "degraded")])
def test_health_when_the_worker_was_seen_or_not_then_says_so(page: Client, age: int | None, worker: str, status: str) -> None:
    seen = None if age is None else clock.now() - dt.timedelta(seconds=age)
    PeriodicJob.objects.filter(name=periodic.HEARTBEAT).update(last_finished_at=seen)
    answer = page.get("/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["worker"], answer.json()["database"]) == (status, worker, "up")
    assert health.worker_is_running() is (worker == "up")


def test_health_when_the_database_is_gone_then_503_but_live(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(PeriodicJob.objects, "filter", gone)
    assert page.get("/health").status_code == 503
    assert page.get("/health").json()["status"] == "down"
    assert page.get("/health/ready").status_code == 503
    assert page.get("/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health_when_posted_to_then_405(page: Client, path: str) -> None:
    assert page.post(path).status_code == 405
