"""`manage.py serve` as people start it: both processes come up, come back, and go, whatever ends whom."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.migrated import make_migrated_file

FOLDER = Path(__file__).resolve().parents[2]
PATIENCE = 45.0  # seconds; two cores may be busy with the rest of the suite


class Served:
    """A running `serve` on a free port with a database of its own. Its output is read all the time."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0"],
            cwd=FOLDER,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.output.append(line)

    @property
    def text(self) -> str:
        return "".join(self.output)

    def address(self) -> str:
        match = until(lambda: re.search(r"ready at (\S+)", self.text), "the site to answer", self)
        return match.group(1)

    def tree(self) -> set[int]:
        """Every process below serve, living."""
        found, queue = set(), [self.process.pid]
        while queue:
            children = _children(queue.pop())
            queue += children
            found |= set(children)
        return found

    def worker(self) -> int | None:
        return next((pid for pid in _children(self.process.pid) if b"worker\x00" in _command(pid)), None)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def until(condition: Callable[[], object], what: str, served: Served | None = None) -> object:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE} s for {what}\n{served.text if served else ''}")


def fetch(address: str) -> str:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}/health", timeout=10) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A migrated SQLite file, and nothing of the settings of this test run's database."""
    file = tmp_path_factory.mktemp("serve") / "db.sqlite3"
    make_migrated_file(file)
    return {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "WEB_WORKERS": "1", "WEB_THREADS": "2", "LOG_LEVEL": "WARNING"}


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[Served]:
    served = Served(environment)
    yield served
    tree = served.tree()
    for pid in (served.process.pid, *tree):
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    served.process.wait()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_serve_when_the_worker_is_killed_then_another_comes_and_term_ends_all(served: Served) -> None:
    address = served.address()
    until(lambda: '"worker": "up"' in fetch(address), "the worker's heartbeat", served)
    first = served.worker()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: served.worker() not in (None, first), "another worker", served)
    assert "worker | ended (SIGKILL)" in served.text
    assert '"database": "up"' in fetch(address)  # the web server was left alone

    tree = served.tree()
    assert len(tree) >= 3  # gunicorn, its worker, our worker
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=PATIENCE) == 0, served.text
    assert not [pid for pid in tree if alive(pid)]
    assert "Traceback" not in served.text


def test_serve_when_web_server_is_killed_then_port_stays_open_and_another_answers(served: Served) -> None:
    address = served.address()
    web = next(pid for pid in _children(served.process.pid) if b"gunicorn" in _command(pid))
    old = {web, *_children(web)}
    os.kill(web, signal.SIGKILL)
    assert '"database": "up"' in fetch(address)  # queued on the listening socket that serve keeps, never refused
    until(lambda: not [pid for pid in old if alive(pid)], "the old web server's children to go", served)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=PATIENCE) == 0, served.text


def test_serve_when_killed_itself_then_leaves_no_orphan(served: Served) -> None:
    served.address()
    until(lambda: served.worker() is not None and len(served.tree()) >= 3, "all processes", served)
    tree = served.tree()
    served.process.kill()
    served.process.wait()
    until(lambda: not [pid for pid in tree if alive(pid)], "the orphans to go")


def test_serve_when_port_is_taken_then_says_so_and_fails(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(port)], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 1
    assert f"Port {port} is taken" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_when_database_is_not_migrated_then_says_so_and_fails(environment: dict[str, str], tmp_path: Path) -> None:
    values = {**environment, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"}
    run = subprocess.run([sys.executable, "manage.py", "serve", "--port", "0"], cwd=FOLDER, env=values, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert "manage.py migrate" in run.stderr


def test_guarded_child_when_parent_is_gone_before_it_looks_then_ends() -> None:
    read_end, write_end = os.pipe()
    try:
        run = subprocess.run(
            [sys.executable, "-m", "travelplanner.core.guarded", "1", str(read_end), "this"], cwd=FOLDER, pass_fds=(read_end,), timeout=30, capture_output=True
        )
    finally:
        os.close(read_end)
        os.close(write_end)
    assert run.returncode == 1


def test_guarded_child_when_the_pipe_closes_then_ends_though_its_parent_lives() -> None:
    read_end, write_end = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-m", "travelplanner.core.guarded", str(os.getpid()), str(read_end), "http.server", "0", "--bind", "127.0.0.1"],
        cwd=FOLDER,
        pass_fds=(read_end,),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_end)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(timeout=1)
    os.close(write_end)
    assert child.wait(timeout=30) == -signal.SIGTERM
