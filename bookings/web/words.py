"""Bookings in words: what a line is, until when it can be cancelled, why something failed. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from travelplanner.core.templatetags.money import date_span, format_amount, reader_locale
from trips.web.written import day_date

ICONS = {"hotel": "bed", "activity": "ticket", "car_rental": "car", "flight": "plane"}
STATES = {
    "INITIATED": ("", lazy("Begun")),
    "PAYMENT_PENDING": ("warn", lazy("Waits for payment")),
    "CONFIRMED": ("good", lazy("Confirmed")),
    "COMPLETED": ("good", lazy("Completed")),
    "FAILED": ("bad", lazy("Not paid")),
    "EXPIRED": ("bad", lazy("Hold ended")),
    "CANCELLING": ("warn", lazy("Being cancelled")),
    "CANCELLED": ("", lazy("Cancelled")),
}
STEPS = {
    "PAYMENT_PENDING": lazy("Places held, budget locked"),
    "CONFIRMED": lazy("Paid; every place is yours"),
    "COMPLETED": lazy("The trip is over"),
    "FAILED": lazy("The payment was declined; places and budget are free again"),
    "EXPIRED": lazy("The hold ended before it was paid; places and budget are free again"),
    "CANCELLING": lazy("Cancelling was asked for"),
    "CANCELLED": lazy("Cancelled"),
}
FAILURES = {
    "card_declined": lazy("Your bank declined the card. It doesn't tell us why."),
    "insufficient_funds": lazy("Your bank says that there isn't enough money on this card."),
    "authentication_failed": lazy("The payment was not approved with the bank."),
    "hold_expired": lazy("The time to pay was over before a payment came."),
    "cancelled": lazy("The payment was stopped before it was made."),
}


def use_words(kind: str, first: dt.date, last: dt.date, time: str, quantity: int, participants: int) -> str:
    """ "17–21 Dec 2026, 4 nights, 1 room for 2 people", "Fri 18 Dec, 05:30, 2 people"."""
    people = ngettext("%d person", "%d people", participants) % participants
    if kind == "hotel":
        nights = (last - first).days
        return ", ".join(
            [
                date_span(first, last),
                ngettext("%d night", "%d nights", nights) % nights,
                ngettext("%(rooms)d room for %(people)s", "%(rooms)d rooms for %(people)s", quantity) % {"rooms": quantity, "people": people},
            ]
        )
    when = [day_date(first), time] if time else [day_date(first)]
    if kind == "car_rental":
        return ", ".join([*when, ngettext("%(cars)d car for %(people)s", "%(cars)d cars for %(people)s", quantity) % {"cars": quantity, "people": people}])
    return ", ".join([*when, people])


def left_words(kind: str, left: int) -> str:
    """ "3 rooms left". """
    if kind == "hotel":
        return ngettext("%d room left", "%d rooms left", left) % left
    if kind == "car_rental":
        return ngettext("%d car left", "%d cars left", left) % left
    return ngettext("%d place left", "%d places left", left) % left


def moment_words(moment: dt.datetime, timezone: str) -> str:
    """ "Tue 15 Dec, 14:00" on the clock of the place."""
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{format_date(local, 'EEE d MMM', locale=reader_locale())}, {local:%H:%M}"


def terms_words(
    *, cancellable: bool, deadline: dt.datetime | None, fee: Decimal, total: Decimal, currency: str, timezone: str, now: dt.datetime
) -> str:
    """Until when cancelling is free, and what is kept afterwards; local time of the place."""
    if not cancellable or deadline is None:
        return _("Not refundable once it is booked.")
    if deadline <= now:
        if fee >= total:
            return _("It is too late to cancel this for free: nothing comes back.")
        return _("It is too late to cancel this for free: %(fee)s is kept.") % {"fee": format_amount(fee, currency)}
    until = moment_words(deadline, timezone)
    if fee <= 0:
        return _("Free to cancel until %(until)s.") % {"until": until}
    if fee >= total:
        return _("Free to cancel until %(until)s local time. Then nothing comes back.") % {"until": until}
    return _("Free to cancel until %(until)s local time. Then %(fee)s is kept.") % {"until": until, "fee": format_amount(fee, currency)}


def problem_words(problem: str, *, left: int, wanted: int, other_times: bool) -> str:
    """Why a line can't be booked, and what to do."""
    if problem == "no_places":
        if left:
            return _("Only %(left)s left, you need %(wanted)s. Take fewer, or leave it out.") % {"left": left, "wanted": wanted}
        return _("Sold out at this time. Choose another time or leave it out.") if other_times else _("Sold out for this date. Leave it out.")
    return {
        "in_the_past": _("This date has passed. Leave it out, or plan the trip for later dates."),
        "too_far_ahead": _("This is sold up to 18 months ahead. Leave it out and add it later."),
        "off_sale": _("This is no longer sold here. Leave it out; the plan keeps it as an estimate."),
        "no_rate": _("We know no exchange rate for its currency. Leave it out."),
        "do_not_fit": _("So many people don't fit. Take one more, or leave it out."),
    }.get(problem, _("This can't be booked as it stands. Change it or leave it out."))


def failure_words(code: str) -> str:
    return str(FAILURES.get(code) or _("The payment did not go through."))
