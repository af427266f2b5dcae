"""One HTTP/1.1 exchange over a socket that is already connected, within a deadline and a number of bytes. For `core.fetch` alone."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

from .addresses import Target


class TooLarge(Exception):
    """More came than was allowed."""


class Deadline:
    """One moment for the whole exchange: a server that sends a byte a second doesn't begin anew with each."""

    def __init__(self, at: float) -> None:
        self.at = at

    def left(self) -> float:
        """Seconds, more than none. Raises TimeoutError."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Reader(io.RawIOBase):
    def __init__(self, wire: _Wire) -> None:
        self.wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wire = self.wire
        wire.connected.settimeout(wire.until.left())
        count = wire.connected.recv_into(buffer, min(len(buffer), 16384))
        wire.taken += count
        if wire.taken > wire.most:
            raise TooLarge
        return count


class _Wire:
    """As much of a socket as http.client asks for."""

    def __init__(self, connected: socket.socket, until: Deadline, most: int) -> None:
        self.connected, self.until, self.most, self.taken = connected, until, most, 0

    def sendall(self, data: Any) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            self.connected.settimeout(self.until.left())
            rest = rest[self.connected.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self), 4096)  # small: what it reads ahead counts as header

    def close(self) -> None:
        """The socket's owner closes it."""


class Connection(http.client.HTTPConnection):
    """`most`: bytes of the status line and the headers together, until `allow` says how many the body may have."""

    def __init__(self, target: Target, connected: socket.socket, until: Deadline, *, most: int) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.scheme == "https" else 80
        self._wire = _Wire(connected, until, most)
        self.sock: Any = self._wire

    def connect(self) -> None:
        """Never by itself, and never a second time."""
        raise http.client.NotConnected

    def allow(self, more: int) -> None:
        self._wire.most = self._wire.taken + more
