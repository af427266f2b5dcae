"""What people read of a paper and its check."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.files import EXTENSIONS

# What each kind is good for, in a sentence beside the choice.
GOOD_FOR = {
    "passport": lazy("Entry to most countries. We compare its last day and the name with your trips."),
    "visa": lazy("Countries that ask for permission before you travel."),
    "id_card": lazy("Trips inside your country, or between countries that agreed on it."),
    "driving_license": lazy("Renting a car."),
    "insurance": lazy("Medical help and lost bags on the road; some visas ask for it."),
    "vaccination": lazy("Countries that ask for it, such as yellow fever."),
    "consent_letter": lazy("A child who travels without a parent, or with one of two."),
    "other": lazy("Anything else that you may have to show."),
}
TONES = {"pending": "", "verified": "good", "rejected": "bad", "expired": "warn"}


def state_words(row: Any) -> tuple[str, str, str]:
    """(tone, word, sentence). `row.why` is the reason of the last check that sent it back."""
    tone = TONES.get(row.state, "")
    if row.state == "verified":
        return tone, _("checked"), _("We compared what you entered with the file, and it agrees.")
    if row.state == "rejected":
        return tone, _("sent back"), _("Sent back because: %(why)s Change it, or send a new file, and we look again.") % {"why": _ended(row.why or _("no reason was given"))}
    if row.state == "expired":
        return tone, _("expired"), _("Its last day is over. Enter the new one when you have it.")
    if not row.file_key:
        return tone, _("not checked"), _("Add a photo or scan if you want us to check it. You can use it for planning as it is.")
    return tone, _("being looked at"), _("Our staff compares what you entered with the file. You need not wait for it.")


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "।")) else f"{text}."


def days_words(row: Any, today: dt.date) -> str:
    """A warning while a paper nears its end; "" while there is time. Many countries ask for six months beyond the trip."""
    if row.expires_on is None or row.state == "expired":
        return ""
    left = (row.expires_on - today).days
    if left < 0:
        return _("Its last day is over.")
    if left <= 180:
        return _("Less than six months left: many countries won't let you in with that.") if row.type == "passport" else _("Less than six months left.")
    return ""


def file_name(row: Any) -> str:
    """A name of ours for a download: nothing that anyone typed is in it."""
    country = f"-{row.country.lower()}" if row.country.isascii() and row.country.isalpha() else ""
    return f"{row.type.replace('_', '-')}{country}.{EXTENSIONS.get(row.file_type, 'bin')}"
