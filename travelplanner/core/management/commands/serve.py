"""`manage.py serve`: the web server and the background worker, watched over by one process."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from travelplanner.core.supervisor import Child, SourceWatch, Supervisor

WATCHED = ("travelplanner", "accounts", "trips", "bookings", "templates", "static")
SUFFIXES = frozenset({".py", ".html", ".txt", ".css", ".js", ".svg", ".csv", ".mo"})


class Command(BaseCommand):
    help = "Start the web server and the background worker; restart what dies; stop both on Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.WEB_HOST, help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 takes a free one (default: %(default)s)")
        parser.add_argument("--reload", action="store_true", help="load code, templates and static files anew when they change")
        parser.add_argument("--no-worker", action="store_true", help="web server alone; run `manage.py worker` elsewhere")

    def handle(self, *args: Any, host: str, port: int, reload: bool, no_worker: bool, **options: Any) -> None:
        self._refuse_old_schema()
        listener = _listen(host, port)
        address = f"http://{host}:{listener.getsockname()[1]}"
        children = [_web(listener)]
        if not no_worker:
            children.append(Child("worker", "django", ["worker"]))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "travelplanner.settings")
        folder = Path(settings.BASE_DIR)
        watch = SourceWatch(folder, parts=WATCHED, suffixes=SUFFIXES) if reload else None
        supervisor = Supervisor(children, folder=folder, write=self._write, changed=watch)
        threading.Thread(target=_announce, args=(address, supervisor), daemon=True).start()
        with listener:
            supervisor.run()
        self._write("Stopped.")

    def _write(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _refuse_old_schema(self) -> None:
        """A database that cannot be reached is no reason not to start: the web server answers 503 until it is there."""
        try:
            executor = MigrationExecutor(connection)
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as problem:
            self.stderr.write(f"The database can't be reached yet: {problem}")
            return
        finally:
            connection.close()
        if missing:
            raise CommandError(f"The database lacks {len(missing)} migrations. Run `python manage.py migrate` first (`make run` does).")


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket stays ours, so that a restart of the web server refuses nobody. Raises CommandError when it can't be had."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OverflowError as error:
        raise CommandError(f"PORT must be 0 to 65535, not {port}.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} is taken by another program. Stop that one, or choose another port: PORT={port + 1} make run") from error
        raise CommandError(f"Can't listen on {host}:{port}: {error.strerror or error}") from error


def _web(listener: socket.socket) -> Child:
    fd = listener.fileno()
    arguments = [
        "travelplanner.wsgi:application",
        f"--bind=fd://{fd}",
        f"--workers={settings.WEB_WORKERS}",
        "--worker-class=gthread",
        f"--threads={settings.WEB_THREADS}",
        "--timeout=60",
        "--graceful-timeout=5",
        "--keep-alive=5",
        "--no-control-socket",
        "--log-level=warning",
    ]
    if os.path.isdir("/dev/shm"):  # noqa: S108  (gunicorn's heartbeat file; on a disk it can stall)
        arguments.append("--worker-tmp-dir=/dev/shm")
    return Child("web", "gunicorn", arguments, pass_fds=(fd,), reload_signal=signal.SIGHUP)


def _announce(address: str, supervisor: Supervisor) -> None:
    """Say where the site is, once it answers (any answer: a redirect to HTTPS counts)."""

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name.strip(".*")), "localhost")
    request = urllib.request.Request(f"{address}/health/live", headers={"Host": host})  # noqa: S310  (our own address)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            opener.open(request, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            time.sleep(0.3)
            continue
        supervisor.say("serve", f"Travel planner is ready at {address} (Ctrl-C stops it)")
        return
