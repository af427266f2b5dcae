"""The words that people consent to, by purpose and version. A version once shown is never changed: new words are a new version."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, dict[str, Any]] = {
    "terms": {
        "2026-11": _(
            "We keep what you enter to plan and book your trips, pass to suppliers what a booking needs, and nothing else. "
            "Prices are estimates until you book. What you book is a contract with its supplier, with the terms shown before you pay."
        ),
    },
    "special_data": {
        "2026-11": _(
            "You may tell us about needs, diets and medical notes, of yourself and of people who asked you to. We keep them sealed, use them to plan and "
            "to book what fits, and show them to nobody else in the trip. You can take this back at any time: then we erase them at once."
        ),
    },
    "documents": {
        "2026-11": _(
            "You may keep passports and other papers here. We seal them, our staff looks at them to check that they are good for a trip, "
            "and we remind you before they expire. You can take this back at any time; deleting a document removes its file."
        ),
    },
    "analytics": {
        "2026-11": _("We may note what you search and open here, to see what works and what does not. We never sell it, and drop it after a time."),
    },
    "marketing": {
        "2026-11": _("We may write to you about new things, at most once a month. Mail about your trips comes without this."),
    },
}
# Without these there is no account: taken back by erasing it, not here.
NEEDED = frozenset({"terms"})


def current_version(purpose: str) -> str:
    """The newest version; versions sort by their names."""
    return max(TEXTS[purpose])


def words_of(purpose: str, version: str) -> Any:
    """What was shown; "" for a version that is not known."""
    return TEXTS.get(purpose, {}).get(version, "")
