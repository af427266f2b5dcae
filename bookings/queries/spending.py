"""What of a trip is booked and paid, by category: set beside the prediction and what the company logged."""

from __future__ import annotations

import uuid
from collections import defaultdict
from decimal import Decimal

from bookings.models import BookingItem
from bookings.states import BOUGHT

CATEGORY_OF = {"hotel": "lodging", "activity": "activities", "car_rental": "local_transport", "flight": "intercity"}


def booked_costs(trip_id: uuid.UUID) -> dict[str, Decimal]:
    """Sums of the items that are paid and not given back, in the trip's currency; one statement."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    rows = BookingItem.objects.filter(booking__trip=trip_id, booking__state__in=BOUGHT, state__in=["confirmed", "completed"])
    for kind, total in rows.values_list("type", "total").order_by():
        sums[CATEGORY_OF[kind]] += total
    return dict(sums)
