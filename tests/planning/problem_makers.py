"""Seeded problems for the engine's tests: ordinary cities, and strange trips that are valid all the same."""

from __future__ import annotations

import datetime as dt
import random

from trips.planning.problem import (
    Area,
    Base,
    Day,
    Limits,
    MealRule,
    Mode,
    Pin,
    Place,
    Problem,
    Transfer,
    Window,
)

MODES = (
    Mode("walk", 1.5, 4.5, on_foot=True),
    Mode("auto", 8, 18, 4, 3000, 1500),
    Mode("taxi", 200, 28, 6, 8000, 2000),
)
LUNCH, DINNER = MealRule("lunch", 720, 840, 60, 20000), MealRule("dinner", 1110, 1230, 60, 30000)
BREAKFAST = MealRule("breakfast", 420, 570, 40, 9000)
FIRST = dt.date(2026, 11, 12)


def place(name: str, north: float = 0.0, east: float = 0.0, **more: object) -> Place:
    """A place so many kilometers (about) north and east of the base of `city`, open 09:00 to 18:00 every day."""
    values: dict[str, object] = {
        "visit_minutes": 60,
        "windows": ((Window(540, 1080),),) * 10,
        "area": "v",
        "latitude": 25.31 + north / 111,
        "longitude": 83.01 + east / 100,
    }
    return Place(id=name, name=name.upper(), **(values | more))


def city(*places: Place, days: int = 1, **more: object) -> Problem:
    """One area, one hotel, days from 08:00 to 21:00 with lunch and dinner."""
    values: dict[str, object] = {
        "days": tuple(Day(i, FIRST + dt.timedelta(i), "v", "b", "b", 480, 1260) for i in range(days)),
        "areas": (Area("v", "V", MODES),),
        "bases": (Base("b", "Hotel", "v", 25.31, 83.01, 300000),),
        "places": places,
        "meals": (LUNCH, DINNER),
    }
    return Problem(**(values | more))


def random_city(seed: int, count: int = 40, days: int = 5, **more: object) -> Problem:
    """A city of many kinds of hours, fees and places around one hotel."""
    pick = random.Random(seed)
    places = []
    for number in range(count):
        kind, visit = pick.random(), pick.choice([30, 45, 60, 60, 90, 120])
        places.append(
            place(
                f"p{number}",
                pick.gauss(0, 2.2),
                pick.gauss(0, 2),
                visit_minutes=visit,
                windows=tuple(_hours(pick, kind) for _ in range(days)),
                fee=pick.choice([0, 0, 0, 5000, 20000, 50000]),
                value=round(pick.uniform(0.5, 5), 2),
                effort=pick.choice([1, 1, 2, 2, 3, 4]),
                serves_meal=pick.random() < 0.12,
                verified=pick.random() < 0.7,
                accessibility=pick.choice(["step_free", "partial", "steps", "unknown"]),
            )
        )
    return city(*places, days=days, lodging_cost=300000 * max(0, days - 1), **more)


def strange_problem(seed: int) -> Problem:
    """A random valid problem that may be hard: several areas, transfers, tight limits, pins, budgets, odd frames and meals."""
    pick = random.Random(seed)
    count, days = pick.choice([0, 1, 2, 5, 12, 25]), pick.choice([1, 1, 2, 3, 5, 7])
    areas = ["v"] if days == 1 or pick.random() < 0.6 else ["v", "w"]
    change = pick.randrange(1, days) if len(areas) > 1 else days
    shift = {"v": 0.0, "w": 300.0}
    bases = [Base(f"{a}{n}", "Inn", a, 25.31 + (shift[a] + n) / 111, 83.01, 100) for a in areas for n in (0, 1)]
    table = []
    for index in range(days):
        area = areas[int(index >= change)]
        night = f"{area}{pick.choice([0, 0, 0, 1])}"
        morning = table[-1].night_base if table else f"{area}0"
        moves = index == change or (index == 0 and pick.random() < 0.5)
        leaves = index == days - 1 and pick.random() < 0.5
        start, end = pick.choice([(540, 1260), (480, 1320), (600, 1080), (420, 1560), (780, 840)])
        table.append(
            Day(
                index,
                FIRST + dt.timedelta(index),
                area,
                morning,
                night,
                start,
                end,
                Transfer("train", "X", "Y", pick.choice([30, 180, 400]), 300.0, 5000) if moves else None,
                Transfer("train", "Y", "X", pick.choice([30, 180, 400]), 300.0, 5000) if leaves else None,
            )
        )
    places = tuple(
        place(
            f"p{number}",
            shift[area := pick.choice(areas)] + pick.gauss(0, 3),
            pick.gauss(0, 3),
            area=area,
            visit_minutes=pick.choice([0, 15, 30, 60, 60, 90, 180, 400]),
            windows=tuple(_hours(pick, pick.random()) for _ in range(days)),
            fee=pick.choice([0, 0, 5000, 20000, 50000]),
            value=pick.choice([0.0, round(pick.uniform(0, 5), 2)]),
            effort=pick.choice([1, 2, 3, 5]),
            serves_meal=pick.random() < 0.25,
            verified=pick.random() < 0.7,
            accessibility=pick.choice(["step_free", "partial", "steps", "none", "unknown"]),
        )
        for number in range(count)
    )
    ids = [p.id for p in places]
    fixed = pick.choice([0, 100000, 900000])
    pins = tuple(
        Pin(pick.choice(ids), pick.choice([None, pick.randrange(days)]))
        for _ in range(pick.choice([0, 0, 1, 3]))
        if ids
    )
    return Problem(
        days=tuple(table),
        areas=tuple(Area(a, a.upper(), MODES) for a in areas),
        bases=tuple(bases),
        places=places,
        meals=pick.choice([(), (LUNCH, DINNER), (BREAKFAST, LUNCH, DINNER)]),
        limits=Limits(
            active_minutes=pick.choice([0, 120, 420, 600]),
            walk_km=pick.choice([0.5, 8.0]),
            fatigue=pick.choice([3.0, 7.0, 10.0]),
            effort=pick.choice([2, 5]),
            step_free=pick.random() < 0.2,
            rest_days=pick.choice([0, 0, 1, 3]),
        ),
        pace=pick.choice(["relaxed", "balanced", "full"]),
        lodging_cost=fixed,
        intercity_cost=5000,
        budget=pick.choice([None, fixed, fixed + 300000, fixed + 900000]),
        pinned=tuple({pin.place_id: pin for pin in pins}.values()),
        excluded=frozenset(pick.sample(ids, min(len(ids), pick.choice([0, 0, 2])))),
    )


def _hours(pick: random.Random, kind: float) -> tuple[Window, ...]:
    if pick.random() < 0.08:
        return ()
    if kind < 0.4:
        return (Window(0, 1560),)
    if kind < 0.7:
        return (Window(600, 1020),)
    if kind < 0.85:
        return (Window(300, 720), Window(840, 1260))
    return (Window(1080, 1170),)
