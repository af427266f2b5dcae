"""A booking as its page shows it: with its confirmation, what was predicted and planned before, and where it goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from bookings.models import Booking, Confirmation
from bookings.queries.bookings import BookingDetail, detail_of, find_booking
from bookings.queries.confirmations import ConfirmationView, status_of
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips.models import Destination, Document, TripDestination


@dataclass(frozen=True, slots=True)
class Receipt:
    """`confirmation` is None while nothing was confirmed. `predicted` (P50) and `planned` are in the booking's currency, None when another one."""

    detail: BookingDetail
    confirmation: ConfirmationView | None
    destination: Destination | None
    predicted: Decimal | None
    planned: Decimal | None


def get_receipt(actor: Actor, reference: str, *, now: dt.datetime | None = None) -> Receipt:
    """The booking if the actor made it, else NotFound. At most six statements, seven when a supplier changed something; four while it isn't confirmed."""
    booking, payment = find_booking(actor, reference, "confirmation")
    detail = detail_of(actor, booking, payment)
    confirmation: Confirmation | None = getattr(booking, "confirmation", None)
    if confirmation is None:
        return Receipt(detail, None, None, None, None)
    predicted = planned = None
    wanted = Q(kind="budget") | Q(kind="final", revision=booking.itinerary_revision or 0)
    for document in Document.objects.filter(wanted, trip=booking.trip).order_by("revision"):
        if document.kind == "budget":
            predicted = _amount(document.body["predictedBudget"], "p50", booking.currency)
        else:
            planned = _amount(document.body["cost"], "total", booking.currency)
    first = TripDestination.objects.filter(trip=booking.trip).select_related("destination").first()
    view = ConfirmationView(confirmation, booking, detail.payment, status_of(confirmation, booking, now or clock.now()))
    return Receipt(detail, view, first.destination if first else None, predicted, planned)


def receipt_for_mail(reference: str, *, now: dt.datetime | None = None) -> Receipt:
    """The receipt as the booking's own user sees it, for what we send to its contact. Raises NotFound."""
    booking = Booking.objects.filter(reference=reference).only("user_id").first()
    if booking is None:
        raise NotFound
    return get_receipt(Actor(user_id=booking.user_id), reference, now=now)


def _amount(figures: dict, name: str, currency: str) -> Decimal | None:
    return Decimal(str(figures[name])) if figures.get("currency") == currency else None
