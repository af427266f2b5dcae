"""The guard of promise 20, over real sockets: what a name resolves to is checked once and asked at just that address.

The tests' network answers names as told and leads each permitted connection to a server of the test, after noting which address it was for.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from travelplanner.core.addresses import Address
from travelplanner.core.fetch import INTERNET, FetchFailed, FetchRefused, Network, fetch

PUBLIC, OTHER, INSIDE = "93.184.216.34", "8.8.8.8", "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
Talk = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """Answers each connection by `talk(connection, request head)`; `heads` are what it was sent."""

    talk: Talk
    heads: list[bytes] = field(default_factory=list)
    context: ssl.SSLContext | None = None
    port: int = 0

    def run(self, listening: socket.socket) -> None:
        while True:
            try:
                connected, _peer = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connected], daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.context is not None:
                connected = self.context.wrap_socket(connected, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head and (part := connected.recv(65536)):
                head += part
            self.heads.append(head)
            self.talk(connected, head)
        connected.close()


def says(answer: bytes) -> Talk:
    return lambda connected, head: connected.sendall(answer)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    open_sockets: list[socket.socket] = []

    def start(talk: Talk | bytes, context: ssl.SSLContext | None = None) -> Server:
        server = Server(says(talk) if isinstance(talk, bytes) else talk, context=context)
        listening = socket.create_server(("127.0.0.1", 0))
        open_sockets.append(listening)
        server.port = listening.getsockname()[1]
        threading.Thread(target=server.run, args=[listening], daemon=True).start()
        return server

    yield start
    for each in open_sockets:
        each.close()


@dataclass
class Wires:
    """A network of the test: names by `names` (each look-up takes the next answer), connections to `servers` by port."""

    server: Server
    names: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    others: dict[str, Server] = field(default_factory=dict)  # by address
    authority: Path | None = None

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: Address, port: int, timeout: float) -> socket.socket:
        self.dialled.append((str(address), port))
        server = self.others.get(str(address), self.server)
        return INTERNET.dial(ipaddress.ip_address("127.0.0.1"), server.port, timeout)

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority) if self.authority else None)

    @property
    def network(self) -> Network:
        return Network(self.resolve, self.dial, self.tls)


def ask(wires: Wires, url: str = "http://hooks.example.org/in", **more: Any) -> Any:
    return fetch(url, network=wires.network, **{"timeout": 3, **more})


def refused(wires: Wires, url: str, **more: Any) -> str:
    with pytest.raises(FetchRefused) as error:
        ask(wires, url, **more)
    return error.value.code


def failed(wires: Wires, url: str = "http://hooks.example.org/in", **more: Any) -> str:
    with pytest.raises(FetchFailed) as error:
        ask(wires, url, **more)
    return error.value.code


def test_fetch_when_the_address_is_public_then_asks_it_and_returns_the_answer(serve: Any) -> None:
    wires = Wires(serve(OK))
    answer = ask(wires, "http://Hooks.Example.org/in?a=1#top", method="POST", body=b'{"a": 1}', headers={"Content-Type": "application/json", "X-Signature": "s"})
    assert (answer.status, answer.body, answer.headers["content-type"], answer.url) == (200, b"hello", "text/plain", "http://hooks.example.org/in?a=1")
    head = wires.server.heads[0].decode()
    assert head.startswith("POST /in?a=1 HTTP/1.1\r\nHost: hooks.example.org\r\n")
    assert "X-Signature: s" in head
    assert "Content-Length: 8" in head
    assert "Accept-Encoding: identity" in head
    assert wires.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "::ffff:10.0.0.1", "fd00:ec2::254", "2002:7f00:1::", "fe80::1%eth0"])
def test_fetch_when_a_name_leads_inside_then_connects_to_nothing(serve: Any, address: str) -> None:
    wires = Wires(serve(OK), names={"hooks.example.org": [[address]]})
    assert refused(wires, "http://hooks.example.org/") == "private_address"
    assert wires.dialled == []


def test_fetch_when_one_of_the_addresses_is_inside_then_refused_whole(serve: Any) -> None:
    wires = Wires(serve(OK), names={"hooks.example.org": [[PUBLIC, INSIDE]]})
    assert refused(wires, "http://hooks.example.org/") == "private_address"
    assert wires.dialled == []


def test_fetch_when_the_name_is_rebound_after_the_check_then_still_asks_the_checked_address(serve: Any) -> None:
    wires = Wires(serve(OK), names={"hooks.example.org": [[PUBLIC], [INSIDE]]})
    assert ask(wires).status == 200
    assert wires.asked == ["hooks.example.org"]
    assert wires.dialled == [(PUBLIC, 80)]
    assert refused(wires, "http://hooks.example.org/in") == "private_address"  # the next fetch looks anew, and sees the trap


def test_fetch_when_connections_look_the_name_up_again_then_the_rebound_name_gets_in(serve: Any) -> None:
    """The control: a check apart from the connection, as most clients do it, is led inside."""
    wires = Wires(serve(OK), names={"hooks.example.org": [[PUBLIC], [INSIDE]]})

    def dial_by_name(address: Address, port: int, timeout: float) -> socket.socket:
        return wires.dial(ipaddress.ip_address(wires.resolve("hooks.example.org", port)[0]), port, timeout)

    assert fetch("http://hooks.example.org/in", timeout=3, network=Network(wires.resolve, dial_by_name)).status == 200
    assert wires.dialled == [(INSIDE, 80)]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "169.254.169.254", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "0", "localhost", "１２７.0.0.1", "ⓛocalhost"],
)
def test_fetch_when_the_host_spells_an_inside_address_then_refused_unasked(serve: Any, host: str) -> None:
    wires = Wires(serve(OK))
    assert refused(wires, f"http://{host}/") in ("private_address", "number_host", "private_name")
    assert (wires.asked, wires.dialled) == ([], [])


def test_fetch_when_the_systems_own_resolver_reads_an_odd_number_then_it_never_came_so_far() -> None:
    """The control of the spellings: glibc takes them for 127.0.0.1."""
    assert socket.getaddrinfo("2130706433", 80, type=socket.SOCK_STREAM)[0][4][0] == "127.0.0.1"
    assert socket.getaddrinfo("0x7f.1", 80, type=socket.SOCK_STREAM)[0][4][0] == "127.0.0.1"


@pytest.mark.parametrize(("url", "code"), [("http://hooks.example.org:22/", "port"), ("http://a:b@hooks.example.org/", "credentials"), ("file:///etc/passwd", "scheme"), ("http://hooks.example.org/ x", "bad_url")])
def test_fetch_when_the_url_is_not_plain_then_refused(serve: Any, url: str, code: str) -> None:
    assert refused(Wires(serve(OK)), url) == code


def test_fetch_when_not_local_then_https_alone(serve: Any, settings: Any) -> None:
    settings.LOCAL = False
    wires = Wires(serve(OK))
    assert refused(wires, "http://hooks.example.org/") == "scheme"
    assert refused(wires, "https://hooks.example.org:80/") == "port"
    settings.FETCH_PORTS = frozenset({8443})
    assert refused(wires, "https://hooks.example.org:8444/") == "port"
    assert failed(wires, "https://hooks.example.org:8443/", timeout=0.3) == "too_slow"  # the test's server speaks no TLS: it waits for more
    assert wires.dialled == [(PUBLIC, 8443)]


@pytest.mark.parametrize("headers", [{"X-A": "b\r\nX-Injected: y"}, {"X-A\r\nX-Injected": "y"}, {"Host": "inside"}, {"Content-Length": "0"}, {"Transfer-Encoding": "chunked"}, {"Proxy-Authorization": "x"}])
def test_fetch_when_headers_would_frame_another_request_then_refused(serve: Any, headers: dict[str, str]) -> None:
    wires = Wires(serve(OK))
    assert refused(wires, "http://hooks.example.org/", headers=headers) == "bad_header"
    assert wires.server.heads == []


def moved(where: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()


def test_redirect_when_not_asked_for_then_returned_unfollowed(serve: Any) -> None:
    wires = Wires(serve(moved("http://127.0.0.1/")))
    assert ask(wires).status == 302
    assert len(wires.dialled) == 1


@pytest.mark.parametrize(("where", "code"), [
    ("http://127.0.0.1/", "private_address"), ("http://trap.example.org/", "private_address"), ("http://2130706433/", "number_host"), ("//localhost/", "private_name"),
    ("file:///etc/passwd", "scheme"), ("http://x:y@hooks.example.org/", "credentials"), ("http://hooks.example.org:25/", "port"), ("gopher://hooks.example.org/", "scheme"),
])  # fmt: skip
def test_redirect_when_it_leads_inside_then_refused(serve: Any, where: str, code: str) -> None:
    wires = Wires(serve(moved(where)), names={"trap.example.org": [[INSIDE]]})
    assert refused(wires, "http://hooks.example.org/in", redirects=3) == code
    assert wires.dialled == [(PUBLIC, 80)]


def test_redirect_when_it_leads_to_another_public_place_then_followed_without_secrets(serve: Any) -> None:
    wires = Wires(serve(moved("http://new.example.org/there", 307)), names={"new.example.org": [[OTHER]]})
    wires.others[OTHER] = serve(OK)
    answer = ask(wires, headers={"Authorization": "secret", "Accept": "text/plain"}, redirects=3)
    assert (answer.status, answer.url) == (200, "http://new.example.org/there")
    assert b"secret" in wires.server.heads[0]
    assert b"secret" not in wires.others[OTHER].heads[0]
    assert b"Accept: text/plain" in wires.others[OTHER].heads[0]


def test_redirect_when_a_body_would_go_to_another_origin_then_refused(serve: Any) -> None:
    wires = Wires(serve(moved("http://new.example.org/", 307)))
    assert refused(wires, "http://hooks.example.org/in", method="POST", body=b"private", redirects=3) == "redirect"
    assert len(wires.dialled) == 1


def test_redirect_when_it_goes_in_circles_then_three_hops_and_no_more(serve: Any) -> None:
    wires = Wires(serve(moved("/again")))
    assert refused(wires, "http://hooks.example.org/in", redirects=99) == "too_many_redirects"
    assert len(wires.dialled) == 4


def test_redirect_when_the_name_is_rebound_between_hops_then_refused(serve: Any) -> None:
    wires = Wires(serve(moved("/again")), names={"hooks.example.org": [[PUBLIC], [INSIDE]]})
    assert refused(wires, "http://hooks.example.org/in", redirects=3) == "private_address"
    assert wires.dialled == [(PUBLIC, 80)]


def drip(parts: Iterator[bytes], pause: float) -> Talk:
    def talk(connected: socket.socket, head: bytes) -> None:
        for part in parts:
            connected.sendall(part)
            time.sleep(pause)

    return talk


def forever(first: bytes, then: bytes) -> Iterator[bytes]:
    yield first
    while True:
        yield then


@pytest.mark.parametrize(
    ("first", "then"),
    [(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"), (b"HTTP/1.1 200 OK\r\nX-A: ", b"x"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")],
    ids=["body", "header", "continue", "chunks"],
)
def test_fetch_when_the_server_drips_then_over_at_the_deadline(serve: Any, first: bytes, then: bytes) -> None:
    began = time.monotonic()
    assert failed(Wires(serve(drip(forever(first, then), 0.05))), timeout=0.6) == "too_slow"
    assert time.monotonic() - began < 1.5


def test_fetch_when_the_server_says_nothing_then_over_at_the_deadline(serve: Any) -> None:
    assert failed(Wires(serve(lambda connected, head: time.sleep(2))), timeout=0.4) == "too_slow"


def test_fetch_when_the_resolver_hangs_then_over_at_the_deadline(serve: Any) -> None:
    wires = Wires(serve(OK))
    began = time.monotonic()
    with pytest.raises(FetchFailed) as error:
        fetch("http://hooks.example.org/", timeout=0.4, network=Network(lambda host, port: time.sleep(2) or [PUBLIC], wires.dial))
    assert error.value.code == "too_slow"
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;" + b"pad" * 20_000 + b"\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 90 + b"X-B: " + b"c" * 60_000 + b"\r\n\r\n",
    ],
    ids=["announced", "endless", "chunks", "padding", "headers"],
)
def test_fetch_when_too_much_comes_then_refused(serve: Any, answer: bytes) -> None:
    assert failed(Wires(serve(answer)), max_bytes=1000) in ("too_large", "bad_answer")


def test_fetch_when_the_body_is_just_as_large_as_allowed_then_taken(serve: Any) -> None:
    assert len(ask(Wires(serve(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)), max_bytes=1000).body) == 1000
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 1000 + b"0\r\n\r\n"
    assert len(ask(Wires(serve(chunked)), max_bytes=1000).body) == 1000


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"],
    ids=["nothing", "nonsense", "another protocol", "cut off", "bad chunk", "many headers"],
)
def test_fetch_when_the_answer_is_no_answer_then_failed(serve: Any, answer: bytes) -> None:
    assert failed(Wires(serve(answer))) == "bad_answer"


def test_fetch_when_nobody_listens_then_failed(serve: Any) -> None:
    wires = Wires(serve(OK))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        wires.server.port = gone.getsockname()[1]
    assert failed(wires) == "unreachable"
    assert failed(Wires(serve(OK), names={"hooks.example.org": [[]]})) == "unknown_host"


def test_fetch_when_the_first_address_does_not_answer_then_the_next_is_asked(serve: Any) -> None:
    wires = Wires(serve(OK), names={"hooks.example.org": [[OTHER, PUBLIC]]})
    with socket.create_server(("127.0.0.1", 0)) as gone:
        wires.others[OTHER] = Server(says(OK), port=gone.getsockname()[1])
    assert ask(wires).status == 200
    assert [address for address, _port in wires.dialled] == [OTHER, PUBLIC]


def test_fetch_when_the_environment_names_a_proxy_then_not_asked(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(OK)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    wires = Wires(serve(OK))
    assert ask(wires).status == 200
    assert proxy.heads == []


# --- TLS ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Papers:
    authority: Path
    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    def context(self, host: str, *, days: int = 1) -> ssl.SSLContext:
        """A server's, with a certificate for the host that the authority signed; `days` < 0: it has run out."""
        key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
        alternative = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        made = (
            x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])).issuer_name(self.name)
            .public_key(key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=3)).not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip
        chain, secret = self.folder / f"{host}.pem", self.folder / f"{host}.key"
        chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, secret)
        return context


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    """A certificate authority of the test's own."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=5)).not_valid_after(now + dt.timedelta(days=5))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path / "authority.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Papers(path, tmp_path, key, name)


def test_https_when_the_certificate_is_the_hosts_then_asked_by_its_name_at_the_pinned_address(serve: Any, papers: Papers) -> None:
    named: list[str | None] = []
    context = papers.context("hooks.example.org")
    context.sni_callback = lambda connected, name, old: named.append(name)
    wires = Wires(serve(OK, context), authority=papers.authority)
    answer = ask(wires, "https://hooks.example.org/in")
    assert (answer.status, answer.body, answer.url) == (200, b"hello", "https://hooks.example.org/in")
    assert named == ["hooks.example.org"]
    assert wires.dialled == [(PUBLIC, 443)]
    assert b"\r\nHost: hooks.example.org\r\n" in wires.server.heads[0]


def test_https_when_the_certificate_is_anothers_or_has_run_out_or_is_self_made_then_failed(serve: Any, papers: Papers) -> None:
    for context, authority in ((papers.context("other.example.org"), papers.authority), (papers.context("hooks.example.org", days=-1), papers.authority), (papers.context("hooks.example.org"), None)):
        wires = Wires(serve(OK, context), authority=authority)
        assert failed(wires, "https://hooks.example.org/in") == "certificate"
        assert wires.server.heads == []


def test_https_when_a_redirect_leads_to_plain_http_then_refused(serve: Any, papers: Papers) -> None:
    wires = Wires(serve(moved("http://hooks.example.org/in"), papers.context("hooks.example.org")), authority=papers.authority)
    assert refused(wires, "https://hooks.example.org/in", redirects=3) == "redirect"


def test_https_when_the_other_side_never_finishes_the_handshake_then_over_at_the_deadline(serve: Any) -> None:
    wires = Wires(serve(lambda connected, head: time.sleep(2)))
    assert failed(wires, "https://hooks.example.org/", timeout=0.5) == "too_slow"
