"""Rule 10: the cost is the sum of its parts, and a plan over the budget says by how much. Minor units, all exact."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan import Stop, Violation
from .case import DayCase, TripCase


def check_fees(case: DayCase) -> Iterator[Violation]:
    """Each stop asks the price that the problem gives it."""
    for position, stop in enumerate(case.plan.stops):
        allowed = _fees(case, position, stop)
        if allowed and stop.fee not in allowed:
            yield Violation(10, "fee", case.index, position, {"expected": allowed[0], "found": stop.fee})


def _fees(case: DayCase, position: int, stop: Stop) -> tuple[int, ...]:
    """The fees a stop may show; none when there is nothing to compare with.

    Beds and transfers are priced apart, so theirs may be shown or be 0.
    """
    if stop.kind == "place":
        place = case.place_of(stop)
        return (place.fee,) if place else ()
    if stop.kind == "meal":
        meal = case.meal_of(stop)
        return (meal.cost,) if meal else ()
    if stop.kind == "transfer":
        transfer = case.day.arrival if position == 0 and case.day.arrival else case.day.departure
        return (0, transfer.cost) if transfer else (0,)
    if stop.kind == "lodging":
        return (0, *(base.nightly for base in case.bases.values() if base.name == stop.name))
    return (0,)


def activities_of(case: DayCase) -> int:
    """Fees of the day's places."""
    return sum(place.fee for _, _, place in case.visits())


def food_of(case: DayCase) -> int:
    """The day's meals; one at a place costs what the meal costs, beside the place's fee."""
    return sum(meal.cost for meal in map(case.meal_of, case.plan.stops) if meal is not None)


def transport_of(case: DayCase) -> int:
    """The day's legs, recomputed."""
    return sum(leg.cost for leg in case.legs if leg is not None)


def check_day_cost(case: DayCase) -> Iterator[Violation]:
    """A day costs its fees, meals, legs and transfers, without beds."""
    transfers = sum(transfer.cost for transfer in (case.day.arrival, case.day.departure) if transfer is not None)
    expected = activities_of(case) + food_of(case) + transport_of(case) + transfers
    if case.plan.cost != expected:
        yield Violation(10, "day_cost", case.index, params={"expected": expected, "found": case.plan.cost})


def expected_costs(case: TripCase) -> dict[str, int]:
    """Every category counted again."""
    return {
        "lodging": case.problem.lodging_cost,
        "food": sum(food_of(day) for day in case.days),
        "local_transport": sum(transport_of(day) for day in case.days),
        "activities": sum(activities_of(day) for day in case.days),
        "intercity": case.problem.intercity_cost,
    }


def check_costs(case: TripCase) -> Iterator[Violation]:
    """Each category is the sum of its parts."""
    for name, expected in expected_costs(case).items():
        found = getattr(case.itinerary.costs, name)
        if found != expected:
            yield Violation(10, f"cost_{name}", params={"expected": expected, "found": found})


def check_budget(case: TripCase) -> Iterator[Violation]:
    """The shortfall is exact, and with one the plan holds no paid place that isn't pinned."""
    total = sum(expected_costs(case).values())
    budget = case.problem.budget
    shortfall = 0 if budget is None else max(0, total - budget)
    if case.itinerary.shortfall != shortfall:
        yield Violation(10, "shortfall", params={"expected": shortfall, "found": case.itinerary.shortfall})
    if shortfall == 0:
        return
    pinned = {pin.place_id for pin in case.problem.pinned}
    for day in case.days:
        for position, _, place in day.visits():
            if place.fee > 0 and place.id not in pinned:
                yield Violation(
                    10, "paid_place_over_budget", day.index, position, {"place": place.id, "fee": place.fee}
                )
