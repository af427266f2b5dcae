"""Which network addresses belong to the open internet, and what a URL that a user gave points to. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST_URL = 2000
_OUTSIDE = re.compile(r"[\x00-\x20\x7f-\xa0\\]")  # what parsers of URLs disagree about
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label that makes resolvers read the whole host as an IPv4 address

# Beyond what `is_global` says: protocol assignments, anycast relays of 6to4, and a cloud's metadata server that has a public number.
_CLOSED_4 = tuple(ipaddress.IPv4Network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"))
# IPv4 inside IPv6, which a router turns into its inner address: mapped, translated, compatible, 6to4, Teredo, local NAT64; samples, SRv6.
_CLOSED_6 = tuple(
    ipaddress.IPv6Network(net)
    for net in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "2002::/16", "2001::/23", "64:ff9b:1::/48", "2001:db8::/32", "3fff::/20", "5f00::/16", "100::/64", "fec0::/10")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)


class BadTarget(ValueError):
    """A URL that isn't fetched; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` is ASCII (A-labels, or an address without brackets); `path` is what the request line says."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def is_open(address: Address) -> bool:
    """Whether it is a unicast address of the open internet: not of a private net, this machine, a link, a carrier's NAT or a cloud's inside."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved and not any(address in net for net in _CLOSED_4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:  # networks without IPv4 reach the IPv4 internet so
        return is_open(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return address in _UNICAST_6 and address.is_global and not address.is_multicast and not any(address in net for net in _CLOSED_6)


def literal(host: str) -> Address | None:
    """The address that a host spells out in the one plain form; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def ascii_host(host: str) -> str:
    """The host as DNS knows it: lower case, A-labels, no dot at the end. Raises BadTarget.

    Numbers in other spellings (2130706433, 0177.1, 0x7f.1, fullwidth digits) are refused: what reads them as an address would not say so.
    """
    if literal(host) is not None:
        return str(ipaddress.ip_address(host))
    try:
        name = idna.encode(host.removesuffix("."), uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise BadTarget("bad_host") from None
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadTarget("bad_host")
    if _NUMBER.fullmatch(labels[-1]):
        raise BadTarget("number_host")
    if len(labels) < 2 or labels[-1] in ("localhost", "local", "internal", "localdomain", "home", "lan", "intranet", "arpa", "onion"):
        raise BadTarget("private_name")
    return name


def read_url(url: str, *, schemes: frozenset[str], ports: frozenset[int]) -> Target:
    """A user's URL as a Target. Raises BadTarget with the reason: a URL is refused rather than mended."""
    if len(url) > LONGEST_URL or _OUTSIDE.search(url):
        raise BadTarget("bad_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadTarget("bad_url") from None
    if parts.scheme not in schemes:
        raise BadTarget("scheme")
    if "@" in parts.netloc or parts.username is not None or parts.password is not None:
        raise BadTarget("credentials")
    if not parts.hostname or parts.netloc.endswith(":"):
        raise BadTarget("bad_host")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    if port not in ports:
        raise BadTarget("port")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.startswith("/") or not path.isascii():
        raise BadTarget("bad_url")
    return Target(parts.scheme, ascii_host(parts.hostname), port, path)
