"""What may be written into a paper's fields, and the sentences for what may not."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models.document import DOCUMENT_TYPES
from travelplanner.core import countries
from travelplanner.core.errors import Invalid

FIELDS = ("type", "number", "holder_name", "country", "issued_on", "expires_on")
EMPTY: dict[str, Any] = {"type": "", "number": "", "holder_name": "", "country": "", "issued_on": None, "expires_on": None}
TYPES = frozenset(key for key, _label in DOCUMENT_TYPES)
LONGEST_NUMBER = 64
LONGEST_NAME = 200
FIRST, LAST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


def _words_of() -> dict[str, str]:
    most = filesizeformat(settings.DOCUMENT_MAX_BYTES)
    return {
        "empty": _("This file is empty. Choose another one."),
        "too_large": _("This file is too large: %(most)s is the most. A photo taken again at a lower resolution will do.") % {"most": most},
        "kind": _("We take photos (JPEG, PNG, WebP) and PDF. This file is something else, whatever its name says."),
        "damaged": _("This file can't be opened; it may be damaged. Take the photo again, or save the PDF anew."),
        "too_many_pixels": _("This picture has more pixels than we can take. Save it smaller and try again."),
        "animated": _("This picture moves. Send a still photo."),
        "encrypted": _("This PDF is locked with a password. Save it without one and send it again; we seal it ourselves."),
        "too_many_pages": _("This PDF has too many pages. Send only the pages that matter."),
        "too_complex": _("This PDF is too complicated for us to check. Print it to a new PDF, or send a photo of it."),
        "too_slow": _("We could not check this file in time. Print it to a new PDF, or send a photo of it."),
    }


def refusal_words(code: str) -> str:
    """What to do about a file that was refused."""
    words = _words_of()
    return words.get(code, words["damaged"])


def checked(values: Mapping[str, Any], *, today: dt.date, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Every field, cleaned. `known` is what is stored: a date that was fine when it was entered stays fine. Raises Invalid with fields."""
    known, faults = known or {}, {}
    found: dict[str, Any] = {name: _text(values[name]) if name in ("type", "number", "holder_name", "country") else values[name] for name in FIELDS}
    found["country"] = found["country"].upper()
    tests: dict[str, list[tuple[Callable[[], bool], str]]] = {
        "type": [(lambda: found["type"] in TYPES, _("Choose what kind of document it is."))],
        "number": [
            (lambda: len(found["number"]) <= LONGEST_NUMBER, _("A number has at most 64 signs.")),
            (lambda: _printable(found["number"]), _("This holds signs that no document number has.")),
        ],
        "holder_name": [
            (lambda: len(found["holder_name"]) <= LONGEST_NAME, _("A name has at most 200 signs.")),
            (lambda: _printable(found["holder_name"]), _("This holds signs that no name has.")),
        ],
        "country": [(lambda: not found["country"] or countries.is_country(found["country"]), _("Choose a country, by its three letters such as IND."))],
        "issued_on": [(lambda: _in_range(found["issued_on"]) and (found["issued_on"] in (None, known.get("issued_on")) or found["issued_on"] <= today), _("This day has not come yet."))],
        "expires_on": [
            (lambda: _in_range(found["expires_on"]), _("This is not a day that a document can expire on.")),
            (lambda: not (found["issued_on"] and found["expires_on"]) or found["issued_on"] <= found["expires_on"], _("It can't expire before it was issued.")),
        ],
    }
    for name, conditions in tests.items():
        for holds, sentence in conditions:
            if not holds():
                faults[name] = [sentence]
                break
    if faults:
        raise Invalid(fields=faults)
    return found


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())


def _printable(text: str) -> bool:
    return not any(unicodedata.category(sign)[0] == "C" for sign in text)


def _in_range(day: dt.date | None) -> bool:
    return day is None or FIRST <= day <= LAST
