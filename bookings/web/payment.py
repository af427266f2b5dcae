"""Paying a held booking: choose a card, approve with the bank, wait for an answer. A charge is made once, whatever is pressed."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from bookings.actions.checkout import PaymentWish, pay_booking
from bookings.actions.payment_inquiry import ask_payment
from bookings.gateways.payments import Outcome
from bookings.queries.bookings import BookingDetail, get_booking
from bookings.web import words
from bookings.web.forms import CardForm
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from trips.web.trip_bar import trip_bar


def stage_of(detail: BookingDetail, now: dt.datetime) -> str:
    """Where the payment stands: settled (nothing to pay here), over (the hold ended), choose, approve or wait."""
    booking, payment = detail.booking, detail.payment
    if booking.state != "PAYMENT_PENDING":
        return "settled"
    if payment.state == "created":
        return "choose" if booking.hold_expires_at and booking.hold_expires_at > now else "over"
    if payment.state == "pending" and payment.next_action:
        return "approve"
    return "wait"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """The next step of the payment. POST `do`: pay (with `card_number`), approve, refuse, look (ask what became of it)."""
    actor = actor_of(request)
    if request.method == "POST":
        return _act(request, actor, reference)
    detail = get_booking(actor, reference)
    now = clock.now()
    stage = stage_of(detail, now)
    if stage == "settled":
        return redirect("bookings:confirmation", reference=detail.booking.reference)
    if stage == "wait" and "again" in request.GET:
        stage = "choose"  # the gateway has never heard of the first try; the same payment is tried again, and counts once
    return _page(request, actor, detail, stage, CardForm(initial={"card_number": "4242424242424242"}))


def _act(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    step = request.POST.get("do", "pay")
    try:
        if step == "look":
            absent = ask_payment(actor=actor, reference=reference) is Outcome.ABSENT
            return redirect(reverse("bookings:pay", args=[reference]) + ("?again=1" if absent else ""))
        if step in ("approve", "refuse"):
            pay_booking(actor=actor, reference=reference, approved=step == "approve")
        else:
            form = CardForm(request.POST)
            if not form.is_valid():
                return _page(request, actor, get_booking(actor, reference), "choose", form, status=400)
            pay_booking(actor=actor, reference=reference, wish=PaymentWish(kind="card", card_number=form.cleaned_data["card_number"]))
    except Conflict:
        return redirect("bookings:confirmation", reference=reference)  # paid, declined or over meanwhile: that page says which
    except Invalid as refusal:
        form = CardForm(request.POST)
        form.full_clean()
        form.add_error("card_number", [str(said) for said in refusal.fields.get("payment", [refusal.message])])
        return _page(request, actor, get_booking(actor, reference), "choose", form, status=400)
    return redirect("bookings:pay", reference=reference)


@login_required
@require_POST
def show_progress(request: HttpRequest, reference: str) -> HttpResponse:
    """What the waiting page asks every two seconds: has the gateway decided? Never charges."""
    actor = actor_of(request)
    outcome = ask_payment(actor=actor, reference=reference)
    detail = get_booking(actor, reference)
    stage = stage_of(detail, clock.now())
    if stage == "wait":
        return render(request, "bookings/_waiting.html", _context(actor, detail, stage) | {"absent": outcome is Outcome.ABSENT})
    return HttpResponseClientRedirect(reverse("bookings:pay", args=[detail.booking.reference]))


def _page(request: HttpRequest, actor: Actor, detail: BookingDetail, stage: str, form: CardForm, *, status: int = 200) -> HttpResponse:
    return render(request, f"bookings/pay_{stage}.html", _context(actor, detail, stage) | {"form": form}, status=status)


def _context(actor: Actor, detail: BookingDetail, stage: str) -> dict[str, Any]:
    """Context that all pages of a held booking share; `again` is what "hold again" needs."""
    booking = detail.booking
    left = round((booking.hold_expires_at - clock.now()).total_seconds()) if booking.hold_expires_at else 0
    whole = round((booking.hold_expires_at - booking.created_at).total_seconds()) if booking.hold_expires_at else 1
    return {
        "booking": booking,
        "trip": booking.trip,
        "trip_bar": trip_bar(actor, booking.trip, "book", planned=True),
        "total": format_amount(booking.total, booking.currency),
        "seconds_left": max(0, left),
        "seconds_total": max(1, whole),
        "held": left > 0,
        "items": item_rows(detail),
        "again_key": uuid.uuid4().hex,
        "stage": stage,
    }


def item_rows(detail: BookingDetail) -> list[dict[str, Any]]:
    """Booked lines in words, in order of use."""
    return [
        {
            "icon": words.ICONS[item.type],
            "name": item.name,
            "supplier": item.supplier_name,
            "what": words.use_words(item.type, item.starts_on, item.ends_on, item.time, item.quantity, item.participants),
            "code": item.confirmation_code if item.state in ("confirmed", "completed") else "",
            "price": format_amount(item.total, item.currency),
            "supplier_price": format_amount(item.supplier_amount, item.supplier_currency) if item.rate_date else "",
            "terms": words.terms_words(
                cancellable=item.cancellable,
                deadline=item.cancellation_deadline,
                fee=item.cancellation_fee,
                total=item.total,
                currency=item.currency,
                timezone=item.service.destination.timezone,
                now=clock.now(),
            ),
            "requests": item.special_requests,
        }
        for item in detail.items
    ]
