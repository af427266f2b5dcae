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
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

START_WITHIN = 60.0  # seconds


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


@contextlib.contextmanager
def _private(programs: Path) -> Iterator[str]:
    """A cluster in a temporary folder on a free port of 127.0.0.1; stopped and removed whatever happens. Yields its URL."""
    user = _unprivileged()
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    home = Path(tempfile.mkdtemp(prefix="travelplanner-pg-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}
        initdb = [programs / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run(initdb, cwd=home, env=environment, capture_output=True, text=True, check=False, **who)  # type: ignore[call-overload]
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        port = _free_port()
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [programs / "postgres", "-D", home / "data", "-p", str(port)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(home / "log", "wb") as log:
            process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True, preexec_fn=_end_with_parent, **who)
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + START_WITHIN
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text()[-2000:]}")
            time.sleep(0.2)
        yield url
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
