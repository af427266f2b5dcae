"""The candidates as the comparison shows them, side by side. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trips.documents import sentences
from trips.web import plan_words, route_view, written
from trips.web.figure_words import money_words
from trips.web.figures import CostBand, FatigueTerrain, common_scale, cost_band, fatigue_terrain

SHOWN_LEFT_OUT = 3
SHOWN_UNVERIFIED = 2


def heading(body: Mapping[str, Any], *, days: int, limits: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Title and the sentence below it: whether the plans keep to the limit is said here first."""
    count = len(body["candidates"])
    over = sum(1 for limit in limits if limit["shortfall"])
    known = any(limit["limit"] is not None for limit in limits)
    if not known:
        lede = _("Each fits the opening hours. They differ in pace, and in what they leave out.")
    elif not over:
        lede = _("Each fits the opening hours and your limit. They differ in pace, and in what they leave out.")
    elif over == count:
        lede = _("Each fits the opening hours, but none fits your limit. The budget page says what would help.")
    else:
        lede = ngettext(
            "Each fits the opening hours; %(count)s is over your limit. They differ in pace, and in what they leave out.",
            "Each fits the opening hours; %(count)s are over your limit. They differ in pace, and in what they leave out.",
            over,
        ) % {"count": written.count_word(over)}
    title = ngettext("%(ways)s ways to spend %(days)s day", "%(ways)s ways to spend %(days)s days", days) % {
        "ways": written.capital(written.count_word(count)),
        "days": written.count_word(days),
    }
    return {"title": title, "lede": lede}


def plans(
    body: Mapping[str, Any],
    *,
    place: str,
    people: int,
    predicted: Mapping[str, Any] | None,
    limits: Sequence[Mapping[str, Any]],
    weights: Mapping[str, float],
) -> list[dict[str, Any]]:
    """What each candidate's sheet shows. `limits` is empty for readers who may not see the ceiling."""
    candidates = body["candidates"]
    bands = _bands(candidates, predicted, limits)
    best = max(candidates, key=lambda plan: plan["score"])["candidateId"]
    shared, shown_in = _shared(candidates), lights(candidates)
    return [
        {
            "id": plan["candidateId"],
            "best": plan["candidateId"] == best,
            "title": plan_words.title_of(plan, place),
            "places": _places_words(plan, weights, shared),
            "light": shown_in[index],
            "map": route_view.plan_map(plan["days"], weights, plan["candidateId"]),
            "score": written.number(plan["score"], 0),
            "parts": score_parts(plan["scoreBreakdown"]),
            "cost": written.amount(plan["cost"]["total"], plan["cost"]["currency"]),
            "cost_label": cost_label(people),
            "band": cost_band(bands[index]) if bands else "",
            "against": against(limits[index] if limits else None, plan["cost"]["currency"], predicted is not None),
            "over": bool(limits and limits[index]["shortfall"]),
            "facts": plan_facts(plan),
            "fatigue": written.number(plan["travelFatigueScore"]),
            "terrain": terrain(plan["days"], plan["candidateId"]),
            "left_out": [_left_out(item) for item in plan["leftOut"][:SHOWN_LEFT_OUT]],
            "left_out_more": [_left_out(item) for item in plan["leftOut"][SHOWN_LEFT_OUT:]],
            "unverified": unverified_words(plan["checks"]["unverified"]),
        }
        for index, plan in enumerate(candidates)
    ]


def lights(candidates: Sequence[Mapping[str, Any]]) -> list[str]:
    """The light of each plan's cover: dawn for the one that sets out earliest, dusk for the one of the others that is out latest, else noon."""
    if not candidates:
        return []
    outings = [plan_words.place_stops(plan["days"]) for plan in candidates]
    first = [min((written.clock_of(stop["arrive"]) for stop in stops), default="24:00") for stops in outings]
    last = [max((written.clock_of(stop["leave"]) for stop in stops), default="00:00") for stops in outings]
    earliest = min(range(len(candidates)), key=lambda index: first[index])
    rest = [index for index in range(len(candidates)) if index != earliest]
    latest = max(rest, key=lambda index: (last[index], index), default=None)
    return ["dawn" if index == earliest else "dusk" if index == latest else "noon" for index in range(len(candidates))]


def _shared(candidates: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Places that every plan has: they tell nothing apart."""
    sets = [{stop["placeId"] for stop in plan_words.place_stops(plan["days"])} for plan in candidates]
    return frozenset(set.intersection(*sets)) if sets else frozenset()


def _places_words(plan: Mapping[str, Any], weights: Mapping[str, float], shared: frozenset[str]) -> str:
    names = plan_words.main_places(plan["days"], weights, shared)
    count = plan["stopCount"]
    stops = ngettext("%d stop", "%d stops", count) % count
    places = _("%(places)s; %(stops)s in all.") % {"places": written.listed(names), "stops": stops} if names else stops
    return f"{plan_words.character_of(plan)} {places}".strip()


def score_parts(breakdown: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Names, weights in per cent and values, for `partials/score_bars.html`."""
    return [
        {"label": str(sentences.SCORE_NAMES.get(name, name)), "weight": round(part["weight"] * 100), "value": round(part["value"])}
        for name, part in breakdown.items()
    ]


def cost_label(people: int) -> str:
    return ngettext("Cost for %(count)s", "Cost for %(count)s", people) % {"count": written.count_word(people)}


def _bands(candidates: Sequence[Mapping[str, Any]], predicted: Mapping[str, Any] | None, limits: Sequence[Mapping[str, Any]]) -> list[CostBand]:
    """All bands on one scale, so that they can be compared by eye."""
    if predicted is None:
        return []
    money, short = written.amounts_in(predicted["currency"]), written.scales_in(predicted["currency"])

    def band(index: int, scale: tuple[float, float] | None) -> CostBand:
        plan = candidates[index]
        limit = limits[index]["limit"] if limits else None
        return CostBand(
            plan["cost"]["total"], predicted["p10"], predicted["p90"], limit, scale, money, short, money_words(), key=f"band-{plan['candidateId']}"
        )

    scale = common_scale([band(index, None) for index in range(len(candidates))])
    return [band(index, scale) for index in range(len(candidates))]


def against(limit: Mapping[str, Any] | None, currency: str, predicted: bool) -> str:
    """The cost against the ceiling in words; what the pale band is."""
    band = _("Band: predicted range.") if predicted else ""
    if limit is None or limit["limit"] is None:
        return band
    if limit["shortfall"]:
        words = _("%s over your limit.") % written.amount(limit["shortfall"], currency)
    else:
        words = _("%s below your limit.") % written.amount(limit["left"], currency)
    return f"{words} {band}".strip()


def plan_facts(plan: Mapping[str, Any]) -> list[dict[str, str]]:
    """Pace, walking and rest."""
    rest = plan["restDays"]
    return [
        {"label": _("Active per day"), "value": _("%s hours") % written.number(plan["dailyActivityHours"])},
        {"label": _("On foot per day"), "value": written.distance(plan["walkKmPerDay"])},
        {"label": _("Rest days"), "value": written.capital(written.count_word(rest)) if rest else _("None")},
    ]


def terrain(days: Sequence[Mapping[str, Any]], key: str) -> str:
    """Fatigue by day as ground to walk over."""
    points = tuple((written.weekday(written.date_of(day["date"]), short=True), day["fatigue"]) for day in days)
    return fatigue_terrain(FatigueTerrain(points, _("Fatigue by day, of 10"), key=f"fatigue-{key}"))


def _left_out(item: Mapping[str, Any]) -> dict[str, str]:
    return {"name": item["name"], "reason": item["reason"]["text"]}


def unverified_words(items: Sequence[Mapping[str, Any]]) -> str:
    """What rests on estimated hours; empty when nothing does."""
    if not items:
        return ""
    names = [plan_words.short_name(item["name"]) for item in items]
    if len(names) > SHOWN_UNVERIFIED + 1:
        more = len(names) - SHOWN_UNVERIFIED
        names = [*names[:SHOWN_UNVERIFIED], ngettext("%d more", "%d more", more) % more]
    return ngettext("The hours of %(count)s stop are not verified: %(names)s.", "The hours of %(count)s stops are not verified: %(names)s.", len(items)) % {
        "count": written.count_word(len(items)),
        "names": written.listed(names),
    }


def glance(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The table for phones: one row per measure; the best value of a row is marked when it is better than another."""
    candidates = body["candidates"]

    def row(label: str, values: Sequence[float], texts: Sequence[str], better: Any = None) -> dict[str, Any]:
        best = better(values) if better and len(set(values)) > 1 else None
        return {"label": label, "cells": [{"text": text, "best": value == best} for value, text in zip(values, texts, strict=True)]}

    def numbers(key: str) -> list[float]:
        return [plan[key] for plan in candidates]

    costs = [plan["cost"]["total"] for plan in candidates]
    return [
        row(_("Score of 100"), numbers("score"), [written.number(value, 0) for value in numbers("score")], max),
        row(_("Cost"), costs, [written.amount(plan["cost"]["total"], plan["cost"]["currency"]) for plan in candidates], min),
        row(_("Active per day"), numbers("dailyActivityHours"), [_("%s h") % written.number(value) for value in numbers("dailyActivityHours")]),
        row(_("On foot per day"), numbers("walkKmPerDay"), [written.distance(value) for value in numbers("walkKmPerDay")], min),
        row(_("Fatigue of 10"), numbers("travelFatigueScore"), [written.number(value) for value in numbers("travelFatigueScore")], min),
        row(_("Rest days"), numbers("restDays"), [written.number(value, 0) for value in numbers("restDays")]),
    ]
