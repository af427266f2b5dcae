"""Promises 22 and 23: the database dies under load, is full, or can't be written to. Nothing answered is lost, nothing is half done."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import OperationalError, connection
from rest_framework.test import APIClient

from accounts.models import User
from bookings.gateways.payments.book import Book
from bookings.models import Booking, CartItem
from tests import postgres
from tests.factories.bookings import make_scarce_service, put_in_cart
from trips.models import Trip

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
FOLDER = Path(__file__).resolve().parents[2]
PEOPLE = 60


# --- promise 22 -----------------------------------------------------------------------------------------------------------


@contextmanager
def site(url: str, folder: Path) -> Iterator[int]:
    """gunicorn as in production (threads, persistent connections) on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    environment = {
        **os.environ, "DATABASE_URL": url, "LOCAL": "1", "PLAIN_STATIC": "1", "LOG_LEVEL": "ERROR", "RATE_BOOK": "100000/hour", "CONN_MAX_AGE": "60",
        "MOCK_GATEWAY_BOOK": str(folder / "gateway.sqlite3"), "MOCK_SUPPLIER_BOOK": str(folder / "supplier.sqlite3"),
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "travelplanner.wsgi", "-k", "gthread", "-w", "1", "--threads", "8", "-b", f"127.0.0.1:{port}", "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=FOLDER, env=environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: ready(port) == 200, 40)
        yield port
        assert process.poll() is None, "the site ended by itself"
    finally:
        process.terminate()
        process.wait(20)


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
    """(status, body); status 0 when there was no answer."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request(method, path, body=json.dumps(body) if body is not None else None, headers={"Content-Type": "application/json", **headers})
        answer = client.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        client.close()


def ready(port: int) -> int:
    return ask(port, "GET", "/health/ready")[0]


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@dataclass
class Aftermath:
    """`before`: what was answered when the server died; `answered` in all; `there`: what the database holds afterwards; `statuses` of all answers."""

    before: dict[str, str]
    answered: dict[str, str]
    there: dict[str, str]
    statuses: Counter[int]
    charged: int


def killed_under_load(folder: Path, *, durable: bool) -> Aftermath:
    """Book with four clients, kill PostgreSQL with all its processes in the middle, start it again, book on; the site itself is never restarted."""
    with postgres.cluster(durable=durable) as cluster:
        if not durable:
            cluster.settings |= {"wal_buffers": "16MB", "bgwriter_lru_maxpages": "0", "autovacuum": "off"}
            cluster.kill()
            cluster.start()
        made = subprocess.run(
            [sys.executable, "-m", "tests.concurrency.outage_world", str(PEOPLE)], cwd=FOLDER, capture_output=True, text=True, check=True,
            env={**os.environ, "DATABASE_URL": cluster.url, "LOCAL": "1"},
        )  # fmt: skip
        people = json.loads(made.stdout)
        with psycopg.connect(cluster.url, autocommit=True) as server:
            server.execute("CHECKPOINT")
            if not durable:  # who writes the log behind the commits' backs is held
                row = server.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'").fetchone()
                os.kill(row[0] if row else 0, signal.SIGSTOP)
        with site(cluster.url, folder) as port:
            answered: dict[str, str] = {}
            statuses: Counter[int] = Counter()
            queue, lock = iter(people), threading.Lock()

            def keep_booking() -> None:
                while True:
                    with lock:
                        person = next(queue, None)
                    if person is None:
                        return
                    for _ in range(200):  # who gets no answer, or 503, asks again under the same key
                        wish = {"tripId": person["trip"], "userContact": {"name": "Alice", "email": "alice@example.org"}}
                        headers = {"Authorization": f"Bearer {person['token']}", "Idempotency-Key": person["key"]}
                        status, body = ask(port, "POST", "/api/bookings", wish, **headers)
                        statuses[status] += 1
                        if status == 201:
                            answered[json.loads(body)["bookingId"]] = json.loads(body)["bookingState"]["current"]
                        if status in (201, 409) and b"idempotency_running" not in body:
                            break
                        time.sleep(0.05)

            hands = [threading.Thread(target=keep_booking) for _ in range(4)]
            for hand in hands:
                hand.start()
            until(lambda: len(answered) >= 10, 60)
            cluster.kill()
            before = dict(answered)
            until(lambda: ready(port) == 503, 20)
            time.sleep(0.3)
            cluster.start()
            until(lambda: ready(port) == 200, 30)
            if durable:
                until(lambda: len(answered) >= len(before) + 10, 60)
                for hand in hands:
                    hand.join()
            else:
                with lock:
                    queue = iter(())
                for hand in hands:
                    hand.join()
        with psycopg.connect(cluster.url) as server:
            there = dict(server.execute("SELECT reference, state FROM bookings_booking").fetchall())
    charged = sum(line.status == "succeeded" for line in Book(folder / "gateway.sqlite3").all_charges())
    return Aftermath(before, answered, there, statuses, charged)


NO_SERVER = "SQLite has no server that could be killed; a killed process is test_crash"


@pytest.mark.skipif(connection.vendor != "postgresql", reason=NO_SERVER)
def test_postgresql_when_killed_under_load_then_every_answered_booking_is_there(tmp_path: Path) -> None:
    found = killed_under_load(tmp_path, durable=True)
    assert set(found.statuses) <= {0, 201, 409, 503}, found.statuses
    assert found.statuses[503] > 0
    assert found.before.keys() <= found.answered.keys() <= found.there.keys()
    confirmed = {reference for reference, state in found.answered.items() if state == "CONFIRMED"}
    assert {reference for reference in confirmed if found.there[reference] != "CONFIRMED"} == set()
    assert found.charged >= len(confirmed)


@pytest.mark.skipif(connection.vendor != "postgresql", reason=NO_SERVER)
def test_postgresql_when_commits_are_not_waited_for_then_answered_bookings_are_lost(tmp_path: Path) -> None:
    """The control: with `synchronous_commit` off the server answers before its log is written, and a kill takes what was answered."""
    found = killed_under_load(tmp_path, durable=False)
    assert found.before.keys() - found.there.keys()


# --- promise 23 -----------------------------------------------------------------------------------------------------------


def contents() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.managed}


@contextmanager
def full() -> Iterator[None]:
    """No page more: SQLite's own limit; on PostgreSQL the server's own error for a full disk, raised where bookings are written."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE TABLE filler (data BLOB)")
            cursor.execute(f"PRAGMA max_page_count = {cursor.execute('PRAGMA page_count').fetchone()[0]}")
            with pytest.raises(OperationalError, match="full"):  # the pages that are free inside of the file
                cursor.executemany("INSERT INTO filler VALUES (zeroblob(%s))", [(4000,)] * 5000)
            try:
                yield
            finally:
                cursor.execute("PRAGMA max_page_count = 1073741823")
                cursor.execute("DROP TABLE filler")
            return
        cursor.execute("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$")
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON bookings_hold FOR EACH ROW EXECUTE FUNCTION no_room()")
        try:
            yield
        finally:
            cursor.execute("DROP TRIGGER no_room ON bookings_hold")
            cursor.execute("DROP FUNCTION no_room()")


@contextmanager
def read_only() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if connection.vendor == "sqlite" else "SET default_transaction_read_only = on")
        try:
            yield
        finally:
            cursor.execute("PRAGMA query_only = OFF" if connection.vendor == "sqlite" else "SET default_transaction_read_only = off")


@pytest.mark.usefixtures("quiet_logs")
@pytest.mark.parametrize("trouble", [full, read_only])
def test_booking_when_nothing_can_be_written_then_503_and_nothing_is_half_done(
    trouble: Callable[[], Any], alice: User, alice_api: APIClient, gateway_book: Book
) -> None:
    first = dt.date(2027, 3, 1)
    trip = Trip.objects.create(owner=alice, title="Outage", start_date=first, end_date=first + dt.timedelta(days=29), budget_currency="INR")
    service = make_scarce_service(capacity=5)
    for n in range(30):  # more than fits into what is left of the tables' last pages
        put_in_cart(trip, service, day=first + dt.timedelta(days=n))
    CartItem.objects.update(special_requests="x" * 500)
    wish = {"tripId": trip.reference, "userContact": {"name": "Alice", "email": "alice@example.org"}}
    key = uuid.uuid4().hex
    before = contents()
    with trouble():
        answer = alice_api.post("/api/bookings", wish, headers={"Idempotency-Key": key})
        assert answer.status_code == 503, answer.content
        assert answer["Retry-After"]
        assert alice_api.get("/api/bookings").status_code == 200, "what can be read is read"
    left = {label for label, count in contents().items() if count != before[label]}
    assert left <= {"core.IdempotencyKey", "bookings.ServiceSlot"}, left  # a claim that ends by its lease; a slot that holds nothing
    assert gateway_book.all_charges() == []
    answer = alice_api.post("/api/bookings", wish, headers={"Idempotency-Key": uuid.uuid4().hex if "core.IdempotencyKey" in left else key})
    assert answer.status_code == 201, answer.content
    assert Booking.objects.get().state == "CONFIRMED"
