"""Weekly opening hours and their exceptions: text in, windows of a date out (grammar in `trips/data/README.md`).

Minutes are counted after local midnight of the date asked for; a window may run to `LATEST_MINUTE` (02:00 of the next day).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from .problem import Window

DAY_MINUTES = 24 * 60
LATEST_MINUTE = 26 * 60  # a planned day never runs longer, see `problem`
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")


class HoursError(ValueError):
    """The text does not follow the hours grammar; the message names the part that doesn't."""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """One tuple of windows per weekday, Monday first; an empty tuple = closed. Windows lie in 0..1440, sorted, apart."""

    days: tuple[tuple[Window, ...], ...]


@dataclass(frozen=True, slots=True)
class HoursException:
    """Hours of a date or a span of dates. `year` None = every year; then `first` and `last` are (month, day) only.

    A yearly span may run over New Year (12-20..01-05).
    """

    first: tuple[int, int, int]  # year (0 = every year), month, day
    last: tuple[int, int, int]
    windows: tuple[Window, ...]

    def covers(self, date: dt.date) -> bool:
        """Whether the exception speaks of that date."""
        if self.first[0]:
            return self.first <= (date.year, date.month, date.day) <= self.last
        asked = (0, date.month, date.day)
        if self.first <= self.last:
            return self.first <= asked <= self.last
        return asked >= self.first or asked <= self.last


def parse_hours(text: str) -> WeeklyHours:
    """Read weekly hours such as `Mo-Sa 09:00-12:00,14:00-18:00; Tu off`; later rules win, day by day.

    Days that no rule names are closed. Raises HoursError for an empty text: unknown hours are not closed hours.
    """
    if not text.strip():
        raise HoursError("no hours given")
    days: list[tuple[Window, ...]] = [()] * 7
    for rule in _rules(text):
        if rule == "24/7":
            days = [(Window(0, DAY_MINUTES),)] * 7
            continue
        named, _, spans = rule.partition(" ")
        windows = _windows(spans.strip(), rule)
        for weekday in _weekdays(named, rule):
            days[weekday] = windows
    return WeeklyHours(tuple(days))


def parse_exceptions(text: str) -> tuple[HoursException, ...]:
    """Read exceptions such as `12-25 off; 08-01..08-15 off; 2026-11-14 10:00-14:00`; an empty text has none."""
    found = []
    for rule in _rules(text):
        named, _, spans = rule.partition(" ")
        first_text, _, last_text = named.partition("..")
        first = _date(first_text, rule)
        last = _date(last_text, rule) if last_text or ".." in named else first
        if bool(first[0]) != bool(last[0]):
            raise HoursError(f"both dates of a span need a year, or neither: {rule!r}")
        if first[0] and last < first:
            raise HoursError(f"the span ends before it starts: {rule!r}")
        found.append(HoursException(first, last, _windows(spans.strip(), rule)))
    return tuple(found)


def windows_on(weekly: WeeklyHours, exceptions: tuple[HoursException, ...], date: dt.date) -> tuple[Window, ...]:
    """The windows of one date, joined over midnight: open to 24:00 and from 00:00 next day is one window up to 26:00."""
    own = _plain_windows(weekly, exceptions, date)
    if not own or own[-1].closes != DAY_MINUTES or date == dt.date.max:
        return own
    following = _plain_windows(weekly, exceptions, date + dt.timedelta(days=1))
    if not following or following[0].opens != 0:
        return own
    closes = min(LATEST_MINUTE, DAY_MINUTES + following[0].closes)
    return (*own[:-1], Window(own[-1].opens, closes))


def _plain_windows(weekly: WeeklyHours, exceptions: tuple[HoursException, ...], date: dt.date) -> tuple[Window, ...]:
    for exception in reversed(exceptions):
        if exception.covers(date):
            return exception.windows
    return weekly.days[date.weekday()]


def _rules(text: str) -> list[str]:
    return [" ".join(rule.split()) for rule in text.split(";") if rule.strip()]


def _weekdays(text: str, rule: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise HoursError(f"days are {' '.join(WEEKDAYS)}, not {part!r} in {rule!r}")
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        found.extend((start + step) % 7 for step in range(length + 1))
    return found


def _windows(text: str, rule: str) -> tuple[Window, ...]:
    if text == "off":
        return ()
    if not text:
        raise HoursError(f"hours or 'off' are missing in {rule!r}")
    spans: list[tuple[int, int]] = []
    for part in text.split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise HoursError(f"a span is HH:MM-HH:MM, not {part.strip()!r} in {rule!r}")
        opens, closes = _minute(match[1], match[2], rule), _minute(match[3], match[4], rule)
        if closes <= opens:
            raise HoursError(
                f"{part.strip()!r} ends before it starts; past midnight write to 24:00 and again from 00:00"
            )
        spans.append((opens, closes))
    spans.sort()
    joined = [spans[0]]
    for opens, closes in spans[1:]:
        if opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return tuple(Window(opens, closes) for opens, closes in joined)


def _minute(hours: str, minutes: str, rule: str) -> int:
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > DAY_MINUTES:
        raise HoursError(f"no such time of day: {hours}:{minutes} in {rule!r}")
    return value


def _date(text: str, rule: str) -> tuple[int, int, int]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise HoursError(f"a date is MM-DD or YYYY-MM-DD, not {text!r} in {rule!r}")
    year, month, day = int(match[1] or 0), int(match[2]), int(match[3])
    try:
        dt.date(year or 2000, month, day)  # 2000 was a leap year, so a yearly 02-29 is fine
    except ValueError:
        raise HoursError(f"no such date: {text!r} in {rule!r}") from None
    return (year, month, day)
