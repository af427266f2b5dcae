"""A booking's own page (the confirmation, or what happened instead), the list of bookings, the calendar file."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bookings.documents.files import page_url
from bookings.documents.structured import reservations_of
from bookings.queries.bookings import BookingDetail, list_bookings, with_costs
from bookings.queries.item_documents import documents_of
from bookings.queries.left_out import left_out_of
from bookings.queries.receipts import Receipt, get_receipt
from bookings.states import BOUGHT
from bookings.web import words
from bookings.web.cancellation import change_context
from bookings.web.payment import item_rows
from bookings.web.shares import owed_rows
from bookings.web.who_travels import again_fields
from travelplanner.core.errors import NotFound
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.qr import qr_figure
from trips.web.cover_images import cover_url
from trips.web.trip_bar import trip_bar
from trips.web.written import amount as amount_words
from trips.web.written import count_word, day_date

ZERO = Decimal(0)
STATUSES = {"ACTIVE": "good", "EXPIRED": "warn", "CANCELLED": "bad"}


@login_required
@require_safe
def show_booking(request: HttpRequest, reference: str) -> HttpResponse:
    """The confirmation of a booking; one that waits leads to its payment, one that failed says what happened. Its owner only."""
    actor = actor_of(request)
    receipt = get_receipt(actor, reference)
    booking = receipt.detail.booking
    if receipt.detail.collection is not None and receipt.confirmation is None:
        return redirect("bookings:shares", reference=booking.reference)
    if booking.state in ("INITIATED", "PAYMENT_PENDING"):
        return redirect("bookings:pay", reference=booking.reference)
    context = _shared(receipt.detail)
    if receipt.confirmation is None:
        context |= {"trip_bar": trip_bar(actor, booking.trip, "book", planned=True), **_failure(receipt.detail)}
        return render(request, "bookings/not_booked.html", context)
    cancelled = booking.trip.state == "booked" and any(item.state == "cancelled" for item in receipt.detail.items)
    left_out = cancelled and left_out_of(actor, booking.trip)  # asked only then: what was never booked stands at the checkout alone
    context["more_url"] = reverse("bookings:checkout", args=[booking.trip.reference]) if left_out else ""
    return render(request, "bookings/confirmation.html", context | _confirmed(receipt) | change_context(receipt.detail))


def _shared(detail: BookingDetail) -> dict[str, Any]:
    booking = detail.booking
    tone, label = words.STATES[booking.state]
    return {
        "booking": booking,
        "trip": booking.trip,
        "payment": detail.payment,
        "items": item_rows(detail),
        "total": format_amount(booking.total, booking.currency),
        "state_tone": tone,
        "state_label": label,
        "steps": [
            {"at": step.created_at, "words": words.BACK if (step.from_state, step.to_state) == ("CANCELLING", "CONFIRMED") else words.STEPS.get(step.to_state, step.to_state), "from": step.from_state, "to": step.to_state}
            for step in detail.transitions
        ],
    }


def _confirmed(receipt: Receipt) -> dict[str, Any]:
    view, booking = receipt.confirmation, receipt.detail.booking
    if view is None:
        raise NotFound
    number, body = view.confirmation.number, view.confirmation.body
    count = len(receipt.detail.items)
    return {
        "confirmation": view.confirmation,
        "status": view.status,
        "status_tone": STATUSES[view.status],
        "status_label": {"ACTIVE": _("Active"), "EXPIRED": _("Expired"), "CANCELLED": _("Cancelled")}[view.status],
        "destination": body.get("destination") or booking.trip.title,
        "per_day": format_amount(body["pricing"]["perDay"], booking.currency) if body.get("pricing") else "",
        "all_words": _("both bookings are confirmed and paid")
        if count == 2
        else ngettext("%(count)s booking is confirmed and paid", "all %(count)s bookings are confirmed and paid", count) % {"count": count_word(count)},
        "method": _("test card") if receipt.detail.payment.gateway == "mock" else receipt.detail.payment.method,
        "qr": qr_figure(view.verify_url, _("QR code by which anybody can check confirmation %s") % number),
        "verify_url": view.verify_url,
        "reservations": reservations_of(booking, receipt.detail.items, url=page_url(booking)),
        "papers": [one for one in _papers(receipt.detail) if one["voucher"] or one["documents"]],
        "cover": cover_url(receipt.destination, month=booking.trip.start_date.month, light="dawn", days=min(booking.trip.days, 30), crop="3:1")
        if receipt.destination
        else "",
        "trail": _trail(receipt),
        "next_steps": view.next_steps,
        "limited": booking.trip.budget_amount is not None,
        "deadlines": _deadlines(receipt.detail),
    }


def _papers(detail: BookingDetail) -> list[dict[str, Any]]:
    """Per item that still stands: its voucher, and what staff put beside it. One statement."""
    kept = documents_of(detail.booking)
    return [
        {
            "name": item.name,
            "when": day_date(item.starts_on),
            "voucher": reverse("bookings:voucher", args=[detail.booking.reference, item.pk]) if item.state in ("confirmed", "completed") else "",
            "documents": [
                {
                    "title": row.title,
                    "kind": words.DOCUMENTS[row.kind],
                    "number": row.number,
                    "url": reverse("bookings:item_document", args=[detail.booking.reference, row.pk]) if row.file_key else "",
                }
                for row in kept
                if row.item_id == item.pk
            ],
        }
        for item in detail.items
        if item.state != "pending"
    ]


def _trail(receipt: Receipt) -> list[dict[str, Any]]:
    """Predicted, planned, locked, paid, promised back, actual; amounts as written. Nobody spends anything on what was cancelled whole."""
    booking, payment = receipt.detail.booking, receipt.detail.payment
    paid = payment.amount if payment.state == "succeeded" else None
    estimates = [(_("Predicted"), receipt.predicted), (_("Planned, with what isn't sold here"), receipt.planned)]
    exact = [(_("Locked"), booking.total), (_("Paid"), paid), (_("Given back"), payment.refunded or None)]
    found = [{"label": label, "amount": amount_words(float(amount), booking.currency), "done": True} for label, amount in estimates if amount is not None]
    found += [{"label": label, "amount": format_amount(amount, booking.currency), "done": True} for label, amount in exact if amount is not None]
    return found if booking.state == "CANCELLED" else [*found, {"label": _("Actual, at the end of the trip"), "amount": "", "done": False}]


def _deadlines(detail: BookingDetail) -> list[dict[str, str]]:
    """Until when something can be changed for free, the next one first, in the zone of where it is."""
    waiting = sorted((item.cancellation_deadline, item.name, item.service.destination.timezone) for item in detail.items if item.cancellable and item.cancellation_deadline and item.state == "confirmed")
    return [{"when": words.moment_words(moment, zone), "name": name} for moment, name, zone in waiting]


def _failure(detail: BookingDetail) -> dict[str, Any]:
    """What happened, and that the money is where it was."""
    booking, payment = detail.booking, detail.payment
    came_late = booking.state == "EXPIRED" and payment.state == "succeeded"
    undecided = booking.state == "EXPIRED" and payment.state in ("pending", "unknown")
    return {
        "expired": booking.state == "EXPIRED",
        "reason": words.failure_words(booking.failure_code),
        "came_late": came_late,
        "undecided": undecided,
        "again_key": uuid.uuid4().hex,
        "again_fields": again_fields(detail.items),
    }


@login_required
@require_safe
def list_my_bookings(request: HttpRequest) -> HttpResponse:
    """The reader's bookings, newest first, 10 a page."""
    actor = actor_of(request)
    page = Paginator(with_costs(list_bookings(actor)), 10).get_page(request.GET.get("page"))
    rows = [_row(booking) for booking in page.object_list]
    return render(request, "bookings/list.html", {"page": page, "rows": rows, "owed": owed_rows(actor), "new_url": reverse("trips:new"), "trips_url": reverse("trips:list")})


def _row(booking: Any) -> dict[str, Any]:
    """One line of the list; its counts and sums are annotated by the queries. What was cancelled is told and costs nothing any more."""
    tone, label = words.STATES[booking.state]
    stands = booking.state in BOUGHT or booking.state == "CANCELLED"  # what was never paid has nothing to give back
    touched = bool(booking.gone and stands)
    return {
        "booking": booking,
        "total": format_amount((booking.stays or ZERO) if touched else booking.total, booking.currency),
        "was": format_amount(booking.total, booking.currency) if touched else "",
        "cancelled": _cancelled_words(booking) if touched else "",
        "tone": tone,
        "label": label,
        "count": ngettext("%d item", "%d items", booking.item_count) % booking.item_count,
    }


def _cancelled_words(booking: Any) -> str:
    """What was cancelled, what of its money comes or came back, and what is kept."""
    back, came = (round(amount or ZERO, 3) for amount in (booking.back, booking.came))  # SQLite adds decimals as floats
    kept = max(ZERO, round(booking.lost - back, 3))
    count = {"gone": booking.gone, "all": booking.item_count}
    part = ngettext("%(gone)d of %(all)d was cancelled.", "%(gone)d of %(all)d were cancelled.", booking.gone) % count
    said = [_("All of it was cancelled.") if booking.gone == booking.item_count else part]
    amounts = {"back": format_amount(back, booking.currency), "kept": format_amount(kept, booking.currency)}
    if back:
        said.append((_("%(back)s came back.") if came == back else _("%(back)s comes back.")) % amounts)
    if kept:
        said.append(_("%(kept)s is kept, by the terms you booked under.") % amounts)
    return " ".join(said)
