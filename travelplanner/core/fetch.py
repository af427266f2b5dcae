"""The one way to ask an address that a user gave: resolved once, refused when it isn't the open internet, and asked at just that address.

    answer = fetch(url, method="POST", body=b"{}", headers={"Content-Type": "application/json"})

Never inside a transaction. What the operator set (payment, mail, sign-in companies) is asked by gateways, not by this.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.conf import settings

from .addresses import Address, BadTarget, Target, is_open, literal, read_url
from .connection import Connection, Deadline, TooLarge

MOST_REDIRECTS = 3
HEADER_BYTES = 32 * 1024
OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "expect", "upgrade", "te", "trailer", "keep-alive"})
CARRIED = frozenset({"accept", "accept-language", "user-agent"})  # what goes along to another origin; the rest may be a secret for the first
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
NAME = re.compile(r"[A-Za-z0-9-]{1,80}")
MOVED = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """`code` is stable; what the other side said isn't in it, since it may be shown to who gave the URL."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class FetchRefused(FetchError):
    """We don't ask this address: bad_url, scheme, credentials, port, bad_host, number_host, private_name, private_address, bad_header,
    redirect, too_many_redirects."""


class FetchFailed(FetchError):
    """We asked, and there was no answer: unknown_host, unreachable, certificate, too_slow, too_large, bad_answer."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`headers` by lower-case name (the last of a name); `body` as sent, at most `max_bytes`; `url` after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _dial(address: Address, port: int, timeout: float) -> socket.socket:
    """A connection to this address and no other: no name is looked up, no proxy of the environment asked."""
    made = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.settimeout(timeout)
        made.connect((str(address), port))
    except BaseException:
        made.close()
        raise
    return made


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Network:
    """How names are looked up and connections made; tests bring their own."""

    resolve: Callable[[str, int], Sequence[str]] = _resolve
    dial: Callable[[Address, int, float], socket.socket] = _dial
    tls: Callable[[], ssl.SSLContext] = field(default=_tls)


INTERNET = Network()


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    max_bytes: int = 1024 * 1024,
    redirects: int = 0,
    network: Network = INTERNET,
) -> Fetched:
    """Ask a URL that a user gave; `timeout` seconds for everything together, however slowly it drips.

    Follows up to `redirects` (at most 3) hops, each of which passes the same checks; a body goes to no other origin. Raises FetchRefused, FetchFailed.
    Guarantees: every address of the name is public, and the connection goes to one of them, whatever the name says a moment later.
    """
    if method not in METHODS:
        raise ValueError(method)
    until, sent, left = Deadline(time.monotonic() + timeout), _headers(headers or {}), min(redirects, MOST_REDIRECTS)
    target = _target(url)
    try:
        while True:
            answer = _ask(target, method, body, sent, until, max_bytes, network)
            where = answer.headers.get("location", "") if answer.status in MOVED else ""
            if not where or redirects == 0:
                return answer
            if left == 0:
                raise FetchRefused("too_many_redirects")
            left -= 1
            moved = _target(urljoin(answer.url, where.strip()))
            if target.scheme == "https" and moved.scheme != "https":
                raise FetchRefused("redirect")
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, body = "GET" if method != "HEAD" else "HEAD", b""
            if moved.origin != target.origin:
                if body:
                    raise FetchRefused("redirect")
                sent = {name: value for name, value in sent.items() if name.lower() in CARRIED}
            target = moved
    except TimeoutError:
        raise FetchFailed("too_slow") from None
    except TooLarge:
        raise FetchFailed("too_large") from None


def check_url(url: str) -> None:
    """What can be said of a user's URL without asking anyone, for when it is stored. Raises FetchRefused; a name may lead elsewhere later."""
    target = _target(url)
    spelled = literal(target.host)
    if spelled is not None and not is_open(spelled):
        raise FetchRefused("private_address")


def _target(url: str) -> Target:
    schemes = frozenset({"https", "http"} if settings.LOCAL else {"https"})
    ports = frozenset({443, *settings.FETCH_PORTS} | ({80} if settings.LOCAL else set()))
    try:
        return read_url(url, schemes=schemes, ports=ports)
    except BadTarget as bad:
        raise FetchRefused(bad.code) from None


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's headers; those that frame the request are ours. Raises FetchRefused for line breaks."""
    for name, value in headers.items():
        if not NAME.fullmatch(name) or name.lower() in OURS or name.lower().startswith("proxy-") or not (value.isascii() and value.isprintable()):
            raise FetchRefused("bad_header")
    return dict(headers)


def _addresses(target: Target, until: Deadline, network: Network) -> list[Address]:
    """The addresses of the host, looked up once. One that isn't open spoils them all: an honest name has none."""
    found = literal(target.host)
    if found is not None:
        addresses = [found]
    else:
        try:
            addresses = [ipaddress.ip_address(each) for each in dict.fromkeys(_in_time(lambda: network.resolve(target.host, target.port), until))]
        except (OSError, UnicodeError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise FetchFailed("unknown_host") from None
        except ValueError:  # an address with a zone: of this link
            raise FetchRefused("private_address") from None
    if not addresses:
        raise FetchFailed("unknown_host")
    if not all(is_open(each) for each in addresses):
        raise FetchRefused("private_address")
    return addresses


def _in_time(work: Callable[[], Sequence[str]], until: Deadline) -> Sequence[str]:
    """The system's resolver knows no time limit; a thread that it keeps waiting ends by itself."""
    answers: queue.SimpleQueue[Sequence[str] | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(work())
        except BaseException as error:  # raised again where it is waited for
            answers.put(error)

    threading.Thread(target=run, daemon=True, name="resolver").start()
    try:
        found = answers.get(timeout=until.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, BaseException):
        raise found
    return found


def _connect(target: Target, until: Deadline, network: Network) -> socket.socket:
    for address in _addresses(target, until, network)[:4]:
        try:
            plain = network.dial(address, target.port, until.left())
        except OSError:
            until.left()  # raises when it is over
            continue
        if target.scheme == "http":
            return plain
        try:
            plain.settimeout(until.left())
            return network.tls().wrap_socket(plain, server_hostname=target.host)
        except ssl.SSLCertVerificationError:
            plain.close()
            raise FetchFailed("certificate") from None
        except OSError:
            plain.close()
            until.left()
            raise FetchFailed("unreachable") from None
    raise FetchFailed("unreachable")


def _ask(target: Target, method: str, body: bytes, headers: Mapping[str, str], until: Deadline, max_bytes: int, network: Network) -> Fetched:
    connected = _connect(target, until, network)
    connection = Connection(target, connected, until, most=HEADER_BYTES)
    try:
        connection.putrequest(method, target.path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body or method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Accept-Encoding", "identity")  # nothing is unpacked: a small answer can't become a large one
        connection.putheader("Connection", "close")
        connection.endheaders(body or None)
        answer = connection.getresponse()
        # Chunks of one byte take six; more than that is padding.
        connection.allow(8 * max_bytes + HEADER_BYTES)
        text = answer.read(max_bytes + 1)
        if len(text) > max_bytes:
            raise TooLarge
        if answer.length:  # the rest of what was announced didn't come
            raise FetchFailed("bad_answer")
        found = {name.lower(): value for name, value in answer.getheaders()}
    except (http.client.HTTPException, ValueError):
        raise FetchFailed("bad_answer") from None
    except (TimeoutError, TooLarge):
        raise
    except OSError:
        until.left()
        raise FetchFailed("unreachable") from None
    finally:
        connection.close()
        connected.close()
    port = "" if target.port == (443 if target.scheme == "https" else 80) else f":{target.port}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    return Fetched(answer.status, found, text, f"{target.scheme}://{host}{port}{target.path}")
