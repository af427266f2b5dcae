"""What may stand in people's fields: texts, names, codes, and the JSON columns, each with its stated form. Pure but for the list of languages.

A check takes what was sent and returns what is stored, or raises Misfit with a sentence. `cleaned` runs them over a body.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from travelplanner.core import countries, money
from travelplanner.core.errors import Invalid

Check = Callable[[Any], Any]
FIRST_YEAR = 1900
MOST_AIRLINES, MOST_CHAINS, MOST_PROGRAMS, MOST_JOURNEYS = 20, 20, 20, 100
PROGRAM_KINDS = ("airline", "hotel", "other")
PURPOSES = ("leisure", "business", "family", "study", "other")
CHANNELS = ("email", "sms", "push")
_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")  # would turn the text around them, or hide
_JOINERS = frozenset("\u200c\u200d")  # Indic and Persian names are written with them
_IN_NAMES = frozenset("'’‘ʼ`´.,·/()&")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*")
_AIRLINE = re.compile(r"[A-Z0-9]{2}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]*")


class Misfit(ValueError):
    """One value doesn't fit; its text says what would."""


def cleaned(values: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Each value by its check; names without a check are left out. Raises Invalid with every field that doesn't fit."""
    found: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for name, check in checks.items():
        if name in values:
            try:
                found[name] = check(values[name])
            except Misfit as misfit:
                faults[name] = [str(misfit)]
    if faults:
        raise Invalid(fields=faults)
    return found


# --- texts -----------------------------------------------------------------------------------------------------------
def text(longest: int, *, lines: bool = False, needed: bool = False) -> Check:
    """A text of one line (or several), composed (NFC), without control characters and signs that turn the writing around."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Misfit(_("Write this as text."))
        plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
        for sign in plain:
            if sign in _STEERING or (unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") and not (lines and sign in "\n\t")):
                raise Misfit(_("There is a sign in it that can't be shown. Type the text anew instead of pasting it."))
        if len(plain) > longest:
            raise Misfit(_("At most %d characters.") % longest)
        if needed and not plain:
            raise Misfit(_("This is needed."))
        return plain

    return check


def name(longest: int, *, needed: bool = False) -> Check:
    """A person's name in any script: letters, spaces, hyphens, apostrophes, dots."""
    plain_text = text(longest, needed=needed)

    def check(value: Any) -> str:
        plain = " ".join(plain_text(value).split())
        if any(sign not in _IN_NAMES and sign not in _JOINERS and unicodedata.category(sign)[0] not in "LMN" and unicodedata.category(sign) not in ("Zs", "Pd") for sign in plain):
            raise Misfit(_("A name has letters, spaces, hyphens, apostrophes and dots."))
        if plain and not any(unicodedata.category(sign).startswith("L") for sign in plain):
            raise Misfit(_("A name has at least one letter."))
        return plain

    return check


def email(value: Any) -> str:
    plain: str = text(254)(value)
    if plain:
        try:
            validate_email(plain)
        except ValidationError as fault:
            raise Misfit(_("This is not an e-mail address.")) from fault
    return plain


def phone(value: Any) -> str:
    """A number with its digits as written; 7 to 15 of them (ITU E.164)."""
    plain: str = text(20)(value)
    if plain and not (_PHONE.fullmatch(plain) and 7 <= sum(sign.isdigit() for sign in plain) <= 15):
        raise Misfit(_("A phone number has 7 to 15 digits, such as +91 98765 43210."))
    return plain


# --- choices and codes -----------------------------------------------------------------------------------------------
def one_of(keys: Collection[str], *, blank: bool = True) -> Check:
    def check(value: Any) -> str:
        if value in (None, "") and blank:
            return ""
        if not isinstance(value, str) or value not in keys:
            raise Misfit(_("Choose one of: %s.") % ", ".join(keys))
        return value

    return check


def keys_of(keys: Collection[str]) -> Check:
    """A list of keys, in the order of the choices, each once."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, list) or len(value) > 50 or not all(isinstance(key, str) for key in value):
            raise Misfit(_("Send a list of keys."))
        unknown = [key for key in value if key not in keys]
        if unknown:
            raise Misfit(_("Unknown: %(names)s. Choose from: %(all)s.") % {"names": ", ".join(unknown)[:100], "all": ", ".join(keys)})
        return [key for key in keys if key in value]

    return check


def country(value: Any) -> str:
    if value in (None, ""):
        return ""
    code = value.strip().upper() if isinstance(value, str) else ""
    if not countries.is_country(code):
        raise Misfit(_("A country is written by its three letters (ISO 3166-1), such as IND or DEU."))
    return code


def language(value: Any) -> str:
    return str(one_of([code for code, _label in settings.LANGUAGES], blank=False)(value))


@cache
def zones() -> tuple[str, ...]:
    """Names that people know, of the IANA database: Europe/Paris, not Etc/GMT+3 or posix/..."""
    areas = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.split("/")[0] in areas))


def timezone(value: Any) -> str:
    if not isinstance(value, str) or value not in zones():
        raise Misfit(_("A time zone is written like Asia/Kolkata."))
    return value


def currency(value: Any) -> str:
    if value in (None, ""):
        return ""
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in money.known_currencies():
        raise Misfit(_("This is not a currency code in use, such as INR or EUR."))
    return code


# --- numbers and days ------------------------------------------------------------------------------------------------
def number(lowest: int, highest: int) -> Check:
    def check(value: Any) -> int | None:
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise Misfit(_("A whole number from %(lowest)d to %(highest)d.") % {"lowest": lowest, "highest": highest})
        return value

    return check


def amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        plain = Decimal(str(value))
    except InvalidOperation as fault:
        raise Misfit(_("This amount can't be used.")) from fault
    if isinstance(value, bool) or not plain.is_finite() or not 0 <= plain <= money.MAX_AMOUNT / 1000:
        raise Misfit(_("This amount can't be used."))
    return plain


def day(value: Any) -> dt.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise Misfit(_("Write the day as 2019-05-31."))


def birth_date(today: dt.date) -> Check:
    def check(value: Any) -> dt.date | None:
        born = day(value)
        if born is not None and born > today:
            raise Misfit(_("This day is still to come."))
        if born is not None and born.year < FIRST_YEAR:
            raise Misfit(_("Nobody traveling today was born before %d.") % FIRST_YEAR)
        return born

    return check


# --- JSON columns ----------------------------------------------------------------------------------------------------
def airline_codes(value: Any) -> list[str]:
    """["AI", "6E"]: IATA's two signs, not both digits; each once."""
    codes = [code.strip().upper() for code in value] if isinstance(value, list) and all(isinstance(code, str) for code in value) else None
    if codes is None or len(codes) > MOST_AIRLINES or not all(_AIRLINE.fullmatch(code) and not code.isdigit() for code in codes):
        raise Misfit(_("An airline is written by its two signs, such as AI or 6E; at most %d.") % MOST_AIRLINES)
    return list(dict.fromkeys(codes))


def chain_names(value: Any) -> list[str]:
    """["Taj", "Ibis"]: names of at most 80 characters; each once."""
    if not isinstance(value, list) or len(value) > MOST_CHAINS:
        raise Misfit(_("Send a list of names, at most %d.") % MOST_CHAINS)
    return list(dict.fromkeys(text(80, needed=True)(each) for each in value))


def loyalty_programs(value: Any) -> list[dict[str, str]]:
    """[{"kind": "airline"|"hotel"|"other", "program": "Flying Returns", "number": "123 456"}]"""
    if not isinstance(value, list) or len(value) > MOST_PROGRAMS:
        raise Misfit(_("Send a list of programs, at most %d.") % MOST_PROGRAMS)
    found = []
    for entry in value:
        if not isinstance(entry, dict) or set(entry) != {"kind", "program", "number"}:
            raise Misfit(_("A program has a kind, a name and a number."))
        if not isinstance(entry["number"], str) or len(entry["number"]) > 40 or not _NUMBER.fullmatch(entry["number"].strip()):
            raise Misfit(_("A membership number has letters and digits, at most 40."))
        found.append({"kind": one_of(PROGRAM_KINDS, blank=False)(entry["kind"]), "program": text(80, needed=True)(entry["program"]), "number": entry["number"].strip()})
    return found


def notification_preferences(value: Any) -> dict[str, bool]:
    """{"email": true, "sms": false, "push": true}"""
    if not isinstance(value, dict) or set(value) - set(CHANNELS) or not all(isinstance(on, bool) for on in value.values()):
        raise Misfit(_("Say true or false for: %s.") % ", ".join(CHANNELS))
    return {channel: value[channel] for channel in CHANNELS if channel in value}


def interests(keys: Collection[str]) -> Check:
    """{"temples": 2, "food": 0.5}: weights above 0 up to 3; a list of names weighs each 1; 0 leaves one out."""

    def check(value: Any) -> dict[str, float]:
        if isinstance(value, list) and all(isinstance(key, str) for key in value):
            value = dict.fromkeys(value, 1.0)
        if not isinstance(value, dict) or len(value) > 50:
            raise Misfit(_("Give a list of names, or an object of names with weights from 0 to 3."))
        unknown = [str(key) for key in value if key not in keys]
        if unknown:
            raise Misfit(_("Unknown: %(names)s. Choose from: %(all)s.") % {"names": ", ".join(unknown)[:100], "all": ", ".join(keys)})
        if any(isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 3 for weight in value.values()):
            raise Misfit(_("Weights go from 0 to 3."))
        return {key: float(weight) for key, weight in value.items() if weight}

    return check


def travel_history(today: dt.date) -> Check:
    """[{"country": "FRA", "year": 2024, "purpose": "leisure"}], newest first."""

    def check(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or len(value) > MOST_JOURNEYS:
            raise Misfit(_("Send a list of journeys, at most %d.") % MOST_JOURNEYS)
        found = []
        for entry in value:
            if not isinstance(entry, dict) or set(entry) != {"country", "year", "purpose"} or not entry["country"]:
                raise Misfit(_("A journey has a country, a year and a purpose."))
            year = number(FIRST_YEAR, today.year)(entry["year"])
            if year is None:
                raise Misfit(_("A journey has a country, a year and a purpose."))
            found.append({"country": country(entry["country"]), "year": year, "purpose": one_of(PURPOSES, blank=False)(entry["purpose"])})
        return sorted(found, key=lambda journey: -journey["year"])

    return check
