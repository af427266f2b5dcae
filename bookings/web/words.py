"""Bookings in words: what a line is, until when it can be cancelled, why something failed. Pure but for the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from bookings.documents.words import moment_words, terms_words, use_words

__all__ = ["DOCUMENTS", "FAILURES", "ICONS", "STATES", "STEPS", "failure_words", "left_words", "moment_words", "problem_words", "terms_words", "use_words"]

ICONS = {"hotel": "bed", "activity": "ticket", "car_rental": "car", "flight": "plane"}
DOCUMENTS = {"ticket": lazy("Ticket"), "voucher": lazy("Voucher"), "invoice": lazy("Invoice"), "receipt": lazy("Receipt"), "other": lazy("Document")}
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
BACK = lazy("What was cancelled is cancelled; the rest stays yours")  # from CANCELLING to CONFIRMED
FAILURES = {
    "card_declined": lazy("Your bank declined the card. It doesn't tell us why."),
    "insufficient_funds": lazy("Your bank says that there isn't enough money on this card."),
    "authentication_failed": lazy("The payment was not approved with the bank."),
    "hold_expired": lazy("The time to pay was over before a payment came."),
    "collection_closed": lazy("Who opened the collection closed it."),
    "cancelled": lazy("The payment was stopped before it was made."),
    "amount_not_chargeable": lazy("The payment company takes no such amount in this currency. Nothing was charged."),
}


def left_words(kind: str, left: int) -> str:
    """ "3 rooms left". """
    if kind == "hotel":
        return ngettext("%d room left", "%d rooms left", left) % left
    if kind == "car_rental":
        return ngettext("%d car left", "%d cars left", left) % left
    return ngettext("%d place left", "%d places left", left) % left


def problem_words(problem: str, *, left: int, wanted: int, other_times: bool) -> str:
    """Why a line can't be booked, and what to do."""
    if problem == "no_places":
        if left:
            return _("Only %(left)s left, you need %(wanted)s. Take fewer, or leave it out.") % {"left": left, "wanted": wanted}
        return _("Sold out at this time. Choose another time or leave it out.") if other_times else _("Sold out for this date. Leave it out.")
    return {
        "in_the_past": _("This date has passed. Leave it out, or plan the trip for later dates."),
        "too_far_ahead": _("This is sold up to 18 months ahead. Leave it out and add it later."),
        "offer_expired": _("This offer has ended. Search for the flight again, or leave it out."),
        "other_date": _("This was offered for another date. Search again, or leave it out."),
        "off_sale": _("This is no longer sold here. Leave it out; the plan keeps it as an estimate."),
        "no_rate": _("We know no exchange rate for its currency. Leave it out."),
        "do_not_fit": _("So many people don't fit. Take one more, or leave it out."),
    }.get(problem, _("This can't be booked as it stands. Change it or leave it out."))


def failure_words(code: str) -> str:
    return str(FAILURES.get(code) or _("The payment did not go through."))
