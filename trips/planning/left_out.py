"""Why a wanted place is not in a plan: the true reason with the figures that show it."""

from __future__ import annotations

from collections.abc import Sequence

from .geometry import DayTable, Tables
from .insertion import fit, latest_arrivals
from .plan import LeftOut
from .profiles import Profile, wished_minutes
from .schedule import NEVER, DayState
from .timings import Timings


def left_out_of(timings: Timings, states: Sequence[DayState], total: int, profile: Profile) -> tuple[LeftOut, ...]:
    """Every place of the problem that the plan lacks, most wanted first; `total` is the plan's cost in minor units.

    A place that would still fit is `lower_value`; its params name the `pace` when it is the profile that wants fewer stops.
    """
    tables = timings.tables
    planned = {place for state in states for place in state.order}
    found = []
    for index, place in enumerate(tables.problem.places):
        if index not in planned and tables.place_index[place.id] == index:
            code, params = _reason(timings, states, index, total, planned, profile)
            found.append((-tables.value[index], index, LeftOut(place.id, place.name, code, params)))
    found.sort(key=lambda entry: entry[:2])
    return tuple(entry[2] for entry in found)


def _reason(
    timings: Timings, states: Sequence[DayState], index: int, total: int, planned: set[int], profile: Profile
) -> tuple[str, dict[str, object]]:
    tables = timings.tables
    problem = tables.problem
    place = problem.places[index]
    barred = tables.barred.get(index)
    if barred == "too_hard":
        return barred, {"effort": place.effort, "limit": problem.limits.effort}
    if barred == "not_step_free":
        return barred, {"accessibility": place.accessibility}
    if barred is not None:
        return barred, {"area": place.area} if barred == "other_area" else {}
    pinned_day = tables.pinned.get(index)
    days = [
        day
        for day in tables.days
        if problem.days[day.index].area == place.area and (pinned_day is None or day.index == pinned_day)
    ]
    if not any(day.windows[index] for day in days):
        spans = [window for day in days for windows in place.windows[day.index : day.index + 1] for window in windows]
        longest = max((window.closes - window.opens for window in spans), default=0)
        return "closed", {"days": len(days), "longest_open": longest, "visit_minutes": place.visit_minutes}

    # could an empty day hold it?
    open_days = [day for day in days if day.windows[index]]
    alone = [state for day in open_days if (state := timings.state(day.index, (index,))) is not None]
    if not alone:
        return _alone_reason(timings, open_days, index)

    # does it still fit into this plan, by time; then by money, then by limits?
    fitting = []
    for day in open_days:
        state = states[day.index]
        gap = fit(tables, day, state, index)
        if gap is not None:
            fitting.append((day, state, gap[0]))
    if not fitting:
        short = min(missing_minutes(tables, day, states[day.index], index) for day in open_days)
        return "no_time", {"missing_minutes": short}
    timed = [
        (day.index, state, timings.state(day.index, (*state.order[:gap], index, *state.order[gap:])))
        for day, state, gap in fitting
    ]
    extra = [(new.cost - old.cost, day) for day, old, new in timed if new is not None]
    if not extra:
        return _limit_reason(timings, fitting, index)
    cheapest, day_index = min(extra)
    if problem.budget is not None and total + cheapest > problem.budget:
        return "over_budget", {"over": total + cheapest - problem.budget, "cost": cheapest}
    due = problem.limits.rest_days
    resting = sum(state.rest for state in states)
    if due and resting <= due and all(old.rest and not new.rest for _, old, new in timed if new is not None):
        return "no_time", {"limit": "rest_days", "rest_days": due, "missing_minutes": tables.visit[index]}
    params: dict[str, object] = {"value": round(tables.value[index], 2), "day": day_index}
    if planned:
        params["least_value"] = round(min(tables.value[other] for other in planned), 2)
    wished = wished_minutes(problem.pace, problem.limits.active_minutes)
    crowded = states[day_index].active + tables.visit[index] > profile.pace * wished
    if crowded or len(states[day_index].order) >= profile.stops or profile.rest_afternoon:
        params["pace"] = profile.name
    return "lower_value", params


def _alone_reason(timings: Timings, days: Sequence[DayTable], index: int) -> tuple[str, dict[str, object]]:
    """Why not even a day of its own has room: its hours against the frame, the way, or what the party can do."""
    tables, limits = timings.tables, timings.tables.problem.limits
    if tables.visit[index] > limits.active_minutes:
        return "too_hard", {"limit": "active_minutes", "minutes": tables.visit[index], "most": limits.active_minutes}
    nearest = min(days, key=lambda day: day.legs.minutes[day.origin][index] + day.legs.minutes[index][day.target])
    there = nearest.legs.minutes[nearest.origin][index]
    back = nearest.legs.minutes[index][nearest.target]
    walk = nearest.legs.walk[nearest.origin][index] + nearest.legs.walk[index][nearest.target]
    if walk > round(limits.walk_km * 100):
        return "too_far", {"walk_km": walk / 100, "most": limits.walk_km, "travel_minutes": there + back}
    gaps = [timings.state(day.index, ()) for day in days]
    short = [
        missing_minutes(tables, day, state, index) for day, state in zip(days, gaps, strict=True) if state is not None
    ]
    missing = min(short, default=0)
    if missing <= 0:
        return "too_hard", {"limit": "fatigue", "most": limits.fatigue}
    reachable = any(
        day.opens <= last and opens + tables.visit[index] <= day.closes
        for day in days
        for opens, last in day.windows[index]
    )
    if not reachable:
        return "closed", {"days": len(days), "outside_day": True, "missing_minutes": missing}
    if there + back >= tables.visit[index] // 2 and there + back > 60:
        return "too_far", {"travel_minutes": there + back, "missing_minutes": missing}
    return "no_time", {"missing_minutes": missing}


def _limit_reason(
    timings: Timings, fitting: Sequence[tuple[DayTable, DayState, int]], index: int
) -> tuple[str, dict[str, object]]:
    """Hours would allow it; the day would be too much. Names the limit that is passed by the least."""
    tables, limits = timings.tables, timings.tables.problem.limits
    over = min(state.active for _, state, _ in fitting) + tables.visit[index] - limits.active_minutes
    if over > 0:
        return "no_time", {"limit": "active_minutes", "missing_minutes": over}
    day, state, gap = fitting[0]
    walk = day.legs.walk
    before, after = state.points[gap], state.points[gap + 1]
    added = walk[before][index] + walk[index][after] - walk[before][after]
    if state.walk + added > round(limits.walk_km * 100):
        return "too_far", {"limit": "walk_km", "walk_km": (state.walk + added) / 100, "most": limits.walk_km}
    return "too_hard", {"limit": "fatigue", "most": limits.fatigue}


def missing_minutes(tables: Tables, day: DayTable, state: DayState, index: int) -> int:
    """Minutes by which a place misses its best gap in a timed day (0 = it fits): too late for it, or what follows too late."""
    row, length = day.legs.minutes[index], tables.visit[index]
    least = NEVER
    latest_any = latest_arrivals(tables, day, state)
    for gap in range(len(state.legs)):
        to, on = row[state.points[gap]], row[state.points[gap + 1]]
        arrive = state.ready_first[gap] + to
        late = max(0, arrive - max((last for _, last in day.windows[index]), default=-NEVER))
        start = next((max(arrive, opens) for opens, last in day.windows[index] if arrive <= last), arrive)
        least = min(least, late + max(0, start + length + on - latest_any[gap + 1]))
    if least == 0 and fit(tables, day, state, index) is None:
        return max(day.duration, default=1)  # only a meal stands in the way
    return least
