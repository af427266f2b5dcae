"""What follows once an answer of a gateway is written: suppliers are asked, promised refunds are sent. Outside of any transaction."""

from __future__ import annotations

import datetime as dt

from bookings.actions.refunds import send_refunds
from bookings.actions.supplier_steps import go_on
from bookings.models import Booking
from travelplanner.core.actor import Actor


def follow(*, actor: Actor, booking: Booking, charged: bool = False, now: dt.datetime | None = None) -> Booking:
    """Go on with a booking after its payment moved or part of it was cancelled; returns it as it is then. Nothing is asked when nothing is open.

    `charged`: all that happened is a charge; when that confirmed the booking nothing was promised back, and nobody looks for refunds."""
    if booking.saga_open:
        go_on(actor=actor, booking_id=booking.pk, now=now)
        booking = Booking.objects.select_related("trip").get(pk=booking.pk)
    if not (charged and booking.state == "CONFIRMED"):
        send_refunds(actor=actor, booking_id=booking.pk, now=now)
    return booking
