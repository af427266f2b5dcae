"""One day for people: the schedule's numbers become stops and legs, with rests where there would be long waits.

How a day reads: lodging (when one sets out), places and meals, lodging (when one is back). A day with a transfer in opens with the
transfer, then the bed where it arrives; one with a transfer out ends with it, after the bed where it leaves.
"""

from __future__ import annotations

from dataclasses import replace

from .definitions import travel
from .geometry import DayTable, Tables
from .plan import DayPlan, Leg, Stop, StopKind
from .problem import Area, Base, MealRule, Place, Transfer
from .schedule import MEAL, PLACE, DayState, evaluate

REST_GAP = 45  # minutes without anything to do that are called a rest rather than a wait
REST_BREAK = MealRule(kind="rest", earliest=13 * 60 + 30, latest=16 * 60 + 30, minutes=60)
REST_FROM_PLACES = 3  # a day of fewer stops has pauses enough

NO_LEG = Leg(mode="walk", minutes=0, distance_km=0.0, cost=0)


def state_of(tables: Tables, index: int, order: tuple[int, ...], *, rest_break: bool = False) -> DayState | None:
    """The timed day; with `rest_break` an hour's rest in the afternoon is kept free where limits and hours allow it."""
    day = tables.days[index]
    state = evaluate(tables, day, order)
    if state is None or not rest_break or len(order) < REST_FROM_PLACES:
        return state
    if any(tables.serves[place] for place in order):  # a meal place must not be taken for the rest
        return state
    rested = evaluate(tables, with_rest(day), order)
    limit = tables.problem.limits.fatigue
    return rested if rested is not None and rested.fatigue <= max(limit, state.fatigue) else state


def with_rest(day: DayTable) -> DayTable:
    """The same day with a rest to fit in as if it were a meal that costs nothing."""
    meals = sorted((*day.meals, REST_BREAK), key=lambda m: (m.earliest, m.latest))
    return replace(
        day,
        meals=tuple(meals),
        earliest=[meal.earliest for meal in meals],
        latest=[meal.latest for meal in meals],
        duration=[meal.minutes for meal in meals],
    )


def day_plan(tables: Tables, index: int, state: DayState) -> DayPlan:
    """The day as stops and legs, every field filled."""
    problem, table = tables.problem, tables.days[index]
    day = problem.days[index]
    if len(table.meals) != sum(1 for step in state.steps if step[0] != PLACE):
        table = with_rest(table)
    area = next((a for a in problem.areas if a.id == day.area), Area(day.area, day.area, ()))
    count = len(problem.places)
    origin, target = tables.bases[table.origin - count], tables.bases[table.target - count]

    stops: list[Stop] = []
    legs: list[Leg] = []
    if day.arrival is not None:
        stops.append(_still("transfer", _route(day.arrival), day.start, table.opens, origin, fee=day.arrival.cost))
        _append(stops, legs, area, _still("lodging", origin.name, table.opens, table.opens, origin))
    else:
        stops.append(_still("lodging", origin.name, state.depart, state.depart, origin))
    eaten_out = 0  # meals at places: their cost is the day's, beside the place's fee
    had = 0
    for kind, number, point, start in state.steps:
        spot = problem.places[point] if point < count else tables.bases[point - count]
        if kind == MEAL:
            meal = table.meals[number]
            rests = meal is REST_BREAK
            stop = _still(
                "rest" if rests else "meal", meal.kind, start, start + meal.minutes, spot,
                fee=meal.cost, meal=None if rests else meal.kind,
            )  # fmt: skip
        else:
            place = problem.places[number]
            eaten = table.meals[had] if kind != PLACE else state.treat_at.get(number)
            stop = _still(
                "place", place.name, start, start + tables.visit[number], place, place_id=place.id,
                fee=place.fee, meal=eaten.kind if eaten else None,
                unverified=unverified(tables, number),
            )  # fmt: skip
            eaten_out += eaten.cost if eaten else 0
        had += kind != PLACE
        _append(stops, legs, area, stop)
    _append(stops, legs, area, _still("lodging", target.name, state.finish, state.finish, target))
    if day.departure is not None:
        ends = state.finish + table.tail
        _append(
            stops,
            legs,
            area,
            _still("transfer", _route(day.departure), state.finish, ends, target, fee=day.departure.cost),
        )
    return DayPlan(
        index=index,
        date=day.date,
        area=day.area,
        stops=tuple(stops),
        legs=tuple(legs),
        cost=sum(stop.fee for stop in stops) + sum(leg.cost for leg in legs) + eaten_out,
        fatigue=state.fatigue,
        active_minutes=state.active,
        walk_km=state.walk / 100,
        rest=state.rest,
    )


def _route(transfer: Transfer) -> str:
    return f"{transfer.origin} – {transfer.destination}"


def unverified(tables: Tables, place: int) -> bool:
    """Whether a stop has to be listed as unverified: its hours, or its access for a party that needs it step free."""
    found = tables.problem.places[place]
    return not found.verified or (tables.problem.limits.step_free and found.accessibility != "step_free")


def _still(
    kind: StopKind,
    name: str,
    arrive: int,
    leave: int,
    spot: Place | Base | Stop,
    *,
    place_id: str | None = None,
    fee: int = 0,
    meal: str | None = None,
    unverified: bool = False,
) -> Stop:
    return Stop(kind, name, arrive, leave, spot.latitude, spot.longitude, place_id, fee, meal, unverified)


def _way(area: Area, a: Stop, b: Stop) -> Leg:
    if not area.modes:
        return NO_LEG
    return travel(area, a.latitude, a.longitude, b.latitude, b.longitude)


def _append(stops: list[Stop], legs: list[Leg], area: Area, stop: Stop) -> None:
    """Add a stop and the leg to it; a long gap becomes a rest where one is, or at the next spot if that is the bed."""
    before = stops[-1]
    leg = _way(area, before, stop)
    gap = stop.arrive - before.leave - leg.minutes
    if gap >= REST_GAP:
        at_bed = stop.kind in ("meal", "lodging", "transfer") and leg.minutes > 0
        if at_bed:
            stops.append(_still("rest", "rest", stop.arrive - gap, stop.arrive, stop))
            legs.append(leg)
            leg = NO_LEG
        else:
            stops.append(_still("rest", "rest", before.leave, before.leave + gap, before))
            legs.append(NO_LEG)
    stops.append(stop)
    legs.append(leg)
