"""Whether two spellings are the same name: case, accents, spaces, hyphens and order don't matter to people, and to machines they should not."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Literal

MatchKind = Literal["same", "order", "part", "different", "missing"]

# Letters that carry no accent to take off, as machine-readable passports write them (ICAO 9303, part 3).
_LETTERS = str.maketrans(
    {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "œ": "oe", "Œ": "oe", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ł": "l", "Ł": "l", "ı": "i", "İ": "i"}
)  # fmt: skip
_APART = re.compile(r"[\s\-‐‑‒–—.,/]+")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "mstr", "smt", "shri"})


@dataclass(frozen=True, slots=True)
class NameMatch:
    """`only_left`, `only_right`: words (normalised) that one of the two has alone."""

    kind: MatchKind
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()


def normalized_words(name: str) -> tuple[str, ...]:
    """Lower-case words without accents, apostrophes and titles, in the name's own order."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    words = tuple(kept for word in _APART.split(plain) if (kept := "".join(letter for letter in word if letter.isalnum())))
    titled = tuple(word for word in words if word not in _TITLES)
    return titled or words


def compare_names(left: str, right: str) -> NameMatch:
    """same: the same letters, whatever parts them; order: the same words turned round; part: one has words more; else different."""
    a, b = normalized_words(left), normalized_words(right)
    if not a or not b:
        return NameMatch("missing")
    if "".join(a) == "".join(b):
        return NameMatch("same")
    more_a, more_b = Counter(a) - Counter(b), Counter(b) - Counter(a)
    if not more_a and not more_b:
        return NameMatch("order")
    only_a, only_b = tuple(more_a.elements()), tuple(more_b.elements())
    if "".join(only_a) == "".join(only_b):  # parted elsewhere: "Mary Ann" and "Maryann"
        return NameMatch("order")
    if not only_a or not only_b:
        return NameMatch("part", only_a, only_b)
    return NameMatch("different", only_a, only_b)
