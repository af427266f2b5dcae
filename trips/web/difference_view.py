"""A difference of two plans in words and prices, for `partials/diff.html`. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trips.documents.difference import difference
from trips.web import written

SIGNS = {"added": "added", "removed": "removed", "moved": "changed", "retimed": "changed"}
RETIMED_SHOWN = 4
SAME_MONEY = 0.5  # of the smallest step that is shown


def difference_rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """`rows` (kind, text, price), `balance` and whether anything changed. The rows' prices add up to the whole difference:
    what isn't an entrance fee is one row of ways and meals."""
    found = difference(before, after)
    currency, totals = found["currency"], found["totals"]
    retimed = [change for change in found["changes"] if change["what"] == "retimed"]
    changes = [change for change in found["changes"] if change["what"] != "retimed"]
    rows = [{"kind": SIGNS[change["what"]], "text": _change_words(change), "price": written.signed(change["cost"], currency)} for change in changes]
    rows += [{"kind": "changed", "text": _change_words(change), "price": ""} for change in retimed[:RETIMED_SHOWN]]
    if (more := len(retimed) - RETIMED_SHOWN) > 0:
        rows.append({"kind": "changed", "text": ngettext("%d more stop at another time", "%d more stops at another time", more) % more, "price": ""})
    rest = totals["cost"] - sum(change["cost"] for change in changes)
    if abs(rest) >= SAME_MONEY:
        rows.append({"kind": "changed", "text": _("Ways and meals between them"), "price": written.signed(round(rest), currency)})
    return {"rows": rows, "balance": balance_words(totals, currency), "same": not found["changes"], "cost": totals["cost"]}


def _change_words(change: Mapping[str, Any]) -> str:
    when = {"day": written.weekday(written.date_of(change["date"])), "name": change["name"], "time": change["time"]}
    if change["what"] == "removed":
        return _("%(day)s: %(name)s") % when
    if change["what"] == "added":
        return _("%(day)s: %(name)s, %(time)s") % when
    if change["what"] == "moved":
        return _("%(name)s: from %(from_day)s to %(day)s, %(time)s") % {**when, "from_day": written.weekday(written.date_of(change["fromDate"]))}
    return _("%(day)s: %(name)s at %(time)s instead of %(from_time)s") % {**when, "from_time": change["fromTime"]}


def balance_words(totals: Mapping[str, Any], currency: str) -> str:
    """₹890 less, 1.9 km less on foot, fatigue 3.4 to 3.2, score 91 to 87."""
    words = [_money_words(totals, currency)]
    if abs(totals["walkKm"]) >= 0.1:
        km = written.distance(abs(totals["walkKm"]))
        words.append(_("%s less on foot") % km if totals["walkKm"] < 0 else _("%s more on foot") % km)
    for before, after, pattern in (
        (totals["fatigueBefore"], totals["fatigueAfter"], _("fatigue %(before)s to %(after)s")),
        (totals["scoreBefore"], totals["scoreAfter"], _("score %(before)s to %(after)s")),
    ):
        if before != after:
            words.append(pattern % {"before": written.number(before), "after": written.number(after)})
    return ", ".join(words)


def _money_words(totals: Mapping[str, Any], currency: str) -> str:
    if abs(totals["cost"]) < SAME_MONEY:
        return _("The trip's total stays %s") % written.amount(totals["costAfter"], currency)
    sum_words = written.amount(abs(totals["cost"]), currency)
    return _("%s less") % sum_words if totals["cost"] < 0 else _("%s more") % sum_words
