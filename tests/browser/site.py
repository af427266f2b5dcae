"""The product as a visitor meets it: a web server in this process, a background worker beside it, the real catalogue.

Rows stay for the whole room (a browser walk is too slow to start from nothing each time), so the tests make what they change themselves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from pytest_django.live_server_helper import LiveServer

from bookings.gateways.payments.book import Book
from travelplanner.core import guards, periodic
from travelplanner.core.models import PeriodicJob
from travelplanner.core.worker import Worker


class BackgroundWorker(threading.Thread):
    """The worker's queue and schedule in a thread with a database connection of its own. While `held` it lives, but takes no task."""

    def __init__(self) -> None:
        super().__init__(name="browser-worker", daemon=True)
        self.stop_asked = threading.Event()
        self.held = threading.Event()

    def run(self) -> None:
        worker = Worker()
        try:
            while not self.stop_asked.wait(0.1):
                periodic.run_due()
                if not self.held.is_set():
                    worker.work_off_queue()
        finally:
            connections.close_all()

    def stop(self) -> None:
        self.stop_asked.set()
        self.join(timeout=30)
        assert not self.is_alive()


class Site:
    """`url` is where it answers; `book` is what the pretended payment company counted."""

    def __init__(self, book: Path) -> None:
        self.book = Book(book)
        self.worker: BackgroundWorker | None = None
        self._server = LiveServer("localhost")
        self.url = self._server.url

    def start_worker(self) -> BackgroundWorker:
        self.worker = BackgroundWorker()
        self.worker.start()
        return self.worker

    def stop_worker(self) -> None:
        """Stopped, and so long ago that everybody knows."""
        if self.worker is not None:
            self.worker.stop()
            self.worker = None
        PeriodicJob.objects.filter(name=periodic.HEARTBEAT).update(last_finished_at=None)

    @contextmanager
    def without_worker(self) -> Iterator[None]:
        """Nothing is planned inside, and the pages know it; afterwards a worker comes and does what waited."""
        self.stop_worker()
        try:
            yield
        finally:
            PeriodicJob.objects.filter(name=periodic.HEARTBEAT).update(next_run_at="2000-01-01T00:00Z")
            if self.worker is None:
                self.start_worker()

    @contextmanager
    def worker_held(self) -> Iterator[None]:
        """A worker that is alive and busy with something else: what is asked for stays queued."""
        assert self.worker is not None
        self.worker.held.set()
        try:
            yield
        finally:
            self.worker.held.clear()

    @staticmethod
    def letters_about(word: str) -> list[list[str]]:
        """To whom the worker sent mail with this word; waits for its next turn if there is none yet."""
        patience = time.monotonic() + 10
        while True:
            found = [letter.to for letter in mail.outbox if word in letter.subject]
            if found or time.monotonic() > patience:
                return found
            time.sleep(0.1)

    def close(self) -> None:
        self.stop_worker()
        self._server.stop()


def assert_test_database() -> None:
    """Everything in it will be deleted, so it had better be one that was made for tests."""
    database = connection.settings_dict
    assert database["NAME"] == database["TEST"]["NAME"] or str(database["NAME"]).startswith("test_"), database["NAME"]


def empty_database() -> None:
    """As after a transactional test: no row but what migrations make."""
    with guards.lifted():
        call_command("flush", verbosity=0, interactive=False)
