"""How good a plan is, 0..100, taken apart. Measured against the traveler's wish (pace) and the public prediction, never against the profile,
the private ceiling or what somebody in the party needs: companions read scores, and would work those out from them."""

from __future__ import annotations

from collections.abc import Sequence

from .geometry import Tables
from .plan import Costs, ScorePart
from .profiles import wished_minutes
from .schedule import MEAL, DayState

WEIGHTS = {"interests": 0.4, "money": 0.15, "pace": 0.2, "effort": 0.15, "certainty": 0.1}
COMFORTABLE = 0.85  # share of the usual cost from which on a plan counts as cheap
SLACK_MINUTES = 15  # a stop that may begin so much later is not in danger when a bus is late


class Yardstick:
    """What the wish makes possible, worked out once per problem: the same for all candidates."""

    def __init__(self, tables: Tables) -> None:
        problem = tables.problem
        wished = wished_minutes(problem.pace, problem.limits.active_minutes)
        usable = sorted({place for day in tables.days for place in day.places})
        every_minute = sum(tables.visit[place] for place in usable)
        rooms = [max(0.0, 0.75 * (day.closes - day.opens - sum(day.duration))) for day in tables.days]
        targets = sorted((min(float(wished), room) for room in rooms), reverse=True)
        due = min(problem.limits.rest_days, len(targets))
        targets = targets[: len(targets) - due] + [min(150.0, t) for t in targets[len(targets) - due :]]
        scale = min(1.0, every_minute / sum(targets)) if sum(targets) else 0.0
        self.wished = wished
        self.targets = [min(float(wished), room) * scale for room in rooms]
        self.all_value = sum(tables.value[place] for place in usable)
        # the most value that the wished minutes can hold (fractional knapsack), and what it would cost
        left, self.most_value, self.most_spent = sum(targets), 0.0, 0.0
        ride = self._usual_ride(tables, usable)
        for place in sorted(usable, key=lambda p: (-tables.value[p] / max(1, tables.visit[p]), p)):
            share = min(1.0, left / max(1, tables.visit[place]))
            if share <= 0:
                break
            self.most_value += share * tables.value[place]
            self.most_spent += share * (tables.fee[place] + ride)
            left -= tables.visit[place]

    @staticmethod
    def _usual_ride(tables: Tables, usable: Sequence[int]) -> float:
        """Half of the mean price of the way from the bed: what a hop between neighbouring places costs, minor units."""
        prices = [day.legs.cost[day.origin][place] for day in tables.days for place in day.places]
        return 0.5 * sum(prices) / len(prices) if prices and usable else 0.0


def score_parts(
    tables: Tables, yardstick: Yardstick, states: Sequence[DayState], costs: Costs
) -> tuple[ScorePart, ...]:
    """The five parts; each value is rounded to 0.1 so that what is shown adds up."""
    values = {
        "interests": _interests(tables, yardstick, states),
        "money": _money(tables, yardstick, costs),
        "pace": _pace(tables, yardstick, states),
        "effort": _effort(tables, states),
        "certainty": _certainty(tables, states),
    }
    return tuple(
        ScorePart(name=name, weight=weight, value=round(min(100.0, max(0.0, values[name])), 1))
        for name, weight in WEIGHTS.items()
    )


def score_of(parts: Sequence[ScorePart]) -> float:
    """Sum of weight times value, rounded to 0.1."""
    return round(sum(part.weight * part.value for part in parts), 1)


def _interests(tables: Tables, yardstick: Yardstick, states: Sequence[DayState]) -> float:
    """Mostly how much of what the wished hours can hold, and a quarter how much of all there is to want."""
    if not yardstick.all_value:
        return 100.0 if any(state.order for state in states) else 0.0
    got = sum(tables.value[place] for state in states for place in state.order)
    return 75 * min(1.0, got / max(1e-9, yardstick.most_value)) + 25 * got / yardstick.all_value


def _money(tables: Tables, yardstick: Yardstick, costs: Costs) -> float:
    """Against the usual cost: 100 up to 85 % of it, 70 at it, 0 at a third over. Where it isn't known: what the choices cost."""
    usual = tables.problem.expected
    if not usual:
        if not yardstick.most_spent:
            return 100.0
        return 100 - 35 * min(1.5, (costs.activities + costs.local_transport) / yardstick.most_spent)
    if costs.total <= COMFORTABLE * usual:
        return 100.0
    if costs.total <= usual:
        return 100 - 30 * (costs.total / usual - COMFORTABLE) / (1 - COMFORTABLE)
    return 70 * max(0.0, 1 - 3 * (costs.total / usual - 1))


def _pace(tables: Tables, yardstick: Yardstick, states: Sequence[DayState]) -> float:
    """Mean closeness of the days' active minutes to the wish; 15 % either way is as wished. Asked-for rest days don't count."""
    marks = []
    for state, target in zip(states, yardstick.targets, strict=True):
        if target < 30:  # a day of travel: whatever it holds is as wished
            marks.append(100.0)
            continue
        off = max(0.0, abs(state.active - target) - 0.15 * target) / max(target, 60.0)
        marks.append(100 - 100 * min(1.0, off))
    due = min(tables.problem.limits.rest_days, len(marks))
    marks = sorted(marks)[due:]
    return sum(marks) / len(marks) if marks else 100.0


def _effort(tables: Tables, states: Sequence[DayState]) -> float:
    """100 for days at half of what the pace allows, 40 at all of it; the hardest day counts as much as the mean."""
    limits = tables.problem.usual or tables.problem.limits
    loads = [
        max(
            state.fatigue / limits.fatigue if limits.fatigue else 1.0,
            state.walk / 100 / limits.walk_km if limits.walk_km else float(state.walk > 0),
        )
        for state in states
    ]
    if not loads:
        return 100.0
    load = (sum(loads) / len(loads) + max(loads)) / 2
    return 100 - 120 * max(0.0, load - 0.5)


def _certainty(tables: Tables, states: Sequence[DayState]) -> float:
    """Share of visit minutes with opened sources (70 %) and share of stops that bear a delay of a quarter hour (30 %)."""
    minutes = sure = stops = easy = 0
    for day, state in zip(tables.days, states, strict=True):
        for kind, place, _, start in state.steps:
            if kind == MEAL:
                continue
            minutes += tables.visit[place]
            sure += tables.visit[place] if tables.problem.places[place].verified else 0
            stops += 1
            easy += any(opens <= start <= last - SLACK_MINUTES for opens, last in day.windows[place])
    if not stops:
        return 100.0
    return 70 * (sure / minutes if minutes else 1.0) + 30 * easy / stops
