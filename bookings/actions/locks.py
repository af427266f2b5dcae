"""The order of every lock in bookings: the trip's row first, then the row that hangs on it, or the user's own for a change of the cart.
One order for all: no two can wait for each other.

Inside the caller's transaction. Only here a booking is locked; what hangs on one (items, quotes, shares) is locked after it by who needs it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from accounts.models import User
from bookings import rules
from bookings.models import Booking, Payment, Refund, SupplierChange
from bookings.queries.cart import own_trip
from travelplanner.core import reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips.actions.trips import fetch_for_change, lock_known_trip, lock_trip
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


def lock_payment(*, actor: Actor, payment_id: uuid.UUID, trip_id: uuid.UUID | None = None) -> Payment:
    """A payment with its booking and trip, locked and read after the wait as `lock_with_trip` does. `trip_id`: of its trip, from who knows it;
    a booking never goes to another trip. Raises NotFound."""
    if trip_id is None:
        return lock_with_trip(actor=actor, rows=Payment.objects.filter(pk=payment_id).select_related("booking__trip"))
    lock_known_trip(actor=actor, trip_id=trip_id)
    found: list[Payment] = reads.locked(_payment, payment_id=payment_id)
    if not found:
        raise NotFound
    return found[0]


def _payment(*, payment_id: uuid.UUID) -> QuerySet[Payment]:
    return Payment.objects.select_for_update(of=("self",)).select_related("booking__trip").filter(pk=payment_id)


def lock_booking(*, actor: Actor, rows: QuerySet[Booking]) -> Booking:
    """The one booking in `rows`, with its trip, both locked and read after the wait. Raises NotFound, see `lock_with_trip`."""
    return lock_with_trip(actor=actor, rows=rows.select_related("trip"))


@contextmanager
def changing_cart(*, actor: Actor, trip_reference: str = "") -> Iterator[Trip | None]:
    """One short transaction in which nobody else changes the actor's cart: all of its tabs and devices come one after the other.

    Gives the trip to which a row is put, locked first and read after the wait, where one is named. Whoever only changes or takes out rows needs
    no trip: a booking that is being confirmed takes its rows out under the trip's lock and this one. On SQLite the transaction itself has the whole
    database from its BEGIN IMMEDIATE on. Raises NotAllowed (signed out; a sample), NotFound (the trip).
    """
    user_id = rules.require_user(actor)
    if not settings.CARTS_ARE_GUARDED:  # the twin of the race tests: every statement stands alone
        yield own_trip(actor, trip_reference)
        return
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=trip_reference) if trip_reference else None
        lock_cart(actor=actor, user_id=user_id)
        yield trip


def lock_cart(*, actor: Actor, user_id: uuid.UUID) -> None:
    """The lock of a user's cart, after the trip's where both are needed: their row, without its key, so that bookings, which refer to it, never
    wait for it. Inside the caller's transaction, which on SQLite has the whole database already: no statement there."""
    if connection.features.has_select_for_update:
        User.objects.select_for_update(no_key=True, of=("self",)).filter(pk=user_id).values_list("pk", flat=True).first()
