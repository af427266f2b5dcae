"""Under which names things of a trip are held or booked, for readiness."""

from __future__ import annotations

import uuid
from collections import defaultdict

from bookings.models import BookingTraveler
from bookings.states import BOUGHT, OPEN
from trips.readiness import BookedName


def booked_names(trip_id: uuid.UUID) -> dict[uuid.UUID, list[BookedName]]:
    """By traveler; one statement. What was given back or never came about doesn't count."""
    rows = BookingTraveler.objects.filter(item__booking__trip=trip_id, item__booking__state__in=(*OPEN, *BOUGHT), traveler__isnull=False).exclude(item__state="cancelled")
    found: dict[uuid.UUID, list[BookedName]] = defaultdict(list)
    for traveler_id, first, last, what in rows.order_by("item__starts_on", "item", "position").values_list("traveler_id", "first_name", "last_name", "item__name"):
        found[traveler_id].append(BookedName(f"{first} {last}".strip(), what))
    return found
