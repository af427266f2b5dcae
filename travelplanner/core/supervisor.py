"""Keeps child processes running: starts them, prefixes their output, restarts a dead one, stops all on a signal, leaves no orphan.

Knows nothing of Django or of what the children do; `manage.py serve` gives it the web server and the worker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0  # seconds before a dead child starts again; doubles while it keeps dying
STEADY_AFTER = 10.0  # a child that lived so long starts again at once
STOP_WITHIN = 10.0  # seconds for a clean end, then SIGKILL
LOOK_EVERY = 0.2


@dataclass
class Child:
    """One program: `module` and `arguments` as for `python -m`. `reload_signal` makes it read its code anew; None: it is restarted."""

    name: str
    module: str
    arguments: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    reload_signal: signal.Signals | None = None
    process: subprocess.Popen[str] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    start_at: float = field(default=0.0, init=False)
    wait: float = field(default=FIRST_WAIT, init=False)

    def signal_group(self, number: signal.Signals) -> None:
        """Reach the child's whole process group, also what a dead child left behind."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """`run()` returns when SIGTERM, SIGINT or SIGHUP came and every child has ended."""

    def __init__(self, children: Sequence[Child], *, folder: Path, write: Callable[[str], None], changed: Callable[[], bool] | None = None) -> None:
        self.children = list(children)
        self.folder = folder
        self.write = write
        self.changed = changed
        self._stop = threading.Event()
        self._line = threading.Lock()
        # The children read this pipe's other end; it closes with this process, however it ends.
        self._read_end, self._write_end = os.pipe()
        self._widest = max(len(child.name) for child in children)

    def say(self, name: str, text: str) -> None:
        with self._line, contextlib.suppress(OSError, ValueError):  # a closed terminal must not stop the children's output being read
            self.write(f"{name:<{self._widest}} | {text}")

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self._stop.set()

    def run(self) -> None:
        numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asked for a life after the terminal
            numbers.append(signal.SIGHUP)
        old = {number: signal.signal(number, self.stop) for number in numbers}
        try:
            while not self._stop.is_set():
                self._start_what_is_due()
                self._stop.wait(LOOK_EVERY)
                self._notice_deaths()
                if self.changed is not None and self.changed():
                    self._reload()
        finally:
            self._end_all()
            for number, handler in old.items():
                signal.signal(number, handler)

    def _start_what_is_due(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.start_at:
                self._start(child)

    def _start(self, child: Child) -> None:
        # From the main thread only: Linux ties the parent-death signal to the thread that started the child.
        command = [sys.executable, "-m", "travelplanner.core.guarded", str(os.getpid()), str(self._read_end), child.module, *child.arguments]
        child.process = subprocess.Popen(  # noqa: S603  (the command is ours, no shell)
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C in the terminal reaches us alone; we say TERM once
            pass_fds=(self._read_end, *child.pass_fds),
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        child.started_at = time.monotonic()
        threading.Thread(target=self._pump, args=(child.name, child.process.stdout), daemon=True).start()

    def _pump(self, name: str, stream: IO[str] | None) -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in stream or ():
                self.say(name, line.rstrip("\n"))

    def _notice_deaths(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None or self._stop.is_set():
                continue
            code = child.process.returncode
            child.signal_group(signal.SIGTERM)
            if time.monotonic() - child.started_at >= STEADY_AFTER:
                child.wait = FIRST_WAIT
            self.say(child.name, f"ended ({_why(code)}); starts again in {child.wait:g} s")
            child.process, child.start_at = None, time.monotonic() + child.wait
            child.wait = min(LONGEST_WAIT, child.wait * 2)

    def _reload(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is not None:
                child.start_at = 0.0  # what died of the last change may live after this one
            elif child.reload_signal is not None:
                child.process.send_signal(child.reload_signal)
                self.say(child.name, "code changed: reloading")
            else:
                self.say(child.name, "code changed: restarting")
                self._end([child])
                child.process, child.start_at = None, 0.0

    def _end_all(self) -> None:
        # A second Ctrl-C while we wait changes nothing: the deadline is near.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._end(self.children)
        os.close(self._write_end)
        os.close(self._read_end)

    def _end(self, children: Sequence[Child]) -> None:
        """TERM once, to each child's first process (it ends its own); KILL for the whole group after the deadline."""
        alive = [(child, child.process) for child in children if child.process is not None and child.process.poll() is None]
        for _child, process in alive:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for child, process in alive:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(child.name, "did not end in time and is killed")
        for child in children:
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def _why(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


class SourceWatch:
    """Tells whether a file of the project was changed, added or removed since the last look (looks at most once a second)."""

    def __init__(self, folder: Path, *, parts: Sequence[str], suffixes: frozenset[str]) -> None:
        self._roots = [folder / part for part in parts]
        self._suffixes = suffixes
        self._looked_at = time.monotonic()
        self._seen = self._snapshot()

    def _snapshot(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for root in self._roots:
            for path in root.rglob("*"):
                if path.suffix in self._suffixes:
                    with contextlib.suppress(OSError):
                        found[str(path)] = path.stat().st_mtime_ns
        return found

    def __call__(self) -> bool:
        if time.monotonic() - self._looked_at < 1.0:
            return False
        self._looked_at = time.monotonic()
        now = self._snapshot()
        changed, self._seen = now != self._seen, now
        return changed
