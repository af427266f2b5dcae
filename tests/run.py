"""`make test`: the whole suite on SQLite, then on PostgreSQL, and at the end what ran where.

PostgreSQL is, in this order: the server of `DATABASE_URL`; a server on 127.0.0.1:5432 that lets us in; a private cluster in a temporary folder,
when the server's programs are installed. There the tests that touch no database are left out: they ran on SQLite. With CI=true there must be one. Standard library and psycopg; the servers are in `tests/postgres.py`.

    python tests/run.py [--only sqlite|postgres] [pytest's own arguments]
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER))

from tests import environment as _environment  # noqa: E402, F401  (after the path; what migrates here runs under the tests' settings)
from tests import postgres  # noqa: E402  (as above)

ALONE = "race or browser"  # after the others: the races, which keep to one process (`tests/conftest.py`), and browsers in the other ones


@dataclass
class Tally:
    """What one database's runs came to."""

    where: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, report: Path, code: int) -> None:
        """Count a JUnit report. A run that ended badly without naming a test counts as one failure."""
        failed_before = self.failed
        if report.exists():
            for case in ET.parse(report).getroot().iter("testcase"):
                skipped = case.find("skipped")
                if case.find("failure") is not None or case.find("error") is not None:
                    self.failed += 1
                elif skipped is None or skipped.get("type") == "pytest.xfail":
                    self.passed += 1
                else:
                    self.skipped += 1
                    self.reasons[skipped.get("message") or "no reason"] += 1
        if code not in (0, 5) and self.failed == failed_before:  # 5: nothing of this kind was selected
            self.failed += 1

    def __str__(self) -> str:
        parts = [f"{self.passed} passed"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.skipped} skipped"] if self.skipped else []
        return f"{self.where}: {', '.join(parts)}"


class Stopped(BaseException):
    """SIGTERM or SIGINT."""


def _on_signal(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)


def migrate_once(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """Migrating takes as long as hundreds of tests: done once here, copied by each process (`tests/conftest.py`). Says where it is."""
    given = urlsplit(environment["DATABASE_URL"])
    if given.scheme == "sqlite":
        where = str(folder / "migrated.sqlite3")
        url = f"sqlite:///{where}"
    else:
        where = f"test_{given.path.lstrip('/')}_migrated"  # a test database by its name: goes with the others
        url = urlunsplit(given._replace(path=f"/{where}"))
        with psycopg.connect(urlunsplit(given._replace(path="/postgres")), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(where)))
    subprocess.run([sys.executable, "manage.py", "migrate", "--run-syncdb", "-v0"], cwd=FOLDER, env={**os.environ, **environment, "DATABASE_URL": url}, check=True)
    return {"MIGRATED_DATABASE": where}


def run_pytest(tally: Tally, environment: dict[str, str], folder: Path, arguments: list[str]) -> None:
    """Two runs: what may run side by side without further thought, then races beside browsers. With arguments of the caller's: one run, as asked."""
    cores = min(4, os.cpu_count() or 1)
    beside = ["-m", f"not ({ALONE})", *(["-n", str(cores), "--dist", "worksteal"] if cores > 1 else [])]
    alone = ["-m", ALONE, *(["-n", str(cores), "--dist", "loadgroup"] if cores > 1 else [])]
    runs = [arguments] if arguments else [beside, alone]
    if not arguments:
        environment = {**environment, **migrate_once(environment, folder)}
    for number, chosen in enumerate(runs):
        report = folder / f"{tally.where.split()[0]}-{number}.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *chosen]
        process = subprocess.Popen(command, cwd=FOLDER, env={**os.environ, **environment})
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        tally.add(report, code)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the tests on both databases.")
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    options, arguments = parser.parse_known_args()
    must = os.environ.get("CI", "").lower() == "true" and options.only != "sqlite"
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _on_signal)

    tallies: list[Tally] = []
    missing = ""
    with tempfile.TemporaryDirectory(prefix="travelplanner-tests-") as name:
        folder = Path(name)
        if options.only != "postgres":
            tally = Tally(f"SQLite {sqlite3.sqlite_version}")
            tallies.append(tally)
            print(f"--- {tally.where}", flush=True)
            run_pytest(tally, {"DATABASE_URL": f"sqlite:///{folder / 'own.sqlite3'}", "TEST_SQLITE": str(folder / "test.sqlite3")}, folder, arguments)
        if options.only != "sqlite":
            with postgres.server() as found:
                if found is None:
                    missing = "PostgreSQL: not run (no DATABASE_URL, no server on 127.0.0.1:5432, no server programs installed)"
                else:
                    tally = Tally(found.title)
                    tallies.append(tally)
                    print(f"--- {tally.where}", flush=True)
                    both = {"DATABASE_TESTS_ALONE": "1"} if options.only is None and not arguments else {}
                    run_pytest(tally, {"DATABASE_URL": found.url, **both}, folder, arguments)

    print("\n--- what ran where")
    for tally in tallies:
        print(tally)
        for reason, count in tally.reasons.most_common():
            print(f"    {count} skipped: {reason}")
    failed = sum(tally.failed for tally in tallies)
    if missing:
        print(missing)
        if must or options.only == "postgres":
            print("PostgreSQL was a must here (CI=true, or asked for), so this counts as a failure.")
            failed += 1
    print(f"{sum(tally.passed for tally in tallies)} passed, {failed} failed, {sum(tally.skipped for tally in tallies)} skipped", flush=True)
    return 1 if failed or not any(tally.passed for tally in tallies) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stopped as stopped:
        print("Stopped.", flush=True)
        sys.exit(128 + int(stopped.args[0]))
