"""Where: destination names in a sentence, words that look like unknown places, and the known names nearest to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from .sentence_reading import Reading, Token, fold, tokens_of
from .sentence_words import EVERYDAY_NAMES, PLACE_PREPOSITIONS, SILENT_WORDS

CLOSE_ENOUGH = 0.6  # difflib ratio under which a name is no suggestion
LOOKS_LIKE = 0.75  # a lower-case word this close to a known name is taken for a misspelt one
SHORTLIST = 30  # names compared letter by letter, after trigrams have sorted all of them
LONGEST_QUERY = 60
AFTER_A_NAME = frozenset({"and", "or", "for", "in", "from", "with", "on", "trip", "tour", "under", "during", "to"})
MOST_GUESSES = 12  # words per sentence that are compared with all names


@dataclass(frozen=True, slots=True)
class DestinationName:
    """A destination as the catalogue knows it, with other spellings and the currency of its country."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """What was found. `origin` is a known name or, with `origin_id` None, the traveler's own word."""

    destinations: tuple[DestinationName, ...] = ()
    origin: str | None = None
    origin_id: str | None = None


@lru_cache(maxsize=8)
def _index(destinations: tuple[DestinationName, ...]) -> dict[str, tuple[tuple[tuple[str, ...], DestinationName], ...]]:
    """Names and aliases as word tuples under their first word, longest first."""
    table: dict[str, list[tuple[tuple[str, ...], DestinationName]]] = {}
    for destination in destinations:
        for name in (destination.name, *destination.aliases):
            words = tuple(token.word for token in tokens_of(fold(name)))
            if words:
                table.setdefault(words[0], []).append((words, destination))
    return {first: tuple(sorted(names, key=lambda n: -len(n[0]))) for first, names in table.items()}


def read_places(reading: Reading, destinations: Sequence[DestinationName]) -> Where:
    """Take the known names in the order of the sentence; the one after "from" is the origin."""
    index = _index(tuple(destinations))
    tokens = tokens_of(reading.folded)
    found: dict[str, DestinationName] = {}
    origin: DestinationName | None = None
    position = 0
    while position < len(tokens):
        match = _match(index, tokens, position)
        if match is None or not _is_meant(reading, tokens, position, match[0]):
            position += 1
            continue
        length, destination = match
        start, end = tokens[position].start, tokens[position + length - 1].end
        before = tokens[position - 1].word if position else ""
        if before == "from" and origin is None:
            origin = destination
            reading.note("origin", destination.name, tokens[position - 1].start, end)
        else:
            found.setdefault(destination.id, destination)
            reading.note("destination", destination.name, start, end)
        position += length
    if origin is not None:
        return Where(tuple(found.values()), origin.name, origin.id)
    return Where(tuple(found.values()), _unknown_origin(reading))


def _match(
    index: dict[str, tuple[tuple[tuple[str, ...], DestinationName], ...]], tokens: list[Token], position: int
) -> tuple[int, DestinationName] | None:
    for words, destination in index.get(tokens[position].word, ()):
        if tuple(token.word for token in tokens[position : position + len(words)]) == words:
            return len(words), destination
    return None


def _is_meant(reading: Reading, tokens: list[Token], position: int, length: int) -> bool:
    """An everyday word is a place only with a capital inside the sentence, or standing like a name: "to nice for"."""
    token = tokens[position]
    if length > 1 or token.word not in EVERYDAY_NAMES:
        return True
    capital = _has_capital(reading, token)
    if position == 0:
        return capital and _ends_like_a_name(tokens, position)
    return capital or (
        tokens[position - 1].word in {*PLACE_PREPOSITIONS, "from"} and _ends_like_a_name(tokens, position)
    )


def _has_capital(reading: Reading, token: Token) -> bool:
    """Whether the traveler wrote the word with a capital, in a text that isn't all capitals."""
    return reading.original(token.start, token.end)[:1].isupper() and not reading.text.isupper()


def _ends_like_a_name(tokens: list[Token], position: int) -> bool:
    """Whether after a word the phrase ends, or goes on with a small word as after a name."""
    if position + 1 == len(tokens) or tokens[position + 1].start > tokens[position].end + 1:
        return True
    return tokens[position + 1].word in AFTER_A_NAME


def _unknown_origin(reading: Reading) -> str | None:
    tokens = tokens_of(reading.folded)
    for here, there in pairwise(tokens):
        word = reading.original(there.start, there.end)
        if (
            here.word == "from"
            and there.start == here.end + 1
            and word[:1].isupper()
            and there.word not in SILENT_WORDS
        ):
            reading.note("origin", word, here.start, there.end)
            return word
    return None


def read_unknown_places(reading: Reading, destinations: Sequence[DestinationName]) -> tuple[str, ...]:
    """Take words that look like places: with a capital, after "to" or "in", or nearly a known name."""
    names = tuple(name for d in destinations for name in (d.name, *d.aliases))
    tokens = tokens_of(reading.folded)
    guesses = 0
    unknown: list[str] = []
    position = 0
    while position < len(tokens) and len(unknown) < MOST_GUESSES:
        token = tokens[position]
        end = position + 1
        if token.word in SILENT_WORDS or len(token.word) < 3 or not token.word[0].isalpha():
            position = end
            continue
        capital = _has_capital(reading, token)
        named = capital and (position > 0 or _ends_like_a_name(tokens, position))
        before = tokens[position - 1] if position else None
        after_preposition = before is not None and before.word in PLACE_PREPOSITIONS and before.end + 1 == token.start
        near = False
        if not named and not after_preposition and guesses < MOST_GUESSES:
            guesses += 1
            near = bool(_ranked(token.word, names, LOOKS_LIKE))
        if near or after_preposition or named:
            while capital and end < len(tokens) and _continues(reading, tokens[end - 1], tokens[end]):
                end += 1
            words = reading.original(token.start, tokens[end - 1].end)
            reading.note("unknown_place", words, token.start, tokens[end - 1].end)
            unknown.append(words)
        position = end
    return tuple(unknown)


def _continues(reading: Reading, here: Token, there: Token) -> bool:
    capital = reading.original(there.start, there.end)[:1].isupper()
    return (
        there.start == here.end + 1 and reading.folded[here.end] in " -" and capital and there.word not in SILENT_WORDS
    )


def nearest_names(text: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The known names most like a misspelt one, best first, in any case and accents; empty when none is like it."""
    return tuple(name for _, name in _ranked(text, tuple(names), CLOSE_ENOUGH)[: max(0, limit)])


def _ranked(text: str, names: tuple[str, ...], least: float) -> list[tuple[float, str]]:
    wanted = fold(text[:LONGEST_QUERY])
    if not wanted:
        return []
    grams = _trigrams(wanted)
    shared = ((2 * len(grams & known) / (len(grams) + len(known)), name) for name, known in _grams_of(names))
    shortlist = sorted((pair for pair in shared if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))[:SHORTLIST]
    rated = [(SequenceMatcher(None, wanted, fold(name), autojunk=False).ratio(), name) for _, name in shortlist]
    return sorted((pair for pair in rated if pair[0] >= least), key=lambda pair: (-pair[0], pair[1]))


@lru_cache(maxsize=8)
def _grams_of(names: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((name, _trigrams(fold(name[:LONGEST_QUERY]))) for name in dict.fromkeys(names))


def _trigrams(folded: str) -> frozenset[str]:
    padded = f"  {folded} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))
