"""`manage.py bench_http`: how long answers take over HTTP, as multiples of a plain JSON view in the same run.

A scratch database beside the configured one (SQLite or PostgreSQL), a real gunicorn with one worker, one keep-alive client. Each target is asked
in turn with the yardstick, so that a noisy machine slows both. CPU is the server process's own, from /proc (Linux).
"""

from __future__ import annotations

import http.client
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test.utils import override_settings

from bookings.management.asked import Target, make_world, targets
from bookings.management.scratch import scratch_database

FLOORS = {"final": (6.0, 3.5), "list": (5.0, 3.5), "detail": (5.0, 4.0), "create": (10.0, 8.0)}  # architecture.md: floor, aim


class Command(BaseCommand):
    help = "Measures answers over HTTP as multiples of a plain JSON view."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--requests", type=int, default=150, help="requests per target (default 150)")
        parser.add_argument("--api", action="store_true", help="leave the pages out")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Only in local mode: it makes and drops a scratch database.")
        with scratch_database() as url, tempfile.TemporaryDirectory(prefix="bench-") as folder, override_settings(MOCK_GATEWAY_BOOK=f"{folder}/gateway.sqlite3"):
            wanted = [target for target in targets(make_world()) if target.kind or not options["api"]]
            with server(url) as (port, pid):
                self._run(port, pid, wanted, options["requests"])

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
        deadline = time.monotonic() + 120  # a busy machine takes its time
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
        process.wait(60)


def worker_pid(parent: int) -> int:
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
        return int(children.read().split()[0])


def cpu_seconds(pid: int) -> float:
    """Of all its threads, in the scheduler's nanoseconds: the ticks of /proc/.../stat are as long as ten requests."""
    return sum(int(one.read_text(encoding="ascii").split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


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
