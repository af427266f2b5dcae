"""The words of a confirmation and of a voucher, as data for `templates/pdf`: in the active language, every number written out, nothing to compute there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.documents.use import Use, use_of
from bookings.documents.words import KINDS, moment_words, terms_words, use_words, zone_words
from bookings.models import Booking, BookingItem, Confirmation, Payment
from bookings.queries.payments import SharedPayment
from travelplanner.core.lines import one_line
from travelplanner.core.templatetags.design import people
from travelplanner.core.templatetags.money import date_span, day, format_amount
from trips.web.written import listed

LONG_WORD = 28  # signs; longer ones get places to break at
STATUSES = {"ACTIVE": "good", "EXPIRED": "warn", "CANCELLED": "bad"}


def status_words(status: str) -> str:
    return {"ACTIVE": _("Active"), "EXPIRED": _("Expired"), "CANCELLED": _("Cancelled")}[status]


def shown(text: object) -> str:
    """One line, in which no word is too long for a column."""
    return " ".join("\u200b".join(word[at : at + LONG_WORD] for at in range(0, len(word), LONG_WORD)) for word in one_line(str(text)).split())


def written_moment(moment: dt.datetime, zone: str) -> str:
    """ "21 Nov 2026, 14:05 (Asia/Kolkata)". """
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), 'd MMM y')}, {local:%H:%M} ({zone})"


def item_words(item: BookingItem, *, now: dt.datetime, cancelled: bool = False) -> dict[str, Any]:
    """An item for paper and mail; `service__destination` and travelers loaded. The terms are said as they stand for ever, not as of today."""
    use = use_of(item)
    gone = cancelled or item.state == "cancelled"
    return {
        "kind": str(KINDS[item.type]),
        "name": shown(item.name),
        "when": _when(item, use),
        "zone": zone_words(use.start) if use.start else "",
        "where": shown(f"{use.origin} – {use.place}" if use.origin else use.where),
        "supplier": shown(item.supplier_name),
        "code": "" if gone or item.state == "pending" else item.confirmation_code,
        "price": format_amount(item.total, item.currency),
        "supplier_price": format_amount(item.supplier_amount, item.supplier_currency) if item.rate_date else "",
        "terms": "" if gone else terms_words(
            cancellable=item.cancellable, deadline=item.cancellation_deadline, fee=item.cancellation_fee, total=item.total, currency=item.currency,
            timezone=use.zone, now=now,
        ),
        "who": shown(listed([str(named) for named in item.travelers.all()])),
        "requests": shown(item.special_requests),
        "cancelled": gone,
    }  # fmt: skip


def _when(item: BookingItem, use: Use) -> str:
    words = use_words(item.type, item.starts_on, item.ends_on, item.time, item.quantity, item.participants)
    if use.start is None or use.end is None:
        return words
    if item.type == "flight":
        return _("%(from)s – %(to)s") % {"from": f"{day(use.start.date(), 'EEE d MMM')}, {use.start:%H:%M}", "to": f"{day(use.end.date(), 'EEE d MMM')}, {use.end:%H:%M}"}
    if item.details.get("minutes"):
        return _("%(when)s, until %(end)s") % {"when": words, "end": f"{use.end:%H:%M}"}
    return words


def confirmation_sheet(
    confirmation: Confirmation, booking: Booking, payment: Payment | SharedPayment, items: Sequence[BookingItem], *, status: str, steps: Sequence[str], verify_url: str, qr: str
) -> dict[str, Any]:
    """Data of `templates/pdf/confirmation.typ`. The same booking in the same state gives the same."""
    trip, body = booking.trip, confirmation.body
    gone = booking.state == "CANCELLED"
    booked = booking.booked_at or confirmation.created_at
    destination = shown(body.get("destination") or trip.title)
    lines = [item_words(item, now=booked, cancelled=gone) for item in items]
    heading = _("Cancelled: %s") if gone else _("Your trip to %s is booked")
    waits = sorted((item.cancellation_deadline, item.name, item.service.destination.timezone) for item in items if item.cancellable and item.cancellation_deadline and item.state == "confirmed")
    return {
        "lang": (get_language() or "en")[:2],
        "brand": _("Travel planner"),
        "title": _("Confirmation %s") % confirmation.number,
        "kicker": _("Booking confirmation"),
        "heading": heading % destination,
        "lede": f"{date_span(trip.start_date, trip.end_date)} · {people(trip.traveler_count)}",
        "status": {"label": status_words(status), "tone": STATUSES[status]},
        "number": {"label": _("Confirmation number"), "value": confirmation.number},
        "facts": [
            [_("Booking"), booking.reference],
            [_("Paid") if payment.state == "succeeded" else _("Total"), format_amount(booking.total, booking.currency)],
            [_("Transaction"), payment.transaction_id],
            [_("In the name of"), shown(booking.contact_name)],
            [_("Issued"), written_moment(confirmation.created_at, trip.timezone)],
            [_("Valid until"), written_moment(confirmation.valid_until, trip.timezone)],
        ],
        "valid_note": _("Only this slip runs out; what is booked stays booked."),
        "qr": qr,
        "verify": {"label": _("Is this genuine? Scan it to see what it is now."), "url": verify_url},
        "items_label": _("What is booked"),
        "words": _item_labels(),
        "items": lines,
        "density": 0 if len(lines) <= 5 else 1 if len(lines) <= 12 else 2,
        "total": [_("Total"), format_amount(booking.total, booking.currency)],
        "steps_label": _("Next steps"),
        "steps": [*([] if gone else [_("%(when)s, local time: last free change of %(name)s") % {"when": moment_words(moment, zone), "name": shown(name)} for moment, name, zone in waits[:2]]), *steps],
        "foot": f"{confirmation.number} · {booking.reference}",
        "page_words": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }


def voucher_sheet(item: BookingItem, booking: Booking, *, verify_url: str, qr: str, issued_at: dt.datetime) -> dict[str, Any]:
    """Data of `templates/pdf/voucher.typ`: one item, for who stands at the counter."""
    words = item_words(item, now=booking.booked_at or booking.created_at, cancelled=booking.state == "CANCELLED")
    labels = _item_labels()
    rows = [(labels["when"], words["when"]), (labels["zone"], words["zone"]), (labels["where"], words["where"]), (labels["supplier"], words["supplier"]), (labels["who"], words["who"])]
    rows += [(labels["requests"], words["requests"]), (labels["terms"], words["terms"]), (_("Issued"), written_moment(issued_at, item.service.destination.timezone))]
    return {
        "lang": (get_language() or "en")[:2],
        "brand": _("Travel planner"),
        "title": _("Voucher %s") % item.confirmation_code,
        "kicker": _("Voucher"),
        "kind": words["kind"],
        "heading": words["name"],
        "cancelled": _("Cancelled: this voucher is no longer good.") if words["cancelled"] else "",
        "code": {"label": _("Code for the supplier"), "value": item.confirmation_code},
        "rows": [[label, value] for label, value in rows if value],
        "paid": _("Paid through us: %(amount)s. Booking %(booking)s.") % {"amount": words["price"], "booking": booking.reference},
        "qr": qr,
        "verify": {"label": _("Is this genuine? Scan it to see what the booking is now."), "url": verify_url},
        "foot": f"{item.confirmation_code} · {booking.reference}",
        "page_words": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }


def _item_labels() -> Mapping[str, str]:
    return {
        "when": _("When"),
        "zone": _("Time zone"),
        "where": _("Where"),
        "supplier": _("Supplier"),
        "code": _("Code"),
        "who": _("Who"),
        "terms": _("Terms"),
        "requests": _("Your wish"),
        "cancelled": _("Cancelled"),
        "at_supplier": _("%s at the supplier") % "{amount}",
    }
