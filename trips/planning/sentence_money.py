"""How much: amounts, ranges and currencies in a sentence, in major units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from .sentence_reading import Reading
from .sentence_words import (
    CODES_THAT_ARE_WORDS,
    CURRENCY_CODES,
    CURRENCY_SIGNS,
    CURRENCY_WORDS,
    HALVES,
    INDIAN_MULTIPLIERS,
    MULTIPLIERS,
    NUMBERS,
)

AROUND = Decimal("0.1")  # "around 30000" is 27000 to 33000
SMALLEST_BARE = 1000  # a number without any sign of money is money from here on, unless it looks like a year
SMALLEST_HINTED = 100  # with "under", "around" ... from here on
MAX_AMOUNT = Decimal(10) ** 12

_ANY_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_ANY_CODE = "|".join(sorted(CURRENCY_CODES))
_ANY_WORD = "|".join(sorted(CURRENCY_WORDS, key=len, reverse=True))
_MULTIPLIER = "|".join(sorted((m for m in MULTIPLIERS if m not in "lk"), key=len, reverse=True))
_NUMBER_WORDS = "|".join(re.escape(w) for w in sorted({*NUMBERS, *HALVES}, key=len, reverse=True))
_FIGURE = r"\d{1,3}(?: \d{3}){1,3}(?![\d,.])|\d{1,13}(?:[.,']\d{1,3}){0,5}"


def _amount(tag: str) -> str:
    """A pattern of one amount; its groups end with `tag`."""
    return (
        rf"(?:(?<![a-z])(?P<sign{tag}>{_ANY_SIGN}|(?:{_ANY_CODE})(?![a-z])) ?)?"
        rf"(?:(?P<figure{tag}>(?<!\d)(?<!\d[.,])(?:{_FIGURE}))(?P<small{tag}> ?[kl](?![a-z]))?"
        rf"|(?P<words{tag}>\b(?:{_NUMBER_WORDS}))(?= (?:{_MULTIPLIER})\b))"
        rf"(?: ?(?P<many{tag}>{_MULTIPLIER})(?![a-z]))?"
        rf"(?: ?(?P<after{tag}>(?:{_ANY_SIGN}|{_ANY_WORD}|{_ANY_CODE})(?![a-z])))?(?:/-)?"
    )


_NOT_COUNT = (
    r"(?! ?(?:days?|nights?|weeks?|people|persons?|adults?|kids?|children|pax|travell?ers"
    r"|hours?|hrs?|km|am|pm|star|%|[/:]\d))"
)
_BUDGET = r"(?:\b(?:my |our |the |a |total |with a |with )?\b(?:total )?budget(?: is| of| :|:| -| =)? )?"
_HINT = (
    r"(?:(?P<max>\bunder|\bbelow|\bless than|\bwithin|\bup ?to|\bupto|\bmax(?:imum)?(?: of)?|\bat most|\bnot more than"
    r"|\bno more than|\bcheaper than|\bnot exceeding|\bspend|<=?)"
    r"|(?P<about>\baround|\babout|\bapprox(?:imately)?\.?|\broughly|\bcirca|\bnearly|~)"
    r"|(?P<min>\bat least|\bminimum(?: of)?|\bmore than|\babove|\bover|\bmin|>=?)) ?"
)
_PER = (
    r"(?P<per> ?(?:per person|per head|a head|a person|pp\b|each\b|per day"
    r"|a day|/ ?day|daily|per night|a night|/ ?person|/ ?night))?"
)
_RANGE = re.compile(
    rf"(?P<budget>{_BUDGET})(?P<between>\b(?:between|from) )?"
    rf"{_amount('1')}{_NOT_COUNT} ?(?:-|and|to) ?{_amount('2')}{_NOT_COUNT}{_PER}"
)
_SINGLE = re.compile(
    rf"(?P<budget>{_BUDGET})(?:{_HINT})?(?:\ba )?(?:\b(?:about|around|total) )?{_amount('1')}{_NOT_COUNT}{_PER}"
    r"(?P<tail> ?(?:budget|max(?:imum)?|tops|at most|or less|total|in total|all in)\b)?"
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,' ]\d{2,3})*[.,' ]\d{3}")
_DECIMALS = re.compile(r"(?P<whole>\d{1,13}|\d{1,3}(?:[.,']\d{2,3})*[.,']\d{3})[.,](?P<part>\d{1,2})")


@dataclass(frozen=True, slots=True)
class Money:
    """A wished budget. `basis`: trip, person, day; `indian` says that lakh or crore were said without a currency."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str | None = None
    indian: bool = False
    approximate: bool = False
    basis: str = "trip"


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Decimal
    scale: int
    currency: str | None
    indian: bool
    bare: str | None  # the figures, when nothing but them was written


def read_money(reading: Reading) -> Money:
    """Take one range, or else a ceiling and a floor; what else looks like money stays unread."""
    start = 0
    while match := reading.search(_RANGE, start):
        found = _range(reading, match)
        if found is not None:
            reading.note("budget", _words(found), match.start(), match.end())
            return found
        start = match.start() + 1
    return _read_singles(reading)


def _range(reading: Reading, match: re.Match[str]) -> Money | None:
    first, second = _value(reading, match, "1"), _value(reading, match, "2")
    if first is None or second is None:
        return None
    low, high = first.value, second.value
    if first.scale == 1 and second.scale > 1 and low * second.scale <= high:
        low *= second.scale  # "40-50k"
    said = (first.currency, second.currency, match["between"], match["budget"])
    plain = not any(said) and first.bare is not None and second.bare is not None
    if low > high or (plain and (low < SMALLEST_BARE or _is_year(first.bare) or _is_year(second.bare))):
        return None
    if match["between"] and not any((first.currency, second.currency)) and high < SMALLEST_HINTED:
        return None
    currency = first.currency or second.currency
    return Money(low, high, currency, first.indian or second.indian, basis=_basis(match["per"]))


def _read_singles(reading: Reading) -> Money:
    wish = Money()
    start = 0
    while match := reading.search(_SINGLE, start):
        amount = _value(reading, match, "1")
        if amount is None or not _is_money(match, amount):
            start = max(match.start() + 1, match.end() if amount is None else match.start() + 1)
            continue
        start = match.end()
        wished = _merge(wish, match, amount)
        if wished is not None:
            reading.note("budget", _words(wished), match.start(), match.end())
            wish = wished
    return wish


def _is_money(match: re.Match[str], amount: _Amount) -> bool:
    if amount.currency or match["budget"] or (match["tail"] and amount.value >= SMALLEST_HINTED):
        return True
    if amount.bare is None:  # 40k, 2 lakh
        return True
    hinted = match["max"] or match["about"] or match["min"]
    if hinted:
        return amount.value >= SMALLEST_HINTED
    return amount.value >= SMALLEST_BARE and not _is_year(amount.bare)


def _merge(wish: Money, match: re.Match[str], amount: _Amount) -> Money | None:
    """The wish with one more amount; None when that end of the range is already said."""
    low, high, about = wish.minimum, wish.maximum, False
    if match["min"]:
        if low is not None:
            return None
        low = amount.value
    elif high is not None:
        return None
    elif match["about"]:
        low, high, about = _tidy(amount.value * (1 - AROUND)), _tidy(amount.value * (1 + AROUND)), True
    else:
        high = amount.value
    if low is not None and high is not None and low > high:
        return None
    basis = _basis(match["per"])
    return Money(
        low,
        high,
        wish.currency or amount.currency,
        wish.indian or amount.indian,
        wish.approximate or about,
        wish.basis if basis == "trip" else basis,
    )


def _value(reading: Reading, match: re.Match[str], tag: str) -> _Amount | None:
    figure, words = match["figure" + tag], match["words" + tag]
    unit = (match["small" + tag] or "").strip() or match["many" + tag] or ""
    both = match["many" + tag] if match["small" + tag] else None
    if both:
        return None
    scale = MULTIPLIERS.get(unit, 1)
    number = _figure(figure) if figure else Decimal(HALVES.get(words) or NUMBERS[words])
    if number is None:
        return None
    value = number * scale
    if value <= 0 or value > MAX_AMOUNT:
        return None
    currency = _currency(reading, match, "sign" + tag) or _currency(reading, match, "after" + tag)
    bare = figure if figure and not unit and currency is None else None
    return _Amount(_tidy(value), scale, currency, currency is None and unit in INDIAN_MULTIPLIERS, bare)


def _tidy(value: Decimal) -> Decimal:
    """1.5 lakh is 150000, not 150000.0."""
    whole = value.to_integral_value()
    return whole if whole == value else value


def _figure(figure: str) -> Decimal | None:
    """ "40,000", "1,50,000", "1.500" and "2 000" are grouped; "1.5", "1,5" and "1.500,50" have decimals."""
    if _GROUPED.fullmatch(figure):
        return Decimal(re.sub(r"\D", "", figure))
    decimals = _DECIMALS.fullmatch(figure)
    if decimals:
        return Decimal(re.sub(r"\D", "", decimals["whole"]) + "." + decimals["part"])
    plain = re.sub(r"[ ']", "", figure)
    return Decimal(plain) if plain.isdecimal() else None


def _currency(reading: Reading, match: re.Match[str], group: str) -> str | None:
    word = match[group]
    if word is None:
        return None
    if word in CODES_THAT_ARE_WORDS and not reading.original(*match.span(group)).isupper():
        return None
    return CURRENCY_SIGNS.get(word) or CURRENCY_WORDS.get(word) or word.upper()


def _is_year(figure: str | None) -> bool:
    return figure is not None and len(figure) == 4 and figure.isdecimal() and 1900 <= int(figure) <= 2100


def _basis(per: str | None) -> str:
    if per is None:
        return "trip"
    return "day" if "day" in per or "daily" in per or "night" in per else "person"


def _words(money: Money) -> str:
    low, high = ("" if end is None else f"{end.normalize():f}" for end in (money.minimum, money.maximum))
    return f"{low}-{high} {money.currency or ''}".strip()
