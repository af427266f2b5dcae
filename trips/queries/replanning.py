"""A saved plan made again: with other orders, in words when they don't fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from travelplanner.core import money
from travelplanner.core.errors import Invalid
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


def swapped_orders(trip: Trip, latest: Document, *, day: int, candidate_id: str) -> Orders:
    """The plan's orders with one day taken from a candidate. Raises Invalid for an unknown day or candidate."""
    candidates = trip.documents.get(kind="candidates", revision=latest.basis["candidates"])
    other = next((c for c in candidates.body["candidates"] if c["candidateId"] == candidate_id), None)
    mine = orders_of(latest.body["itinerary"]["days"])
    if other is None or not 1 <= day <= len(mine):
        raise Invalid(fields={"swapDay": [_("Name a day of the trip and one of its candidates.")]})
    brought = orders_of(other["days"])[day - 1]
    return tuple(brought if i == day - 1 else tuple(p for p in order if p not in brought) for i, order in enumerate(mine))


def plan_orders(trip: Trip, latest: Document, days: Sequence[Sequence[str]]) -> tuple[Itinerary, Setting]:
    """Time, price and check new orders of a plan. Raises Invalid `not_feasible` with every violation in words."""
    engine = latest.body["engine"]
    setting = setting_of(trip, latest.basis, economy=engine["economy"])
    orders: Orders = tuple(tuple(order) for order in days)
    if any(len(order) > MAX_STOPS_PER_DAY for order in orders):
        raise Invalid(_("A day holds at most %d stops.") % MAX_STOPS_PER_DAY)
    try:
        plan = assemble(setting.problem, orders, profile=engine["profile"], seed=int(engine["seed"]), iterations=engine["iterations"])
    except InfeasibleDays as error:
        raise infeasible(error.violations, setting) from error
    violations = check(setting.problem, plan)
    if violations:
        raise infeasible(violations, setting)
    return plan, setting


def setting_of(trip: Trip, basis: Mapping[str, int], *, economy: bool = False) -> Setting:
    """The planning problem that a document's basis describes, with today's catalogue and prices."""
    intent = Document.objects.select_related("wish").get(trip=trip, kind="intent", revision=basis["intent"])
    budget = Document.objects.get(trip=trip, kind="budget", revision=basis["budget"])
    data = read_input(trip, intent)
    parts, currency = budget.body["breakdown"], trip.budget_currency

    def minor(part: str, quantile: str = "p50") -> int:
        return money.to_minor(Decimal(str(parts[part][quantile])), currency)

    journey = minor("intercity") if len(data.stretches) == 1 else 0
    return build_setting(data, food_minor=minor("food", "p10" if economy else "p50"), intercity_minor=journey, economy=economy)


def infeasible(violations: Sequence[Violation], setting: Setting) -> Invalid:
    """The refusal in words, with codes and figures for programs."""
    told = []
    for violation in violations:
        params = dict(violation.params)
        place = setting.places.get(str(params.get("place_id", "")))
        params.setdefault("name", place.name if place else "")
        code = f"edit_{violation.code}"
        if code not in sentences.known_codes():
            code = f"edit_{RULE_CODES.get(violation.rule, violation.code)}"
        told.append(
            {
                "code": code,
                "rule": violation.rule,
                "day": violation.day + 1 if violation.day is not None else None,
                "stop": violation.stop,
                "params": params,
                "text": sentences.render(code, params),
            }
        )
    return Invalid(" ".join(dict.fromkeys(str(t["text"]) for t in told)), code="not_feasible", extra={"violations": told})
