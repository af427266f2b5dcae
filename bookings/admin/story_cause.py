"""Why a booking is in its state, in a plain sentence or two."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import rules
from bookings.admin.story_words import moment
from bookings.queries.booking_story import BookingStory
from bookings.queries.saga import open_cancellations
from travelplanner.core import clock
from travelplanner.core.admin.columns import EMPTY
from travelplanner.core.templatetags.money import format_amount


def cause_of(story: BookingStory) -> str:
    """What brought the booking where it is, and what it waits for or broke on."""
    state, event = story.booking.get_state_display(), story.cause
    if event is None:
        first = _("This booking is %(state)s since it was made.") % {"state": state}
    else:
        parts = {"state": state, "moment": moment(event.at), "reason": event.reason or EMPTY, "who": event.who or EMPTY}
        first = _("This booking is %(state)s since %(moment)s: %(reason)s (by %(who)s).") % parts
    return " ".join(filter(None, (first, _more(story), _silent(story), _back(story))))


def _more(story: BookingStory) -> str:
    """What the state alone doesn't say."""
    booking = story.booking
    if booking.state == "FAILED":
        return _mismatch(story) or _refusal(story)
    if booking.state == "CANCELLING":
        return _unanswered(story)
    if booking.state == "PAYMENT_PENDING":
        return _waits_for(story)
    if booking.state == "INITIATED":
        return _("Its suppliers are being asked to hold it.") if booking.saga_open else ""
    return _("What its suppliers held is not taken back yet.") if booking.saga_open else ""


def _mismatch(story: BookingStory) -> str:
    for payment in story.payments:
        if payment.state == "succeeded" and (payment.captured, payment.captured_currency) != (payment.amount, payment.currency):
            asked, taken = format_amount(payment.amount, payment.currency), format_amount(payment.captured, payment.captured_currency or payment.currency)
            return _("%(asked)s was asked for, and the gateway took %(taken)s: another amount confirms nothing.") % {"asked": asked, "taken": taken}
    return ""


def _refusal(story: BookingStory) -> str:
    refused = [entry for entry in story.saga if entry.event == "refused" and entry.item and entry.step != "cancel_supplier"]
    if not refused:
        return ""
    entry = refused[-1]
    parts = {"supplier": entry.item.supplier_name, "item": entry.item.name, "step": entry.get_step_display(), "code": entry.reason or EMPTY}  # type: ignore[union-attr]  # chosen for having one
    return _("%(supplier)s said no to “%(item)s” at the step “%(step)s” (%(code)s), so everything was taken back.") % parts


def _unanswered(story: BookingStory) -> str:
    lines = [line for line in story.quote_lines if line.quote.state == "confirmed"]
    left = sum(line.accepted is None for line in lines)
    said = ngettext("%(left)d of %(all)d item waits for its supplier's answer.", "%(left)d of %(all)d items wait for their suppliers' answers.", len(lines))
    return said % {"left": left, "all": len(lines)}


def _silent(story: BookingStory) -> str:
    """What to do about suppliers that don't answer a cancellation, once that can be decided by hand."""
    now, asked = clock.now(), open_cancellations(story.saga)
    names = ", ".join(f"“{item.name}”" for item in story.items if item.pk in asked and rules.may_settle_by_hand(asked[item.pk], now))
    if not names:
        return ""
    said = _("Its supplier was first asked more than 24 hours ago: ask there by another way, then open %(items)s below and settle it by hand.")
    return said % {"items": names}


def _waits_for(story: BookingStory) -> str:
    if story.shares:
        paid, shares = sum(share.state == "paid" for share in story.shares), len(story.shares)
        return ngettext("%(paid)d of %(all)d share is paid.", "%(paid)d of %(all)d shares are paid.", shares) % {"paid": paid, "all": shares}
    states = {payment.state for payment in story.payments}
    if "unknown" in states:
        return _("The gateway hasn't said what became of the charge; it is asked every minute.")
    if "succeeded" in states:
        return _("It is paid; its suppliers are being asked to book it.")
    if "pending" in states:
        return _("The charge was begun; the payer or their bank has a step to take.")
    return _("Nothing was charged yet.")


def _back(story: BookingStory) -> str:
    """Money that is still on its way back."""
    waiting = [refund for refund in story.refunds if refund.state != "succeeded"]
    if not waiting:
        return ""
    return ngettext("%(count)d refund is not paid yet.", "%(count)d refunds are not paid yet.", len(waiting)) % {"count": len(waiting)}
