"""When: dates, months, seasons and lengths in a sentence. Every reader takes what it understood and leaves the rest."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from .sentence_reading import Reading
from .sentence_words import CURRENCY_CODES, CURRENCY_WORDS, MONTHS, NUMBERS, SEASONS, WEEKDAYS

MAX_DAYS = 365

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:,? ?(?P<year>(?:19|20|21)\d\d)\b)?"
_TO = r" ?(?:-|to|till|until|through) ?"
_ISO = r"(?:19|20|21)\d\d-\d{1,2}-\d{1,2}"
_FROM = r"(?:\b(?:from|between|on|starting|leaving|departing)(?: on)? )?"

_ISO_RANGE = re.compile(rf"{_FROM}\b(?P<a>{_ISO})(?: ?(?:to|till|until|and|through|-) ?)(?P<b>{_ISO})\b")
_ISO_ONE = re.compile(rf"{_FROM}\b(?P<a>{_ISO})\b")
_SAME_MONTH = re.compile(rf"{_FROM}\b(?P<a>{_DAY})(?:{_TO}| and )(?P<b>{_DAY}) (?:of )?(?P<m>{_MONTH}){_YEAR}")
_MONTH_FIRST_RANGE = re.compile(
    rf"{_FROM}\b(?P<m>{_MONTH}) (?P<a>{_DAY}){_TO}(?P<b>{_DAY})\b(?! ?(?:days?|nights?)){_YEAR}"
)
_TWO_MONTHS = re.compile(
    rf"{_FROM}\b(?P<a>{_DAY}) (?:of )?(?P<m>{_MONTH})(?:,? ?(?P<y>(?:19|20|21)\d\d))?{_TO}"
    rf"(?P<b>{_DAY}) (?:of )?(?P<n>{_MONTH}){_YEAR}"
)
_TWO_MONTHS_FIRST = re.compile(rf"{_FROM}\b(?P<m>{_MONTH}) (?P<a>{_DAY}){_TO}(?P<n>{_MONTH}) (?P<b>{_DAY})\b{_YEAR}")
_ONE_DATE = re.compile(rf"{_FROM}(?:\bthe )?\b(?P<a>{_DAY})(?: of)? (?P<m>{_MONTH}){_YEAR}")
_ONE_DATE_FIRST = re.compile(
    rf"{_FROM}\b(?P<m>{_MONTH}) (?P<a>{_DAY})\b(?! ?(?:days?|nights?|people|persons|k\b|lakh)){_YEAR}"
)
_FIGURES = re.compile(rf"{_FROM}\b(?P<a>\d{{1,2}})(?P<s>[/.])(?P<b>\d{{1,2}})(?P=s)(?P<year>(?:19|20|21)\d\d)\b")
_FIGURES_RANGE = re.compile(
    rf"{_FROM}\b(?P<p>\d{{1,2}}[/.]\d{{1,2}}[/.](?:19|20|21)\d\d)(?:{_TO}| and )"
    rf"(?P<q>\d{{1,2}}[/.]\d{{1,2}}[/.](?:19|20|21)\d\d)\b"
)
_MONTH_YEAR = re.compile(
    rf"(?:\b(?:in|during|around|for) )?(?:(?:early|mid|late)[ -])?\b(?P<m>{_MONTH}) (?P<year>(?:19|20|21)\d\d)\b"
)
_IN_MONTH = re.compile(
    rf"\b(?:in|during|around|this|next|for|by) (?:the month of )?(?:(?:early|mid|late)[ -])?(?P<m>{_MONTH})"
)
_BARE_MONTH = re.compile(rf"\b(?!may\b|march\b|mar\b|jan\b|sep\b)(?P<m>{_MONTH})")
_RELATIVE = re.compile(
    r"\b(?P<what>day after tomorrow|tomorrow|today|tonight|next week|this week|next month|this month"
    r"|(?:this|next|coming) weekend"
    r"|christmas|new year's eve|new year'?s?|(?:this |next |coming |on )(?:" + "|".join(WEEKDAYS) + r"))\b"
)
_SEASON = re.compile(
    r"(?:\b(?:in|during|this|next) (?:the )?)?\b(?P<s>"
    + "|".join(sorted(SEASONS, key=len, reverse=True))
    + r")\b(?! rolls?)"
)
_FALL = re.compile(r"\b(?:in|during|this|next) (?:the )?(?P<s>fall)\b")

_COUNT = r"(?P<n>\d{1,4}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_UPPER = r"(?:(?: ?- ?| to | or )(?P<upper>\d{1,4}))?"
_LEAD = r"(?:\bfor )?(?:(?:about|around|exactly|only|approximately|roughly) )?"
_SHORT = re.compile(r"\b(?P<x>\d{1,3}) ?(?P<p>[nd]) ?[/&,+-]? ?(?P<y>\d{1,3}) ?(?P<q>[nd])\b")
_DAYS = re.compile(
    rf"{_LEAD}\b{_COUNT}{_UPPER}[ -]?(?:full )?(?:days?|din)\b"
    r"(?:,? ?(?:and|/|&|-)? ?\d{1,3} ?nights?\b)?(?: (?:trip|tour)\b)?"
)
_NIGHTS = re.compile(rf"{_LEAD}\b{_COUNT}{_UPPER}[ -]?nights?\b(?:,? ?(?:and|/|&)? ?(?P<days>\d{{1,3}}) ?days?\b)?")
_WEEKS = re.compile(rf"{_LEAD}\b{_COUNT}{_UPPER}[ -]?(?:weeks?|hafte|hafta)\b(?! ?ends?)")
_MONTHS = re.compile(rf"{_LEAD}\b(?P<n>a|one|1)[ -]?months?\b")
_LENGTHS = re.compile(
    rf"{_LEAD}\b(?P<what>(?:a |the )?long weekend|(?:a |the )?weekend|(?:a )?fortnight"
    r"|(?:a )?day trip|(?:a )?couple of days"
    r"|(?:a )?few days|(?:a )?couple of weeks|overnight)\b"
)
_LENGTH_DAYS = {
    "long weekend": 3, "weekend": 2, "fortnight": 14, "day trip": 1, "couple of days": 2, "few days": 3,
    "couple of weeks": 14,
    "overnight": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """Dates and length: `month` is the first of a wished month when no day is said; `days` counts both ends."""

    start: dt.date | None = None
    end: dt.date | None = None
    month: dt.date | None = None
    season: str | None = None
    days: int | None = None


def read_when(reading: Reading, today: dt.date) -> When:
    """Take dates, then lengths. Two dates win over a said length; with one date the end is counted from the length."""
    start, end, weekend = _read_dates(reading, today)
    days = read_days(reading)
    month = _read_month(reading, today) if start is None else None
    season = _read_season(reading)
    if weekend and days is None:
        days = 2
    if start is not None and end is not None:
        days = (end - start).days + 1  # two dates say more than a count
    elif start is not None and days is not None:
        end = _plus(start, days - 1)
    return When(start=start, end=end, month=month, season=season, days=days)


def _read_dates(reading: Reading, today: dt.date) -> tuple[dt.date | None, dt.date | None, bool]:
    for pattern in (_ISO_RANGE, _FIGURES_RANGE, _TWO_MONTHS, _TWO_MONTHS_FIRST, _SAME_MONTH, _MONTH_FIRST_RANGE):
        match = reading.search(pattern)
        if match:
            first, last = _range(match, today)
            if first is not None and last is not None and first <= last and (last - first).days < MAX_DAYS:
                reading.note("dates", f"{first.isoformat()}/{last.isoformat()}", match.start(), match.end())
                return first, last, False
    for pattern in (_ISO_ONE, _FIGURES, _ONE_DATE, _ONE_DATE_FIRST):
        match = reading.search(pattern)
        if match:
            day = _one(match, today)
            if day is not None:
                reading.note("dates", day.isoformat(), match.start(), match.end())
                return day, None, False
    match = reading.search(_RELATIVE)
    if match and not match["what"].endswith(" month"):
        day = _relative(match["what"], today)
        if day is not None:
            reading.note("dates", day.isoformat(), match.start(), match.end())
            return day, None, match["what"].endswith("weekend")
    return None, None, False


def _range(match: re.Match[str], today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    groups = match.groupdict()
    if "p" in groups:
        ends = [_FIGURES.fullmatch(groups[end]) for end in ("p", "q")]
        first, last = (_one(end, today) if end else None for end in ends)
        return first, last
    if "m" not in groups:
        return _iso(groups["a"]), _iso(groups["b"])
    year = int(groups["year"]) if groups.get("year") else None
    first_month = _month(groups["m"])
    last_month = _month(groups["n"]) if groups.get("n") else first_month
    if year is None and not groups.get("y"):
        first = _next(first_month, _number(groups["a"]), today)
    else:
        first_year = int(groups["y"]) if groups.get("y") else year
        # "28 Dec - 3 Jan 2027" names the year of its end
        if first_year is not None and not groups.get("y") and last_month < first_month:
            first_year -= 1
        first = _date(first_year, first_month, _number(groups["a"]))
    if first is None:
        return None, None
    last_year = year if year is not None else first.year + (last_month < first_month)
    return first, _date(last_year, last_month, _number(groups["b"]))


def _one(match: re.Match[str], today: dt.date) -> dt.date | None:
    groups = match.groupdict()
    if "s" in groups:
        day, month = int(groups["a"]), int(groups["b"])
        if month > 12:  # day first unless it can't be
            day, month = month, day
        return _date(int(groups["year"]), month, day)
    if "m" not in groups:
        return _iso(groups["a"])
    month, day = _month(groups["m"]), _number(groups["a"])
    return _date(int(groups["year"]), month, day) if groups["year"] else _next(month, day, today)


def _relative(what: str, today: dt.date) -> dt.date | None:
    if what in ("today", "tonight", "this week"):
        return today
    if what in ("tomorrow", "day after tomorrow"):
        return _plus(today, 1 if what == "tomorrow" else 2)
    if what == "next week":
        return _plus(today, 7 - today.weekday())
    if what.endswith("weekend"):
        saturday = (5 - today.weekday()) % 7
        return _plus(today, saturday + (7 if what.startswith("next") else 0))
    if what == "christmas":
        return _next(12, 25, today)
    if what.startswith("new year"):
        return _next(12, 31, today)
    ahead = (WEEKDAYS[what.rsplit(" ", 1)[1]] - today.weekday()) % 7
    return _plus(today, ahead or 7)


def _read_month(reading: Reading, today: dt.date) -> dt.date | None:
    match = reading.search(_RELATIVE)
    if match and match["what"].endswith(" month"):
        ahead = today.month if match["what"].startswith("next") else today.month - 1
        found = _date(today.year + ahead // 12, ahead % 12 + 1, 1)
    else:
        match = reading.search(_MONTH_YEAR) or reading.search(_IN_MONTH) or reading.search(_BARE_MONTH)
        if not match:
            return None
        month, year = _month(match["m"]), match.groupdict().get("year")
        found = _date(int(year) if year else today.year + (month < today.month), month, 1)
    if found is not None:
        reading.note("month", found.isoformat()[:7], match.start(), match.end())
    return found


def _read_season(reading: Reading) -> str | None:
    match = reading.search(_SEASON) or reading.search(_FALL)
    if not match:
        return None
    season = SEASONS.get(match["s"], "autumn")
    reading.note("season", season, match.start(), match.end())
    return season


def read_days(reading: Reading) -> int | None:
    """The trip's days: "3 nights" are 4, of "5-7 days" the longer, "2N/3D" are 3."""
    for pattern in (_SHORT, _NIGHTS, _DAYS, _WEEKS, _LENGTHS, _MONTHS):
        match = reading.search(pattern)
        if not match:
            continue
        days = None if _is_rate(reading, match) else _length(pattern, match)
        if days is not None and 1 <= days <= MAX_DAYS:
            reading.note("days", days, match.start(), match.end())
            return days
    return None


def _is_rate(reading: Reading, match: re.Match[str]) -> bool:
    """Whether "a day" follows a price: "100 dollars a day" is no length."""
    if not match[0].startswith(("a ", "an ")):
        return False
    before = reading.folded[: match.start()].split()[-1:]
    return any(word in CURRENCY_WORDS or word in CURRENCY_CODES or any(map(str.isdecimal, word)) for word in before)


def _length(pattern: re.Pattern[str], match: re.Match[str]) -> int | None:
    groups = match.groupdict()
    if pattern is _SHORT:
        counts = {groups["p"]: int(groups["x"]), groups["q"]: int(groups["y"])}
        return counts["d"] if "d" in counts else counts["n"] + 1
    if pattern is _LENGTHS:
        return next(days for words, days in _LENGTH_DAYS.items() if groups["what"].endswith(words))
    if pattern is _MONTHS:
        return 30
    count = int(groups["upper"]) if groups.get("upper") else count_of(groups["n"])
    if pattern is _NIGHTS:
        return int(groups["days"]) if groups["days"] else count + 1
    return count * 7 if pattern is _WEEKS else count


def count_of(word: str) -> int:
    """A number in figures or words."""
    return NUMBERS[word] if word in NUMBERS else int(word)


def _month(word: str) -> int:
    return MONTHS[word.rstrip(".")]


def _number(word: str) -> int:
    return int(word.rstrip("stndrh"))


def _iso(word: str) -> dt.date | None:
    year, month, day = map(int, word.split("-"))
    return _date(year, month, day)


def _date(year: int | None, month: int, day: int) -> dt.date | None:
    try:
        return None if year is None else dt.date(year, month, day)
    except ValueError:
        return None


def _next(month: int, day: int, today: dt.date) -> dt.date | None:
    """That day this year, or in the next year that has it, if it is over."""
    for year in range(today.year, min(today.year + 9, dt.MAXYEAR + 1)):  # 29 February may be eight years off
        found = _date(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _plus(day: dt.date, days: int) -> dt.date | None:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return None
