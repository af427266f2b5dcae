"""The background worker: works off the task queue and keeps the schedule, and survives a database that is busy or away."""

from __future__ import annotations

import logging
import signal
import threading
import uuid
from collections.abc import Callable, Collection
from functools import partial
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from . import periodic

logger = logging.getLogger(__name__)
POLL_EVERY = 0.3  # seconds between looks at an empty queue
LOOK_EVERY = 1.0  # seconds between looks at the schedule
AFTER_TROUBLE = 2.0  # seconds to leave a database alone that refused


class Scheduler(threading.Thread):
    """Runs the named periodic jobs when they are due, until `stop` is set. The thread has a database connection of its own."""

    def __init__(self, *, stop: threading.Event, names: Callable[[], Collection[str]], label: str) -> None:
        super().__init__(name=label, daemon=True)
        self._stop_asked = stop
        self._names = names

    def run(self) -> None:
        try:
            while not self._stop_asked.is_set():
                self._stop_asked.wait(LOOK_EVERY if self._turn() else AFTER_TROUBLE)
        finally:
            connections.close_all()

    def _turn(self) -> bool:
        close_old_connections()
        try:
            periodic.run_due(names=self._names())
        except (DatabaseError, InterfaceError) as problem:
            logger.warning("schedule not kept this time, the database refused: %s", problem)
            connections.close_all()
            return False
        return True


class Worker:
    """One process's worker: the queue in the calling (main) thread, heartbeat and schedule beside it.

    The heartbeat has a thread of its own, so that a slow job does not make the worker look dead; what talks to other machines (mails,
    webhooks) has lanes of its own too, so that a mail server or a receiver that hangs holds up nothing else.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._queue = QueueWorker(
            queue_names=["*"],
            interval=POLL_EVERY,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=uuid.uuid4().hex,
            excluded_queue_names=[],
        )
        self._threads = [Scheduler(stop=self.stop, names=partial(periodic.jobs_of, lane), label=lane) for lane in periodic.lanes()]

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Ends after the task at hand; the supervisor kills what takes too long, and the reaper gives that task to another worker."""
        self._queue.running = False
        self.stop.set()

    def run(self) -> bool:
        """Work until a signal. False when a thread of the schedule died, which only a restart repairs."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_signal)
        for thread in self._threads:
            thread.start()
        while not self.stop.is_set():
            if not all(thread.is_alive() for thread in self._threads):
                logger.error("a thread of the schedule died")
                self.stop.set()
                return False
            self.stop.wait(POLL_EVERY if self.work_off_queue() else AFTER_TROUBLE)
        for thread in self._threads:
            thread.join(timeout=5)
        return True

    def work_off_queue(self) -> bool:
        """Run every task that is ready. False when the database refused; the tasks wait for the next look.

        The plain read first: django-tasks-db claims inside an exclusive transaction, which on SQLite would stop every writer three
        times a second for an empty queue. Its loop lets some lock errors through, which would end the process.
        """
        close_old_connections()
        try:
            if DBTaskResult.objects.ready().exists():
                self._queue.run()
        except (DatabaseError, InterfaceError) as problem:
            logger.warning("queue not worked off this time, the database refused: %s", problem)
            connections.close_all()
            return False
        return True
