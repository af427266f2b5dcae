"""Whether a confirmation is genuine, and what it is now, for whoever holds its code. Tells no name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bookings.documents.verification import hash_of, read_token
from bookings.models import Confirmation
from bookings.queries.confirmations import status_of
from travelplanner.core import clock


@dataclass(frozen=True, slots=True)
class Verified:
    """`state` is active, expired (the slip alone), over (the trip), cancelling or cancelled. `changed`: the booking is another than when it was issued."""

    number: str
    issued_on: dt.date
    state: str
    changed: bool
    first: dt.date
    last: dt.date
    items: int


def verify_token(token: str, *, now: dt.datetime | None = None) -> Verified | None:
    """None for what we never signed, and for a confirmation that we don't have. One statement, with the items' two; none for a forged one."""
    claim = read_token(token)
    if claim is None:
        return None
    row = Confirmation.objects.select_related("booking__trip").filter(number=claim.number).first()
    if row is None or hash_of(row.booking.reference) != claim.reference_hash:
        return None
    booking = row.booking
    states = {"CANCELLED": "cancelled", "CANCELLING": "cancelling", "COMPLETED": "over"}
    state = states.get(booking.state) or status_of(row, booking, now or clock.now()).lower()
    left = booking.items.exclude(state="cancelled").count()
    changed = booking.row_version != claim.revision and booking.state not in ("CANCELLED", "COMPLETED")
    return Verified(claim.number, claim.issued_on, state, changed, booking.trip.start_date, booking.trip.end_date, left)
