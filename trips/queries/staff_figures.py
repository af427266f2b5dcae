"""Figures of the staff's dashboard: trips and planning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from trips.models import PlanningRun, Trip
from trips.states import RUN


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Runs made since a moment, by state, and what the failed ones failed of, most frequent first."""

    counts: dict[str, int]
    failures: tuple[tuple[str, int], ...]


def runs_since(since: dt.datetime) -> RunFigures:
    """One statement."""
    rows = PlanningRun.objects.filter(created_at__gte=since).order_by().values_list("state", "error_code").annotate(count=Count("id"))
    counts = dict.fromkeys(RUN.states, 0)
    failures: dict[str, int] = {}
    for state, code, count in rows:
        counts[state] += count
        if state == "failed":
            failures[code] = failures.get(code, 0) + count
    return RunFigures(counts, tuple(sorted(failures.items(), key=lambda pair: (-pair[1], pair[0]))))


def trips_made_since(since: dt.datetime) -> int:
    """Trips that travelers made, samples aside. One statement."""
    return Trip.objects.filter(created_at__gte=since, sample=False).count()
