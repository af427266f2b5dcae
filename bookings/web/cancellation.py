"""Cancelling on pages: what comes back, from whom, by when; then the confirm, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.models import CancellationQuoteLine, Refund
from bookings.queries.bookings import BookingDetail
from bookings.queries.cancellations import QuoteDetail, get_quote, refunds_of
from bookings.web import words
from travelplanner.core import clock
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips.web.written import day_date

WHY = {
    "free": lazy("Free to cancel until now."),
    "after_deadline": lazy("The time to cancel for free is over."),
    "not_cancellable": lazy("Not refundable, as you booked it."),
    "called_off": lazy("Called off by the supplier: all of it comes back."),
    "given_before": lazy("Part of it was given back to you before."),
}
REFUND_STATES = {
    "created": ("warn", lazy("On its way to your bank")),
    "pending": ("warn", lazy("On its way to your bank")),
    "unknown": ("warn", lazy("We are asking the payment company")),
    "succeeded": ("good", lazy("Given back")),
    "failed": ("bad", lazy("Refused by the payment company; our staff takes care of it")),
}
CAUSES = {
    "cancellation": lazy("Cancelled"),
    "staff": lazy("Given back by our staff"),
    "supplier": lazy("A supplier said no"),
    "share": lazy("The shares were not complete"),
    "late": lazy("Your payment came after the hold had ended"),
    "mismatch": lazy("Another amount was taken than was asked for"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("book")  # each offer is a row that stays
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """POST `item` (may repeat; none: all that is left): make an offer and show it. Anything else leads to the booking."""
    if request.method != "POST":
        return redirect(reverse("bookings:confirmation", args=[reference]) + "#change")
    try:
        detail = quote_cancellation(actor=actor_of(request), reference=reference, item_ids=_posted(request))
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
        return redirect("bookings:confirmation", reference=reference)
    return redirect("bookings:cancellation", reference=reference, quote_id=detail.quote.pk)


def _posted(request: HttpRequest) -> list[uuid.UUID] | None:
    try:
        return [uuid.UUID(value) for value in request.POST.getlist("item")] or None
    except ValueError as problem:
        raise Invalid(_("Choose items of this booking.")) from problem


@login_required
@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, reference: str, quote_id: uuid.UUID) -> HttpResponse:
    """The offer with its confirm button, or what became of it."""
    detail = get_quote(actor_of(request), reference, quote_id)
    status = detail.status(clock.now())
    page = "cancel_quote" if status in ("offered", "expired", "replaced") else "cancel_result"
    return render(request, f"bookings/{page}.html", _context(detail, status))


@login_required
@require_POST
def confirm(request: HttpRequest, reference: str, quote_id: uuid.UUID) -> HttpResponse:
    """Cancel what the offer says; the page of the offer tells what became of it."""
    actor = actor_of(request)
    try:
        confirm_cancellation(actor=actor, reference=reference, quote_id=quote_id)
    except Conflict as refusal:
        detail = get_quote(actor, reference, quote_id)
        context = _context(detail, detail.status(clock.now())) | {"refusal": str(refusal.message)}
        return render(request, "bookings/cancel_quote.html", context, status=409)
    return redirect("bookings:cancellation", reference=reference, quote_id=quote_id)


def _context(detail: QuoteDetail, status: str) -> dict[str, Any]:
    quote, booking, currency = detail.quote, detail.booking, detail.quote.currency
    given = [line for line in detail.lines if line.accepted is not False]
    refund, fee = sum(line.refund for line in given), sum(line.fee for line in given)
    return {
        "booking": booking,
        "trip": booking.trip,
        "quote": quote,
        "status": status,
        "rows": [_row(line) for line in detail.lines],
        "items": [line.item_id for line in detail.lines],
        "refund": format_amount(refund, currency) if refund else "",
        "fee": format_amount(fee, currency) if fee else "",
        "back_by": max((line.back_by for line in given), default=quote.expires_at.date()),
        "refused": [_row(line) for line in detail.lines if line.accepted is False],
        "refunds": [refund_row(one) for one in detail.refunds],
        "minutes_left": max(0, -(-(quote.expires_at - clock.now()) // dt.timedelta(minutes=1))),
        "gone": booking.state == "CANCELLED",
    }


def _row(line: CancellationQuoteLine) -> dict[str, Any]:
    item = line.item
    return {
        "icon": words.ICONS[item.type],
        "name": item.name,
        "what": words.use_words(item.type, item.starts_on, item.ends_on, item.time, item.quantity, item.participants),
        "supplier": line.refunded_by,
        "refund": format_amount(line.refund, line.currency) if line.refund else "",
        "fee": format_amount(line.fee, line.currency) if line.fee else "",
        "why": WHY.get(line.why, "") if line.why != "free" else "",
        "back_by": line.back_by,
        "asked": line.accepted is None,
        "refused": line.accepted is False,
    }


def refund_row(refund: Refund) -> dict[str, Any]:
    """A refund in words: how much, why, where it is, by when it is back."""
    tone, label = REFUND_STATES[refund.state]
    return {
        "amount": format_amount(refund.amount, refund.currency),
        "cause": CAUSES.get(refund.cause, ""),
        "tone": tone,
        "label": label,
        "due_by": refund.due_by,
        "settled_at": refund.settled_at if refund.state == "succeeded" else None,
        "number": refund.transaction_id,
    }


def change_context(detail: BookingDetail) -> dict[str, Any]:
    """What the booking's own page says of cancelling: which items may go, and what was given back. A statement only where something was."""
    booking = detail.booking
    gone = any(item.state == "cancelled" for item in detail.items)
    touched = detail.payment.refunded or gone
    running = booking.state == "CANCELLING"
    open_items = [item for item in detail.items if item.state == "confirmed"] if booking.state == "CONFIRMED" else []
    return {
        "cancellable": [{"id": item.pk, "name": item.name, "when": day_date(item.starts_on)} for item in open_items],
        "cancelling": running,
        "some_cancelled": gone,
        "refunds": [refund_row(one) for one in refunds_of(booking)] if touched else [],
    }
