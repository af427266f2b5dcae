"""The confirmation: what is stored once, what is computed on read, what the mail says."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from bookings import rules
from bookings.documents.verification import token_of
from bookings.models import Booking, BookingItem, CancellationQuoteLine, Confirmation, Payment
from bookings.queries.payments import SharedPayment, payment_of
from travelplanner.core import clock, money, reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from travelplanner.core.lines import harmless
from trips.models import Document, TripDestination

SUMMARY = ("dailyActivityHours", "restDays", "travelFatigueScore")


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """A confirmation with its booking, trip and payment; `status` is ACTIVE, EXPIRED or CANCELLED at the moment of reading."""

    confirmation: Confirmation
    booking: Booking
    payment: Payment | SharedPayment
    status: str

    @property
    def verify_url(self) -> str:
        """Where anybody who holds it can see whether it is genuine, and what it is now."""
        return f"{settings.PUBLIC_URL}/verify/{token_of(self.confirmation, self.booking)}"

    @property
    def next_steps(self) -> list[str]:
        """True sentences, in the reader's language."""
        return self.steps_without()

    def steps_without(self, *codes: str) -> list[str]:
        """The same, but for those that are idle where they are read: the mail doesn't say that it is coming."""
        if self.status == "CANCELLED":
            return [_("This booking was cancelled. What comes back, and when, is on the booking's page.")]
        said = {
            "mail": _("We are sending this confirmation to %(email)s.") % {"email": self.booking.contact_email},
            "plan": _("Your day-by-day plan stays on the trip's page."),
            "codes": _("Show each item's confirmation code to its supplier when you arrive."),
            "demo": _("These are demo suppliers and a demo payment: nobody is expecting you and no money moved."),
        }
        return [said[code] for code in self.confirmation.body.get("nextSteps", []) if code in said and code not in codes]


def _places_of(*, trip_id: uuid.UUID) -> QuerySet[TripDestination, Any]:
    return TripDestination.objects.filter(trip=trip_id).values_list("destination__name", flat=True)


def build_body(booking: Booking, payments: Sequence[Payment]) -> dict[str, Any]:
    """What a confirmation keeps: no contact, no names; sentences as codes. At most two statements."""
    trip = booking.trip
    document = None
    if booking.itinerary_revision is not None:
        document = Document.objects.filter(trip=trip, kind="final", revision=booking.itinerary_revision).first()
    itinerary: Mapping[str, Any] = document.body.get("itinerary", {}) if document else {}
    places = reads.rows(_places_of, trip_id=trip.pk)
    per_day = money.quantize(booking.total / trip.days, booking.currency)
    demo = any(payment.gateway == "mock" for payment in payments)
    return {
        "destination": ", ".join(places) or trip.title,
        "itinerary": {key: itinerary.get(key) for key in SUMMARY},
        "pricing": {"lockedBudget": str(booking.total), "currency": booking.currency, "perDay": str(per_day)},
        "nextSteps": ["mail", *(["plan"] if document else []), "codes", *(["demo"] if demo else [])],
    }


def status_of(confirmation: Confirmation, booking: Booking, now: dt.datetime) -> str:
    """ACTIVE, EXPIRED or CANCELLED. While a part is being cancelled the rest stands, and so does its confirmation: one more statement then."""
    if booking.state == "CANCELLED" or (booking.state == "CANCELLING" and not _stays(booking)):
        return "CANCELLED"
    return "ACTIVE" if now < confirmation.valid_until else "EXPIRED"


def _stays(booking: Booking) -> bool:
    """Whether something of a booking that is being cancelled stays booked whatever its suppliers answer."""
    asked = CancellationQuoteLine.objects.filter(quote__booking=booking, quote__state="confirmed").values("item")
    return BookingItem.objects.filter(booking=booking, state__in=["confirmed", "completed"]).exclude(pk__in=asked).exists()


def get_confirmation(actor: Actor, reference: str, *, now: dt.datetime | None = None) -> ConfirmationView:
    """The confirmation of a booking that the actor may see, or NotFound. Two statements, one more while it is being cancelled."""
    confirmation: Confirmation | None = reads.first(_confirmation, actor=actor, reference=reference[:20].replace("\x00", ""))
    if confirmation is None:
        raise NotFound
    booking = confirmation.booking
    return ConfirmationView(confirmation, booking, payment_of(booking), status_of(confirmation, booking, now or clock.now()))


def _confirmation(*, actor: Actor, reference: str) -> QuerySet[Confirmation]:
    return Confirmation.objects.select_related("booking__trip").filter(rules.mine(actor, "booking__"), booking__reference=reference).order_by()


def mail_context(booking: Booking, confirmation: Confirmation, payment: Payment, items: Sequence[BookingItem]) -> dict[str, Any]:
    """What the mail needs, as JSON: amounts as text with their currency, dates as ISO."""
    return {
        "name": harmless(booking.contact_name, _("traveler")),  # somebody typed these and the address: nobody fishes with our mails
        "reference": booking.reference,
        "number": confirmation.number,
        "trip_title": harmless(booking.trip.title, booking.reference),
        "destination": harmless(confirmation.body["destination"], booking.reference),
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
