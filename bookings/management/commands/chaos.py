"""`manage.py chaos --seed N`: 200 checkouts while hands are killed, the gateway stutters and the database breaks; then all sums must be equal."""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import os
import random
import signal
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.test.utils import override_settings

from bookings.actions import checkout, gateway_events
from bookings.management import arguments
from bookings.management.chaos import hands
from bookings.management.chaos.breakage import Breaker
from bookings.management.chaos.verdict import Verdict, judge
from bookings.management.chaos.world import Errand, make_world, title_of
from bookings.management.scratch import scratch_database
from bookings.models import Booking, Payment, Refund
from bookings.states import OPEN, UNSETTLED
from travelplanner.core import clock, outbox

HOLD = dt.timedelta(seconds=3)
PATIENCE = dt.timedelta(milliseconds=300)


class Command(BaseCommand):
    help = "Books under fire and adds up afterwards. In local mode only, in a scratch database of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, help="one run")
        parser.add_argument("--seeds", type=arguments.span, metavar="A-B", help="several runs, e.g. 1-20")
        parser.add_argument("--checkouts", type=arguments.count, default=200, help="of a run (default 200)")
        parser.add_argument("--workers", type=arguments.count, default=4, help="processes that check out, and die (default 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Only in local mode: it kills processes and makes a scratch database.")
        if options["seeds"]:
            seeds = list(options["seeds"])
        elif options["seed"] is not None:
            seeds = [options["seed"]]
        else:
            raise CommandError("Say --seed N or --seeds A-B.")
        unequal = 0
        with scratch_database():
            for seed in seeds:
                with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
                    paths = {"MOCK_GATEWAY_BOOK": f"{folder}/gateway.sqlite3", "MOCK_SUPPLIER_BOOK": f"{folder}/supplier.sqlite3", "EMAIL_FILE_PATH": f"{folder}/mail"}
                    with override_settings(HOLD_TIME=HOLD, EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", **paths):
                        unequal += not self._run(seed, options["checkouts"], options["workers"], Path(folder))
        if unequal:
            raise CommandError(f"{unequal} of {len(seeds)} runs don't add up.")
        self.stdout.write(f"{connection.vendor}: all equal in {len(seeds)} of {len(seeds)} runs")

    def _run(self, seed: int, checkouts: int, workers: int, folder: Path) -> bool:
        rng, began = random.Random(seed), time.monotonic()
        errands = make_world(rng, seed=seed, checkouts=checkouts)
        logging.disable(logging.CRITICAL)  # hundreds of broken connections, all of them on purpose
        try:
            kills, breaks = storm(seed, errands, workers, rng)
        finally:
            logging.disable(logging.NOTSET)
        calm()
        verdict = judge(title_of(seed), folder / "gateway.sqlite3", folder / "supplier.sqlite3")
        self._say(seed, verdict, kills, breaks, time.monotonic() - began)
        return not verdict.faults

    def _say(self, seed: int, found: Verdict, kills: int, breaks: int, seconds: float) -> None:
        states = ", ".join(f"{count} {state}" for state, count in sorted(found.states.items()))
        self.stdout.write(
            f"seed {seed} ({connection.vendor}): {kills} kills, {breaks} breaks of the database, {seconds:.1f} s; {states}\n"
            f"    captured {found.captured} - refunded {found.refunded} = confirmed {found.confirmed:.2f} EUR; holds {found.held} = places {found.places}: "
            + ("all equal" if not found.faults else "NOT EQUAL")
        )
        for fault in found.faults:
            self.stdout.write(f"    {fault}")


def storm(seed: int, errands: list[Errand], workers: int, rng: random.Random) -> tuple[int, int]:
    """Run all errands with children that die and a database that breaks; returns (kills, breaks)."""
    connections.close_all()
    done = multiprocessing.Array("b", len(errands), lock=False)
    lives: Counter[int] = Counter()
    running: dict[int, int] = {}
    kills = 0

    def start(role: int) -> None:
        lives[role] += 1
        chance = random.Random(f"{seed}/{role}/{lives[role]}")
        if role == workers:
            running[hands.fork(_tidy, chance)] = role
        else:
            running[hands.fork(_book, [errand for errand in errands if errand.number % workers == role], done, chance)] = role

    breaker = Breaker(rng)
    try:
        for role in range(workers + 1):
            start(role)
        next_break = time.monotonic() + rng.uniform(0.1, 0.6)
        while any(role < workers for role in running.values()):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                role = running.pop(pid)
                killed = os.WIFSIGNALED(status)
                kills += killed
                if killed or os.waitstatus_to_exitcode(status) != 0 or role == workers:
                    start(role)
            elif time.monotonic() >= next_break:
                breaker.strike()
                next_break = time.monotonic() + rng.uniform(0.1, 0.6)
            else:
                time.sleep(0.005)
    finally:
        breaker.close()
        for pid in running:
            os.kill(pid, signal.SIGKILL)
        for pid in running:
            os.waitpid(pid, 0)
    return kills, breaker.count


def _book(errands: list[Errand], done: Any, rng: random.Random) -> None:
    _impatient(rng)
    hands.listen(rng)
    hands.book(errands, done, rng)


def _tidy(rng: random.Random) -> None:
    _impatient(rng)
    hands.listen(rng)
    hands.tidy(rng, PATIENCE)


def _impatient(rng: random.Random) -> None:
    """On SQLite a hand that waits less for the writer than the writer takes sees the database as broken."""
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["timeout"] = rng.choice([0.1, 0.3, 5])


def calm() -> None:
    """Nobody dies any more: do what the periodic jobs would, an hour later, until nothing is open."""
    connections.close_all()
    for turn in range(1, 30):
        later = clock.now() + dt.timedelta(hours=turn)
        checkout.expire_due(now=later, limit=1000)
        checkout.reconcile_unknown(asked_after=dt.timedelta(0), now=later, limit=1000)
        checkout.reconcile_suppliers(asked_after=dt.timedelta(0), now=later, limit=1000)
        gateway_events.handle_due(now=later)
        outbox.deliver_due(now=later, limit=1000)
        left = (
            Booking.objects.filter(state__in=[*OPEN, "CANCELLING"]).exists()
            or Booking.objects.filter(saga_open=True).exists()
            or Payment.objects.filter(state__in=UNSETTLED).exists()
            or Refund.objects.filter(state__in=UNSETTLED).exists()
        )
        if not left:
            return
