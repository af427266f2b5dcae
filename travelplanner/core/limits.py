"""Where rate limits are counted on one machine."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

SWEEP_ONE_IN = 200  # writes
HELD_FOR = 5  # seconds at most, should the holder die
PATIENCE = 1.0  # seconds


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


class LimitsCache(FileBasedCache):
    """Counters as files, shared by all processes of a machine and kept over a restart.

    Guarantees: a counter goes when it expires, never to make room for others; of several callers of `add` one wins, in whatever process
    (allauth's lock around its counters stands on that).
    """

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
        for name in self._list_cache_files():  # type: ignore[attr-defined]  # the framework's own, not in its stubs
            try:
                with open(name, "rb") as file:
                    self._is_expired(file)  # type: ignore[attr-defined]  # removes it
            except FileNotFoundError:
                pass  # another process was first
