"""What an age means. Pure.

Types as airlines sell seats (IATA's passenger types): an infant is under 2, a child from 2 up to and including 11, from 12 on one travels as an
adult. Rail and hotels draw other lines, and their own terms say so. A senior is 65 or older. Whoever is under 18 needs a guardian's consent.
"""

from __future__ import annotations

import datetime as dt

INFANT_UNDER, CHILD_UNDER, GROWN_UP, SENIOR_FROM = 2, 12, 18, 65


def age_on(born: dt.date, day: dt.date) -> int:
    """Full years on a date; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def type_on(born: dt.date, day: dt.date) -> str:
    """infant, child, adult or senior on a date."""
    age = age_on(born, day)
    if age < INFANT_UNDER:
        return "infant"
    if age < CHILD_UNDER:
        return "child"
    return "senior" if age >= SENIOR_FROM else "adult"


def is_minor(born: dt.date | None, day: dt.date) -> bool:
    """Whether a guardian's consent is needed on a date; without a birth date nobody can say, and the answer is no."""
    return born is not None and age_on(born, day) < GROWN_UP


def birthday(born: dt.date, years: int) -> dt.date:
    """The day from which one is that old."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February in a year without one
        return dt.date(born.year + years, 3, 1)


def born_between(type_: str, day: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """(first, last) birth date, both included, of those who are of this type on a day; None is an open end."""
    youngest = {"infant": 0, "child": INFANT_UNDER, "adult": CHILD_UNDER, "senior": SENIOR_FROM}[type_]
    older = {"infant": INFANT_UNDER, "child": CHILD_UNDER, "adult": SENIOR_FROM}.get(type_)
    last = None if youngest == 0 else _years_before(day, youngest)
    first = None if older is None else _years_before(day, older) + dt.timedelta(days=1)
    return first, last


def _years_before(day: dt.date, years: int) -> dt.date:
    """The latest birth date of someone who is that old on a day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # asked on 29 February: those born until the 28th were that old a year ago too
        return dt.date(day.year - years, 2, 28)
