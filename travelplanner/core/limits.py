"""Where rate limits are counted on one machine."""

from __future__ import annotations

import hashlib
import os
import random
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

SWEEP_ONE_IN = 200  # writes
HELD_FOR = 5  # seconds at most, should the holder die
PATIENCE = 1.0  # seconds
MOMENTS = ".moments"


@contextmanager
def _held(name: Path) -> Iterator[BinaryIO | None]:
    """The file, locked and made if need be; None when that could not be had in time. Who dies lets go of it."""
    until = time.monotonic() + PATIENCE
    while True:
        with open(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
            if not locks.lock(file, locks.LOCK_EX | locks.LOCK_NB):
                if time.monotonic() >= until:
                    yield None
                    return
                time.sleep(0.002)
            elif os.fstat(file.fileno()).st_nlink:  # else it was swept away between opening and locking
                yield file
                return


def _drop_expired(name: Path) -> None:
    """Remove a file of moments whose last one is over, while nobody else has it."""
    with open(name, "rb") as file:
        if locks.lock(file, locks.LOCK_EX | locks.LOCK_NB) and not array("d", file.read(8).ljust(8, b"\0"))[0] > time.time():
            name.unlink(missing_ok=True)


@contextmanager
def alone(cache: BaseCache, key: str) -> Iterator[bool]:
    """Work on a counter while nobody else does, in whatever process; False when that could not be had in time. Stands on `add` alone."""
    name, until = f"{key}:lock", time.monotonic() + PATIENCE
    while not cache.add(name, 1, HELD_FOR):
        if time.monotonic() >= until:
            yield False
            return
        time.sleep(0.005)
    try:
        yield True
    finally:
        cache.delete(name)


def take(cache: BaseCache, key: str, *, now: float, within: float, most: int) -> tuple[bool, list[float]]:
    """Count a moment under `key` unless there are `most` since `within` seconds; whether it was counted, and the moments that are, newest first.

    Guarantees: of requests at the same moment, in whatever process, no more than `most` are counted. What can't be looked at in time is refused.
    """
    own = getattr(cache, "take", None)
    if own is not None:
        return own(key, now=now, within=within, most=most)
    with alone(cache, key) as mine:
        history = [moment for moment in cache.get(key, []) if moment > now - within] if mine else []
        if not mine or len(history) >= most:
            return False, history
        history.insert(0, now)
        cache.set(key, history, within)
    return True, history


class LimitsCache(FileBasedCache):
    """Counters as files, shared by all processes of a machine and kept over a restart.

    Guarantees: a counter goes when it expires, never to make room for others; of several callers of `add` one wins, in whatever process
    (allauth's lock around its counters stands on that). `take` keeps moments in files of its own, changed in place while they are locked:
    every request of a limited view comes here, and Django's way (a new file for each write, moved into place, twice with a lock) took as long as the rest of it.
    """

    def take(self, key: str, *, now: float, within: float, most: int) -> tuple[bool, list[float]]:
        """See `take`. The file holds when it expires, then the moments, oldest first."""
        self._createdir()  # type: ignore[attr-defined]  # the framework's own, not in its stubs
        name = Path(self._dir) / f"{hashlib.sha256(self.make_and_validate_key(key).encode()).hexdigest()}{MOMENTS}"  # type: ignore[attr-defined]  # the framework's own
        with _held(name) as file:
            if file is None:
                return False, []
            kept = array("d")
            kept.frombytes(file.read()[: file.tell() // 8 * 8])
            moments = array("d", [moment for moment in kept[1:] if moment > now - within])
            if taken := len(moments) < most:
                moments.append(now)
                file.seek(0)
                file.write(array("d", [now + within]).tobytes() + moments.tobytes())
                file.truncate()
        if taken:
            self._cull()
        return taken, moments.tolist()[::-1]

    def _list_cache_files(self) -> list[str]:
        return [*super()._list_cache_files(), *map(str, Path(self._dir).glob(f"*{MOMENTS}"))]  # type: ignore[misc, attr-defined]  # the framework's own, not in its stubs

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        self._createdir()  # type: ignore[attr-defined]  # the framework's own, not in its stubs
        with open(Path(self._dir) / "add.lock", "ab") as gate:  # type: ignore[attr-defined]  # the framework's own, not in its stubs
            locks.lock(gate, locks.LOCK_EX)  # let go when the file closes
            return super().add(key, value, timeout, version)

    def _cull(self) -> None:
        """Django calls this at every write, to drop entries at random beyond a number. Here: now and then drop what has expired."""
        if random.randrange(SWEEP_ONE_IN) == 0:
            self.sweep()

    def sweep(self) -> None:
        """Remove the files of expired counters."""
        for name in self._list_cache_files():
            try:
                if name.endswith(MOMENTS):
                    _drop_expired(Path(name))
                    continue
                with open(name, "rb") as file:
                    self._is_expired(file)  # type: ignore[attr-defined]  # removes it
            except FileNotFoundError:
                pass  # another process was first
