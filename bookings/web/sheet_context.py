"""From the checkout sheet to what its template shows: words, tags, the lock's bar. No business here."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from bookings.gateways.suppliers import flight_adapters
from bookings.pricing.quote import Use
from bookings.queries.checkout_sheet import CheckoutSheet, SheetLine
from bookings.queries.plan_moves import CartChange
from bookings.web import words
from bookings.web.forms import ContactForm
from bookings.web.share_cost import ShareCost
from bookings.web.who_travels import WhoForm
from travelplanner.core import clock, money
from travelplanner.core.actor import Actor
from travelplanner.core.templatetags.money import format_amount
from trips.web.figure_words import money_words
from trips.web.figures import BudgetLock, budget_lock_bar
from trips.web.trip_bar import trip_bar
from trips.web.written import capital, count_word, day_date, listed

ELSEWHERE = {
    "lodging": ("bed", lazy("Beds")),
    "food": ("meal", lazy("Meals")),
    "localTransport": ("auto", lazy("Getting around")),
    "activities": ("ticket", lazy("Entry fees")),
    "intercity": ("train", lazy("Getting there and back")),
}


def sheet_context(
    actor: Actor,
    sheet: CheckoutSheet,
    form: ContactForm | None,
    *,
    agreed: frozenset[str] = frozenset(),
    notes: list[dict[str, Any]] | None = None,
    who: list[WhoForm] | None = None,
    sharing: ShareCost | None = None,
    readiness: dict[str, Any] | None = None,
    go_on: bool = False,
) -> dict[str, Any]:
    """Context of bookings/checkout.html. `agreed` are keys of lines whose new price was accepted; `notes` say what stood in the way."""
    now, trip = clock.now(), sheet.trip
    url = reverse("bookings:checkout", args=[trip.reference])
    count = len(sheet.lines)
    editable = sheet.mine and actor.is_user and (sheet.open_booking is None or sheet.open_booking.is_over(now))
    return {
        "sheet": sheet,
        "trip": trip,
        "trip_bar": trip_bar(actor, trip, "book", planned=True),
        "lines": [_line(line, sheet.currency, now, agreed, alone=count == 1) for line in sheet.lines],
        "moved": [_moved(change) for change in sheet.moved],
        "left_out": [{"key": thing.key, "name": thing.name, "when": day_date(thing.first)} for thing in sheet.left_out],
        "heading": capital(ngettext("%(count)s thing to book", "%(count)s things to book", count) % {"count": count_word(count)}) if count else _("Left out"),
        "booked_url": reverse("bookings:confirmation", args=[sheet.booked_reference]) if sheet.booked_reference and sheet.mine else "",
        "elsewhere": _elsewhere(sheet),
        "lock": _lock(sheet),
        "total": format_amount(sheet.total, sheet.currency),
        "form": form if editable and count else None,
        "editable": editable,
        "notes": notes or [],
        "who": who or [],
        "sharing": sharing,
        "readiness": readiness or {},
        "go_on": go_on,
        "over": _over(sheet),
        "blocked": bool(sheet.problems or sheet.over) or not sheet.lines,
        "open_booking": _open(sheet, now),
        "signup_url": signup_url(trip.reference),
        "login_url": f"{reverse('account_login')}?next={url}",
        "flights_url": reverse("bookings:flights", args=[trip.reference]) if editable and flight_adapters() else "",
        "raise_url": f"{reverse('trips:limit', args=[trip.reference])}?next={reverse('bookings:checkout', args=[trip.reference])}",
        "hold_minutes": round(settings.HOLD_TIME.total_seconds() / 60),
    }


def _moved(change: CartChange) -> dict[str, str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return {}
    return {"name": change.name, "from": _when(before), "to": _when(after)}


def _when(use: Use) -> str:
    return f"{day_date(use.first)}, {use.time}" if use.time else day_date(use.first)


def signup_url(reference: str) -> str:
    """Where someone unknown signs up, and comes back from to the checkout of the same trip."""
    return f"{reverse('account_signup')}?next={reverse('bookings:checkout', args=[reference])}"


def contact_form(user: Any, total: Decimal) -> ContactForm:
    """A fresh form with what is known of the traveler, and with a key of its own."""
    known = {"name": user.get_full_name(), "email": user.email, "phone": user.phone}
    return ContactForm(initial={**known, "total": total, "request_key": uuid.uuid4().hex})


def _line(line: SheetLine, currency: str, now: dt.datetime, agreed: frozenset[str], *, alone: bool) -> dict[str, Any]:
    service, quote, use = line.service, line.quote, line.use
    last = quote.ends_on if quote else use.first + dt.timedelta(days=use.nights if service.unit == "room_night" else 0)
    foreign = quote is not None and line.own is not None and line.own.rate_date is not None
    shown: dict[str, Any] = {
        "key": line.key,
        "mark": line.mark,
        "name": service.name,
        "supplier": service.supplier.name,
        "demo": service.supplier.demo,
        "icon": words.ICONS[service.type],
        "what": words.use_words(service.type, use.first, last, use.time, use.quantity, use.participants),
        "price": format_amount(line.own.amount, currency) if line.own else "",
        "left": words.left_words(service.type, quote.left) if quote and not line.problem else "",
        "problem": words.problem_words(line.problem, left=quote.left if quote else 0, wanted=use.quantity, other_times=len(service.times) > 1) if line.problem else "",
        "sold_out": line.problem == "no_places",
        "people": use.participants,
        "units": use.quantity if service.unit != "person" else None,
        "unit_label": _("Rooms") if service.type == "hotel" else _("Cars"),
        "times": list(service.times) if len(service.times) > 1 else [],
        "time": use.time,
        "alone": alone,
        "changed": line.price_changed and not line.problem,
        "unchanged": line.seen is not None and not line.price_changed and not line.problem,
        "agreed": line.key in agreed,
        "from_plan": line.item_id is None,
    }
    if quote and line.own:
        shown["supplier_price"] = format_amount(quote.charged, quote.currency) if foreign else ""
        shown["rate_date"], shown["rate_stale"] = line.own.rate_date, line.rate_stale
        shown["terms"] = words.terms_words(
            cancellable=quote.terms.cancellable,
            deadline=quote.terms.deadline,
            fee=money.payable(quote.terms.fee, quote.currency),
            total=quote.charged,
            currency=quote.currency,
            timezone=service.destination.timezone,
            now=now,
        )
    if shown["changed"] and quote and line.seen:
        seen = money.payable(line.seen.amount, quote.currency)
        difference = quote.charged - seen
        shown["was"] = format_amount(seen, line.seen.currency)
        shown["now"] = format_amount(quote.charged, quote.currency)
        shown["difference"] = format_amount(abs(difference), quote.currency)
        shown["dearer"] = difference > 0
    return shown


def _elsewhere(sheet: CheckoutSheet) -> dict[str, Any] | None:
    if not sheet.elsewhere:
        return None
    rows = [{"icon": ELSEWHERE[part][0], "label": ELSEWHERE[part][1], "amount": format_amount(amount, sheet.currency, whole=True)} for part, amount in sheet.elsewhere.items()]
    return {
        "rows": rows,
        "names": listed([str(row["label"]).lower() for row in rows]),
        "total": format_amount(sheet.elsewhere_total, sheet.currency, whole=True),
    }


def _lock(sheet: CheckoutSheet) -> dict[str, Any]:
    """The panel's bar and rows; amounts as written."""
    limit, locked = sheet.trip.budget_amount, sheet.used + sheet.total
    panel: dict[str, Any] = {
        "now": format_amount(sheet.total, sheet.currency),
        "used": format_amount(sheet.used, sheet.currency) if sheet.used else "",
        "elsewhere": format_amount(sheet.elsewhere_total, sheet.currency, whole=True),
        "limit": "",
    }
    if limit is None or not sheet.mine:  # the ceiling is its owner's own
        return panel
    left = limit - locked - sheet.elsewhere_total
    return panel | {
        "bar": budget_lock_bar(
            BudgetLock(
                float(locked),
                float(sheet.elsewhere_total),
                float(limit),
                money=lambda value: format_amount(round(value), sheet.currency, whole=True),
                words=money_words(),
                key=sheet.trip.reference.lower(),
            )
        ),
        "limit": format_amount(limit, sheet.currency),
        "left": format_amount(abs(left), sheet.currency, whole=True),
        "short": left < 0,
    }


def _over(sheet: CheckoutSheet) -> dict[str, str] | None:
    if not sheet.over or not sheet.mine:
        return None
    return {"by": format_amount(sheet.over, sheet.currency), "limit": format_amount(sheet.trip.budget_amount or 0, sheet.currency)}


def _open(sheet: CheckoutSheet, now: dt.datetime) -> dict[str, Any] | None:
    if sheet.open_booking is None:
        return None
    return {
        "url": reverse("bookings:pay", args=[sheet.open_booking.reference]),
        "until": sheet.open_booking.until,
        "over": sheet.open_booking.is_over(now),
    }
