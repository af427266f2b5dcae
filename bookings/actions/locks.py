"""The order of every lock in bookings: the trip's row first, then the row that hangs on it. One order for all: no two can wait for each other.

Inside the caller's transaction. Only here a booking is locked; what hangs on one (items, quotes, shares) is locked after it by who needs it.
"""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from bookings.models import Booking, Payment, Refund, SupplierChange
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips.actions.trips import lock_trip
from trips.models import Trip

Row = TypeVar("Row", Booking, Payment, Refund, SupplierChange)
TRIP_OF: dict[type[Model], str] = {
    Booking: "trip",
    Payment: "booking__trip",
    Refund: "payment__booking__trip",
    SupplierChange: "item__booking__trip",
}


def lock_with_trip(*, actor: Actor, rows: QuerySet[Row]) -> Row:
    """Wait for the trip of the one row in `rows`, then for that row, and return it as it is now.

    `rows` is asked twice, so that what its filter says (who may see it) is true after the wait too. Raises NotFound when there is none, or none any more.
    """
    if not lock_trip(actor=actor, rows=Trip.objects.filter(pk__in=rows.order_by().values(TRIP_OF[rows.model]))):
        raise NotFound
    try:
        return rows.select_for_update(of=("self",)).get()
    except ObjectDoesNotExist:
        raise NotFound from None


def lock_booking(*, actor: Actor, rows: QuerySet[Booking]) -> Booking:
    """The one booking in `rows`, with its trip, both locked and read after the wait. Raises NotFound, see `lock_with_trip`."""
    return lock_with_trip(actor=actor, rows=rows.select_related("trip"))
