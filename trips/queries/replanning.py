"""A saved plan made again: with other orders, in words when they don't fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from travelplanner.core import money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid
from trips import rules
from trips.documents import budget as budget_document
from trips.documents import sentences
from trips.documents.itineraries import Setting, orders_of
from trips.models import Document, Trip
from trips.planning.assembly import InfeasibleDays, assemble
from trips.planning.checker import check
from trips.planning.plan import Itinerary, Violation
from trips.queries.planning_input import build_setting, read_input

Orders = tuple[tuple[str, ...], ...]
MAX_STOPS_PER_DAY = 20
RULE_CODES = {10: "over_budget", 7: "rest_days"}
# What these say of a need, which and how strict, is its traveler's own; the reader hears that there is one.
OF_NEEDS = {
    "edit_not_step_free": "edit_not_suitable",
    "edit_effort": "edit_not_suitable",
    "edit_excluded": "edit_not_suitable",
    "edit_walk_km": "edit_too_much",
    "edit_rest_days": "edit_too_much",
}


def swapped_orders(trip: Trip, latest: Document, *, day: int, candidate_id: str) -> Orders:
    """The plan's orders with one day taken from a candidate. Raises Invalid for an unknown day or candidate."""
    candidates = trip.documents.get(kind="candidates", revision=latest.basis["candidates"])
    other = next((c for c in candidates.body["candidates"] if c["candidateId"] == candidate_id), None)
    mine = orders_of(latest.body["itinerary"]["days"])
    if other is None or not 1 <= day <= len(mine):
        raise Invalid(fields={"swapDay": [_("Name a day of the trip and one of its candidates.")]})
    brought = orders_of(other["days"])[day - 1]
    return tuple(brought if i == day - 1 else tuple(p for p in order if p not in brought) for i, order in enumerate(mine))


def plan_orders(actor: Actor, trip: Trip, latest: Document, days: Sequence[Sequence[str]]) -> tuple[Itinerary, Setting]:
    """Time, price and check new orders of a plan. Raises Invalid `not_feasible` with every violation in words.

    A plan that is over the ceiling already may be changed as long as it gets no dearer.
    """
    engine = latest.body["engine"]
    setting, open_needs = setting_of(actor, trip, latest.basis, economy=engine["economy"])
    orders: Orders = tuple(tuple(order) for order in days)
    if any(len(order) > MAX_STOPS_PER_DAY for order in orders):
        raise Invalid(_("A day holds at most %d stops.") % MAX_STOPS_PER_DAY)
    try:
        plan = assemble(setting.problem, orders, profile=engine["profile"], seed=int(engine["seed"]), iterations=engine["iterations"])
    except InfeasibleDays as error:
        raise infeasible(error.violations, setting, open_needs=open_needs) from error
    violations = check(setting.problem, plan)
    if plan.costs.total <= money.to_minor(Decimal(str(latest.body["cost"]["total"])), setting.currency):
        violations = tuple(violation for violation in violations if violation.code != "paid_place_over_budget")
    if violations:
        raise infeasible(violations, setting, open_needs=open_needs)
    return plan, setting


def setting_of(actor: Actor, trip: Trip, basis: Mapping[str, int], *, economy: bool = False) -> tuple[Setting, bool]:
    """The planning problem that a document's basis describes, with today's catalogue and prices, as far as the actor may know it; and
    whether they may be told of the needs in it (they are all their own).

    The ceiling binds its owner alone: an editor who is refused, or not, could work out what it is. Booking keeps to it whoever planned.
    """
    owned = rules.owns(actor, trip) or actor.is_system
    intent = Document.objects.select_related("wish").get(trip=trip, kind="intent", revision=basis["intent"])
    budget = Document.objects.get(trip=trip, kind="budget", revision=basis["budget"])
    data = read_input(trip, intent, candidates=basis["candidates"])
    if not owned:
        data = replace(data, budget_minimum=None, budget_maximum=None)
    parts, currency = budget.body["breakdown"], trip.budget_currency

    def minor(part: str, quantile: str = "p50") -> int:
        return money.to_minor(Decimal(str(parts[part][quantile])), currency)

    journey = minor("intercity") if len(data.stretches) == 1 else 0
    setting = build_setting(
        data,
        food_minor=minor("food", "p10" if economy else "p50"),
        intercity_minor=journey,
        expected_minor=budget_document.likely_minor(budget.body),
        economy=economy,
    )
    return setting, owned and not data.shared


def infeasible(violations: Sequence[Violation], setting: Setting, *, open_needs: bool) -> Invalid:
    """The refusal in words, with codes and figures for programs; without `open_needs` it names no need and no figure of one."""
    told: list[dict[str, Any]] = []
    for violation in violations:
        params = dict(violation.params)
        place = setting.places.get(str(params.get("place_id", "")))
        params.setdefault("name", place.name if place else "")
        code = f"edit_{violation.code}"
        if code not in sentences.known_codes():
            code = f"edit_{RULE_CODES.get(violation.rule, violation.code)}"
        rule: int | None = violation.rule
        if not open_needs and code in OF_NEEDS:
            code, rule = OF_NEEDS[code], None
            params = {key: params[key] for key in ("place_id", "name", "help", "days") if key in params}
        told.append(
            {
                "code": code,
                "rule": rule,
                "day": violation.day + 1 if violation.day is not None else None,
                "stop": violation.stop,
                "params": params,
                "text": sentences.render(code, params),
            }
        )
    return Invalid(" ".join(dict.fromkeys(str(t["text"]) for t in told)), code="not_feasible", extra={"violations": told})
