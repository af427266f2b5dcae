"""Who: how many people travel, and how many of them are children."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .sentence_dates import count_of
from .sentence_reading import Reading
from .sentence_words import CHILDREN, COMPANIONS_MANY, COMPANIONS_ONE, COMPANIONS_TWO, MULTIPLIERS, NUMBERS

MAX_PEOPLE = 100

_ANY_NUMBER = "|".join(sorted(NUMBERS, key=len, reverse=True))
_COUNT = rf"(?P<n>\d{{1,4}}|{_ANY_NUMBER})"
_MEMBER = "|".join(sorted(COMPANIONS_ONE | COMPANIONS_MANY | COMPANIONS_TWO, key=len, reverse=True))
_ADULTS_CHILDREN = re.compile(
    rf"(?:\bfor )?\b{_COUNT} adults?(?: ?(?:,|and|&|\+|with) ?(?P<c>\d{{1,3}}|{_ANY_NUMBER})"
    r" (?:kids?|child(?:ren)?|infants?|bab(?:y|ies))\b)?"
)
_PEOPLE = re.compile(
    rf"(?:\b(?:for|we are|we're) )?(?:\b(?:a|the) )?(?:\b(?:group|party) of )?\b(?!an? ){_COUNT}"
    r"(?: ?(?:-|to|or) ?(?P<upper>\d{1,3}))?[ -]?"
    r"(?:people|peoples|ppl|persons?|pax|travell?ers?|guests|members|log|of us|adults|friends|tourists)\b"
)
_GROUP = re.compile(rf"(?:\bfor )?(?:\b(?:a|the|my|our) )?\b(?P<what>family|group|party|gang) of {_COUNT}\b")
_ALONE = re.compile(
    r"\b(?:solo|alone|by myself|just me|only me|on my own|single traveller|single traveler|akele|akela)\b"
)
_PAIR = re.compile(r"(?:\b(?:for|as) )?(?:\b(?:a|the) )?\b(?:couple|honeymoon couple|two of us)\b(?! of)")
_WE_ARE = re.compile(rf"\b(?:we are|we're) {_COUNT}\b(?! ?(?:days?|nights?))")
_UNITS = "|".join(MULTIPLIERS)
_FOR = re.compile(rf"\bfor {_COUNT}\b(?![.,]\d)(?! ?(?:{_UNITS}|days?|nights?|hours?|months?|weeks?|star)\b)")
# items: "my wife", "two kids", "a 3-year-old son", "her parents"
_AGE = r"(?:(?:little|young|small|elderly|old|teenage|best|\d{1,2}[- ]year[- ]old) ){0,2}"
_ITEM = rf"(?:(?P<n>\d{{1,2}}|{_ANY_NUMBER}|my|our|the|his|her|some) )?{_AGE}(?P<m>{_MEMBER})\b"
_FIRST_ITEM = re.compile(rf"\b(?:(?P<lead>with|me and|me,|myself and|i and) |(?=my |our ))(?:both )?{_ITEM}")
_NEXT_ITEM = re.compile(rf"(?: ?, ?and |, ?| and | & | plus | with | \+ ?){_ITEM}")
_AND_ME = re.compile(r" (?:and|&) (?:i|me|myself)\b")


@dataclass(frozen=True, slots=True)
class Party:
    """`people` counts the traveler too; None when not said, or not countable ("with friends")."""

    people: int | None = None
    children: int | None = None
    family: bool = False


def read_counts(reading: Reading) -> Party:
    """Take counts that name people: to be read before the money, so that "4 people" is no price."""
    match = reading.search(_ADULTS_CHILDREN)
    if match:
        children = count_of(match["c"]) if match["c"] else None
        people = count_of(match["n"]) + (children or 0)
        if 1 <= people <= MAX_PEOPLE:
            reading.note("people", people, match.start(), match.end())
            return Party(people, children, family=bool(children))
    match = reading.search(_GROUP)
    if match and 1 <= count_of(match["n"]) <= MAX_PEOPLE:
        people, family = count_of(match["n"]), match["what"] == "family"
        reading.note("people", people, match.start(), match.end())
        return Party(people, family=family)
    companions = _read_companions(reading)
    match = reading.search(_PEOPLE)
    if match:
        people = int(match["upper"]) if match["upper"] else count_of(match["n"])
        if 1 <= people <= MAX_PEOPLE:
            reading.note("people", people, match.start(), match.end())
            return Party(people, companions.children, companions.family)
    return companions


def read_loose_counts(reading: Reading) -> int | None:
    """Take what may mean people: "for 2", "we are 4", "couple", "solo"; to be read after the money."""
    for pattern, people in ((_WE_ARE, None), (_PAIR, 2), (_ALONE, 1), (_FOR, None)):
        match = reading.search(pattern)
        if match:
            count = people or count_of(match["n"])
            if 1 <= count <= MAX_PEOPLE and not (pattern is _FOR and match["n"] in ("a", "an")):
                reading.note("people", count, match.start(), match.end())
                return count
    return None


def _read_companions(reading: Reading) -> Party:
    """Count "with my wife and two kids" as 4: the traveler, and everyone named."""
    match = reading.search(_FIRST_ITEM)
    if not match:
        return Party()
    start, end = match.start(), match.end()
    items = [(match["n"], match["m"])]
    while following := _NEXT_ITEM.match(reading.folded, end):
        items.append((following["n"], following["m"]))
        end = following.end()
    me = _AND_ME.match(reading.folded, end)
    if me:
        end = me.end()
    elif match["lead"] is None:
        return Party()  # "my wife likes temples" says nothing about who travels
    total, children = 1, 0
    for number, member in items:
        count = _size(number, member)
        if count is None:
            total = MAX_PEOPLE + 1
            break
        total += count
        children += count if member in CHILDREN else 0
    family = any(
        member not in ("friend", "friends", "colleague", "colleagues", "buddy", "buddies") for _, member in items
    )
    people = total if total <= MAX_PEOPLE else None
    reading.note("people" if people else "companions", people or "", start, end)
    return Party(people, children or None, family and len(items) + children > 1)


def _size(number: str | None, member: str) -> int | None:
    if number is not None and (number.isdecimal() or number in NUMBERS):
        return count_of(number)
    if member in COMPANIONS_TWO:
        return 2
    return None if member in COMPANIONS_MANY else 1
