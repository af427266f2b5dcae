"""The queue of planning runs: a wish joins it, and what a silent worker left goes back into it. `tasks` carries a run to `runs`, where it is worked on."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from travelplanner.core import clock, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotFound
from trips import rules, tasks
from trips.actions.runs import MAX_ATTEMPTS, WORKER, fail_run
from trips.actions.trips import fetch_for_change
from trips.models import PlanningRun, Trip
from trips.planning.candidates import DEFAULT_EFFORT
from trips.states import RUN


def queue_run(*, actor: Actor, trip: Trip, intent_revision: int, first: bool = False, now: dt.datetime | None = None) -> PlanningRun:
    """Queue planning of an intent revision; an unfinished older run of the trip is abandoned. Inside the caller's transaction. `first`: which
    made the trip, so that there is none.

    Guarantees: the run and its task are saved together, so neither is without the other.
    """
    now = now or clock.now()
    older = PlanningRun.objects.select_for_update().filter(trip=trip, state__in=["queued", "running"]).order_by("pk")
    for old in () if first else older:
        transitions.move(old, RUN, "abandoned", actor=actor, reason="a newer wish", now=now, finished_at=now)
    run = PlanningRun.objects.create(
        trip=trip, intent_revision=intent_revision, seed=secrets.randbits(31), effort=settings.PLANNING_EFFORT or DEFAULT_EFFORT, heartbeat_at=now, not_before=now
    )
    tasks.work_on_run.enqueue(str(run.pk))
    return run


def plan_again(*, actor: Actor, reference: str, now: dt.datetime | None = None) -> PlanningRun:
    """Queue the newest intent of a trip again, after a failure or for today's prices. Raises NotFound, NotAllowed, Conflict (`running`, `locked`)."""
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        if trip.locked_revision is not None:
            raise Conflict(code="locked")
        latest = PlanningRun.objects.filter(trip=trip).order_by("-created_at").first()
        if latest is not None and latest.state in ("queued", "running"):
            raise Conflict(_("This trip is being planned right now."), code="running")
        newest = trip.documents.filter(kind="intent").order_by("-revision").first()
        if newest is None:
            raise NotFound
        return queue_run(actor=actor, trip=trip, intent_revision=newest.revision, now=now)


def requeue_stranded_runs(*, now: dt.datetime | None = None) -> str:
    """Give runs whose worker went silent, and queued ones whose task was lost, a new task; a periodic job."""
    now = now or clock.now()
    silent = now - settings.RUN_STRANDED_AFTER
    again = failed = 0
    stranded = Q(state="running", heartbeat_at__lt=silent) | Q(state="queued", heartbeat_at__lt=silent, not_before__lte=now)
    for run in PlanningRun.objects.filter(stranded):
        try:
            with transaction.atomic():
                if run.state == "running" and run.attempts >= MAX_ATTEMPTS:
                    fail_run(actor=WORKER, run=run, code="worker_lost", now=now)
                    failed += 1
                    continue
                if run.state == "running":
                    transitions.move(run, RUN, "queued", actor=WORKER, reason="worker went silent", now=now, heartbeat_at=now)
                else:
                    PlanningRun.objects.filter(pk=run.pk, state="queued").update(heartbeat_at=now)
                tasks.work_on_run.enqueue(str(run.pk))
                again += 1
        except Conflict:
            continue  # its worker came back to life at this moment
    return f"{again} requeued, {failed} failed"
