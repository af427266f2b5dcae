"""Countries by ISO 3166-1 alpha-3, named in the reader's language.

Codes and names come from the Unicode CLDR that Babel carries: its list of other spellings maps "IND" to "IN", whose names it has. What that
list keeps of states that are gone, or reserves for other ends, is left out; a test compares the rest with the trips' table of 250.
"""

from __future__ import annotations

from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global

# In CLDR's list, but no country's code in ISO 3166-1 today: dissolved states, exceptional reservations, private use, "unknown".
_NO_COUNTRY = frozenset({"ASC", "BUR", "CPT", "DDR", "DGA", "FXX", "QUU", "TAA", "TMP", "XAA", "XBB", "XKK", "YMD", "ZAR", "ZZZ"})
_KOSOVO = {"XKX": "XK"}  # user-assigned; ISO has no code, and travelers from there exist


@cache
def _alpha2() -> dict[str, str]:
    """alpha-3 -> alpha-2."""
    known = Locale("en").territories
    found = {code: to[0] for code, to in get_global("territory_aliases").items() if len(code) == 3 and code.isalpha() and len(to) == 1 and to[0] in known}
    return {code: short for code, short in found.items() if code not in _NO_COUNTRY} | _KOSOVO


def is_country(code: str) -> bool:
    return code in _alpha2()


def alpha2(code: str) -> str:
    """"IND" -> "IN"; "" for what is no country."""
    return _alpha2().get(code, "")


def country_name(code: str, language: str = "en") -> str:
    """"IND" -> "India"; the code itself when it is no country's."""
    short = alpha2(code)
    if not short:
        return code
    return str(_names(language).get(short) or _names("en")[short])


@cache
def _names(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language.replace("-", "_")).territories)
    except (UnknownLocaleError, ValueError):
        return dict(Locale("en").territories)


@cache
def choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """(alpha-3, name) of every country, by name, for a list to choose from."""
    return tuple(sorted(((code, country_name(code, language)) for code in _alpha2()), key=lambda pair: pair[1].casefold()))
