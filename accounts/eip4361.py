"""Sign-In with Ethereum messages (EIP-4361) and addresses (EIP-55). Pure: strings in, frozen dataclasses out.

    https://eips.ethereum.org/EIPS/eip-4361 (grammar of the message), https://eips.ethereum.org/EIPS/eip-55 (spelling of addresses)

`parse` accepts exactly the grammar: line feeds alone, fields in their order, nothing before, between or after. `written(parse(text)) == text` for all it accepts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from Crypto.Hash import keccak

VERSION = "1"
SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*"
# RFC 3986: a URI with its scheme; the characters that it may hold, and percent signs in front of two hex digits alone.
URI = re.compile(SCHEME + r":(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
AUTHORITY = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@\[\]]|%[0-9A-Fa-f]{2})+")
FIRST = re.compile(rf"(?:({SCHEME})://)?([^ /?#]+) wants you to sign in with your Ethereum account:")
STATEMENT = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;= ]+")  # reserved and unreserved characters, and the space
REQUEST_ID = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*")
NONCE = re.compile(r"[A-Za-z0-9]{8,}")
CHAIN = re.compile(r"[0-9]+")
ADDRESS = re.compile(r"0x[0-9A-Fa-f]{40}")
# RFC 3339
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
LONGEST = 4096


class Malformed(ValueError):
    """Not a message of the standard. The text says which part."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. Times stay as written (a signature covers their spelling); `moment` reads them."""

    domain: str
    address: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: str
    scheme: str | None = None
    statement: str | None = None
    expiration_time: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None


def checksummed(address: str) -> str:
    """The EIP-55 spelling of 0x + 40 hex digits of any spelling. Raises Malformed."""
    if not ADDRESS.fullmatch(address):
        raise Malformed("address")
    digits = address[2:].lower()
    marks = keccak.new(digest_bits=256, data=digits.encode()).hexdigest()
    return "0x" + "".join(digit.upper() if int(mark, 16) >= 8 else digit for digit, mark in zip(digits, marks, strict=False))


def read_address(text: str) -> str:
    """An address as people hand it in: in EIP-55 when its letters are of two cases (else one was mistyped), or all small. Raises Malformed."""
    spelled = checksummed(text)
    if text not in (spelled, spelled.lower()):
        raise Malformed("address")
    return spelled


def moment(text: str) -> dt.datetime:
    """An RFC 3339 time. Raises Malformed."""
    if not MOMENT.fullmatch(text):
        raise Malformed("time")
    whole, fraction, zone = re.fullmatch(r"([^.]{19})(?:\.(\d+))?(.*)", text.upper()).groups()  # type: ignore[union-attr]  # the pattern matched
    try:
        found = dt.datetime.fromisoformat(f"{whole}.{(fraction or '0')[:6]:0<6}{zone}")
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("time") from error


class _Lines:
    """The message's lines, read once from the top."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.at = 0

    def next(self, part: str) -> str:
        if self.at >= len(self.lines):
            raise Malformed(part)
        self.at += 1
        return self.lines[self.at - 1]

    def field(self, label: str, fits: Callable[[str], object]) -> str:
        found = self.optional(label, fits)
        if found is None:
            raise Malformed(label)
        return found

    def optional(self, label: str, fits: Callable[[str], object]) -> str | None:
        """The value when the next line is this field. Raises Malformed when it is and doesn't fit."""
        start = f"{label}: "
        if self.at >= len(self.lines) or not self.lines[self.at].startswith(start):
            return None
        value = self.next(label)[len(start) :]
        if not fits(value):
            raise Malformed(label)
        return value


def parse(text: str) -> Message:
    """Read a message. Raises Malformed (its text is the name of the part that doesn't fit)."""
    if len(text) > LONGEST:
        raise Malformed("length")
    lines = _Lines(text)
    first = FIRST.fullmatch(lines.next("domain"))
    if first is None or not AUTHORITY.fullmatch(first[2]):
        raise Malformed("domain")
    address = lines.next("address")
    if not ADDRESS.fullmatch(address) or address != checksummed(address):
        raise Malformed("address")
    statement = _statement(lines)
    uri = lines.field("URI", URI.fullmatch)
    lines.field("Version", VERSION.__eq__)
    chain = lines.field("Chain ID", CHAIN.fullmatch)
    if str(int(chain[:20])) != chain:  # written the one way; 20 digits are more than any chain has
        raise Malformed("Chain ID")
    nonce = lines.field("Nonce", NONCE.fullmatch)
    issued_at = lines.field("Issued At", _is_moment)
    expiration_time = lines.optional("Expiration Time", _is_moment)
    not_before = lines.optional("Not Before", _is_moment)
    request_id = lines.optional("Request ID", REQUEST_ID.fullmatch)
    resources = _resources(lines)
    if lines.at != len(lines.lines):
        raise Malformed("end")
    return Message(first[2], address, uri, int(chain), nonce, issued_at, first[1], statement, expiration_time, not_before, request_id, resources)


def _statement(lines: _Lines) -> str | None:
    """An empty line, then the statement and another empty line; without one, the empty lines alone."""
    if lines.next("statement") != "":
        raise Malformed("statement")
    line = lines.next("statement")
    if line == "":
        return None
    if not STATEMENT.fullmatch(line) or lines.next("statement") != "":
        raise Malformed("statement")
    return line


def _resources(lines: _Lines) -> tuple[str, ...] | None:
    if lines.at >= len(lines.lines) or lines.lines[lines.at] != "Resources:":
        return None
    lines.next("Resources")
    found = []
    while lines.at < len(lines.lines):
        line = lines.next("Resources")
        if not line.startswith("- ") or not URI.fullmatch(line[2:]):
            raise Malformed("Resources")
        found.append(line[2:])
    return tuple(found)


def _is_moment(text: str) -> bool:
    try:
        moment(text)
    except Malformed:
        return False
    return True


def written(message: Message) -> str:
    """The text that is signed."""
    scheme = f"{message.scheme}://" if message.scheme else ""
    lines = [f"{scheme}{message.domain} wants you to sign in with your Ethereum account:", message.address, ""]
    lines += [message.statement, ""] if message.statement is not None else [""]
    lines += [f"URI: {message.uri}", f"Version: {VERSION}", f"Chain ID: {message.chain_id}", f"Nonce: {message.nonce}", f"Issued At: {message.issued_at}"]
    for label, value in (("Expiration Time", message.expiration_time), ("Not Before", message.not_before), ("Request ID", message.request_id)):
        lines += [f"{label}: {value}"] if value is not None else []
    if message.resources is not None:
        lines += ["Resources:", *(f"- {resource}" for resource in message.resources)]
    return "\n".join(lines)


def signer(text: str, signature: str) -> str | None:
    """The address (EIP-55) whose key signed this text by `personal_sign` (EIP-191), or None when the signature is none: 65 bytes in hex.

    Keys of people alone: a contract's signature (EIP-1271) can only be checked by asking a chain.
    """
    if not re.fullmatch(r"0x[0-9A-Fa-f]{130}", signature):
        return None
    from eth_account import Account  # a second to import, so only when somebody signs
    from eth_account.messages import encode_defunct

    try:
        found = Account.recover_message(encode_defunct(text=text), signature=signature)
    except Exception:  # the library's errors for numbers off the curve are of many kinds, none of them ours
        return None
    return str(found)
