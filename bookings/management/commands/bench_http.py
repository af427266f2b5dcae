"""`manage.py bench_http`: how long answers take over HTTP, as multiples of a plain JSON view in the same run.

A scratch database beside the configured one (SQLite or PostgreSQL), a real gunicorn with one worker, one keep-alive client. Each target is asked
in turn with the yardstick, so that a noisy machine slows both. CPU is the server process's own, from /proc.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import User
from bookings.actions.demo_rules import sync_demo_rules
from bookings.management.scratch import scratch_database
from travelplanner.core.actor import Actor
from trips.actions import intents, itineraries, runs
from trips.actions.catalogue import load_catalogue
from trips.models import PlanningRun, Trip
from trips.planning.wish import Wish

TICKS = os.sysconf("SC_CLK_TCK")
FLOORS = {"final": (6.0, 3.5), "list": (5.0, 3.5), "detail": (5.0, 4.0), "create": (10.0, 8.0)}  # architecture.md: floor, aim


@dataclass
class Target:
    """One thing to ask for; `kind` names its floor and aim."""

    name: str
    method: str
    path: str
    kind: str = ""
    body: Callable[[], bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, Callable[[], str]] = field(default_factory=dict)  # headers made anew for each request


class Command(BaseCommand):
    help = "Measures answers over HTTP as multiples of a plain JSON view."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--requests", type=int, default=150, help="requests per target (default 150)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Only in local mode: it makes and drops a scratch database.")
        with scratch_database() as url:
            trip, token, cookie = prepare()
            with server(url) as (port, pid):
                self._run(port, pid, targets(trip, token, cookie), options["requests"])

    def _run(self, port: int, pid: int, wanted: list[Target], count: int) -> None:
        self.stdout.write(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}; {count} requests each")
        self.stdout.write(f"{'target':34}{'p50 ms':>9}{'x plain':>9}{'CPU ms':>9}{'x plain':>9}   floor / aim")
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        plain = Target("plain", "GET", "/bench/plain")
        for target in wanted:
            for _ in range(5):
                ask(client, plain), ask(client, target)
            times: dict[str, list[float]] = {"plain": [], "target": []}
            cpu = {"plain": 0.0, "target": 0.0}
            for _ in range(max(1, count // 10)):
                for key, one in (("plain", plain), ("target", target)):
                    before = cpu_seconds(pid)
                    times[key] += [ask(client, one) for _ in range(10)]
                    cpu[key] += cpu_seconds(pid) - before
            asked = len(times["target"])
            p50, base = statistics.median(times["target"]), statistics.median(times["plain"])
            cpu_ms, cpu_base = cpu["target"] / asked * 1000, max(cpu["plain"] / asked * 1000, 0.01)
            floor = f"{FLOORS[target.kind][0]:g} / {FLOORS[target.kind][1]:g}" if target.kind else "page: 100 ms CPU"
            self.stdout.write(f"{target.name:34}{p50 * 1000:9.2f}{p50 / base:9.1f}{cpu_ms:9.2f}{cpu_ms / cpu_base:9.1f}   {floor}")


def prepare() -> tuple[Trip, str, str]:
    """The catalogue, a user with 30 planned trips, one of them chosen; her token and session cookie."""
    for _ in load_catalogue(actor=Actor.system("bench")):
        pass
    sync_demo_rules(actor=Actor.system("bench"))
    user = User.objects.create_user("bench@example.org", uuid.uuid4().hex)
    actor = Actor(user_id=user.pk)
    for index in range(30):
        wish = Wish(destinations=("Varanasi",), days=5, people=2, budget_maximum=Decimal(60000), interests={"temples": 2.0, "food": 1.0})
        trip = intents.create_trip(actor=actor, wish=wish)
        if index == 29:
            runs.work_on(run_id=PlanningRun.objects.get(trip=trip).pk)
            itineraries.choose_candidate(actor=actor, reference=trip.reference, candidate_id="A")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return trip, internal.create_access_token(user, session, {}), f"sessionid={session.session_key}"


def targets(trip: Trip, token: str, cookie: str) -> list[Target]:
    api = {"Authorization": f"Bearer {token}"}
    page = {"Cookie": cookie}
    base, reference = f"/api/trips/{trip.reference}", trip.reference
    body = json.dumps({"destination": "Varanasi", "tripDuration": {"days": 5, "people": 2}, "budgetRange": {"max": 40000}}).encode()
    post = {**api, "Content-Type": "application/json"}
    key = {"Idempotency-Key": lambda: uuid.uuid4().hex}
    return [
        Target("GET final itinerary", "GET", f"{base}/itineraries/final", "final", headers=api),
        Target("GET candidates", "GET", f"{base}/itineraries/candidates", "final", headers=api),
        Target("GET trips (25 of 30)", "GET", "/api/trips", "list", headers=api),
        Target("GET destinations", "GET", "/api/destinations", "list"),
        Target("GET services (25)", "GET", "/api/services?date=2027-01-15", "list"),
        Target("GET trip", "GET", base, "detail", headers=api),
        Target("GET budget", "GET", f"{base}/budget", "detail", headers=api),
        Target("POST intent", "POST", "/api/trips/intent", "create", lambda: body, post, key),
        Target("page home", "GET", "/"),
        Target("page new trip", "GET", "/new"),
        Target("page my trips", "GET", "/trips", headers=page),
        Target("page budget", "GET", f"/trips/{reference}/budget", headers=page),
        Target("page research", "GET", f"/trips/{reference}/research", headers=page),
        Target("page compare", "GET", f"/trips/{reference}/compare", headers=page),
        Target("page itinerary", "GET", f"/trips/{reference}/plan", headers=page),
        Target("page checkout", "GET", f"/trips/{reference}/book", headers=page),
    ]


@contextmanager
def server(url: str) -> Iterator[tuple[int, int]]:
    """gunicorn with one gthread worker on a free port; yields (port, process id of the worker)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": url, "BENCH": "1", "LOG_LEVEL": "ERROR", "PLAIN_STATIC": "1", "RATE_PLAN": "1000000/hour", "RATE_OPEN": "1000000/minute", "RATE_BOOK": "1000000/hour"}
    command = [sys.executable, "-m", "gunicorn", "travelplanner.wsgi", "-k", "gthread", "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(command, env=env)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), Target("plain", "GET", "/bench/plain"))
                break
            except OSError as error:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise CommandError("The server did not start.") from error
                time.sleep(0.2)
        yield port, worker_pid(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def worker_pid(parent: int) -> int:
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
        return int(children.read().split()[0])


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def ask(client: http.client.HTTPConnection, target: Target) -> float:
    """Seconds until the whole answer is read. An answer that is not 2xx stops the bench: a fast error is no result."""
    headers = {**target.headers, **{name: make() for name, make in target.fresh.items()}}
    start = time.perf_counter()
    client.request(target.method, target.path, body=target.body() if target.body else None, headers=headers)
    response = client.getresponse()
    data = response.read()
    taken = time.perf_counter() - start
    if not 200 <= response.status < 300:
        raise CommandError(f"{target.name}: {response.status} {data[:200]!r}")
    return taken
