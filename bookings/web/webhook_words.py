"""Webhooks in words: how an endpoint stands, how a delivery went, what a receiver answered. Pure but for the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from bookings.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

STATES = {"queued": ("warn", lazy("waits")), "delivered": ("good", lazy("delivered")), "dead": ("bad", lazy("given up"))}
ERRORS = {
    "unknown_host": lazy("The name could not be found."),
    "unreachable": lazy("Nobody answered at the address."),
    "certificate": lazy("The certificate did not fit the name."),
    "too_slow": lazy("There was no answer within ten seconds."),
    "too_large": lazy("The answer was too large."),
    "bad_answer": lazy("The answer could not be understood."),
    "private_address": lazy("The name leads into a private network; we don't send there."),
}
REASONS = {
    "by its owner": lazy("You switched it off."),
    "too many failures": lazy("We switched it off after too many failures in a row."),
    "the receiver answered 410": lazy("We switched it off because the receiver said that it is gone for good (410)."),
}


def standing_words(row: WebhookEndpoint) -> tuple[str, str, str]:
    """Tone, label, sentence."""
    if not row.enabled:
        return "bad", _("off"), str(REASONS.get(row.disabled_reason, ""))
    if row.failures_in_row:
        said = ngettext("The last delivery failed; we go on trying.", "The last %(number)d deliveries failed; we go on trying.", row.failures_in_row)
        return "warn", _("trouble"), said % {"number": row.failures_in_row}
    return "good", _("on"), ""


def delivery_words(row: WebhookDelivery) -> tuple[str, str]:
    """Tone and label."""
    tone, label = STATES[row.state]
    return tone, str(label)


def attempt_words(row: WebhookAttempt) -> str:
    """ "Answered 500 after 35 ms.", "There was no answer within ten seconds." """
    if row.status is not None:
        return _("Answered %(status)d after %(milliseconds)d ms.") % {"status": row.status, "milliseconds": row.milliseconds}
    return str(ERRORS.get(row.error) or _("It could not be sent there."))
