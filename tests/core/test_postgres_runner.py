"""The private PostgreSQL of `make test`: serves a role that is no superuser, and is gone afterwards."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgres

FOLDER = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys, time
from tests import postgres
with postgres._private(postgres._programs()) as url, postgres._guest(url, "private cluster") as found:
    print(url, found.url, flush=True)
    time.sleep(600 if "--wait" in sys.argv else 0)
"""
pytestmark = pytest.mark.skipif(postgres._programs() is None, reason="no PostgreSQL server programs are installed")


def _homes() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("travelplanner-pg-*"))


def test_private_cluster_when_used_then_guest_may_make_databases_but_is_no_superuser() -> None:
    before = _homes()
    programs = postgres._programs()
    assert programs is not None
    with postgres._private(programs) as url, postgres._guest(url, "private cluster") as found:
        name = found.url.rpartition("/")[2]
        with psycopg.connect(found.url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            assert connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone() == (False, True)
            connection.execute(f'CREATE DATABASE "test_{name}"')
        made = _homes() - before
        assert made
    assert not postgres._answers(url)
    assert not any(home.exists() for home in made)


def test_private_cluster_when_the_runner_is_killed_then_server_ends() -> None:
    before = _homes()
    runner = subprocess.Popen([sys.executable, "-c", SCRIPT, "--wait"], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    url = runner.stdout.readline().split()[0]
    assert postgres._answers(url)
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    runner.stdout.close()
    end = time.monotonic() + 20
    while postgres._answers(url) and time.monotonic() < end:
        time.sleep(0.2)
    assert not postgres._answers(url)
    for home in _homes() - before:  # a killed runner can't tidy up; we do
        shutil.rmtree(home, ignore_errors=True)


def test_runner_when_no_server_can_be_had_then_says_so_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from tests import run

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "_answers", lambda url: False)
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    monkeypatch.setattr(sys, "argv", ["tests/run.py", "--only", "postgres"])
    monkeypatch.setattr(run.signal, "signal", lambda number, handler: None)
    assert run.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert any("PostgreSQL: not run" in line for line in lines)
    assert lines[-1] == "0 passed, 1 failed, 0 skipped"


def test_tally_when_a_run_breaks_before_any_test_then_counts_as_a_failure(tmp_path: Path) -> None:
    from tests.run import Tally

    tally = Tally("SQLite")
    tally.add(tmp_path / "missing.xml", 4)
    assert (tally.passed, tally.failed) == (0, 1)
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite><testcase/><testcase><failure/></testcase><testcase><error/></testcase>"
        '<testcase><skipped type="pytest.skip" message="no Chromium"/></testcase><testcase><skipped type="pytest.xfail" message="x"/></testcase></testsuite></testsuites>'
    )
    tally = Tally("SQLite")
    tally.add(report, 1)
    assert str(tally) == "SQLite: 2 passed, 2 failed, 1 skipped"
    assert tally.reasons == {"no Chromium": 1}
