"""Planning runs: queue, work, retry, take over; what is saved, and what an impossible budget leads to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import actor_for
from tests.trips.planned import ask, assert_error, plan, planned, run_of
from travelplanner.core import clock
from travelplanner.core.errors import Conflict, Invalid
from trips.actions import run_queue, runs
from trips.documents.budget import likely_minor
from trips.models import Document, PlanningRun, Trip
from trips.models.run import STEPS
from trips.queries.planning_input import build_setting

small = pytest.mark.usefixtures("catalogue")
PLANNED = ("budget", "research", "candidates")


def documents(reference: str) -> dict[str, Document]:
    return {row.kind: row for row in Document.objects.filter(trip__reference=reference).order_by("revision")}


def stop_beating(run: PlanningRun) -> None:
    """As if the worker had been killed: its last sign lies back too far."""
    PlanningRun.objects.filter(pk=run.pk).update(heartbeat_at=clock.now() - django_settings.RUN_STRANDED_AFTER - dt.timedelta(seconds=1))


def due_now(run: PlanningRun) -> None:
    PlanningRun.objects.filter(pk=run.pk).update(not_before=clock.now(), heartbeat_at=clock.now())


class Interrupted(Exception):
    pass


def at_step(monkeypatch: pytest.MonkeyPatch, step: str, act: Callable[[runs._Pulse], None]) -> None:
    """Do something once, at the moment a run announces a step."""
    beat, done = runs._Pulse.beat, []

    def watched(self: runs._Pulse, name: str, progress: int, *, force: bool = True) -> None:
        if name == step and not done:
            done.append(name)
            act(self)
        beat(self, name, progress, force=force)

    monkeypatch.setattr(runs._Pulse, "beat", watched)


@small
def test_run_when_worked_on_then_it_goes_from_queued_to_done_with_its_documents(alice_api: APIClient) -> None:
    reference = ask(alice_api)
    assert DBTaskResult.objects.filter(args_kwargs__args=[str(run_of(reference).pk)]).count() == 1
    assert plan(reference) == "done"
    run = run_of(reference)
    assert (run.state, run.progress, run.attempts, run.step) == ("done", 100, 1, STEPS[-1])
    assert run.started_at <= run.finished_at
    found = documents(reference)
    assert set(found) == {"intent", *PLANNED}
    assert found["budget"].basis == {"intent": 1}
    assert found["research"].basis == {"intent": 1, "budget": 1}
    assert found["candidates"].basis == {"intent": 1, "budget": 1, "research": 1}
    assert len({found[kind].created_at for kind in PLANNED}) == 1
    for row in found.values():
        head = {key: row.body[key] for key in ("tripId", "version", "revision", "source", "basis")}
        assert head == {"tripId": reference, "version": row.version, "revision": 1, "source": row.source, "basis": row.basis}
    engine = found["candidates"].body["candidates"][0]["engine"]
    assert engine["seed"] == str(run.seed)
    assert engine["iterations"] == run.effort


@small
def test_run_when_saving_fails_then_none_of_its_documents_is_there(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    reference = ask(alice_api)
    make = runs.make_document

    def fail_at_last(trip: Trip, kind: str, **parts: Any) -> Document:
        if kind == "candidates":
            raise OSError("disk full")
        return make(trip, kind, **parts)

    monkeypatch.setattr(runs, "make_document", fail_at_last)
    assert plan(reference) == "will try again"
    assert set(documents(reference)) == {"intent"}
    monkeypatch.undo()
    due_now(run_of(reference))
    assert plan(reference) == "done"
    assert set(documents(reference)) == {"intent", *PLANNED}


@small
def test_documents_when_not_there_yet_then_202_with_progress_and_retry_after(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    paths = [f"/api/trips/{reference}/{part}" for part in ("budget", "research", "itineraries/candidates", "itineraries/final")]
    for path in paths:
        answer = alice_api.get(path)
        assert answer.status_code == 202
        assert int(answer["Retry-After"]) >= 1
        assert answer.json() == {"tripId": reference, "planning": {"state": "queued", "progress": 0, "step": "intent", "error": None}}

    seen: list[Any] = []
    at_step(monkeypatch, "candidates", lambda pulse: seen.extend([*(alice_api.get(path) for path in paths), alice_api.get(f"/api/trips/{reference}")]))
    assert plan(reference) == "done"
    *waiting, trip = seen
    assert {answer.status_code for answer in waiting} == {202}
    assert {answer.json()["planning"]["state"] for answer in waiting} == {"running"}
    assert trip.json()["planning"] == {"state": "running", "progress": 25, "step": "research", "error": None}
    assert [alice_api.get(path).status_code for path in paths] == [200, 200, 200, 404]
    assert_error(alice_api.get(paths[-1]), 404, "not_chosen")


@small
def test_progress_when_a_run_is_watched_then_it_only_grows(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    beat = runs._Pulse.beat

    def listen(self: runs._Pulse, step: str, progress: int, *, force: bool = True) -> None:
        told.append((step, progress))
        beat(self, step, progress, force=force)

    monkeypatch.setattr(runs._Pulse, "beat", listen)
    assert plan(ask(alice_api)) == "done"
    assert [progress for _, progress in told] == sorted(progress for _, progress in told)
    steps = [STEPS.index(step) for step, _ in told]
    assert steps == sorted(steps)
    assert all(0 < progress < 100 for _, progress in told)


@small
def test_run_when_its_worker_died_then_another_finishes_it_and_the_late_save_is_dropped(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker is suspended while it checks; the reaper gives the run away; then the first wakes up."""
    reference = ask(alice_api)
    outcomes: list[str] = []

    def meanwhile(pulse: runs._Pulse) -> None:
        stop_beating(pulse.run)
        assert run_queue.requeue_stranded_runs() == "1 requeued, 0 failed"
        assert run_of(reference).state == "queued"
        outcomes.append(plan(reference))

    at_step(monkeypatch, "check", meanwhile)
    outcomes.append(plan(reference))
    assert outcomes == ["done", "superseded"]
    run = run_of(reference)
    assert (run.state, run.attempts) == ("done", 2)
    assert [(row.kind, row.revision) for row in Document.objects.order_by("kind", "revision")] == [
        ("budget", 1),
        ("candidates", 1),
        ("intent", 1),
        ("research", 1),
    ]


@small
def test_save_when_the_run_was_given_away_just_before_then_nothing_is_written(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The narrowest gap: between the last beat and the save."""
    reference = ask(alice_api)
    checked = runs._checked

    def late(*args: Any) -> Any:
        sound = checked(*args)
        stop_beating(run_of(reference))
        run_queue.requeue_stranded_runs()
        return sound

    monkeypatch.setattr(runs, "_checked", late)
    assert plan(reference) == "superseded"
    assert set(documents(reference)) == {"intent"}
    monkeypatch.undo()
    assert plan(reference) == "done"


def claimed_by_another(reference: str) -> None:
    """The run was given away and the next worker is on it already."""
    stop_beating(run_of(reference))
    run_queue.requeue_stranded_runs()
    PlanningRun.objects.filter(trip__reference=reference).update(state="running", attempts=2, heartbeat_at=clock.now())


@small
def test_save_when_another_worker_holds_the_run_then_nothing_is_written(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    checked = runs._checked

    def late(*args: Any) -> Any:
        sound = checked(*args)
        monkeypatch.setattr(runs._Pulse, "beat", lambda *args, **kwargs: None)  # no beat falls between
        claimed_by_another(reference)
        return sound

    monkeypatch.setattr(runs, "_checked", late)
    assert plan(reference) == "superseded"
    assert set(documents(reference)) == {"intent"}
    assert run_of(reference).state == "running"


@small
def test_beat_when_another_worker_holds_the_run_then_the_work_stops_there(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    at_step(monkeypatch, "research", lambda pulse: claimed_by_another(reference))

    def never(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("it went on planning")

    monkeypatch.setattr(runs, "plan_candidates", never)
    assert plan(reference) == "superseded"
    assert (run_of(reference).state, run_of(reference).progress) == ("running", 10)


@small
def test_requeue_when_everybody_beats_then_nothing_happens(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    assert run_queue.requeue_stranded_runs() == "0 requeued, 0 failed"
    at_step(monkeypatch, "check", lambda pulse: outcome.append(run_queue.requeue_stranded_runs()))
    outcome: list[str] = []
    assert plan(reference) == "done"
    assert outcome == ["0 requeued, 0 failed"]


@small
def test_requeue_when_a_queued_runs_task_was_lost_then_it_gets_a_new_one(alice_api: APIClient) -> None:
    run = run_of(ask(alice_api))
    DBTaskResult.objects.all().delete()
    stop_beating(run)
    assert run_queue.requeue_stranded_runs() == "1 requeued, 0 failed"
    assert DBTaskResult.objects.count() == 1
    assert run_queue.requeue_stranded_runs() == "0 requeued, 0 failed"


@small
def test_requeue_when_three_workers_died_on_a_run_then_it_fails_with_the_reason(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)

    def die(run: PlanningRun, pulse: runs._Pulse) -> None:
        raise KeyboardInterrupt  # what nothing catches: the process is gone

    monkeypatch.setattr(runs, "_carry_out", die)
    for turn in range(3):
        with pytest.raises(KeyboardInterrupt):
            plan(reference)
        stop_beating(run_of(reference))
        assert run_queue.requeue_stranded_runs() == ("0 requeued, 1 failed" if turn == 2 else "1 requeued, 0 failed")
    run = run_of(reference)
    assert (run.state, run.error_code, run.attempts) == ("failed", "worker_lost", 3)
    assert assert_error(alice_api.get(f"/api/trips/{reference}/budget"), 409, "planning_failed")["details"] == {"reason": "worker_lost"}


@small
def test_run_when_it_raises_then_it_is_tried_thrice_with_growing_pauses_and_fails(
    alice_api: APIClient, monkeypatch: pytest.MonkeyPatch, quiet_logs: None
) -> None:
    reference = ask(alice_api)

    def break_down(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(runs, "plan_candidates", break_down)
    pauses = []
    for _turn in range(2):
        before = clock.now()
        assert plan(reference) == "will try again"
        run = run_of(reference)
        assert run.state == "queued"
        pauses.append((run.not_before - before).total_seconds())
        task = DBTaskResult.objects.latest("enqueued_at")
        assert task.run_after == run.not_before
        assert plan(reference) == "not yet"  # a second task that comes too early leaves it alone
        assert run_queue.requeue_stranded_runs() == "0 requeued, 0 failed"
        assert alice_api.get(f"/api/trips/{reference}/budget").status_code == 202
        due_now(run)
    assert 2 <= pauses[0] < pauses[1]
    assert plan(reference) == "failed"
    run = run_of(reference)
    assert (run.state, run.attempts, run.error_code, run.error_message) == ("failed", 3, "planner_error", "")
    for part in ("budget", "research", "itineraries/candidates", "itineraries/final"):
        body = assert_error(alice_api.get(f"/api/trips/{reference}/{part}"), 409, "planning_failed")
        assert body["details"] == {"reason": "planner_error"}
    assert alice_api.get(f"/api/trips/{reference}").json()["planning"] == {"state": "failed", "progress": run.progress, "step": run.step, "error": "planner_error"}
    assert "fault of ours" not in run.error_message
    assert alice_api.get(f"/api/trips/{reference}/intent").status_code == 200


@small
def test_run_when_the_wish_is_refused_while_planning_then_it_fails_at_once_with_the_reason(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise Invalid("No plan can be made of this.", code="hopeless")

    monkeypatch.setattr(runs, "plan_candidates", refuse)
    assert plan(reference) == "failed"
    assert_error(alice_api.get(f"/api/trips/{reference}/budget"), 409, "planning_failed")


@small
def test_run_when_refused_after_it_was_given_away_then_the_other_worker_goes_on(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    planner, first = runs.plan_candidates, []

    def refuse_late(*args: Any, **kwargs: Any) -> Any:
        if first:
            return planner(*args, **kwargs)
        first.append(True)
        stop_beating(run_of(reference))
        run_queue.requeue_stranded_runs()
        PlanningRun.objects.update(state="running", attempts=2, heartbeat_at=clock.now())  # the other worker claimed it
        raise Invalid("Too late to say so.")

    monkeypatch.setattr(runs, "plan_candidates", refuse_late)
    assert plan(reference) == "superseded"
    assert run_of(reference).state == "running"


@small
def test_run_when_the_checker_refuses_every_candidate_then_no_plan_is_shown(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    reference = ask(alice_api)
    monkeypatch.setattr(runs, "check", lambda problem, plan: ("rule 1 broken",))
    assert plan(reference) == "failed"
    assert run_of(reference).error_code == "unplannable"
    assert_error(alice_api.get(f"/api/trips/{reference}/itineraries/candidates"), 409, "planning_failed")
    assert set(documents(reference)) == {"intent"}


@small
def test_run_when_the_checker_refuses_one_candidate_then_the_others_are_shown(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    reference = ask(alice_api)
    monkeypatch.setattr(runs, "check", lambda problem, plan: ("rule 1 broken",) if plan.profile == "balanced" else ())
    assert plan(reference) == "done"
    shown = {candidate["profile"] for candidate in documents(reference)["candidates"].body["candidates"]}
    assert shown
    assert "balanced" not in shown


@small
def test_run_when_two_workers_take_it_then_one_carries_it_out(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    second: list[str] = []
    at_step(monkeypatch, "budget", lambda pulse: second.append(plan(reference)))
    move = runs.transitions.move

    def beaten(row: Any, *args: Any, **kwargs: Any) -> None:
        """Between looking and claiming, somebody else claims."""
        if kwargs.get("reason") == "claimed" and not second:
            second.append("")
            PlanningRun.objects.filter(pk=row.pk).update(state="running")
        move(row, *args, **kwargs)

    monkeypatch.setattr(runs.transitions, "move", beaten)
    assert plan(reference) == "taken"
    PlanningRun.objects.update(state="queued")
    second.clear()
    monkeypatch.setattr(runs.transitions, "move", move)
    assert plan(reference) == "done"
    assert second == ["not ours"]
    assert plan(reference) == "not ours"
    assert Document.objects.filter(kind="budget").count() == 1


@small
def test_wish_when_a_newer_one_comes_then_the_older_run_is_abandoned(alice: User, alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = ask(alice_api)
    old = run_of(reference)

    def wish_again(pulse: runs._Pulse) -> None:
        run_queue.queue_run(actor=actor_for(alice), trip=Trip.objects.get(reference=reference), intent_revision=1)

    at_step(monkeypatch, "candidates", wish_again)
    assert plan(reference) == "superseded"
    old.refresh_from_db()
    assert (old.state, old.finished_at is not None) == ("abandoned", True)
    assert set(documents(reference)) == {"intent"}
    assert plan(reference) == "done"
    assert run_of(reference).pk != old.pk
    assert documents(reference)["candidates"].revision == 1


@small
def test_planning_again_when_done_then_the_next_revisions_and_while_running_a_conflict(alice: User, alice_api: APIClient) -> None:
    reference = ask(alice_api)
    with pytest.raises(Conflict):
        run_queue.plan_again(actor=actor_for(alice), reference=reference)
    assert plan(reference) == "done"
    run_queue.plan_again(actor=actor_for(alice), reference=reference)
    assert plan(reference) == "done"
    assert {kind: documents(reference)[kind].revision for kind in PLANNED} == dict.fromkeys(PLANNED, 2)
    assert documents(reference)["candidates"].basis == {"intent": 1, "budget": 2, "research": 2}
    assert alice_api.get(f"/api/trips/{reference}/budget").json()["revision"] == 2
    assert alice_api.get(f"/api/trips/{reference}/budget?revision=1").json()["revision"] == 1


@small
@pytest.mark.parametrize("ceiling", [0, 1, 900])
def test_budget_when_it_can_not_work_then_the_documents_say_by_how_much(alice_api: APIClient, ceiling: int) -> None:
    reference = planned(alice_api, budgetRange={"max": ceiling, "currency": "INR"})
    budget = alice_api.get(f"/api/trips/{reference}/budget").json()
    assert budget["withinRange"] is False
    assert Decimal(str(budget["shortfall"])) == Decimal(str(budget["predictedBudget"]["p50"])) - ceiling
    assert budget["shareBelowLimit"] < 0.01
    body = alice_api.get(f"/api/trips/{reference}/itineraries/candidates").json()
    assert len(body["candidates"]) >= 3
    for candidate, limit in zip(body["candidates"], body["limits"], strict=True):
        assert limit == {"limit": ceiling, "left": 0, "shortfall": limit["shortfall"]}
        assert Decimal(str(limit["shortfall"])) == Decimal(str(candidate["cost"]["total"])) - ceiling
        assert candidate["cost"]["activities"] == 0, "nothing that costs is added to a plan that is over already"


@small
def test_setting_when_made_twice_then_the_same_seed_gives_the_same_plan(alice_api: APIClient) -> None:
    """Each plan can be made again from what is stored with it."""
    reference = planned(alice_api)
    run, rows = run_of(reference), documents(reference)
    data = runs.read_input(run.trip, Document.objects.select_related("wish").get(trip=run.trip, kind="intent"))
    figures = rows["budget"].body["breakdown"]
    food, journey = (runs.money.to_minor(Decimal(str(figures[part]["p50"])), data.currency) for part in ("food", "intercity"))
    expected = likely_minor(rows["budget"].body)
    problem = replace(build_setting(data, food_minor=food, intercity_minor=journey, expected_minor=expected).problem, budget=None)  # it doesn't bind
    plans = runs.plan_candidates(problem, effort=run.effort, seed=run.seed, count=runs.CANDIDATES)
    stored = rows["candidates"].body["candidates"]
    assert [plan.score for plan in plans] == [candidate["score"] for candidate in stored]
    assert [
        [stop.place_id for day in plan.days for stop in day.stops if stop.place_id] for plan in plans
    ] == [[stop["placeId"] for day in candidate["days"] for stop in day["stops"] if stop["placeId"]] for candidate in stored]
