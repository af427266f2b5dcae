"""The saga's log: what each step of a booking did, and what takes it back. Written in the transaction of the step, never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bookings.models import SagaEntry
from travelplanner.core import plain_rows
from travelplanner.core.actor import Actor

COMPENSATIONS = {
    "hold_places": "give_back_places",
    "lock_budget": "release_budget",
    "hold_supplier": "cancel_supplier",
    "charge": "refund_or_cancel",
    "book_supplier": "cancel_supplier",
    "confirm": "cancel_booking",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`event`: begun, done, refused, unknown, undone. `item_id` for steps at suppliers, one per item."""

    step: str
    event: str
    item_id: uuid.UUID | None = None
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def note(*, actor: Actor, booking_id: uuid.UUID, steps: Sequence[Step], now: dt.datetime) -> None:
    """Write what happened, in order; one statement."""
    plain_rows.insert(
        SagaEntry(
            booking_id=booking_id,
            item_id=one.item_id,
            step=one.step,
            event=one.event,
            compensation=COMPENSATIONS.get(one.step, "") if one.event in ("begun", "done", "unknown") else "",
            data=dict(one.data),
            reason=one.reason[:120],
            created_at=now,
        )
        for one in steps
    )

