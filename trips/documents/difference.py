"""The readable difference of two itineraries: what came, went, moved, and what it costs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from travelplanner.core import money


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Two bodies with `itinerary.days` and `cost` (final documents) -> `{changes[], totals{}}`.

    A change has `sign` (+, -, =), `what` (added, removed, moved, retimed), `name`, `placeId`, days, times and `cost` (signed number).
    """
    before, after = _stops(old["itinerary"]["days"]), _stops(new["itinerary"]["days"])
    currency = new["cost"]["currency"]
    changes: list[dict[str, Any]] = []
    for key, stop in after.items():
        was = before.get(key)
        if was is None:
            changes.append(_change("+", "added", stop, cost=stop["fee"]))
        elif was["date"] != stop["date"]:
            changes.append({**_change("=", "moved", stop, cost=0), "fromDate": was["date"], "fromTime": was["time"]})
        elif was["time"] != stop["time"]:
            changes.append({**_change("=", "retimed", stop, cost=0), "fromTime": was["time"]})
    changes += [_change("-", "removed", stop, cost=-stop["fee"]) for key, stop in before.items() if key not in after]
    order = {"removed": 0, "added": 1, "moved": 2, "retimed": 3}
    changes.sort(key=lambda c: (order[c["what"]], c["date"], c["time"]))
    return {
        "currency": currency,
        "changes": changes,
        "totals": {
            "costBefore": old["cost"]["total"],
            "costAfter": new["cost"]["total"],
            "cost": _minus(new["cost"]["total"], old["cost"]["total"], currency),
            "scoreBefore": old["score"],
            "scoreAfter": new["score"],
            "walkKm": round(new["itinerary"]["walkKm"] - old["itinerary"]["walkKm"], 1),
            "fatigueBefore": old["itinerary"]["travelFatigueScore"],
            "fatigueAfter": new["itinerary"]["travelFatigueScore"],
        },
    }


def orders_difference(old: Mapping[str, Any], orders: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """What new orders of place ids ask of a plan, before anyone has timed them: `[{what, placeId, name, day, fromDay}]` (days from 1; None: not in it).

    `what` is added, removed, moved (to another day) or reordered (within its day).
    """
    stops = [[stop for stop in day["stops"] if stop["placeId"]] for day in old["itinerary"]["days"]]
    names = {stop["placeId"]: stop["name"] for day in stops for stop in day}
    before = {stop["placeId"]: number for number, day in enumerate(stops, start=1) for stop in day}
    after = {key: number for number, order in enumerate(orders, start=1) for key in order}
    stays = {key for key in before if after.get(key) == before[key]}
    found = []
    for was, order in zip_longest(([stop["placeId"] for stop in day] for day in stops), orders, fillvalue=()):
        pairs = zip((key for key in was if key in stays), (key for key in order if key in stays), strict=True)
        found += [("reordered", now) for then, now in pairs if then != now]
    found += [("removed" if key not in after else "moved", key) for key in before if key not in stays]
    found += [("added", key) for key in after if key not in before]
    return [{"what": what, "placeId": key, "name": names.get(key, ""), "day": after.get(key), "fromDay": before.get(key)} for what, key in found]


def _stops(days: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        stop["placeId"]: {"name": stop["name"], "placeId": stop["placeId"], "date": day["date"], "time": stop["arrive"][11:16], "fee": stop["fee"]}
        for day in days
        for stop in day["stops"]
        if stop["placeId"]
    }


def _change(sign: str, what: str, stop: Mapping[str, Any], *, cost: float) -> dict[str, Any]:
    return {"sign": sign, "what": what, "name": stop["name"], "placeId": stop["placeId"], "date": stop["date"], "time": stop["time"], "cost": cost}


def _minus(a: float, b: float, currency: str) -> int | float:
    return money.as_number(Decimal(str(a)) - Decimal(str(b)), currency)
