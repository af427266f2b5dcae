"""A booking that its company pays in shares: how far it is, paying a share, closing the collection."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions.collections import close_collection, pay_share
from bookings.actions.payment_inquiry import ask_payment
from bookings.models import Booking
from bookings.queries.collections import CollectionView, ShareLine, get_collection, get_share, items_of, owed_shares
from bookings.web import words
from bookings.web.payment import Bill, Desk, hold_context, serve, serve_progress
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips.web.trip_bar import trip_bar


@login_required
@require_safe
def show_shares(request: HttpRequest, reference: str) -> HttpResponse:
    """Who has paid, what is booked, until when; for who opened the collection and for companions with a share."""
    actor = actor_of(request)
    return render(request, "bookings/shares.html", _context(actor, get_collection(actor, reference)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("pay")
def pay(request: HttpRequest, reference: str, share_id: uuid.UUID) -> HttpResponse:
    """The next step of a share's payment, by the same pages as a whole booking's."""
    return serve(request, _desk(actor_of(request), reference, share_id))


@login_required
@require_POST
@limited("pay")
def show_progress(request: HttpRequest, reference: str, share_id: uuid.UUID) -> HttpResponse:
    """What the waiting page asks every two seconds. Never charges."""
    return serve_progress(request, _desk(actor_of(request), reference, share_id))


@login_required
@require_POST
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """End the collection before its time: what was paid goes back."""
    try:
        close_collection(actor=actor_of(request), reference=reference)
        messages.success(request, _("The collection is closed. What was paid goes back in full."))
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    return redirect("bookings:shares", reference=reference)


def _desk(actor: Actor, reference: str, share_id: uuid.UUID) -> Desk:
    return Desk(
        url=reverse("bookings:share_pay", args=[reference, share_id]),
        progress_url=reverse("bookings:share_progress", args=[reference, share_id]),
        done_url=reverse("bookings:shares", args=[reference]),
        load=partial(_bill, actor, reference, share_id),
        pay=partial(pay_share, actor=actor, reference=reference, share_id=share_id),
        ask=partial(ask_payment, actor=actor, reference=reference, share_id=share_id),
    )


def _bill(actor: Actor, reference: str, share_id: uuid.UUID) -> Bill:
    view, line = get_share(actor, reference, share_id)
    declined = line.payment is not None and line.payment.state == "failed"
    held = view.is_held(clock.now()) or line.under_way  # of one that is over, the collection's page says what became of it
    return Bill(
        view.booking,
        line.payment if line.under_way else None,
        line.share.state == "due" and held,
        line.share.amount,
        {
            "trip_bar": trip_bar(actor, view.booking.trip, "book", planned=True),
            "items": _items(view.booking),
            "share": {
                "heading": _("Pay your share") if line.you else _("Pay the share of %(name)s") % {"name": line.share.label},
                "whole": format_amount(view.booking.total, view.booking.currency),
            },
            "declined": words.failure_words(line.payment.failure_code) if declined and line.payment else "",
        },
    )


def _items(booking: Booking) -> list[dict[str, Any]]:
    """Booked things as companions see them: no codes, no names, no wishes of the owner's."""
    return [
        {
            "icon": words.ICONS[item.type],
            "name": item.name,
            "what": words.use_words(item.type, item.starts_on, item.ends_on, item.time, item.quantity, item.participants),
            "price": format_amount(item.total, item.currency),
        }
        for item in items_of(booking)
    ]


def _stage(view: CollectionView) -> str:
    """open, over (its time is past, the clock's job hasn't come by yet), booking (all paid, suppliers are asked), booked, ended."""
    if view.booking.state in ("INITIATED", "PAYMENT_PENDING"):
        if view.collection.state == "complete":
            return "booking"
        return "open" if view.is_held(clock.now()) else "over"
    return "ended" if view.booking.state in ("FAILED", "EXPIRED") else "booked"


def _context(actor: Actor, view: CollectionView) -> dict[str, Any]:
    booking, stage = view.booking, _stage(view)
    own = view.own
    return {
        "booking": booking,
        "trip": booking.trip,
        "trip_bar": trip_bar(actor, booking.trip, "book", planned=True),
        "stage": stage,
        "payment": view.payments[0] if view.payments else None,
        "mine": view.mine,
        "own": _share_row(booking, own, stage) if own else None,
        "shares": [_share_row(booking, line, stage) for line in view.lines],
        "items": _items(booking),
        "whole": format_amount(booking.total, booking.currency),
        "collected": format_amount(view.collected, booking.currency),
        "missing": format_amount(view.missing, booking.currency),
        "percent": int(view.collected * 100 / booking.total) if booking.total else 0,
        "closed": booking.failure_code == "collection_closed",
        "refused": booking.state == "FAILED" and booking.failure_code != "collection_closed",
        "anything_paid": any(line.share.state == "given_back" for line in view.lines),
        "undecided": stage == "ended" and any(payment.state in ("pending", "unknown") for payment in view.payments),
        "hours": round((booking.hold_expires_at - booking.created_at).total_seconds() / 3600) if booking.hold_expires_at else 0,
        **hold_context(booking),
    }


def _share_row(booking: Booking, line: ShareLine, stage: str) -> dict[str, Any]:
    share = line.share
    tone, label = {
        "due": ("warn", _("Not paid yet")),
        "paid": ("good", _("Paid")),
        "dropped": ("", _("Not paid")),
        "given_back": ("", _("Goes back")),
    }[share.state]
    if line.under_way and (line.you or line.may_pay):
        tone, label = "warn", _("Being paid")
    pays = stage == "open" and line.may_pay
    return {
        "name": share.label,
        "you": line.you,
        "amount": format_amount(share.amount, share.currency),
        "tone": tone,
        "label": label,
        "state": share.state,
        "left": line.left and share.state == "due",
        "nobody": share.user_id is None and share.state == "due",
        "by_owner": line.by_owner,
        "pay_url": reverse("bookings:share_pay", args=[booking.reference, share.pk]) if pays else "",
        "under_way": line.under_way,
    }


def owed_rows(actor: Actor) -> list[dict[str, Any]]:
    """Shares that the reader owes, for their list of bookings."""
    return [
        {
            "href": reverse("bookings:shares", args=[share.collection.booking.reference]),
            "title": share.collection.booking.trip.title,
            "amount": format_amount(share.amount, share.currency),
            "until": share.collection.booking.hold_expires_at,
        }
        for share in owed_shares(actor)
    ]
