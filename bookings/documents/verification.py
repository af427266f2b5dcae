"""The token in the QR code of a confirmation: what it claims, signed. Nothing personal is in it, and it can be checked without asking us.

    CONF_20260222184305_14C7D0 . 20260222 . 4 . 9f86d081884c7d65 . 1f0e3d2c . <signature>      (without the spaces)
    number                       issued     revision  hash of the reference  key id   Ed25519 over the text before the last dot
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from bookings.models import Booking, Confirmation
from travelplanner.core import signing_keys

PURPOSE = b"travelplanner confirmation\n"  # a signature for this can't be taken for one for anything else
HASH_LENGTH = 16  # hex digits
LONGEST = 250
_FORM = re.compile(r"(?P<number>CONF_\d{14}_[0-9A-F]{6})\.(?P<issued>\d{8})\.(?P<revision>\d{1,9})\.(?P<hash>[0-9a-f]{16})\.(?P<key>[0-9a-f]{8})\.(?P<signature>[\w-]{86})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says. `revision` is the booking's `row_version` when it was made."""

    number: str
    issued_on: dt.date
    revision: int
    reference_hash: str


def hash_of(reference: str) -> str:
    """Names a booking to who knows its reference, and tells nobody else."""
    return hashlib.sha256(reference.encode()).hexdigest()[:HASH_LENGTH]


def token_of(confirmation: Confirmation, booking: Booking) -> str:
    """The same confirmation in the same state gives the same token, as long as the ring's first key stays."""
    key = signing_keys.signing_key()
    issued = confirmation.created_at.astimezone(dt.UTC)
    said = f"{confirmation.number}.{issued:%Y%m%d}.{booking.row_version}.{hash_of(booking.reference)}.{key.id}"
    return f"{said}.{signing_keys.text_of(key.private.sign(PURPOSE + said.encode()))}"


def read_token(token: str) -> Claim | None:
    """What the token claims when we signed it; None for everything else."""
    found = _FORM.fullmatch(token) if len(token) <= LONGEST else None
    if found is None:
        return None
    said, _dot, signature = token.rpartition(".")
    try:
        genuine = signing_keys.verifies(found["key"], PURPOSE + said.encode(), signing_keys.bytes_of(signature))
        issued = dt.datetime.strptime(found["issued"], "%Y%m%d").date()  # noqa: DTZ007  (a date)
    except ValueError:
        return None
    return Claim(found["number"], issued, int(found["revision"]), found["hash"]) if genuine else None
