"""Cancellations, read: what may be given back at a moment, what a quote says, what a booking's payments can still give."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from bookings import rules
from bookings.models import Booking, BookingItem, CancellationQuote, CancellationQuoteLine, Dispute, Payment, Refund
from bookings.pricing import cancellation
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound
from travelplanner.core.lines import harmless


@dataclass(frozen=True, slots=True)
class QuoteDetail:
    """A quote (booking and trip loaded) with its lines (item, service, destination loaded, in order of use) and the refunds it made."""

    quote: CancellationQuote
    lines: tuple[CancellationQuoteLine, ...]
    refunds: tuple[Refund, ...]

    @property
    def booking(self) -> Booking:
        return self.quote.booking

    def status(self, now: dt.datetime) -> str:
        """The quote's state, and `expired` for one that was offered and whose time is over."""
        return "expired" if self.quote.state == "offered" and self.quote.expires_at <= now else self.quote.state


def sold(item: BookingItem) -> cancellation.Sold:
    """An item (service and destination loaded) as the arithmetic sees it."""
    start = cancellation.starts_at(item.starts_on, item.time, item.service.destination.timezone)
    return cancellation.Sold(item.total, item.currency, item.cancellable, item.cancellation_deadline, item.cancellation_fee, start)


def refunds_for(
    booking: Booking, items: Sequence[BookingItem], *, moment: dt.datetime, back_by: dt.date
) -> dict[uuid.UUID, cancellation.Refund]:
    """What comes back of each item that has not begun at `moment`, never more together than is left of what was paid. One statement."""
    found = {item.pk: one for item in items if (one := cancellation.refund_at(sold(item), moment=moment, back_by=back_by))}
    left = sum((payment.captured - payment.refunded for payment in payments_with_room(booking)), Decimal(0))
    return dict(zip(found, cancellation.cap_refunds(list(found.values()), left, booking.currency), strict=True))


def payments_with_room(booking: Booking) -> list[Payment]:
    """The booking's payments of which something can still be given back, oldest first; what a bank took back in a dispute isn't there."""
    rows = Payment.objects.filter(booking=booking, state="succeeded", captured_currency=booking.currency, captured__gt=F("refunded"))
    return list(rows.exclude(disputes__state="lost").order_by("created_at", "pk"))


def is_disputed(booking: Booking) -> bool:
    """Whether a bank is looking at a payment of the booking: money that goes back now might go back twice. One statement."""
    return Dispute.objects.filter(payment__booking=booking, state="open").exists()


def lost_to_bank(payment: Payment) -> Decimal:
    """What the payer has back of this payment by disputes that we lost, in the currency that was taken. One statement."""
    lost = Dispute.objects.filter(payment=payment, state="lost", currency=payment.captured_currency)
    return sum(lost.values_list("amount", flat=True), Decimal(0))


def left_to_give_back(payment: Payment) -> Decimal:
    """What of a payment was taken and went back on no way yet, in the currency that was taken; never below zero. One statement."""
    return max(payment.captured - payment.refunded - lost_to_bank(payment), Decimal(0))


def get_quote(actor: Actor, reference: str, quote_id: uuid.UUID) -> QuoteDetail:
    """The quote if the booking is the actor's, else NotFound. Three statements."""
    quote = (
        CancellationQuote.objects.select_related("booking__trip")
        .filter(rules.mine(actor, "booking__"), booking__reference=reference.replace("\x00", ""), pk=quote_id)
        .first()
    )
    if quote is None:
        raise NotFound
    lines = quote.lines.select_related("item__service__destination").order_by("item__starts_on", "item__time", "item_id")
    return QuoteDetail(quote, tuple(lines), tuple(quote.refunds.order_by("created_at", "pk")))


def refunds_of(booking: Booking) -> list[Refund]:
    """Every refund of the booking, newest first; one statement."""
    return list(Refund.objects.filter(payment__booking=booking).order_by("-created_at", "pk"))


def cancellation_mail(booking: Booking, quote: CancellationQuote, lines: Sequence[CancellationQuoteLine], *, whole: bool) -> dict[str, Any]:
    """What the mail needs, as JSON: amounts as text with their currency, dates as ISO."""

    def told(line: CancellationQuoteLine) -> dict[str, Any]:
        item = line.item
        return {
            "name": item.name,
            "supplier": line.refunded_by,
            "starts_on": item.starts_on.isoformat(),
            "refund": str(line.refund) if line.refund else "",
            "fee": str(line.fee) if line.fee else "",
        }

    given = [line for line in lines if line.accepted]
    back = sum((line.refund for line in given), Decimal(0))
    return {
        "name": harmless(booking.contact_name, _("traveler")),  # as in the mail of its confirmation
        "reference": booking.reference,
        "trip_title": harmless(booking.trip.title, booking.reference),
        "whole": whole,
        "currency": quote.currency,
        "refund": str(back) if back else "",
        "fee": str(sum((line.fee for line in given), Decimal(0))),
        "back_by": max((line.back_by for line in given), default=quote.expires_at.date()).isoformat(),
        "items": [told(line) for line in given],
        "refused": [told(line) for line in lines if not line.accepted],
        "demo": booking.payments.filter(gateway="mock").exists(),
        "url": settings.PUBLIC_URL.rstrip("/") + _page_of(booking),
    }


def _page_of(booking: Booking) -> str:
    """The booking's page, or the site's first page where pages aren't served."""
    try:
        return reverse("bookings:confirmation", kwargs={"reference": booking.reference})
    except NoReverseMatch:
        return "/"
