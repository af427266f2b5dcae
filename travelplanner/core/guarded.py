"""Runs a Python module as a child that never outlives its supervisor. Standard library only.

    python -m travelplanner.core.guarded PARENT_PID PIPE_FD MODULE [ARGUMENT ...]

Two guards, since each alone has a gap: Linux sends SIGTERM when the parent dies (also before Python code of ours runs again), and a thread
reads a pipe whose other end only the supervisor holds; its end of file means that the supervisor is gone, on every Unix.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import runpy
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
GRACE = 10.0  # seconds between SIGTERM and SIGKILL once the supervisor is gone


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the call above
        sys.exit(1)


def _watch(pipe: int) -> None:
    while True:
        try:
            if not os.read(pipe, 1):
                break
        except OSError:
            break
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main(arguments: list[str]) -> None:
    parent, pipe, module = int(arguments[0]), int(arguments[1]), arguments[2]
    _die_with_parent(parent)
    threading.Thread(target=_watch, args=(pipe,), name="supervisor-watch", daemon=True).start()
    sys.argv = [module, *arguments[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
