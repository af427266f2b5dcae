"""The budget document as the budget page shows it. Pure but for the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from trips.documents import sentences
from trips.web import written
from trips.web.budget_help import Relief
from trips.web.figure_words import money_words
from trips.web.figures import BudgetBar, CategoryBars, CategoryRange, budget_bars, category_bars

PART_NAMES = {
    "lodging": lazy("Bed"),
    "food": lazy("Food"),
    "localTransport": lazy("Local transport"),
    "activities": lazy("Things to do"),
    "intercity": lazy("Getting there"),
}
SOURCE_ICONS = {"lodging_food": "bed", "price_level": "meal", "catalogue": "ticket", "fares": "train", "exchange_rate": "money"}
SOURCE_USES = {
    "lodging_food": lazy("Beds and meals"),
    "price_level": lazy("Price level of the country"),
    "catalogue": lazy("Known prices of this place"),
    "fares": lazy("Fares"),
    "exchange_rate": lazy("Exchange rate"),
    "assumptions": lazy("What we assume"),
}
OWN_SOURCES = {  # what others published keeps its own title
    "catalogue": lazy("Prices of this catalogue's demo offers and places"),
    "assumptions": lazy("Editor's estimate: shares of the ceilings by comfort, and daily sums for transport and sights"),
}


def rough_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its predicted amounts rounded to what can be known; everything that the page says is taken from it."""
    predicted = {key: written.rough(value) if isinstance(value, int | float) else value for key, value in body["predictedBudget"].items()}
    parts = {name: {key: written.rough(value) for key, value in part.items()} for name, part in body["breakdown"].items()}
    return {**body, "predictedBudget": predicted, "breakdown": parts}


def figures(body: Mapping[str, Any], *, limit: float | None, wish_from: float | None) -> dict[str, Any]:
    """The range bar and the split with their table twins. `limit` and `wish_from` are None for readers who may not see them."""
    predicted = body["predictedBudget"]
    currency = predicted["currency"]
    money, short, words = written.amounts_in(currency), written.scales_in(currency), money_words()
    wish = (wish_from, limit) if limit is not None and wish_from is not None and wish_from < limit else None
    bar = BudgetBar(predicted["p10"], predicted["p50"], predicted["p90"], limit=limit, wish=wish, money=money, short_money=short, words=words, key="range")
    parts = sorted(((name, part) for name, part in body["breakdown"].items() if part["p90"] > 0), key=lambda item: -item[1]["p50"])
    rows = tuple(CategoryRange(str(PART_NAMES.get(name, name)), part["p10"], part["p50"], part["p90"]) for name, part in parts)
    chart = CategoryBars(rows, money=money, short_money=short, words=words, key="parts")
    return {
        "bars": budget_bars(bar),
        "parts_wide": category_bars(chart, "wide"),
        "parts_phone": category_bars(chart, "phone"),
        "rows": [_row(str(PART_NAMES.get(name, name)), part, currency) for name, part in parts],
        "total": _row(_("Whole trip"), predicted, currency),
    }


def _row(label: str, part: Mapping[str, float], currency: str) -> dict[str, str]:
    return {
        "label": label,
        "low": written.amount(part["p10"], currency),
        "likely": written.amount(part["p50"], currency),
        "high": written.amount(part["p90"], currency),
    }


def heading(body: Mapping[str, Any], *, people: int, days: int, limit: float | None, share: float | None) -> dict[str, str]:
    """The sentence that the page is about, and the one below it."""
    predicted = body["predictedBudget"]
    money = written.amounts_in(predicted["currency"])
    party = ngettext("%(count)s person", "%(count)s people", people) % {"count": written.count_word(people)}
    stretch = ngettext("%(count)s day", "%(count)s days", days) % {"count": written.count_word(days)}
    lede = _("For %(party)s and %(stretch)s. Trips like yours run from %(low)s to %(high)s") % {
        "party": party, "stretch": stretch, "low": money(predicted["p10"]), "high": money(predicted["p90"]),
    }  # fmt: skip
    if limit is not None and share is not None:
        lede = f"{lede}; {share_words(share, money(limit))}"
    return {"title": _("Most likely %s") % money(predicted["p50"]), "lede": written.sentence(lede)}


def share_words(share: float, limit: str) -> str:
    """How many of ten such trips stay below a limit (as written): "about 7 in 10 stay under your ₹40,000"."""
    tenths = round(share * 10)
    if share < 0.02:
        return _("hardly any trip stays under your %s") % limit
    if tenths <= 0:
        return _("fewer than 1 in 10 stays under your %s") % limit
    if tenths >= 10:
        return _("nearly all stay under your %s") % limit
    return ngettext("about %(count)d in 10 stays under your %(limit)s", "about %(count)d in 10 stay under your %(limit)s", tenths) % {
        "count": tenths,
        "limit": limit,
    }


def facts(body: Mapping[str, Any], *, limit: float | None) -> list[dict[str, str]]:
    """Per person, per day, and what is left under the limit."""
    predicted = body["predictedBudget"]
    currency = predicted["currency"]
    shown = [
        {"label": _("Per person"), "value": written.amount(predicted["perPerson"], currency)},
        {"label": _("Per day"), "value": written.amount(predicted["perDay"], currency)},
    ]
    if limit is not None:
        left = limit - predicted["p50"]
        label = _("Room to spare") if left >= 0 else _("Short of the middle by")
        shown.append({"label": label, "value": written.amount(abs(left), currency)})
    return shown


def shortfall(body: Mapping[str, Any], *, limit: float | None, helps: Sequence[Relief], cheapest_plan: float | None) -> dict[str, Any] | None:
    """What stands in the way, said plainly, and what would help; None when the middle fits.

    Below the pale band's low end the trip can't work as wished ("bad"); between that and the middle it needs luck ("warn").
    """
    predicted = body["predictedBudget"]
    currency = predicted["currency"]
    if limit is None or predicted["p50"] <= limit:
        return None
    money = written.amounts_in(currency)
    name, part = max(body["breakdown"].items(), key=lambda item: item[1]["p50"])
    hopeless = predicted["p10"] > limit
    if hopeless:
        title = _("%(limit)s will not be enough for this trip as you wish it.") % {"limit": money(limit)}
        text = _("Even careful travelers spend about %(low)s: %(missing)s more.") % {"low": money(predicted["p10"]), "missing": money(predicted["p10"] - limit)}
    else:
        title = _("%(limit)s is possible, but tight.") % {"limit": money(limit)}
        text = _("The middle of such trips lies %(missing)s above it.") % {"missing": money(predicted["p50"] - limit)}
    if cheapest_plan is not None:
        plan = _("Our plans keep below it: the cheapest comes to %s.") if cheapest_plan <= limit else _("The cheapest plan that we found comes to %s.")
        text += " " + plan % money(cheapest_plan)
    if limit < part["p10"]:
        binds = _("What binds is one part alone: %(part)s starts at %(amount)s.") % {"part": _part(name), "amount": money(part["p10"])}
    else:
        binds = _("What weighs most is %(part)s, about %(amount)s.") % {"part": _part(name), "amount": money(part["p50"])}
    return {
        "tone": "bad" if hopeless else "warn",
        "title": title,
        "text": text,
        "binds": binds,
        "helps": [_help(relief, money) for relief in helps],
        "nothing_helps": not any(relief.enough for relief in helps),
    }


def _part(name: str) -> str:
    return str(sentences.CATEGORY_NAMES.get(name, name))


def _help(relief: Relief, money: Any) -> dict[str, Any]:
    if relief.kind == "days":
        days = int(relief.detail)
        label = ngettext("%(count)s day instead", "%(count)s days instead", days) % {"count": written.capital(written.count_word(days))}
    elif relief.kind == "comfort":
        label = _("%(comfort)s beds") % {"comfort": written.capital(str(sentences.COMFORT_NAMES[str(relief.detail)]))}
    else:
        label = _("Going in %(month)s") % {"month": written.month_name(dt.date(2000, int(relief.detail), 1))}
    return {"label": label, "amount": _("about %s") % money(written.rough(relief.likely)), "enough": relief.enough, "query": {relief.kind: relief.detail}}


def sources(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the numbers come from: use, title, link when it is one, date and confidence in words."""
    confidence = {"high": _("High confidence."), "medium": _("Medium confidence."), "low": _("Low confidence, so the range is wider.")}
    return [
        {
            "icon": SOURCE_ICONS.get(source["usedFor"], "info"),
            "use": str(SOURCE_USES.get(source["usedFor"], source["usedFor"])),
            "title": str(OWN_SOURCES.get(source["usedFor"], source["title"])),
            "url": source["reference"] if source["reference"].startswith("http") else "",
            "date": _("%s.") % (_("as of %s") % written.source_date(source["date"]) if source["date"] else _("undated")),
            "confidence": confidence.get(source["confidence"], ""),
        }
        for source in body["sources"]
    ]
