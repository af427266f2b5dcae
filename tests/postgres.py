"""A PostgreSQL for one test run: an existing server, or a private one that is gone afterwards. Tests never run as its superuser."""

from __future__ import annotations

import contextlib
import ctypes
import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

START_WITHIN = 60.0  # seconds
FOR_SPEED = ("synchronous_commit", "jit")  # off for the guest: its rows need outlive no power cut, and compiling pays for large tables alone


@dataclass(frozen=True)
class Server:
    """`url` has a role and a database name of this run's own; `title` says version and whose server it is."""

    url: str
    title: str


@contextlib.contextmanager
def server() -> Iterator[Server | None]:
    """The first PostgreSQL that can be had, with a role of its own that may make databases; None when there is none."""
    given = os.environ.get("DATABASE_URL", "")
    if urlsplit(given).scheme in ("postgres", "postgresql"):
        # The database of the name need not exist: this run makes its own.
        with _guest(given if _answers(given) else urlunsplit(urlsplit(given)._replace(path="/postgres")), "DATABASE_URL") as found:
            yield found
        return
    local = "postgres://postgres@127.0.0.1:5432/postgres"
    if _answers(local):
        with _guest(local, "local server") as found:
            yield found
        return
    programs = _programs()
    if programs is None:
        yield None
        return
    with _private(programs) as url, _guest(url, "private cluster") as found:
        yield found


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@contextlib.contextmanager
def _guest(url: str, whose: str) -> Iterator[Server]:
    """A role and database names for this run alone, dropped afterwards. Without the right to make roles we come as who we are."""
    name, password = f"travelplanner_{os.getpid()}_{secrets.token_hex(3)}", secrets.token_hex(12)
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        version = connection.info.server_version
        title = f"PostgreSQL {version // 10000}.{version % 10000} ({whose})"
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        superuser = bool(row and row[0])
        if superuser:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER PASSWORD {}").format(sql.Identifier(name), sql.Literal(password)))
            for setting in FOR_SPEED:
                connection.execute(sql.SQL("ALTER ROLE {} SET {} = off").format(sql.Identifier(name), sql.Identifier(setting)))
        try:
            who = f"{name}:{quote(password)}" if superuser else parts.netloc.rpartition("@")[0]
            host = parts.netloc.rpartition("@")[2]
            yield Server(urlunsplit((parts.scheme, f"{who}@{host}" if who else host, f"/{name}", parts.query, "")), title)
        finally:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"test\\_{name}%"]).fetchall()
            for (database,) in rows:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
            if superuser:
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def _programs() -> Path | None:
    """The folder with initdb and postgres, newest version first."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted((Path(path) for path in glob.glob("/usr/lib/postgresql/*/bin")), key=lambda path: float(path.parent.name), reverse=True)
    folders += [Path("/usr/local/pgsql/bin"), Path("/opt/homebrew/bin")]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, which it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user postgres or nobody.")


def _end_with_parent() -> None:
    """In the child: SIGINT (fast shutdown) when this runner is killed, so that no server stays behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT, 0, 0, 0)


class Cluster:
    """A private cluster in a folder of its own, which can be killed and started again. `durable` syncs as in production."""

    def __init__(self, programs: Path, *, durable: bool) -> None:
        self.user = _unprivileged()
        self.who: dict[str, Any] = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        self.programs, self.port = programs, _free_port()
        self.home = Path(tempfile.mkdtemp(prefix="travelplanner-pg-"))
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"}
        self.settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        if not durable:
            self.settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        if self.user:
            os.chown(self.home, self.user.pw_uid, self.user.pw_gid)
        initdb = [self.programs / "initdb", "-D", self.home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run(initdb, cwd=self.home, env=self.environment, capture_output=True, text=True, check=False, **self.who)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")

    def start(self) -> None:
        """Start the server and wait until it answers (after a kill it recovers first)."""
        command = [self.programs / "postgres", "-D", self.home / "data", "-p", str(self.port)]
        command += [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.home, env=self.environment, stdout=log, stderr=log, start_new_session=True, preexec_fn=_end_with_parent, **self.who
            )
        deadline = time.monotonic() + START_WITHIN
        while not _answers(self.url):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self.home / 'log').read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL for the server and every backend, as a machine's death would be."""
        if self.process is not None:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()  # each leads a session of its own
            for pid in (self.process.pid, *map(int, children)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def _private(programs: Path) -> Iterator[str]:
    """A cluster on a free port of 127.0.0.1; stopped and removed whatever happens. Yields its URL."""
    with cluster(programs, durable=False) as made:
        yield made.url


@contextlib.contextmanager
def cluster(programs: Path | None = None, *, durable: bool = True) -> Iterator[Cluster]:
    """A private server of this test's own. RuntimeError when PostgreSQL's programs aren't installed."""
    programs = programs or _programs()
    if programs is None:
        raise RuntimeError("PostgreSQL's programs (initdb, postgres) are not installed here.")
    made = Cluster(programs, durable=durable)
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.remove()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
