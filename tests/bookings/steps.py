"""The steps of a checkout as tests take them, and what must be free again afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bookings.actions import checkout
from bookings.actions.checkout import PaymentWish
from bookings.models import Booking, BudgetLock, Hold, ServiceSlot
from tests.factories.bookings import CONTACT
from travelplanner.core.actor import Actor
from trips.models import Trip

LATER = dt.timedelta(minutes=16)  # after the hold of a booking has ended


def reserve(actor: Actor, trip: Trip, **kwargs: Any) -> Booking:
    return checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT, **kwargs)


def pay(actor: Actor, booking: Booking, token: str = "", **kwargs: Any) -> Booking:
    return checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(token=token), **kwargs)


def taken() -> int:
    return sum(ServiceSlot.objects.values_list("taken", flat=True))


def free_again(booking: Booking, to: str) -> None:
    booking.refresh_from_db()
    assert booking.state == to
    assert set(booking.items.values_list("state", "payment_status")) == {("cancelled", "failed")}
    assert set(Hold.objects.values_list("state", flat=True)) == {"released"}
    assert taken() == 0
    assert BudgetLock.objects.get().held == 0
    assert Trip.objects.get(pk=booking.trip_id).locked_revision is None
