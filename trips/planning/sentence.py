"""A traveler's sentence as a structured wish: "5 days in Varanasi for 2 under 40,000, temples and food".

Pure, linear and forgiving: any text gives a wish, each recognised part remembers the span that said it, and what was
not understood is listed. Read in this order, each reader taking its words away: when, who, money, where, tastes, and at
last what looks like a place. Rows of the tables in `sentence_words` are the vocabulary.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .sentence_dates import When, read_when
from .sentence_money import Money, read_money
from .sentence_party import Party, read_counts, read_loose_counts
from .sentence_places import DestinationName, Where, nearest_names, read_places, read_unknown_places
from .sentence_reading import MAX_LENGTH, Part, Reading, Token, open_reading, tokens_of
from .sentence_words import LAKH_CURRENCIES, NEGATIONS, PHRASES, SILENT_WORDS, Meaning

__all__ = ["MAX_LENGTH", "DestinationName", "Leftover", "ParsedWish", "Part", "nearest_names", "parse_sentence"]

DEFAULT_CURRENCY = "USD"  # as `Problem.currency`
_LONGEST_PHRASE = max(len(tokens_of(phrase)) for phrase in PHRASES)
_PHRASES: dict[tuple[str, ...], tuple[Meaning, ...]] = {
    tuple(token.word for token in tokens_of(phrase)): meanings for phrase, meanings in PHRASES.items()
}


@dataclass(frozen=True, slots=True)
class Leftover:
    """Words that were not understood, [start, end) of the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedWish:
    """What a sentence asks for; None or empty where it says nothing.

    `text` is what was read (NFC, at most 500 characters; `truncated` says that more was sent), and all spans are in it.
    Money is in major units of `currency`; `currency` is None without an amount, `budget_basis` is trip, person or day.
    `month` is the first of a wished month; `days` counts both ends; `avoided` are interests after a "no".
    """

    text: str
    truncated: bool
    destinations: tuple[DestinationName, ...]
    unknown_places: tuple[str, ...]
    origin: str | None
    origin_id: str | None
    days: int | None
    people: int | None
    children: int | None
    budget_min: Decimal | None
    budget_max: Decimal | None
    currency: str | None
    budget_approximate: bool
    budget_basis: str
    start: dt.date | None
    end: dt.date | None
    month: dt.date | None
    season: str | None
    interests: tuple[str, ...]
    avoided: tuple[str, ...]
    comfort: str | None
    pace: str | None
    trip_type: str | None
    needs: tuple[str, ...]
    parts: tuple[Part, ...]
    leftover: tuple[Leftover, ...]


def parse_sentence(
    text: str, *, destinations: Sequence[DestinationName], today: dt.date, default_currency: str = DEFAULT_CURRENCY
) -> ParsedWish:
    """Read a sentence; never raises, whatever the text.

    A currency comes from its sign or word, else from the first destination, else `default_currency`.
    Dates without a year are the next such date from `today` on.
    """
    reading = open_reading(text)
    when = read_when(reading, today)
    party = read_counts(reading)
    toddlers = _hidden_needs(reading)
    money = read_money(reading)
    loose = read_loose_counts(reading) if party.people is None else None
    where = read_places(reading, destinations)
    tastes = _read_tastes(reading)
    unknown = read_unknown_places(reading, destinations)
    return _wish(reading, when, party, loose, money, where, unknown, tastes, toddlers, default_currency)


def _wish(
    reading: Reading,
    when: When,
    party: Party,
    loose: int | None,
    money: Money,
    where: Where,
    unknown: tuple[str, ...],
    tastes: dict[str, list[str]],
    hidden_needs: list[str],
    default_currency: str,
) -> ParsedWish:
    types = tastes["trip_type"] or (["family"] if party.family else [])
    romantic = "romantic" in types and any(part.text.lower() == "honeymoon" for part in reading.parts)
    return ParsedWish(
        text=reading.text,
        truncated=reading.truncated,
        destinations=where.destinations,
        unknown_places=unknown,
        origin=where.origin,
        origin_id=where.origin_id,
        days=when.days,
        people=party.people or loose or (2 if romantic else None),
        children=party.children,
        budget_min=money.minimum,
        budget_max=money.maximum,
        currency=_currency(money, where.destinations, default_currency),
        budget_approximate=money.approximate,
        budget_basis=money.basis,
        start=when.start,
        end=when.end,
        month=when.month,
        season=when.season,
        interests=tuple(tastes["interest"]),
        avoided=tuple(interest for interest in tastes["avoid"] if interest not in tastes["interest"]),
        comfort=next(iter(tastes["comfort"]), None),
        pace=next(iter(tastes["pace"]), None),
        trip_type=_trip_type(types),
        needs=tuple(dict.fromkeys([*hidden_needs, *tastes["need"]])),
        parts=tuple(sorted(reading.parts, key=lambda part: (part.start, part.end, part.kind))),
        leftover=_leftover(reading),
    )


def _trip_type(types: list[str]) -> str | None:
    """The first type said; "vacation" and "holiday" say little, so any other comes before leisure."""
    return next((t for t in types if t != "leisure"), types[0] if types else None)


def _currency(money: Money, destinations: tuple[DestinationName, ...], default: str) -> str | None:
    if money.minimum is None and money.maximum is None:
        return None
    local = next((d.currency for d in destinations if d.currency), None)
    if money.indian:
        return local if local in LAKH_CURRENCIES else LAKH_CURRENCIES[0]
    return money.currency or local or default


def _hidden_needs(reading: Reading) -> list[str]:
    """Needs that stand inside a party's words ("with a toddler", "my elderly parents"), which are taken already."""
    words = {
        token.word
        for part in reading.parts
        if part.kind in ("people", "companions")
        for token in tokens_of(part.text.lower())
    }
    return [
        value
        for word in sorted(words)
        for kind, value in _PHRASES.get((word,), ())
        if kind == "need" and value in ("toddler", "senior")
    ]


def _read_tastes(reading: Reading) -> dict[str, list[str]]:
    """Take phrases of the vocabulary, longest first; after a "no" an interest is avoided, anything else unread."""
    tastes: dict[str, list[str]] = {kind: [] for kind in ("interest", "avoid", "comfort", "pace", "trip_type", "need")}
    tokens = tokens_of(reading.folded)
    position, denied_until = 0, -1
    while position < len(tokens):
        length, meanings = _phrase(tokens, position)
        if not length:
            # "no museums or nightlife": a denial reaches over "or" and commas to the next interest
            if tokens[position].word in NEGATIONS:
                denied_until = position + 1
            elif denied_until == position and tokens[position].word in (
                "or",
                "nor",
                "too",
                "any",
                "so",
                "very",
                "a",
                "into",
            ):
                denied_until += 1
            position += 1
            continue
        denied = denied_until == position
        if denied:
            _deny(reading, tastes, tokens, position, length, meanings)
            after = tokens[position + length].word if position + length < len(tokens) else ""
            denied_until = position + length if after in ("or", "nor") else -1
            if meanings[0][0] != "interest":
                length = 1  # "non veg food" denies "veg" and still says "food"
        else:
            _accept(reading, tastes, tokens, position, length, meanings)
        position += length
    return tastes


def _phrase(tokens: list[Token], position: int) -> tuple[int, tuple[Meaning, ...]]:
    for length in range(min(_LONGEST_PHRASE, len(tokens) - position), 0, -1):
        words = tuple(token.word for token in tokens[position : position + length])
        close = all(
            b.start - a.end == 1
            for a, b in zip(tokens[position:], tokens[position + 1 : position + length], strict=False)
        )
        if words in _PHRASES and close:
            return length, _PHRASES[words]
    return 0, ()


def _accept(
    reading: Reading,
    tastes: dict[str, list[str]],
    tokens: list[Token],
    position: int,
    length: int,
    meanings: tuple[Meaning, ...],
) -> None:
    for kind, value in meanings:
        if value not in tastes[kind]:
            tastes[kind].append(value)
        reading.note(kind, value, tokens[position].start, tokens[position + length - 1].end)


def _deny(
    reading: Reading,
    tastes: dict[str, list[str]],
    tokens: list[Token],
    position: int,
    length: int,
    meanings: tuple[Meaning, ...],
) -> None:
    for kind, value in meanings:
        if kind == "interest":
            tastes["avoid"].append(value)
            reading.note("avoid", value, tokens[position].start, tokens[position + length - 1].end)


def _leftover(reading: Reading) -> tuple[Leftover, ...]:
    """Runs of words that nobody took, without the silent ones at their ends."""
    runs: list[list[Token]] = []
    last: Token | None = None
    for token in tokens_of(reading.folded):
        if token.word in SILENT_WORDS:
            continue
        # a run goes on over one blank only: what lies between two words must not have been understood
        if last is not None and token.start - last.end == 1 and reading.folded[last.end] in " -":
            runs[-1].append(token)
        else:
            runs.append([token])
        last = token
    found = []
    for run in runs:
        start, end = reading.span(run[0].start, run[-1].end)
        found.append(Leftover(reading.text[start:end], start, end))
    return tuple(found)
