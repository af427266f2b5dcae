"""`manage.py bench_search`: how long the search of what can be booked takes, against one bare SQL query of the same rows in the same run.

So many beds of one destination, each with a price rule; every fifth has a slot on each date, every tenth a rule of capacity. Asked for three nights
and two people, by name and by price, and the page's first twenty taken: what `/services` and `/api/services` do. The yardstick is the driver's
own reading of the candidates' columns, joined and in order, at most as many as the search looks at.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.management import arguments
from bookings.management.scratch import scratch_database
from bookings.models import CapacityRule, PriceRule, ServiceSlot
from bookings.queries.search import MOST_CANDIDATES, Wish, search_services
from travelplanner.core import clock
from trips.models import Destination, Service, Supplier
from trips.queries import catalogue

NIGHTS, PAGE, BATCH = 3, 20, 2000
LONGEST = 0.150  # seconds: what a page of prices may take at the most candidates there are


class Command(BaseCommand):
    help = "Measures the search of services against a bare query of the same rows. Local mode only, in a scratch database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--services", type=arguments.counts, default="200,2000,20000", help="how many there are, each a figure of its own (default 200,2000,20000)")
        parser.add_argument("--requests", type=arguments.count, default=100, help="per figure, at least 10 (default 100)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Only in local mode: it makes and drops a scratch database.")
        sizes, count = sorted(options["services"]), max(10, options["requests"])
        with scratch_database():
            self.stdout.write(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}; {count} searches per figure")
            self.stdout.write(f"{'services':>9} {'order':8}{'statements':>11}{'p50 ms':>9}{'p99 ms':>9}{'bare p50':>10}{'x bare':>8}")
            town, first, there = make_town(), clock.now().date() + dt.timedelta(days=60), 0
            for size in sizes:
                add_services(town, first, there, size)
                there = size
                for ordering in ("name", "price"):
                    self._compare(Wish(type="hotel", destination=town.slug, first=first, last=first + dt.timedelta(days=NIGHTS), people=2, ordering=ordering), town, size, count)

    def _compare(self, wish: Wish, town: Destination, size: int, count: int) -> None:
        """By turns, so that a noisy machine slows both; the ratio is the median of the turns'."""
        search, bare = (lambda: look(wish)), bare_query(town)
        search(), bare()
        with CaptureQueriesContext(connection) as said:
            search()
        times = [(taken(search), taken(bare)) for _ in range(count)]
        p50 = statistics.median(one for one, _ in times)
        late = f"   OVER {LONGEST * 1000:.0f} ms" if size <= MOST_CANDIDATES and p50 > LONGEST else ""
        self.stdout.write(
            f"{size:9} {wish.ordering:8}{len(said):11}{p50 * 1000:9.1f}{_p99([one for one, _ in times]) * 1000:9.1f}"
            f"{statistics.median(one for _, one in times) * 1000:10.2f}{statistics.median(one / other for one, other in times):8.1f}{late}"
        )


def taken(work: Callable[[], Any]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def look(wish: Wish) -> int:
    """A page's worth; an empty one would be a fast answer to nothing."""
    found = search_services(wish)
    if len(found[0:PAGE]) != PAGE:
        raise CommandError("The search found less than a page.")
    return len(found)


def bare_query(town: Destination) -> Callable[[], Any]:
    """The candidates' rows as the driver gives them."""
    sql, params = catalogue.services(type="hotel", destination=town).values_list(*catalogue.COLUMNS)[:MOST_CANDIDATES].query.sql_with_params()

    def ask() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    return ask


def make_town() -> Destination:
    return Destination.objects.create(
        slug="bench", name="Bench", kind="city", country="DEU", latitude=50.0, longitude=8.0, timezone="UTC", currency="EUR", languages=["German"],
        reach_km=20.0, relief="plain", water="river", water_side="east", climate_group="temperate", best_months=[5], published=True,
    )  # fmt: skip


def add_services(town: Destination, first: dt.date, start: int, end: int) -> None:
    """Beds number `start` to `end`, with their rules and slots; the planner of the database is told."""
    supplier, _made = Supplier.objects.get_or_create(name="Bench", defaults={"demo": True})
    nights = [first + dt.timedelta(days=night) for night in range(NIGHTS)]
    with transaction.atomic():
        rows = Service.objects.bulk_create(
            (
                Service(
                    supplier=supplier, destination=town, slug=f"bench-{n}", type="hotel", name=f"House {n * 7919 % 100_003:06}", latitude=50.0, longitude=8.0,
                    list_price=Decimal(30 + n * 37 % 400), currency="EUR", unit="room_night", sleeps=2, capacity=5, summary="Quiet rooms by the river.",
                )
                for n in range(start, end)
            ),
            batch_size=BATCH,
        )  # fmt: skip
        PriceRule.objects.bulk_create((PriceRule(service=row, name="weekend", weekdays=[4, 5], percent=20) for row in rows), batch_size=BATCH)
        CapacityRule.objects.bulk_create((CapacityRule(service=row, name="season", months=[first.month], capacity=3) for row in rows[::10]), batch_size=BATCH)
        slots = (ServiceSlot(service=row, date=day, capacity=5, taken=n % 6, price=row.list_price, currency="EUR") for n, row in enumerate(rows[::5]) for day in nights)
        ServiceSlot.objects.bulk_create(slots, batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
