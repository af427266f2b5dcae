"""Where a booking's steps stand, read from the saga's log."""

from __future__ import annotations

import uuid

from bookings.models import SagaEntry


def standing_of(booking_id: uuid.UUID) -> dict[tuple[str, uuid.UUID | None], SagaEntry]:
    """The newest entry of each step and item; one statement."""
    return {(entry.step, entry.item_id): entry for entry in SagaEntry.objects.filter(booking=booking_id).order_by("id")}
