"""A plan as the itinerary page shows it: days, facts, rain, money, what changed. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trips.documents.difference import difference
from trips.models.catalogue import EDITOR_ESTIMATE
from trips.web import compare_view, plan_words, timeline_view, written

DRY = 2  # rainy days of a month up to which rain is called rare
WET = 10
RAIN_NAMES = 3


def day_number(text: str, days: Sequence[Mapping[str, Any]]) -> int:
    """The day that an address asks for, 1 when it asks for none that exists."""
    wanted = int(text) if text.isdecimal() and len(text) < 4 else 1
    return wanted if 1 <= wanted <= len(days) else 1


def tabs(days: Sequence[Mapping[str, Any]], lodging: Sequence[Mapping[str, Any]], current: int, url: str, currency: str) -> list[dict[str, Any]]:
    """The days as links; each day's cost holds its bed."""
    shown = []
    for day in days:
        date = written.date_of(day["date"])
        stay = timeline_view.stay_of(day, lodging, currency)
        shown.append(
            {
                "href": f"{url}?{urlencode({'day': day['day']})}",
                "weekday": written.weekday(date, short=True),
                "number": date.day,
                "cost": written.amount(round(day["cost"] + (stay["amount"] if stay else 0)), currency),
                "current": day["day"] == current,
                "date": day["day"],
            }
        )
    return shown


def day_facts(day: Mapping[str, Any], stay: Mapping[str, Any] | None, currency: str) -> list[dict[str, str]]:
    """What a day costs and takes."""
    bed = stay["amount"] if stay else 0
    facts = [{"label": _("This day costs"), "value": written.amount(round(day["cost"] + bed), currency)}]
    if bed:
        facts.append({"label": _("of it the bed"), "value": written.amount(round(bed), currency)})
    facts += [
        {"label": _("Fatigue"), "value": _("%s of 10") % written.number(day["fatigue"])},
        {"label": _("On foot"), "value": written.distance(day["walkKm"])},
        {"label": _("Activities"), "value": plan_words.minutes_words(day["activeMinutes"])},
    ]
    return facts


def other_days(days: Sequence[Mapping[str, Any]], day: Mapping[str, Any]) -> list[dict[str, str]]:
    """Days of the same destination that a stop of this day could move to."""
    return [
        {"value": str(other["day"]), "label": written.day_date(written.date_of(other["date"]))}
        for other in days
        if other["day"] != day["day"] and other["destinationId"] == day["destinationId"]
    ]


def fits_words(day: Mapping[str, Any]) -> str:
    """Which of the day's stops rest on estimates; empty when none does."""
    return compare_view.unverified_words([stop for stop in plan_words.place_stops([day]) if stop["unverified"]])


def moved_tags(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, str]:
    """Place id -> what the newest revision did with it: moved from which day, or added."""
    if before is None:
        return {}
    tags = {}
    for change in difference(before, after)["changes"]:
        if change["what"] == "moved":
            tags[change["placeId"]] = _("Moved from %s") % written.weekday(written.date_of(change["fromDate"]))
        elif change["what"] == "added":
            tags[change["placeId"]] = _("Added")
    return tags


def climate_of(research: Mapping[str, Any] | None, day: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The day's month in the research of its destination."""
    month = written.date_of(day["date"]).month
    for about in research["destinations"] if research else ():
        if about["destination"]["id"] == day["destinationId"]:
            return next((row for row in about["climate"] if row["month"] == month), None)
    return None


def rain(day: Mapping[str, Any], climate: Mapping[str, Any] | None, indoor: Sequence[str]) -> dict[str, Any] | None:
    """What if it rains: how likely that is, which stops would get wet, and what under a roof was left out. None when not known."""
    if climate is None or climate["rainDays"] is None:
        return None
    date, count = written.date_of(day["date"]), round(climate["rainDays"])
    month = written.month_name(date)
    if count <= DRY:
        likely = ngettext("Rain is rare in %(month)s: about %(count)s day of the month.", "Rain is rare in %(month)s: about %(count)s days of the month.", count)
    elif count < WET:
        likely = ngettext("It rains on about %(count)s day of %(month)s.", "It rains on about %(count)s days of %(month)s.", count)
    else:
        likely = ngettext("%(month)s is wet: rain on about %(count)s day.", "%(month)s is wet: rain on about %(count)s days.", count)
    wet = [plan_words.short_name(stop["name"]) for stop in plan_words.place_stops([day]) if stop.get("setting") == "outdoor"]
    inside = [plan_words.short_name(stop["name"]) for stop in plan_words.place_stops([day]) if stop.get("setting") == "indoor"]
    text = [likely % {"month": month, "count": written.number(count, 0)}]
    if wet:
        text.append(_("You would be outdoors at %s.") % written.listed(wet[:RAIN_NAMES]))
        if indoor:
            text.append(_("Under a roof, and not in your plan: %s.") % written.listed(list(indoor)[:RAIN_NAMES]))
        elif inside:
            text.append(_("%s would keep you dry.") % written.listed(inside[:RAIN_NAMES]))
    elif plan_words.place_stops([day]):
        text.append(_("All of this day's stops give shelter."))
    source = _("Editor's estimate, low confidence") if climate["source"] == EDITOR_ESTIMATE else climate["source"]
    return {"text": " ".join(text), "source": source, "swap": bool(wet and indoor)}


def whole_trip(body: Mapping[str, Any], limit: Mapping[str, Any] | None) -> dict[str, Any]:
    """The sum, where it goes, and how it stands against the limit."""
    cost = body["cost"]
    currency = cost["currency"]
    names = (("lodging", _("Beds")), ("food", _("Food")), ("localTransport", _("Getting around")), ("activities", _("Entrance")), ("intercity", _("The journey")))
    return {
        "total": written.amount(cost["total"], currency),
        "parts": [{"label": label, "value": written.amount(cost[key], currency)} for key, label in names if cost[key]],
        "against": compare_view.against(limit, currency, predicted=False),
        "over": bool(limit and limit.get("shortfall")),
        "extras": _("Bookable tickets would add %s.") % written.amount(cost["bookableExtras"], currency) if cost.get("bookableExtras") else "",
    }


def bookable_words(body: Mapping[str, Any]) -> str:
    """How much of the plan can be booked here."""
    beds = sum(1 for stay in body["lodging"] if stay["serviceId"])
    tickets = sum(1 for stop in plan_words.place_stops(body["itinerary"]["days"]) if stop.get("serviceId"))
    if not beds and not tickets:
        return _("Nothing in this plan needs booking here.")
    return ngettext("%d thing can be booked here in one go.", "%d things can be booked here in one go.", beds + tickets) % (beds + tickets)


def saved_words(revision: int, saved: dt.datetime) -> str:
    """Revision 4, saved 21 Nov 2026, 10:41 UTC: as HTML, so that the reader's own clock can take the place of UTC."""
    marked = format_html('<time class="num" datetime="{}" data-local-time="moment">{}</time>', saved.astimezone(dt.UTC).isoformat(), _at(saved))
    return format_html(escape(_("Revision %(revision)s, saved %(moment)s")) % {"revision": "{}", "moment": "{}"}, revision, marked)


def saved_plain(revision: int, saved: dt.datetime) -> str:
    """The same as text, for a menu."""
    return _("Revision %(revision)s, saved %(moment)s") % {"revision": revision, "moment": _at(saved)}


def _at(saved: dt.datetime) -> str:
    moment = saved.astimezone(dt.UTC)
    return f"{written.full_date(moment.date())}, {moment:%H:%M} UTC"
