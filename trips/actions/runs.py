"""Planning runs: claimed, worked on, saved; tried again or given up. `run_queue` makes them and takes over what a dead worker left."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _lazy

from travelplanner.core import clock, money, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, Invalid
from trips import budget
from trips.documents import budget as budget_document
from trips.documents import research as research_document
from trips.documents.envelope import make_document
from trips.documents.itineraries import Setting, candidate_json
from trips.models import ClimateMonth, DestinationNote, Document, PlanningRun, PrivateWish, Trip
from trips.planning.candidates import plan_candidates
from trips.planning.checker import check
from trips.planning.plan import Itinerary
from trips.queries.holidays import holidays_between
from trips.queries.party import stored_party
from trips.queries.planning_input import PlanningInput, budget_requests, build_setting, read_input
from trips.states import RUN

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 3
CANDIDATES = 3
LETTERS = "ABCDEF"
WORKER = Actor.system("planner")
NewTask = Callable[[uuid.UUID, dt.datetime], None]  # of this run, not before this time


class _Superseded(Exception):
    """Another worker has taken this run over, or it was abandoned; what was computed here is dropped."""


class Unplannable(AppError):
    """The checker refused every candidate."""

    code = "unplannable"
    default_message = _lazy("No plan kept all the rules for these dates. Try other dates or fewer wishes.")


def work_on(*, actor: Actor = WORKER, run_id: uuid.UUID, again: NewTask | None = None) -> str:
    """Claim a queued run and carry it out; returns how it ended. Never raises for what a run can meet.

    `again` gives the run a new task when it is to be tried later, saved with its state; without it, the sweep of the queue finds it.
    Guarantees: budget, research and candidates are saved together, by the worker that holds the run, after the checker passed each candidate.
    """
    run = PlanningRun.objects.select_related("trip").filter(pk=run_id).first()
    if run is None or run.state != "queued":
        return "not ours"
    now = clock.now()
    if run.not_before > now:
        return "not yet"
    try:
        transitions.move(run, RUN, "running", actor=actor, reason="claimed", now=now, heartbeat_at=now, started_at=now, attempts=F("attempts") + 1, step="intent", progress=2)
    except Conflict:
        return "taken"
    run.refresh_from_db()
    pulse = _Pulse(run)
    try:
        _carry_out(run, pulse)
    except _Superseded:
        return "superseded"
    except AppError as error:
        return _give_up(run, error)
    except Exception:
        logger.exception("planning run %s failed", run.pk)
        return _retry_or_fail(run, again)
    return "done"


class _Pulse:
    """Heartbeat and progress of a run: one conditional UPDATE, at most two a second; raises _Superseded when the run isn't ours any more."""

    def __init__(self, run: PlanningRun) -> None:
        self.run = run
        self.attempt = run.attempts
        self.last = 0.0

    def beat(self, step: str, progress: int, *, force: bool = True) -> None:
        if not force and time.monotonic() - self.last < 0.5:
            return
        self.last = time.monotonic()
        hit = PlanningRun.objects.filter(pk=self.run.pk, state="running", attempts=self.attempt).update(
            step=step, progress=progress, heartbeat_at=clock.now()
        )
        if not hit:
            raise _Superseded

    def within(self, step: str, low: int, high: int) -> Callable[[float], None]:
        return lambda share: self.beat(step, low + round((high - low) * share), force=False)


def _carry_out(run: PlanningRun, pulse: _Pulse) -> None:
    trip = run.trip
    intent = Document.objects.select_related("wish").get(trip=trip, kind="intent", revision=run.intent_revision)
    data = read_input(trip, intent)
    pulse.beat("budget", 10)
    estimate = budget.predict_stays(budget_requests(data, today=clock.now().date()))
    pulse.beat("research", 25)
    research = _research(data)
    pulse.beat("candidates", 40)
    prediction = budget_document.stored_body(estimate, destinations=[place.name for place, _, _ in data.stretches])
    choices = _candidates(run, pulse, data, estimate, expected=budget_document.likely_minor(prediction))
    bodies = {
        "budget": prediction,
        "research": research,
        "candidates": {
            "currency": data.currency,
            "candidates": [
                candidate_json(plan, LETTERS[index], setting, economy=economy) for index, (plan, setting, economy) in enumerate(choices)
            ],
        },
    }
    _save(run, pulse, bodies, stored_party(data.party, shared=data.shared))


Choice = tuple[Itinerary, Setting, bool]  # plan, what it was made in, economy


def _candidates(run: PlanningRun, pulse: _Pulse, data: PlanningInput, estimate: budget.BudgetEstimate, *, expected: int) -> list[Choice]:
    """Three checked plans, best score first. When the wished comfort can't meet the budget, one plan shows by how much, and the
    others take the cheapest beds and plain meals (the prediction's P10).

    The ceiling is not looked at as long as the plans made without it stay below: companions read them, and would else learn of it."""
    currency = data.currency
    journey = money.to_minor(estimate.breakdown.intercity.p50, currency) if len(data.stretches) == 1 else 0
    wished = build_setting(data, food_minor=money.to_minor(estimate.breakdown.food.p50, currency), intercity_minor=journey, expected_minor=expected)
    ceiling = wished.problem.budget
    free = replace(wished.problem, budget=None)
    plans = plan_candidates(free, effort=run.effort, seed=run.seed, count=CANDIDATES, on_progress=pulse.within("candidates", 40, 60))
    if ceiling is not None and any(plan.costs.total > ceiling for plan in plans):
        plans = plan_candidates(wished.problem, effort=run.effort, seed=run.seed, count=CANDIDATES, on_progress=pulse.within("candidates", 60, 75))
    found: list[Choice] = [(plan, wished, False) for plan in _checked(wished, plans)]
    if found and all(plan.shortfall for plan, _, _ in found):
        thrifty = build_setting(
            data, food_minor=money.to_minor(estimate.breakdown.food.p10, currency), intercity_minor=journey, expected_minor=expected, economy=True
        )
        cheap = plan_candidates(thrifty.problem, effort=run.effort, seed=run.seed, count=CANDIDATES, on_progress=pulse.within("candidates", 75, 88))
        saving = [plan for plan in _checked(thrifty, cheap) if plan.costs.total < found[0][0].costs.total]
        found = [*found[: CANDIDATES - min(2, len(saving))], *((plan, thrifty, True) for plan in saving[:2])]
    pulse.beat("check", 90)
    if not found:
        raise _unplannable(wished, plans)
    return sorted(found, key=lambda choice: -choice[0].score)


def _checked(setting: Setting, plans: tuple[Itinerary, ...]) -> list[Itinerary]:
    """Only plans that the independent checker passes; a refused one is logged and never shown."""
    sound = []
    for plan in plans:
        violations = check(setting.problem, plan)
        if violations:
            logger.error("candidate %s of seed %s refused: %s", plan.profile, plan.seed, violations[:3])
        else:
            sound.append(plan)
    return sound


def _unplannable(setting: Setting, plans: tuple[Itinerary, ...]) -> AppError:
    """Why nothing could be planned: places that must be seen but can't, else a fault of ours."""
    missing = {pin.place_id for pin in setting.problem.pinned} & {item.place_id for plan in plans for item in plan.left_out}
    if missing:
        names = ", ".join(sorted(setting.places[key].name for key in missing if key in setting.places))
        return Invalid(code="must_see_impossible", extra={"names": names})
    return Unplannable()


def _research(data: PlanningInput) -> dict[str, Any]:
    destinations = [place for place, _, _ in data.stretches]
    climate: dict[Any, list[ClimateMonth]] = {place.pk: [] for place in destinations}
    for row in ClimateMonth.objects.filter(destination__in=destinations).select_related("source"):
        climate[row.destination_id].append(row)
    notes: dict[Any, list[DestinationNote]] = {place.pk: [] for place in destinations}
    for note in DestinationNote.objects.filter(destination__in=destinations).select_related("source"):
        notes[note.destination_id].append(note)
    trip = data.trip
    return research_document.research_body(
        destinations=destinations,
        climate=climate,
        notes=notes,
        places=data.places,
        interests=data.interests,
        start=trip.start_date,
        end=trip.end_date,
        holidays=holidays_between({place.country for place in destinations}, trip.start_date, trip.end_date),
    )


def _save(run: PlanningRun, pulse: _Pulse, bodies: dict[str, dict[str, Any]], party: dict[str, Any]) -> None:
    """Documents, what the party needed (in an erasable row), and the run's end, together. The conditional move proves that the run is still ours."""
    now = clock.now()
    with transaction.atomic():
        trip = Trip.objects.select_for_update().get(pk=run.trip_id)
        if not PlanningRun.objects.filter(pk=run.pk, state="running", attempts=pulse.attempt).exists():
            raise _Superseded
        revisions = {"intent": run.intent_revision}
        for kind, body in bodies.items():
            revision = Document.objects.filter(trip=trip, kind=kind).count() + 1
            make_document(trip, kind, revision=revision, basis=dict(revisions), body=body, now=now).save(force_insert=True)
            revisions[kind] = revision
        wish = PrivateWish.objects.filter(document__trip=trip, document__kind="intent", document__revision=run.intent_revision).first()
        if wish is not None:  # it may be erased by now
            before: Any = wish.parties
            wish.parties = {**before, str(revisions["candidates"]): party}
            wish.save(update_fields=["parties", "updated_at"])
        transitions.move(run, RUN, "done", actor=WORKER, reason="planned", now=now, finished_at=now, heartbeat_at=now, step="check", progress=100)


def fail_run(*, actor: Actor, run: PlanningRun, code: str, names: str = "", now: dt.datetime) -> None:
    """End a run without a plan, inside the caller's transaction. `names`: places that stood in the way; the sentence around them is made on
    reading, in the reader's language (`queries.trips.failure_of`). Raises Conflict when another worker was there first."""
    transitions.move(run, RUN, "failed", actor=actor, reason=code, now=now, finished_at=now, error_code=code[:60], error_message=names[:500])


def _still_ours(run: PlanningRun) -> PlanningRun | None:
    """The run, locked, if nobody took it over or abandoned it since we claimed it."""
    return PlanningRun.objects.select_for_update().filter(pk=run.pk, state="running", attempts=run.attempts).first()


def _give_up(run: PlanningRun, error: AppError) -> str:
    """Failed at once: what a refusal says of the wish, another attempt would hear again."""
    with transaction.atomic():
        fresh = _still_ours(run)
        if fresh is None:
            return "superseded"
        fail_run(actor=WORKER, run=fresh, code=error.code, names=str(error.extra.get("names", "")), now=clock.now())
    return "failed"


def _retry_or_fail(run: PlanningRun, again: NewTask | None) -> str:
    """Back to the queue with a growing pause, or failed after the last attempt."""
    now = clock.now()
    with transaction.atomic():
        fresh = _still_ours(run)
        if fresh is None:
            return "superseded"
        if fresh.attempts >= MAX_ATTEMPTS:
            fail_run(actor=WORKER, run=fresh, code="planner_error", now=now)
            return "failed"
        pause = dt.timedelta(seconds=2**fresh.attempts)
        transitions.move(fresh, RUN, "queued", actor=WORKER, reason="will try again", now=now, not_before=now + pause, heartbeat_at=now + pause)
        if again is not None:
            again(fresh.pk, now + pause)
    return "will try again"
