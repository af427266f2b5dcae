"""Numbers that are typed after a command: what isn't one is refused with a sentence, before anything is made."""

from __future__ import annotations

from argparse import ArgumentTypeError


def count(text: str) -> int:
    """A whole number from 1 up."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) == int(text)):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to 999999999")
    return int(text)


def seconds(text: str) -> int:
    """A whole number from 0 up."""
    return 0 if text == "0" else count(text)


def counts(text: str) -> list[int]:
    """Several, with commas between."""
    return [count(part.strip()) for part in text.split(",")]


def span(text: str) -> range:
    """`A-B`, both included; `A` alone is one."""
    first, _, last = text.partition("-")
    found = range(count(first), count(last or first) + 1)
    if not found:
        raise ArgumentTypeError(f"{text!r} ends before it begins")
    return found
