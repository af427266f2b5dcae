"""What people typed as one line that shows what it holds: no line breaks, no control signs, none that turn the text around them."""

from __future__ import annotations

import re

JOINERS = "\u200c\u200d"  # not printable by themselves, but Indic and Persian names, and families of emoji, are written with them
# What mail programs make a link of by themselves: example.com, www.example.com/x, https://...; not the dot between two sentences.
_LINK = re.compile(r"://|\bwww\.|[^\W_]\.[^\W\d_][\w.-]*/|[^\W_]\.(?:[a-z]{2,24}|[A-Z]{2,24})(?![\w])")


def readable(text: str) -> bool:
    """Whether every sign is one that is seen, or joins those that are."""
    return all(sign.isprintable() or sign in JOINERS for sign in text)


def one_line(text: str) -> str:
    """Signs that nobody sees become spaces, and spaces in a row become one. "" when nothing is left to be seen."""
    line = " ".join("".join(sign if readable(sign) else " " for sign in text).split())
    return line if line.strip(f"{JOINERS} ") else ""


def has_link(text: str) -> bool:
    """Whether the text holds a web address, or what a mail program takes for one."""
    return _LINK.search(text) is not None


def harmless(text: str, instead: str) -> str:
    """Words of someone's own as they may stand in a mail that we send in our name: no link, so that nobody fishes with it."""
    return instead if has_link(text) or not text.strip() else text[:100]
