"""The research document as its page shows it: facts with their sources, the year as a strip. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from trips.documents import sentences
from trips.models.catalogue import EDITOR_ESTIMATE
from trips.web import plan_words, written
from trips.web.figure_words import climate_words
from trips.web.figures import ClimateMonth, ClimateStrip, climate_strip

ACCESS_WORDS = {
    "step_free": lazy("free of steps"),
    "partial": lazy("partly free of steps"),
    "steps": lazy("with steps"),
    "none": lazy("no way without steps"),
}
EFFORT_WORDS = {1: lazy("very easy"), 2: lazy("easy"), 3: lazy("some effort"), 4: lazy("demanding"), 5: lazy("hard")}
DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
FIRST_MONDAY = dt.date(2024, 1, 1)


def source_of(fact: Mapping[str, Any]) -> dict[str, Any]:
    """What `partials/fact_source.html` takes; an editor's estimate says so, without link or date."""
    estimate = fact["source"] == EDITOR_ESTIMATE
    return {
        "source": _("Editor's estimate, not checked") if estimate else fact["source"],
        "url": fact.get("sourceUrl"),
        "checked": written.date_of(fact["checkedAt"]) if fact.get("checkedAt") else None,
        "confidence": fact["confidence"],
        "estimate": estimate,
    }


def destinations(body: Mapping[str, Any], start: dt.date, end: dt.date) -> list[dict[str, Any]]:
    """Each destination of the trip with its sections."""
    return [_destination(about, start, end, alone=len(body["destinations"]) == 1) for about in body["destinations"]]


def _destination(about: Mapping[str, Any], start: dt.date, end: dt.date, *, alone: bool) -> dict[str, Any]:
    place, best = about["destination"], about["bestTime"]
    chosen = months_between(start, end)
    emergency = next((fact for fact in about["safety"] if fact["name"] == "emergencyNumber" and fact["value"]), None)
    return {
        "key": place["slug"],
        "name": place["name"],
        "alone": alone,
        "tagline": place["tagline"],
        "summary": place["summary"],
        "arrival": place["arrivalHint"],
        "languages": written.listed([written.language_name(name) for name in place["languages"]]),
        "currency": place["currency"],
        "best": _best_words(best, start),
        "best_tone": "good" if best["chosenIsGood"] else "warn",
        "best_source": source_of(best),
        **_year(about["climate"], best["months"], chosen, place["slug"]),
        "emergency": {"number": emergency["value"], **source_of(emergency)} if emergency else None,
        "safety": [_said(fact) for fact in about["safety"] if fact["name"] == "note"],
        "money": [_said(fact) for fact in about["money"]["notes"]],
        "customs": [_said(fact) for fact in about["notes"]["custom"]],
        "transport": [_said(fact) for fact in about["notes"]["transport"]],
    }


def _said(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": fact["value"], **source_of(fact)}


def months_between(start: dt.date, end: dt.date) -> frozenset[int]:
    """The months (1-12) that a trip touches."""
    count = (end.year - start.year) * 12 + end.month - start.month
    return frozenset((start.month + step - 1) % 12 + 1 for step in range(min(count, 11) + 1))


def _best_words(best: Mapping[str, Any], start: dt.date) -> str:
    names = sentences.month_names("wide")
    months = written.listed([names[month - 1] for month in best["months"]])
    if not months:
        return _("There is no one best season.")
    if best["chosenIsGood"]:
        return _("%(month)s is a good time. Best months: %(months)s.") % {"month": written.capital(written.month_name(start)), "months": months}
    return _("You could have it better: the best months are %(months)s.") % {"months": months}


def _year(climate: Sequence[Mapping[str, Any]], best: Iterable[int], chosen: frozenset[int], key: str) -> dict[str, Any]:
    """The climate strip in two widths and its table twin."""
    names = sentences.month_names()
    months = tuple(ClimateMonth(names[row["month"] - 1], row["lowC"], row["highC"], row["rainMm"]) for row in climate)
    strip = ClimateStrip(months, chosen, frozenset(best), climate_words(), key=f"year-{key}")
    return {
        "year_wide": climate_strip(strip, "wide") if months else "",
        "year_phone": climate_strip(strip, "phone") if months else "",
        "year_rows": [
            {
                "month": names[row["month"] - 1],
                "low": written.number(row["lowC"], 0),
                "high": written.number(row["highC"], 0),
                "rain": written.number(row["rainMm"], 0),
                "days": written.number(row["rainDays"], 0) if row["rainDays"] is not None else "–",
                "chosen": row["month"] in chosen,
            }
            for row in climate
        ],
        "year_source": source_of(climate[0]) if climate else None,
    }


def holidays(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Public holidays in the dates, with where that is known from."""
    return [{"date": written.day_date(written.date_of(day["date"])), "name": day["name"], "source": day["source"]} for day in body["holidays"]]


def attractions(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Places with their reason and facts, facts of one source together; best for this traveler first."""
    named = {about["destination"]["id"]: about["destination"]["name"] for about in body["destinations"]}
    several = len(named) > 1
    return [
        {
            "name": place["name"],
            "summary": place["summary"],
            "reason": place["reason"]["text"],
            "icon": plan_words.category_icon(place["category"]),
            "kind": plan_words.category_name(place["category"]),
            "town": named.get(place["destinationId"], "") if several else "",
            "facts": _facts(place["facts"]),
        }
        for place in body["attractions"]
    ]


def _facts(facts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Facts grouped by source, so that a source is named once: [{words, source...}]; estimates last."""
    groups: dict[str, dict[str, Any]] = {}
    for fact in facts:
        words = fact_words(fact)
        if not words:
            continue
        group = groups.setdefault(fact["source"], {"words": [], **source_of(fact)})
        group["words"].append(words)
    ordered = sorted(groups.values(), key=lambda group: group["estimate"])
    return [{**group, "words": written.sentence("; ".join(group["words"]))} for group in ordered]


def fact_words(fact: Mapping[str, Any]) -> str:
    """One fact as words; empty for what is drawn on maps instead."""
    name, value = fact["name"], fact["value"]
    if name == "hours":
        return hours_words(value)
    if name == "fee":
        return _("free") if not float(value["amount"]) else _("%s a person") % written.amount(value["amount"], value["currency"])
    if name == "visitMinutes":
        return _("takes about %s") % plan_words.minutes_words(value)
    if name == "accessibility":
        return str(ACCESS_WORDS.get(value, ""))
    if name == "effort":
        return str(EFFORT_WORDS.get(value, ""))
    return ""


def hours_words(hours: str) -> str:
    """Opening hours as written in the catalogue, with the days' names in the reader's language."""
    if hours.strip() == "24/7":
        return _("always open")
    words = hours.replace(" off", " " + _("closed")).replace(",", ", ")
    for index, short in enumerate(DAY_NAMES):
        words = words.replace(short, written.weekday(FIRST_MONDAY + dt.timedelta(days=index), short=True))
    return _("open %s") % words.replace("-", "–")


def count_words(count: int) -> str:
    return ngettext("%d place for you", "%d places for you", count) % count
