"""A payment company of the tests: a real HTTP server on 127.0.0.1 that remembers, counts, and fails on request."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

FAULTS = ("500", "timeout", "reset", "500_after", "hang_up", "garbage")
BEFORE = ("500", "timeout", "reset")  # nothing was done when the caller hears of it; after the others it was


class Refusal(Exception):
    """The company says no, in its own JSON."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status, self.body = status, body
        super().__init__(str(status))


class Company:
    """`answer` is the company's own; one request after another. `fail_next` breaks the next request whose method and path begin so."""

    def __init__(self) -> None:
        self.lock, self.over = threading.RLock(), threading.Event()
        self.requests: list[tuple[str, str]] = []
        self._faults: list[tuple[str, str]] = []
        company = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                company.serve(self)

            do_GET = do_POST = handle_any  # noqa: N815  (the library calls them so)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def fail_next(self, fault: str, on: str = "POST ") -> None:
        assert fault in FAULTS
        self._faults.append((fault, on))

    def _fault_for(self, line: str) -> str:
        for fault, on in self._faults:
            if line.startswith(on):
                self._faults.remove((fault, on))
                return fault
        return ""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self.lock:
            self.requests.append((handler.command, handler.path))
            fault = self._fault_for(f"{handler.command} {parts.path}")
            if fault not in BEFORE:
                status, kind, content = self._answer(handler, parts.path, dict(parse_qsl(parts.query)), body)
        if fault == "timeout":
            self.over.wait(5)
        if fault == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if fault in ("timeout", "reset", "hang_up"):
            handler.close_connection = True
            handler.connection.close()
            return
        if fault in ("500", "500_after"):
            status, kind, content = 500, "application/json", b'{"error": {"type": "api_error", "code": "SERVER_ERROR", "message": "broken", "description": "broken"}}'
        if fault == "garbage":
            status, kind, content = 200, "text/html", b"<html>maintenance</html>"
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        if status == 303:
            handler.send_header("Location", content.decode())
        handler.end_headers()
        handler.wfile.write(content)

    def _answer(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        try:
            found = self.answer(handler, path, query, body)
        except Refusal as refusal:
            return refusal.status, "application/json", json.dumps(refusal.body).encode()
        if isinstance(found, str):  # the company's own page leads on
            return 303, "text/plain", found.encode()
        return 200, "application/json", json.dumps(found).encode()

    def answer(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str], body: bytes) -> dict[str, Any] | str:
        raise NotImplementedError


C = TypeVar("C", bound=Company)


@contextmanager
def opened(make: Callable[[], C]) -> Iterator[C]:
    """The company while the block runs."""
    company = make()
    company._thread.start()
    try:
        yield company
    finally:
        company.over.set()
        company.server.shutdown()
        company.server.server_close()
