"""What a traveler needs against the plan as it is; where the catalogue doesn't know, that is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trips.planning.party import EASY_EFFORT, REST_EVERY, SHORT_WALKS_KM
from trips.readiness.facts import Finding, PlanFacts, PlannedStop, TravelerFacts, TripFacts

NOT_IN_CATALOGUE = ("hearing", "sight", "service_animal", "medication")
NAMED = 3


def need_findings(traveler: TravelerFacts, trip: TripFacts) -> Iterator[Finding]:
    """Steps, walks, effort and rest of the present plan against this traveler's needs; nothing while there is no plan."""
    plan, needs = trip.plan, traveler.needs
    if plan is not None:
        if "step_free" in needs:
            yield from _steps(plan)
        if "short_walks" in needs:
            yield from _walks(plan)
        if "easy_effort" in needs:
            yield from _effort(plan)
        if "rest_days" in needs:
            yield from _rest(plan)
    elif needs - set(NOT_IN_CATALOGUE):
        yield Finding("needs_no_plan", "unknown", {}, "plan")
    told = [need for need in NOT_IN_CATALOGUE if need in needs]
    if told:
        yield Finding("needs_not_in_catalogue", "unknown", {"needs": told}, "plan")


def _names(stops: Sequence[PlannedStop]) -> dict[str, object]:
    return {"names": [stop.name for stop in stops[:NAMED]], "count": len(stops)}


def _steps(plan: PlanFacts) -> Iterator[Finding]:
    barred = [stop for stop in plan.stops if stop.accessibility in ("steps", "none")]
    doubtful = [stop for stop in plan.stops if stop.accessibility not in ("steps", "none", "step_free")]
    if barred:
        yield Finding("stops_with_steps", "blocks", _names(barred), "plan")
    if doubtful:
        yield Finding("stops_perhaps_with_steps", "unknown", _names(doubtful), "plan")


def _walks(plan: PlanFacts) -> Iterator[Finding]:
    long = [km for km in plan.walk_km if km > SHORT_WALKS_KM]
    if long:
        yield Finding("walks_too_long", "warns", {"days": len(long), "most": round(max(long), 1), "limit": SHORT_WALKS_KM}, "plan")


def _effort(plan: PlanFacts) -> Iterator[Finding]:
    hard = [stop for stop in plan.stops if stop.effort is not None and stop.effort > EASY_EFFORT]
    unknown = [stop for stop in plan.stops if stop.effort is None]
    if hard:
        yield Finding("stops_too_hard", "warns", _names(hard), "plan")
    if unknown:
        yield Finding("stops_of_unknown_effort", "unknown", _names(unknown), "plan")


def _rest(plan: PlanFacts) -> Iterator[Finding]:
    days = len(plan.walk_km)
    wanted = max(1, days // REST_EVERY) if days > 1 else 0
    if plan.rest_days < wanted:
        yield Finding("rest_too_little", "warns", {"planned": plan.rest_days, "wanted": wanted}, "plan")
