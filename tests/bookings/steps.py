"""The steps of a checkout as tests take them, and what must be free again afterwards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from bookings.actions import checkout
from bookings.actions.budget_locks import unspend_budget
from bookings.actions.checkout import PaymentWish
from bookings.actions.refunds import open_refund
from bookings.models import Booking, BudgetLock, Hold, Payment, Refund, ServiceSlot
from tests.factories.bookings import CONTACT
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Trip

LATER = dt.timedelta(minutes=16)  # after the hold of a booking has ended


def reserve(actor: Actor, trip: Trip, **kwargs: Any) -> Booking:
    return checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT, **kwargs)


def pay(actor: Actor, booking: Booking, token: str = "", **kwargs: Any) -> Booking:
    return checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(token=token), **kwargs)


def promise(payment: Payment, amount: Decimal | int, state: str = "created") -> Refund:
    """A refund of a payment that counts, as staff opens it by hand: promised, taken off the budget, not sent yet."""
    staff = Actor.system("test")
    with transaction.atomic():
        refund = open_refund(
            actor=staff, payment=payment, amount=Decimal(amount), cause="staff", reason="sorry", now=clock.now(), owed_by="suppliers"
        )
        unspend_budget(actor=staff, trip_id=payment.booking.trip_id, amount=Decimal(amount))
    Refund.objects.filter(pk=refund.pk).update(state=state)
    refund.refresh_from_db()
    return refund


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
