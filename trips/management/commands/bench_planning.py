"""`manage.py bench_planning`: CPU of a whole planning answer (three candidates) and of the edits, beside a yardstick in the same run.

The yardstick is a fixed piece of plain Python (a million additions), so that a slow or busy machine slows both.
"""

from __future__ import annotations

import datetime as dt
import platform
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trips.planning.assembly import assemble
from trips.planning.candidates import DEFAULT_EFFORT, plan_candidates
from trips.planning.checker import check
from trips.planning.problem import Area, Base, Day, MealRule, Mode, Place, Problem, Window

CENTER = (25.31, 83.01)


def random_problem(seed: int, *, places: int, days: int) -> Problem:
    """A city of `places` within a few kilometers, some open in the morning only, some closed on a day."""
    dice = random.Random(seed)
    start = dt.date(2027, 1, 4)
    options = []
    for index in range(places):
        opens, closes = dice.choice([(300, 540), (540, 1020), (600, 1080), (480, 1260), (0, 1440), (1020, 1320)])
        shut = dice.randrange(days * 2)
        options.append(
            Place(
                id=f"p{index}",
                name=f"Place {index}",
                area="a",
                latitude=CENTER[0] + dice.gauss(0, 0.03),
                longitude=CENTER[1] + dice.gauss(0, 0.03),
                visit_minutes=dice.choice([30, 45, 60, 90, 120]),
                windows=tuple(() if day == shut else (Window(opens, closes),) for day in range(days)),
                fee=dice.choice([0, 0, 0, 2000, 50000, 120000]),
                value=float(dice.randint(1, 9)),
                effort=dice.randint(1, 3),
            )
        )
    modes = (Mode("walk", 1.3, 4.5, on_foot=True), Mode("auto", 10_000, 17, 7, 3000, 1400))
    return Problem(
        days=tuple(Day(index, start + dt.timedelta(days=index), "a", "bed", "bed", 480, 1290) for index in range(days)),
        areas=(Area("a", "City", modes),),
        bases=(Base("bed", "Hotel", "a", *CENTER, 400000),),
        places=tuple(options),
        meals=(MealRule("lunch", 720, 870, 60, 60000), MealRule("dinner", 1110, 1215, 75, 80000)),
        party=2,
        currency="INR",
        lodging_cost=400000 * (days - 1),
        budget=4_000_000,
    )


def cpu(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


class Command(BaseCommand):
    help = "Measures the planning engine: CPU seconds, and multiples of a plain Python loop in the same run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--problems", type=int, default=10)
        parser.add_argument("--places", type=int, default=40)
        parser.add_argument("--days", type=int, default=5)

    def handle(self, *args: Any, **options: Any) -> None:
        size = {"places": options["places"], "days": options["days"]}
        self.stdout.write(f"{platform.machine()}, Python {platform.python_version()}; {options['problems']} problems of {size['places']} places x {size['days']} days")
        figures: dict[str, list[float]] = {"yardstick": [], "three candidates": [], "assemble one": [], "check one": []}
        refused = 0
        for seed in range(options["problems"]):
            problem = random_problem(seed, **size)
            figures["yardstick"].append(cpu(lambda: sum(range(1_000_000))))
            start = time.process_time()
            plans = plan_candidates(problem, seed=seed)
            figures["three candidates"].append(time.process_time() - start)
            orders = tuple(tuple(stop.place_id for stop in day.stops if stop.place_id) for day in plans[0].days)
            figures["assemble one"].append(cpu(partial(assemble, problem, orders, profile=plans[0].profile)))
            start = time.process_time()
            refused += sum(bool(check(problem, plan)) for plan in plans)
            figures["check one"].append((time.process_time() - start) / len(plans))
        base = statistics.median(figures["yardstick"])
        for name, values in figures.items():
            middle = statistics.median(values)
            self.stdout.write(f"{name:18} median {middle * 1000:8.1f} ms CPU   max {max(values) * 1000:8.1f} ms   x yardstick {middle / base:6.1f}")
        self.stdout.write(f"effort {DEFAULT_EFFORT} iterations per candidate; refused by the checker: {refused}")
