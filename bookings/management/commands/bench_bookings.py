"""`manage.py bench_bookings`: bookings per second through the action, against a bare SQL transaction of the same rows in the same run.

The writes of one booking are recorded as it is made, then played again by the driver alone, in one transaction, with new ids: that is the yardstick.
Distinct slots (a date each) and one hot slot; 1, 8 and 32 clients on the machine's cores, each with a connection of its own.
"""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import os
import platform
import statistics
import tempfile
import threading
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.test.utils import override_settings

from accounts.models import User
from bookings.actions import checkout
from bookings.management import arguments
from bookings.management.scratch import scratch_database
from bookings.management.tape import Tape
from bookings.models import CartItem, ServiceSlot
from bookings.queries.inventory import overbooked
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Destination, Service, Supplier, Trip

ROUNDS = 5
FLOOR, AIM = 0.25, 0.5  # architecture.md: of the bare transaction's bookings per second
CONTACT = checkout.Contact("Bench", "bench@example.org")


@dataclass(frozen=True, slots=True)
class Wish:
    """One booking to make: its trip has one cart line, on `day`, in `slot_id`."""

    user_id: uuid.UUID
    trip_id: uuid.UUID
    reference: str
    day: dt.date
    slot_id: uuid.UUID
    service_id: uuid.UUID


class Command(BaseCommand):
    help = "Measures bookings per second against a bare transaction of the same rows. Local mode only, in a scratch database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bookings", type=arguments.count, default=200, help="per measurement (default 200)")
        parser.add_argument("--clients", type=arguments.counts, default="1,8,32", help="how many at once, each a figure of its own (default 1,8,32)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Only in local mode: it makes a scratch database.")
        clients = options["clients"]
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # the gateway is another company: its disk isn't ours to measure
        with scratch_database(), tempfile.TemporaryDirectory(prefix="bench-", dir=memory) as folder, override_settings(MOCK_GATEWAY_BOOK=f"{folder}/gateway.sqlite3"):
            logging.disable(logging.WARNING)
            self.stdout.write(
                f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}; {options['bookings']} bookings per figure"
            )
            for lines in (1, 5):
                self.stdout.write(f"SQL statements per booking with {lines} line{'s' if lines > 1 else ''}, transactions included: {statements(lines)}")
            self.stdout.write(f"{'slots':10}{'clients':>8}{'booked/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'bare/s':>10}{'bare p99':>10}{'of bare':>9}   floor {FLOOR}, aim {AIM}")
            for hot in (False, True):
                for count in clients:
                    self._compare(hot, count, options["bookings"])
            self.stdout.write(f"slots that hold something else than their holds say, after all of it: {len(overbooked())}")

    def _compare(self, hot: bool, clients: int, count: int) -> None:
        """In rounds, bookings and bare transactions by turns, so that a noisy machine slows both; the ratio is the median of the rounds'."""
        tape, old = sample()
        each = max(clients, count // ROUNDS)
        rates: list[tuple[float, float]] = []
        times: list[float] = []
        bare_times: list[float] = []
        for _ in range(ROUNDS):
            wishes = make_wishes(2 * each, hot=hot)
            booked, taken = measure(wishes[:each], clients, book)
            bare, bare_taken = measure(wishes[each:], clients, lambda wish: tape.play(_known(old, wish)))
            rates.append((booked, bare))
            times += taken
            bare_times += bare_taken
        ratio = statistics.median(booked / bare for booked, bare in rates)
        mark = "aim met" if ratio >= AIM else "floor met" if ratio >= FLOOR else "MISSED"
        self.stdout.write(
            f"{'one, hot' if hot else 'distinct':10}{clients:8}{statistics.median(one for one, _ in rates):10.1f}{_quantile(times, 50):9.1f}{_quantile(times, 99):9.1f}"
            f"{statistics.median(one for _, one in rates):10.1f}{_quantile(bare_times, 99):10.1f}{ratio:9.2f}   {mark}"
        )


def _quantile(times: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return 1000 * statistics.quantiles(times, n=100)[percent - 1]


def _service(name: str, capacity: int) -> Service:
    town, _made = Destination.objects.get_or_create(
        slug="bench", defaults={
            "name": "Bench", "kind": "city", "country": "DEU", "latitude": 50.0, "longitude": 8.0, "timezone": "UTC", "currency": "EUR", "languages": ["German"],
            "reach_km": 20.0, "relief": "plain", "water": "river", "water_side": "east", "climate_group": "temperate", "best_months": [5],
        },
    )  # fmt: skip
    supplier, _made = Supplier.objects.get_or_create(name="Bench", defaults={"demo": True})
    return Service.objects.create(
        supplier=supplier, destination=town, slug=f"bench-{uuid.uuid4().hex[:12]}", type="activity", name=name, latitude=50.0, longitude=8.0,
        list_price=Decimal("19.90"), currency="EUR", unit="person", capacity=capacity,
    )  # fmt: skip


def make_wishes(count: int, *, hot: bool, lines: int = 1) -> list[Wish]:
    """Trips with a cart; slots exist already, as they do for all but the first booking of a date."""
    start = clock.now().date() + dt.timedelta(days=20)
    users = User.objects.bulk_create(User(email=f"{uuid.uuid4().hex}@example.org", password="!") for _ in range(count))  # noqa: S106  # no password: nobody can sign in with it
    trips = Trip.objects.bulk_create(Trip(owner=user, title="Bench", start_date=start, end_date=start, budget_currency="EUR", budget_amount=Decimal(5000)) for user in users)
    services = [_service(f"bench {n}", 10 * count) for n in range(lines if hot else max(lines, -(-count // 400)))]
    wishes, carts = [], []
    slots: dict[tuple[uuid.UUID, dt.date], ServiceSlot] = {}
    for number, (user, trip) in enumerate(zip(users, trips, strict=True)):
        day = start if hot else start + dt.timedelta(days=number % 400)
        for service in services[:lines] if lines > 1 or hot else [services[number // 400]]:
            slot = slots.setdefault((service.pk, day), ServiceSlot(service=service, date=day, capacity=10 * count, price=service.list_price, currency="EUR"))
            carts.append(CartItem(user=user, trip=trip, service=service, booking_date=day, price_seen=service.list_price, currency="EUR"))
        wishes.append(Wish(user.pk, trip.pk, trip.reference, day, slot.pk, service.pk))
    ServiceSlot.objects.bulk_create(slots.values())
    CartItem.objects.bulk_create(carts)
    return wishes


def book(wish: Wish) -> None:
    booking = checkout.book_trip(actor=Actor(user_id=wish.user_id), trip_reference=wish.reference, contact=CONTACT, request_key=uuid.uuid4().hex)
    if booking.state != "CONFIRMED":
        raise CommandError(f"a booking ended as {booking.state}")


def sample() -> tuple[Tape, Wish]:
    """The writes of one booking."""
    (wish,) = make_wishes(1, hot=True)
    tape = Tape()
    with tape.record():
        book(wish)
    return tape, wish


def statements(lines: int) -> int:
    (wish,) = make_wishes(1, hot=True, lines=lines)
    tape = Tape()
    with tape.record():
        book(wish)
    return tape.sent


def _known(old: Wish, new: Wish) -> dict[Any, Any]:
    """What of a recorded booking is played with this wish's rows; SQLite's driver writes keys as hex and dates as text."""
    pairs: dict[Any, Any] = {}
    for was, now in ((old.trip_id, new.trip_id), (old.slot_id, new.slot_id), (old.user_id, new.user_id), (old.service_id, new.service_id)):
        pairs |= {was: now, was.hex: now.hex, str(was): str(now)}
    return pairs | {old.day: new.day, old.day.isoformat(): new.day.isoformat()}


def measure(wishes: Sequence[Wish], clients: int, work: Callable[[Wish], None]) -> tuple[float, list[float]]:
    """(per second, seconds of each): `clients` threads on as many processes as there are cores, all starting together."""
    processes = min(clients, os.cpu_count() or 1)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start, results = context.Event(), context.Queue()
    shares = [[wishes[n] for n in range(first, len(wishes), processes)] for first in range(processes)]
    threads = [clients // processes + (index < clients % processes) for index in range(processes)]
    children = [context.Process(target=_client, args=(share, many, work, start, results)) for share, many in zip(shares, threads, strict=True)]
    for child in children:
        child.start()
    for _ in children:
        results.get()  # ready
    start.set()
    began = time.perf_counter()
    found = [results.get() for _ in children]
    taken = time.perf_counter() - began
    for child in children:
        child.join()
    if problems := [problem for _times, problem in found if problem]:
        raise CommandError(problems[0])
    return len(wishes) / taken, [one for times, _problem in found for one in times]


def _client(wishes: Sequence[Wish], threads: int, work: Callable[[Wish], None], start: Any, results: Any) -> None:
    """In a child: connect, say so, wait for the start, work off the share."""
    queue, lock, times, problems = iter(wishes), threading.Lock(), [], []
    ready = threading.Barrier(threads + 1)

    def run() -> None:
        connection.ensure_connection()
        ready.wait()
        start.wait()
        try:
            while True:
                with lock:
                    wish = next(queue, None)
                if wish is None:
                    return
                began = time.perf_counter()
                work(wish)
                times.append(time.perf_counter() - began)
        except BaseException as problem:
            problems.append(f"{type(problem).__name__}: {problem}")
        finally:
            connection.close()

    crew = [threading.Thread(target=run) for _ in range(threads)]
    for one in crew:
        one.start()
    ready.wait()
    results.put("ready")
    for one in crew:
        one.join()
    results.put((times, problems[0] if problems else ""))
