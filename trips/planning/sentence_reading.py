"""A sentence while it is being read: folded for matching, what is understood blanked out, and the way back.

Folding maps each character to exactly one (lower case, no accent), and runs of white space to one blank, so that every
pattern needs only ` ?` and stays linear, and every match still knows its span in the traveler's own text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

MAX_LENGTH = 500
TAKEN = "\x00"  # stands where something was understood; folding leaves no other control character
_PLAIN = {"\u2019": "'", "\u2018": "'", "\u02bc": "'", **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that was understood: what kind, its value in plain words, and the span of the text that said it."""

    kind: str
    value: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the folded text, [start, end)."""

    word: str
    start: int
    end: int


def fold_character(character: str) -> str:
    """One character for one: lower case, without accent, white space and controls as a blank."""
    if character in _PLAIN:
        return _PLAIN[character]
    if character.isspace() or unicodedata.category(character)[0] == "C":
        return " "
    plain = unicodedata.normalize("NFKD", character)
    if character.isalpha():
        plain = plain[:1].casefold()
    return plain[0] if len(plain) == 1 or (character.isalpha() and plain) else character


def fold(text: str) -> str:
    """A name or phrase as it is compared: folded, with single blanks."""
    return " ".join("".join(map(fold_character, unicodedata.normalize("NFC", text))).split())


def tokens_of(folded: str) -> list[Token]:
    """Words of folded text: letters, digits and the marks that Indian scripts write vowels with; hyphens part words."""
    found: list[Token] = []
    start: int | None = None
    for position, character in enumerate(folded + " "):
        inside = (
            character.isalnum() or unicodedata.category(character)[0] == "M" or (character == "'" and start is not None)
        )
        if inside and start is None:
            start = position
        elif not inside and start is not None:
            found.append(Token(folded[start:position], start, position))
            start = None
    return found


@dataclass(slots=True)
class Reading:
    """The text being read. `folded` loses what is taken; `whole` keeps it."""

    text: str
    truncated: bool
    whole: str
    positions: tuple[int, ...]
    folded: str
    parts: list[Part] = field(default_factory=list)

    def original(self, start: int, end: int) -> str:
        """The traveler's own letters of a folded span."""
        first, last = self.span(start, end)
        return self.text[first:last]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A folded span in the text."""
        if start >= end:
            return 0, 0
        return self.positions[start], self.positions[end - 1] + 1

    def take(self, start: int, end: int) -> None:
        """Blank a folded span: it is understood and nobody reads it again."""
        self.folded = self.folded[:start] + TAKEN * (end - start) + self.folded[end:]

    def note(self, kind: str, value: object, start: int, end: int) -> None:
        """Remember and take a folded span, without the blanks at its ends."""
        while start < end and self.whole[start] in " ,;":
            start += 1
        while end > start and self.whole[end - 1] in " ,;":
            end -= 1
        first, last = self.span(start, end)
        self.parts.append(Part(kind, str(value), self.text[first:last], first, last))
        self.take(start, end)

    def search(self, pattern: re.Pattern[str], start: int = 0) -> re.Match[str] | None:
        """The first match in what is left."""
        return pattern.search(self.folded, start)


def open_reading(text: str) -> Reading:
    """Cap, normalise and fold a traveler's text."""
    kept = unicodedata.normalize("NFC", text[:MAX_LENGTH])
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(kept):
        plain = fold_character(character)
        if plain == " " and (not characters or characters[-1] == " "):
            continue
        characters.append(plain)
        positions.append(position)
    folded = "".join(characters)
    return Reading(text=kept, truncated=len(text) > MAX_LENGTH, whole=folded, positions=tuple(positions), folded=folded)
