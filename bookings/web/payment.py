"""Paying a held booking: choose a card, approve with the bank, wait for an answer. A charge is made once, whatever is pressed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from bookings.actions.checkout import PaymentWish, pay_booking
from bookings.actions.payment_inquiry import ask_payment
from bookings.gateways.payments import Outcome, PaymentGateway, default_gateway, gateway_named
from bookings.models import Booking, Payment
from bookings.queries.bookings import BookingDetail, get_booking
from bookings.queries.rates import is_stale
from bookings.web import words
from bookings.web.change_words import change_rows
from bookings.web.forms import CardForm
from bookings.web.who_travels import again_fields
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from travelplanner.core.templatetags.money import format_amount
from travelplanner.core.web.actors import actor_of
from travelplanner.core.web.limits import limited
from trips.web.trip_bar import trip_bar
from trips.web.written import listed


@dataclass(frozen=True, slots=True)
class Bill:
    """What a page is asked to be paid: a whole booking or one share of it. `payment` None: no try yet that may still
    succeed; `due`: whether there is anything to pay here at all; `context`: what its pages show besides the sum and the clock."""

    booking: Booking
    payment: Payment | None
    due: bool
    amount: Decimal
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a bill is paid: the addresses of its pages and what they do. `done_url` says what became of it."""

    url: str
    progress_url: str
    done_url: str
    load: Callable[[], Bill]
    pay: Callable[..., Booking]
    ask: Callable[[], Outcome | None]


def stage_of(bill: Bill, now: dt.datetime) -> str:
    """Where the payment stands: settled (nothing to pay here), over (the hold ended, to be held again), choose, go (to the payment company's page), approve or wait."""
    booking, payment = bill.booking, bill.payment
    if booking.state != "PAYMENT_PENDING" or not bill.due:
        return "settled"
    if payment is None or payment.state == "created":
        if booking.hold_expires_at and booking.hold_expires_at > now:
            return "choose"
        return "over" if "again_key" in bill.context else "settled"  # that page holds the owner's contact: a share's hold may end while it is read
    if payment.state == "pending" and payment.next_action:
        return "go" if payment.next_action.get("type") == "redirect" else "approve"
    return "wait"


def gateway_of(bill: Bill) -> PaymentGateway:
    """Who takes the money: whoever the payment was begun with."""
    return gateway_named(bill.payment.gateway) if bill.payment else default_gateway()


def page_of_company(bill: Bill) -> str:
    """Where the payment company wants the payer to go; empty when that is no page of a company we chose: no answer leads anywhere else."""
    url = str(bill.payment.next_action.get("url", "")) if bill.payment else ""
    parts = urlsplit(url)
    return url if f"{parts.scheme}://{parts.netloc}" in settings.PAYMENTS.page_origins else ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("pay")
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """The next step of the payment. POST `do`: pay (with the mock's `card_number`), approve, refuse, look (ask what became of it)."""
    return serve(request, _desk(actor_of(request), reference))


@login_required
@require_POST
@limited("pay")
def show_progress(request: HttpRequest, reference: str) -> HttpResponse:
    """What the waiting page asks every two seconds: has the gateway decided? Never charges."""
    return serve_progress(request, _desk(actor_of(request), reference))


def _desk(actor: Actor, reference: str) -> Desk:
    return Desk(
        url=reverse("bookings:pay", args=[reference]),
        progress_url=reverse("bookings:progress", args=[reference]),
        done_url=reverse("bookings:confirmation", args=[reference]),  # of one that is paid in shares it leads to them
        load=partial(_bill, actor, reference),
        pay=partial(pay_booking, actor=actor, reference=reference),
        ask=partial(ask_payment, actor=actor, reference=reference),
    )


def _bill(actor: Actor, reference: str) -> Bill:
    detail = get_booking(actor, reference)
    payment = detail.payment if isinstance(detail.payment, Payment) else None
    return Bill(detail.booking, payment, payment is not None, detail.booking.total, _context(actor, detail))


def serve(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show or take the next step at a desk."""
    if request.method == "POST":
        return _act(request, desk)
    bill = desk.load()
    stage = stage_of(bill, clock.now())
    if "back" in request.GET and stage in ("go", "wait"):  # from the company's page: only the company knows what happened there
        outcome = desk.ask()
        bill = desk.load()
        stage = stage_of(bill, clock.now())
        if stage == "go" and outcome is not Outcome.REQUIRES_ACTION:
            stage = "wait"
    if stage == "settled":
        return redirect(desk.done_url)
    if stage == "wait" and "again" in request.GET:
        stage = "choose"  # the gateway has never heard of the first try; the same payment is tried again, and counts once
    return _page(request, desk, bill, stage, CardForm(initial={"card_number": "4242424242424242"}))


def _act(request: HttpRequest, desk: Desk) -> HttpResponse:
    step = request.POST.get("do", "pay")
    try:
        if step == "look":
            absent = desk.ask() is Outcome.ABSENT
            return redirect(desk.url + ("?again=1" if absent else ""))
        if step in ("approve", "refuse"):
            desk.pay(approved=step == "approve")
        elif gateway_of(desk.load()).hosted:
            desk.pay(wish=PaymentWish())
            there = page_of_company(desk.load())
            return HttpResponseRedirect(there or desk.url)
        else:
            form = CardForm(request.POST)
            if not form.is_valid():
                return _page(request, desk, desk.load(), "choose", form, status=400)
            desk.pay(wish=PaymentWish(kind="card", card_number=form.cleaned_data["card_number"]))
    except Conflict:
        return redirect(desk.done_url)  # paid, declined or over meanwhile: that page says which
    except Invalid as refusal:
        form = CardForm(request.POST)
        form.full_clean()
        form.add_error("card_number", [str(said) for said in refusal.fields.get("payment", [refusal.message])])
        return _page(request, desk, desk.load(), "choose", form, status=400)
    return redirect(desk.url)


def serve_progress(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask once, and say whether there is still something to wait for."""
    outcome = desk.ask()
    bill = desk.load()
    stage = stage_of(bill, clock.now())
    if stage == "wait" or (stage == "go" and outcome is Outcome.PROCESSING):
        return render(request, "bookings/_waiting.html", _shown(desk, bill, stage) | {"absent": outcome is Outcome.ABSENT})
    return HttpResponseClientRedirect(desk.url)


def _page(request: HttpRequest, desk: Desk, bill: Bill, stage: str, form: CardForm, *, status: int = 200) -> HttpResponse:
    return render(request, f"bookings/pay_{stage}.html", _shown(desk, bill, stage) | {"form": form}, status=status)


def _shown(desk: Desk, bill: Bill, stage: str) -> dict[str, Any]:
    """What every page of a desk shows, and the bill's own context."""
    booking, gateway = bill.booking, gateway_of(bill)
    return {
        "booking": booking,
        "company": gateway.label if gateway.hosted else "",
        "go_url": page_of_company(bill) if stage == "go" else "",
        "trip": booking.trip,
        "total": format_amount(bill.amount, booking.currency),
        "pay_url": desk.url,
        "progress_url": desk.progress_url,
        "stage": stage,
        **hold_context(booking),
        **bill.context,
    }


def hold_context(booking: Booking) -> dict[str, Any]:
    """What the countdown of a hold needs."""
    left = round((booking.hold_expires_at - clock.now()).total_seconds()) if booking.hold_expires_at else 0
    whole = round((booking.hold_expires_at - booking.created_at).total_seconds()) if booking.hold_expires_at else 1
    return {"seconds_left": max(0, left), "seconds_total": max(1, whole), "held": left > 0}


def _context(actor: Actor, detail: BookingDetail) -> dict[str, Any]:
    """Of the pages of a booking that is paid at once; `again` is what "hold again" needs."""
    return {
        "trip_bar": trip_bar(actor, detail.booking.trip, "book", planned=True),
        "items": item_rows(detail),
        "again_key": uuid.uuid4().hex,
        "again_fields": again_fields(detail.items),
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
            "supplier_price": format_amount(money.payable(item.supplier_amount, item.supplier_currency), item.supplier_currency) if item.rate_date else "",
            "rate_date": item.rate_date if is_stale(item.rate_date, item.created_at) else None,
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
            "changes": change_rows(detail.changes.get(item.pk, ())),
            "cancelled": item.state == "cancelled" and item.payment_status in ("refunded", "paid"),
            "who": listed([str(named) for named in item.travelers.all()]),
        }
        for item in detail.items
    ]
