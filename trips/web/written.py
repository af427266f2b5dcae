"""Amounts, dates, times and counts as pages write them, in the reader's locale. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from travelplanner.core.templatetags.money import format_amount, reader_locale
from trips.budget import convert, has_rate

WHOLE_FROM = 100  # amounts from here on are read, not paid: decimals would only be noise
SMALL_FROM = 15  # to the US dollar
MINUS = "−"

NUMBER_WORDS = [
    lazy("zero"), lazy("one"), lazy("two"), lazy("three"), lazy("four"), lazy("five"), lazy("six"), lazy("seven"),
    lazy("eight"), lazy("nine"), lazy("ten"), lazy("eleven"), lazy("twelve"),
]  # fmt: skip


@cache
def small_unit(currency: str) -> bool:
    """Whether one of the currency buys next to nothing, so that its decimals say nothing (rupees, yen)."""
    return has_rate(currency) and convert(Decimal(1), "USD", currency) >= SMALL_FROM


def amount(value: float | str, currency: str) -> str:
    """₹38,800; €12.50; ₹55. Decimals only below a hundred, only when there are some, and only where they buy something."""
    whole = abs(float(value)) >= WHOLE_FROM or small_unit(currency)
    return format_amount(value, currency, whole=True if whole else None)


def rough(value: float) -> float:
    """A prediction to three significant figures: more would pretend to know."""
    return float(f"{value:.3g}")


def signed(value: float, currency: str) -> str:
    """+₹190, −₹1,680; nothing for zero."""
    if not value:
        return ""
    return (MINUS if value < 0 else "+") + amount(abs(value), currency)


def amounts_in(currency: str) -> Callable[[float], str]:
    """A writer for figures."""
    return lambda value: amount(value, currency)


def scales_in(currency: str) -> Callable[[float], str]:
    """A writer for the ends of a scale: ₹25K."""
    locale = reader_locale()
    return lambda value: format_compact_currency(value, currency, locale=locale, fraction_digits=1)


def number(value: float, digits: int = 1) -> str:
    """4.2, or 4 when there is nothing behind the point."""
    return format_decimal(round(value, digits), locale=reader_locale())


def count_word(value: int) -> str:
    """A small count as a word ("three"), else its digits."""
    return str(NUMBER_WORDS[value]) if 0 <= value < len(NUMBER_WORDS) else number(value, 0)


def date_of(text: str) -> dt.date:
    """The date in front of an ISO 8601 moment."""
    return dt.date.fromisoformat(text[:10])


def clock_of(text: str) -> str:
    """The wall clock in an ISO 8601 moment: 05:40."""
    return text[11:16]


def minutes_between(earlier: str, later: str) -> int:
    """Whole minutes from one ISO 8601 moment to another."""
    return round((dt.datetime.fromisoformat(later) - dt.datetime.fromisoformat(earlier)).total_seconds() / 60)


def weekday(date: dt.date, *, short: bool = False) -> str:
    """Thursday or Thu."""
    return format_date(date, "EEE" if short else "EEEE", locale=reader_locale())


def day_date(date: dt.date) -> str:
    """Thu 17 Dec."""
    return format_date(date, "EEE d MMM", locale=reader_locale())


def full_date(date: dt.date) -> str:
    """17 Dec 2026."""
    return format_date(date, "d MMM y", locale=reader_locale())


def month_name(date: dt.date) -> str:
    """December."""
    return format_date(date, "LLLL", locale=reader_locale())


def source_date(text: str) -> str:
    """A source's own date: a day, a month, a year or nothing."""
    try:
        return full_date(dt.date.fromisoformat(text))
    except ValueError:
        return text


@cache
def _language_codes() -> dict[str, str]:
    return {name: code for code, name in Locale.parse("en").languages.items()}


def language_name(name: str) -> str:
    """A language, by its English name, in the reader's language; as it stands when CLDR doesn't know it."""
    return reader_locale().languages.get(_language_codes().get(name, ""), name)


def listed(names: Sequence[Any]) -> str:
    """a, b and c."""
    words = [str(name) for name in names]
    if len(words) < 2:
        return "".join(words)
    return pgettext("list", "%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def sentence(text: str) -> str:
    """The words as a sentence of their own: a capital in front, a full stop behind (Hindi writes another one)."""
    return _("%s.") % capital(text)


def capital(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def distance(km: float) -> str:
    """0.6 km; 80 m below a hundred metres."""
    return _("%(metres)d m") % {"metres": round(km * 1000)} if 0 < km < 0.1 else _("%(km)s km") % {"km": number(km)}
