"""A booked thing in words: what it is, when and where, until when it can be cancelled. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.dates import format_date, get_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from travelplanner.core.templatetags.money import date_span, day, format_amount, reader_locale

KINDS = {"hotel": pgettext_lazy("booked thing", "Stay"), "activity": pgettext_lazy("booked thing", "Activity"), "car_rental": pgettext_lazy("booked thing", "Car"), "flight": pgettext_lazy("booked thing", "Flight")}


def use_words(kind: str, first: dt.date, last: dt.date, time: str, quantity: int, participants: int) -> str:
    """ "17–21 Dec 2026, 4 nights, 1 room for 2 people", "Fri 18 Dec, 05:30, 2 people"."""
    people = ngettext("%d person", "%d people", participants) % participants
    if kind == "hotel":
        nights = (last - first).days
        return ", ".join(
            [
                date_span(first, last),
                ngettext("%d night", "%d nights", nights) % nights,
                ngettext("%(rooms)d room for %(people)s", "%(rooms)d rooms for %(people)s", quantity) % {"rooms": quantity, "people": people},
            ]
        )
    when = [day(first, "EEE d MMM"), time] if time else [day(first, "EEE d MMM")]
    if kind == "car_rental":
        return ", ".join([*when, ngettext("%(cars)d car for %(people)s", "%(cars)d cars for %(people)s", quantity) % {"cars": quantity, "people": people}])
    return ", ".join([*when, people])


def moment_words(moment: dt.datetime, timezone: str) -> str:
    """ "Tue 15 Dec, 14:00" on the clock of the place."""
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{format_date(local, 'EEE d MMM', locale=reader_locale())}, {local:%H:%M}"


def terms_words(
    *, cancellable: bool, deadline: dt.datetime | None, fee: Decimal, total: Decimal, currency: str, timezone: str, now: dt.datetime
) -> str:
    """Until when cancelling is free, and what is kept afterwards; local time of the place."""
    if not cancellable or deadline is None:
        return _("Not refundable once it is booked.")
    if deadline <= now:
        if fee >= total:
            return _("It is too late to cancel this for free: nothing comes back.")
        return _("It is too late to cancel this for free: %(fee)s is kept.") % {"fee": format_amount(fee, currency)}
    until = moment_words(deadline, timezone)
    if fee <= 0:
        return _("Free to cancel until %(until)s local time.") % {"until": until}
    if fee >= total:
        return _("Free to cancel until %(until)s local time. Then nothing comes back.") % {"until": until}
    return _("Free to cancel until %(until)s local time. Then %(fee)s is kept.") % {"until": until, "fee": format_amount(fee, currency)}


def zone_words(moment: dt.datetime) -> str:
    """ "India Standard Time (Asia/Kolkata)": the zone of an aware moment, so that nobody has to guess; of a bare offset "GMT+05:30"."""
    name, locale = zone_key(moment), reader_locale()
    if not name:
        return get_timezone_name(moment, locale=locale)
    said = locale.meta_zones.get(_meta_zone(name) or "", {}).get("long", {})
    words = said.get("daylight" if moment.dst() else "standard") or said.get("generic") or get_timezone_name(moment, locale=locale)
    return f"{words} ({name})"


def zone_key(moment: dt.datetime) -> str:
    """ "Asia/Kolkata"; "" for a moment with an offset alone."""
    return str(getattr(moment.tzinfo, "key", ""))


@cache
def _meta_zone(name: str) -> str | None:
    """CLDR's group of a zone. Babel files some under their old names alone (Asia/Calcutta) and then knows no words for the new one."""
    groups = get_global("meta_zones")
    old = [former for former, now in get_global("zone_aliases").items() if now == name and former in groups]
    return groups.get(name) or (groups[old[0]] if old else None)
