"""Money and dates in the reader's locale."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django import template
from django.utils.translation import get_language

from travelplanner.core import money as amounts

register = template.Library()


def reader_locale(currency: str = "") -> Locale:
    """Babel locale of the active language; rupees are grouped the Indian way in English too."""
    language = (get_language() or "en").replace("-", "_")
    if language == "en" and currency == "INR":
        return Locale.parse("en_IN")
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def format_amount(amount: Decimal | int | float | str, currency: str, *, whole: bool | None = None) -> str:
    """₹36,096 or €12.50. Decimals are left out when there are none, or when `whole`."""
    value = amounts.quantize(Decimal(str(amount)), currency)
    locale = reader_locale(currency)
    if whole or (whole is None and value == value.to_integral_value()):
        return format_currency(value.quantize(Decimal(1)), currency, locale=locale, format_type="standard", currency_digits=False, format=_whole_pattern(locale))
    return format_currency(value, currency, locale=locale)


def _whole_pattern(locale: Locale) -> str:
    return locale.currency_formats["standard"].pattern.split(";")[0].replace(".00", "")


@register.simple_tag
def money(amount: Any, currency: str, whole: bool | None = None) -> str:
    """`{% money amount currency %}`"""
    if amount is None or amount == "":
        return ""
    return format_amount(amount, currency, whole=whole)


@register.filter
def number(value: Any) -> str:
    return format_decimal(value, locale=reader_locale())


@register.filter
def day(value: dt.date | str, pattern: str = "d MMM") -> str:
    """`{{ date|day }}` -> 12 Nov; patterns are CLDR's, e.g. "EEE d MMM y"."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value[:10])
    return format_date(value, format=pattern, locale=reader_locale())


@register.filter
def date_span(start: dt.date, end: dt.date) -> str:
    """12–16 Nov 2026; months and years only where they differ."""
    locale = reader_locale()
    last = format_date(end, format="d MMM y", locale=locale)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{last}" if start != end else last
    return f"{format_date(start, format='d MMM' if start.year == end.year else 'd MMM y', locale=locale)} – {last}"
