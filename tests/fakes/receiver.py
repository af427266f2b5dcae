"""A program of a user's that takes webhooks: a real HTTP server on this machine, and the internet that leads to it."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from travelplanner.core.addresses import Address
from travelplanner.core.fetch import INTERNET, Network

PUBLIC = "93.184.216.34"
URL = "http://hooks.example.org/in"


@dataclass(frozen=True)
class Taken:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with `statuses` in order, then with `status`; waits `delay` seconds before. `names` are what DNS says, the next answer at each look."""

    status: int = 200
    statuses: list[int] = field(default_factory=list)
    delay: float = 0.0
    location: str = ""
    names: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        receiver, self._lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver._lock:
                    receiver.at_once += 1
                    receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
                    receiver.taken.append(Taken(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                    status = receiver.statuses.pop(0) if receiver.statuses else receiver.status
                time.sleep(receiver.delay)
                self.send_response(status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                with receiver._lock:
                    receiver.at_once -= 1

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.taken]

    def resolve(self, host: str, port: int) -> Sequence[str]:
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: Address, port: int, timeout: float) -> socket.socket:
        """Every permitted connection leads here, after noting which address it was for."""
        self.dialled.append(str(address))
        return INTERNET.dial(ipaddress.ip_address("127.0.0.1"), self.server.server_address[1], timeout)

    @property
    def network(self) -> Network:
        return Network(self.resolve, self.dial, ssl.create_default_context)
