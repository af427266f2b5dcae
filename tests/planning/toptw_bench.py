"""Where the search stands: team orienteering with time windows, solved by the engine, against best known values.

Not a test. From the project's folder: `python -m tests.planning.toptw_bench FOLDER [iterations] [instances]`, where FOLDER holds
`best_known.csv` and `instances/` (solomon100, cordeau) of the public TOPTW set (KU Leuven); instances are separated by commas.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import sys
import time
from pathlib import Path

from trips.planning.aim import Aim
from trips.planning.geometry import AreaLegs, DayTable, Tables
from trips.planning.problem import Day, Limits, Problem
from trips.planning.search import Search
from trips.planning.timings import Timings

DEFAULT = "c101,c105,r101,r105,rc101,rc105,pr01,pr03"


def tables_of_instance(path: Path, tours: int, decimals: int) -> Tables:
    """An instance as the engine's tables; one minute of ours is 0.1 (Solomon) or 0.01 (Cordeau) of theirs."""
    lines = path.read_text().splitlines()
    count = int(lines[0].split()[2])
    rows = [[float(x) for x in line.split()] for line in lines[2:] if line.strip()][: count + 1]
    rows = rows[1:] + rows[:1]  # the depot comes last, as bases do
    scale, size = 10**decimals, len(rows) - 1
    minutes = [[math.floor(math.hypot(a[1] - b[1], a[2] - b[2]) * scale + 1e-9) for b in rows] for a in rows]
    nothing = [[0] * len(rows) for _ in rows]
    legs = AreaLegs(minutes, nothing, nothing, nothing)
    windows = [((round(row[-2] * scale), round(row[-1] * scale)),) for row in rows[:-1]]
    days = [
        DayTable(
            index=tour,
            legs=legs,
            origin=size,
            target=size,
            opens=0,
            closes=round(rows[-1][-1] * scale),
            earliest=[],
            latest=[],
            duration=[],
            meals=(),
            undue=(),
            windows=list(windows),
            places=list(range(size)),
            begins=0,
            head=0,
            tail=0,
            ride=0,
            walk=0,
            fixed_cost=0,
        )
        for tour in range(tours)
    ]
    problem = Problem(
        days=tuple(Day(tour, dt.date(2026, 1, 1), "a", "b", "b") for tour in range(tours)),
        areas=(),
        bases=(),
        places=(),
        limits=Limits(active_minutes=10**9, walk_km=1e9, fatigue=11.0),
    )
    visit = [round(row[3] * scale) for row in rows[:-1]]
    value = [row[4] for row in rows[:-1]]
    return Tables(problem, {}, [], days, visit, [0] * size, [1] * size, value, [False] * size, {}, {})


def solve(tables: Tables, iterations: int, seed: int = 0) -> float:
    """The profit found by the bare search, without caps of a profile."""
    tours = len(tables.days)
    unit = sum(tables.value) / len(tables.value)
    aim = Aim(
        worth=list(tables.value),
        taste=[{} for _ in range(tours)],
        target=[1e9] * tours,
        most_active=[1e12] * tours,
        most_stops=10**6,
        money=None,
        spend=0.0,
        travel=1e-7,
        wait=1e-7,
        crowd=0.0,
        unit=unit,
    )
    search = Search(Timings(tables), aim, str(seed))
    search.run(iterations)
    _verify(tables, search.orders)
    return sum(tables.value[place] for order in search.orders for place in order)


def _verify(tables: Tables, orders: tuple[tuple[int, ...], ...]) -> None:
    """Walk the tours again with nothing but the instance's own rules."""
    seen: set[int] = set()
    for day, order in zip(tables.days, orders, strict=True):
        clock, here = 0, day.origin
        for place in order:
            opens, last = day.windows[place][0]
            clock = max(clock + day.legs.minutes[here][place], opens)
            if clock > last or place in seen:
                raise ValueError(f"place {place} is late or visited twice")
            seen.add(place)
            clock, here = clock + tables.visit[place], place
        if clock + day.legs.minutes[here][day.target] > day.closes:
            raise ValueError("back too late")


def main(folder: str, iterations: str = "300", instances: str = DEFAULT) -> None:
    """Print profit, best known value and gap of each instance with 1 to 4 tours, then the means."""
    root = Path(folder)
    with (root / "best_known.csv").open() as file:
        best = {(row["instance"], int(row["m"])): float(row["bks"]) for row in csv.DictReader(file)}
    gaps, spent = [], 0.0
    for name in instances.split(","):
        cordeau = name.startswith("pr")
        path = root / "instances" / ("cordeau" if cordeau else "solomon100") / f"{name}.txt"
        for tours in range(1, 5):
            if (name, tours) not in best or not path.exists():
                continue
            tables = tables_of_instance(path, tours, 2 if cordeau else 1)
            begun = time.process_time()
            profit = solve(tables, int(iterations))
            spent += time.process_time() - begun
            gaps.append(100 * (1 - profit / best[name, tours]))
            print(f"{name} m={tours} profit {profit:.0f} best known {best[name, tours]:.0f} gap {gaps[-1]:.1f} %")
    if gaps:
        print(f"{len(gaps)} runs, mean gap {sum(gaps) / len(gaps):.2f} %, mean CPU {spent / len(gaps):.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
