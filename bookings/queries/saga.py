"""Where a booking's steps stand, read from the saga's log."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from bookings.models import SagaEntry


def standing_of(booking_id: uuid.UUID) -> dict[tuple[str, uuid.UUID | None], SagaEntry]:
    """The newest entry of each step and item; one statement."""
    return {(entry.step, entry.item_id): entry for entry in SagaEntry.objects.filter(booking=booking_id).order_by("id")}


def open_cancellations(entries: Iterable[SagaEntry]) -> dict[uuid.UUID, dt.datetime]:
    """Items whose supplier was asked to cancel and hasn't answered, with the moment when it was asked first. `entries` in order; no statement."""
    found: dict[uuid.UUID, dt.datetime] = {}
    for entry in entries:
        if entry.step != "cancel_supplier" or entry.item_id is None:
            continue
        if entry.event == "begun":
            found.setdefault(entry.item_id, entry.created_at)
        elif entry.event in ("done", "refused"):
            found.pop(entry.item_id, None)
    return found
