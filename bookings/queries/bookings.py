"""Bookings, read for who made them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery

from bookings import rules
from bookings.models import Booking, BookingItem, BookingTransition, Payment
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class BookingDetail:
    """A booking (trip loaded) with its newest payment, its items in order of use (service and destination loaded) and its history."""

    booking: Booking
    payment: Payment
    items: tuple[BookingItem, ...]
    transitions: tuple[BookingTransition, ...]

    @property
    def is_locked(self) -> bool:
        """Whether its money is held or spent under the trip's budget."""
        return self.booking.state not in ("FAILED", "EXPIRED", "CANCELLED")


def list_bookings(actor: Actor, *, states: tuple[str, ...] = (), trip_reference: str = "") -> QuerySet[Booking]:
    """The actor's bookings, newest first, each with `trip`, `item_count` and `payment_state`. One statement (two when paged)."""
    rows = Booking.objects.filter(rules.mine(actor)).select_related("trip")
    if states:
        rows = rows.filter(state__in=states)
    if trip_reference:
        rows = rows.filter(trip__reference=trip_reference[:32].replace("\x00", ""))
    newest = Payment.objects.filter(booking=OuterRef("pk")).order_by("-created_at").values("state")[:1]
    return rows.annotate(item_count=Count("items"), payment_state=Subquery(newest)).order_by("-created_at", "id")


def get_booking(actor: Actor, reference: str) -> BookingDetail:
    """The booking if the actor made it, else NotFound (the same for another's and for none). Three statements."""
    payment = (
        Payment.objects.select_related("booking__trip")
        .filter(rules.mine(actor, "booking__"), booking__reference=reference[:20].replace("\x00", ""))
        .order_by("-created_at")
        .first()
    )
    if payment is None:
        raise NotFound
    return detail_of(payment)


def detail_of(payment: Payment) -> BookingDetail:
    """The detail of the booking of its newest payment, `booking__trip` loaded. Two statements."""
    booking = payment.booking
    items = tuple(booking.items.select_related("service__destination"))  # their clock times are those of where they are
    return BookingDetail(booking=booking, payment=payment, items=items, transitions=tuple(booking.transitions.all()))
