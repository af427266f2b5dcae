"""The confirmation: what is stored once, what is computed on read, what the mail says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from bookings import rules
from bookings.models import Booking, BookingItem, Confirmation, Payment
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from trips.models import Document

SUMMARY = ("dailyActivityHours", "restDays", "travelFatigueScore")


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """A confirmation with its booking, trip and newest payment; `status` is ACTIVE, EXPIRED or CANCELLED at the moment of reading."""

    confirmation: Confirmation
    booking: Booking
    payment: Payment
    status: str

    @property
    def next_steps(self) -> list[str]:
        """True sentences, in the reader's language."""
        said = {
            "mail": _("We are sending this confirmation to %(email)s.") % {"email": self.booking.contact_email},
            "plan": _("Your day-by-day plan stays on the trip's page."),
            "codes": _("Show each item's confirmation code to its supplier when you arrive."),
            "demo": _("These are demo suppliers and a demo payment: nobody is expecting you and no money moved."),
        }
        return [said[code] for code in self.confirmation.body.get("nextSteps", []) if code in said]


def build_body(booking: Booking) -> dict[str, Any]:
    """What a confirmation keeps: no contact, no names; sentences as codes. Two statements."""
    trip = booking.trip
    document = None
    if booking.itinerary_revision is not None:
        document = Document.objects.filter(trip=trip, kind="final", revision=booking.itinerary_revision).first()
    itinerary: Mapping[str, Any] = document.body.get("itinerary", {}) if document else {}
    places = list(trip.destinations.select_related("destination").values_list("destination__name", flat=True))
    per_day = money.quantize(booking.total / trip.days, booking.currency)
    demo = booking.payments.filter(gateway="mock").exists()
    return {
        "destination": ", ".join(places) or trip.title,
        "itinerary": {key: itinerary.get(key) for key in SUMMARY},
        "pricing": {"lockedBudget": str(booking.total), "currency": booking.currency, "perDay": str(per_day)},
        "nextSteps": ["mail", *(["plan"] if document else []), "codes", *(["demo"] if demo else [])],
    }


def status_of(confirmation: Confirmation, booking: Booking, now: dt.datetime) -> str:
    if booking.state in ("CANCELLED", "CANCELLING"):
        return "CANCELLED"
    return "ACTIVE" if now < confirmation.valid_until else "EXPIRED"


def get_confirmation(actor: Actor, reference: str, *, now: dt.datetime | None = None) -> ConfirmationView:
    """The confirmation of a booking that the actor may see, or NotFound. Two statements."""
    confirmation = (
        Confirmation.objects.select_related("booking__trip")
        .filter(rules.mine(actor, "booking__"), booking__reference=reference[:20].replace("\x00", ""))
        .first()
    )
    if confirmation is None:
        raise NotFound
    booking = confirmation.booking
    payment = Payment.objects.filter(booking=booking).latest("created_at")
    return ConfirmationView(confirmation, booking, payment, status_of(confirmation, booking, now or clock.now()))


def mail_context(booking: Booking, confirmation: Confirmation, payment: Payment, items: Sequence[BookingItem]) -> dict[str, Any]:
    """What the mail needs, as JSON: amounts as text with their currency, dates as ISO."""
    return {
        "name": booking.contact_name,
        "reference": booking.reference,
        "number": confirmation.number,
        "trip_title": booking.trip.title,
        "destination": confirmation.body["destination"],
        "start": booking.trip.start_date.isoformat(),
        "end": booking.trip.end_date.isoformat(),
        "total": str(booking.total),
        "currency": booking.currency,
        "transaction_id": payment.transaction_id,
        "demo": payment.gateway == "mock",
        "url": settings.PUBLIC_URL.rstrip("/") + _page_of(booking),
        "items": [
            {
                "name": item.name,
                "supplier": item.supplier_name,
                "code": item.confirmation_code,
                "starts_on": item.starts_on.isoformat(),
                "ends_on": item.ends_on.isoformat(),
                "time": item.time,
                "quantity": item.quantity,
                "total": str(item.total),
                "free_until": clock.iso(item.cancellation_deadline) if item.cancellable and item.cancellation_deadline else "",
            }
            for item in items
        ],
    }


def _page_of(booking: Booking) -> str:
    """The confirmation's page, or the site's first page where pages aren't served."""
    try:
        return reverse("bookings:confirmation", kwargs={"reference": booking.reference})
    except NoReverseMatch:
        return "/"
