"""Three days in Varanasi, planned with pencil and paper: the valid itinerary that the checker's tests break on purpose.

Everything lies on one meridian, 0.01 degrees (1.11 km) apart, and the detour is 1, so each figure can be checked by
hand: 1.11 km is a walk of 14 minutes, 2.22 km a rickshaw of 12 minutes for 42.20, 3.34 km one of 16 minutes for 53.40.
"""

from __future__ import annotations

import datetime as dt

from trips.planning.plan import Costs, DayPlan, Itinerary, LeftOut, Leg, ScorePart, Stop
from trips.planning.problem import Area, Base, Day, Limits, MealRule, Mode, Pin, Place, Problem, Transfer, Window

LONGITUDE = 83.0
BASE, TEMPLE, FORT, BAZAAR, STUPA = 25.30, 25.31, 25.33, 25.29, 25.28
OPEN = Window(540, 1080)
ALL_DAYS = ((OPEN,), (OPEN,), (OPEN,))
MODES = (
    Mode("walk", max_km=1.2, speed_kmh=4.8, on_foot=True),
    Mode("auto", max_km=100, speed_kmh=20, overhead_minutes=5, fare_base=2000, fare_per_km=1000),
)
TRAIN_IN = Transfer("train", "Delhi", "Varanasi", minutes=120, distance_km=140, cost=120_000)
TRAIN_OUT = Transfer("train", "Varanasi", "Delhi", minutes=120, distance_km=140, cost=120_000)


def place(id_: str, latitude: float, **changes: object) -> Place:
    """A place on the meridian, open daily from 9 to 18."""
    fields: dict[str, object] = {
        "visit_minutes": 60,
        "windows": ALL_DAYS,
        "accessibility": "step_free",
        "area": "varanasi",
    }
    return Place(id=id_, name=id_.title(), latitude=latitude, longitude=LONGITUDE, **(fields | changes))


PROBLEM = Problem(
    days=(
        Day(0, dt.date(2026, 12, 7), "varanasi", "ghat", "ghat", start=540, end=1260, arrival=TRAIN_IN),
        Day(1, dt.date(2026, 12, 8), "varanasi", "ghat", "ghat", start=540, end=1260),
        Day(2, dt.date(2026, 12, 9), "varanasi", "ghat", "ghat", start=540, end=1020, departure=TRAIN_OUT),
    ),
    areas=(Area("varanasi", "Varanasi", MODES, detour=1.0), Area("delhi", "Delhi", MODES, detour=1.0)),
    bases=(
        Base("ghat", "Ghat House", "varanasi", BASE, LONGITUDE, nightly=80_000),
        Base("station", "Station Inn", "varanasi", FORT, LONGITUDE, nightly=60_000),
        Base("karol", "Karol Lodge", "delhi", BASE, LONGITUDE, nightly=70_000),
    ),
    places=(
        place("temple", TEMPLE),
        place("fort", FORT, visit_minutes=120, fee=5000, effort=2, windows=((Window(540, 1020),), (OPEN,), (OPEN,))),
        place("bazaar", BAZAAR, visit_minutes=90, fee=1000, serves_meal=True, verified=False),
        place("stupa", STUPA, visit_minutes=90, fee=2500, windows=((), (OPEN,), (Window(600, 720), Window(840, 1000)))),
        place("museum", STUPA, windows=((), (), ())),
        place("zoo", TEMPLE),
        place("minar", TEMPLE, area="delhi"),
    ),
    meals=(MealRule("lunch", 720, 840, 45, cost=3000), MealRule("dinner", 1110, 1230, 60, cost=4000)),
    limits=Limits(active_minutes=420, walk_km=8, fatigue=7, effort=3, rest_days=1),
    party=2,
    currency="INR",
    lodging_cost=160_000,
    intercity_cost=240_000,
    budget=500_000,
    pinned=(Pin("stupa", 2),),
    excluded=frozenset({"zoo"}),
)


def at(latitude: float, kind: str, name: str, arrive: int, leave: int, **more: object) -> Stop:
    """A stop on the meridian."""
    return Stop(kind, name, arrive, leave, latitude, LONGITUDE, **more)


def visit(id_: str, latitude: float, arrive: int, leave: int, **more: object) -> Stop:
    """A stop at a place."""
    return at(latitude, "place", id_.title(), arrive, leave, place_id=id_, **more)


STILL = Leg("walk", 0, 0.0)
WALK = Leg("walk", 14, 1.11)
RIDE = Leg("auto", 12, 2.22, 4220)
LONG_RIDE = Leg("auto", 16, 3.34, 5340)

ITINERARY = Itinerary(
    profile="balanced",
    days=(
        DayPlan(
            index=0,
            date=dt.date(2026, 12, 7),
            area="varanasi",
            stops=(
                at(BASE, "transfer", "Train from Delhi", 540, 660),
                at(BASE, "lodging", "Ghat House", 660, 690, place_id="ghat"),
                visit("temple", TEMPLE, 704, 764),
                at(TEMPLE, "meal", "Lunch", 770, 815, meal="lunch", fee=3000),
                visit("fort", FORT, 830, 950, fee=5000),
                at(BASE, "meal", "Dinner", 1140, 1200, meal="dinner", fee=4000),
                at(BASE, "lodging", "Ghat House", 1200, 1440, place_id="ghat"),
            ),
            legs=(STILL, WALK, STILL, RIDE, LONG_RIDE, STILL),
            cost=141_560,
            fatigue=3.0,
            active_minutes=180,
            walk_km=1.11,
            rest=False,
        ),
        DayPlan(
            index=1,
            date=dt.date(2026, 12, 8),
            area="varanasi",
            stops=(
                at(BASE, "lodging", "Ghat House", 0, 720),
                visit("bazaar", BAZAAR, 740, 830, meal="lunch", fee=1000, unverified=True),
                at(BAZAAR, "rest", "A bench", 830, 880),
                at(BASE, "meal", "Dinner", 1120, 1180, meal="dinner", fee=4000),
                at(BASE, "lodging", "Ghat House", 1180, 1440),
            ),
            legs=(WALK, STILL, WALK, STILL),
            cost=8000,
            fatigue=0.9,
            active_minutes=90,
            walk_km=2.22,
            rest=True,
        ),
        DayPlan(
            index=2,
            date=dt.date(2026, 12, 9),
            area="varanasi",
            stops=(
                at(BASE, "lodging", "Ghat House", 0, 600),
                visit("stupa", STUPA, 615, 705, fee=2500),
                at(BASE, "meal", "Lunch", 740, 785, meal="lunch", fee=3000),
                at(BASE, "lodging", "Ghat House", 785, 800),
                at(BASE, "transfer", "Train to Delhi", 800, 920),
            ),
            legs=(RIDE, RIDE, STILL, STILL),
            cost=133_940,
            fatigue=0.9,
            active_minutes=90,
            walk_km=0.0,
            rest=True,
        ),
    ),
    costs=Costs(lodging=160_000, food=17_000, local_transport=18_000, activities=8500, intercity=240_000),
    score=86.5,
    score_parts=(
        ScorePart("interests", 0.4, 80),
        ScorePart("money", 0.2, 90),
        ScorePart("pace", 0.2, 100),
        ScorePart("effort", 0.1, 70),
        ScorePart("certainty", 0.1, 95),
    ),
    fatigue=1.6,
    active_minutes=120,
    walk_km=3.33,
    rest_days=2,
    shortfall=0,
    left_out=(LeftOut("museum", "Museum", "closed"), LeftOut("zoo", "Zoo", "excluded")),
    unverified=("bazaar",),
    iterations=0,
    seed=0,
)
