"""Days of a plan as maps. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from trips.web import plan_words
from trips.web.figure_words import map_words
from trips.web.figures import MapLeg, MapStop, RouteMap, route_map

NEAR = 4  # decimals of a degree: about ten metres, the same spot on any map


def _spot(stop: Mapping[str, Any]) -> tuple[float, float]:
    return round(stop["latitude"], NEAR), round(stop["longitude"], NEAR)


def numbers_of(day: Mapping[str, Any]) -> dict[int, int]:
    """Position in the day's stops -> number in its ring. Only places count; beds, meals and rests on the way have none."""
    places = [index for index, stop in enumerate(day["stops"]) if stop["placeId"]]
    return {index: number for number, index in enumerate(places, start=1)}


def _route(day: Mapping[str, Any], label: Mapping[int, int | None]) -> tuple[list[MapStop], list[MapLeg]]:
    """The spots of a day in order, each once, and the ways between; `label` names the stops that get a ring."""
    stops: list[MapStop] = []
    at: dict[tuple[float, float], int] = {}
    visited: list[int] = []
    for index, stop in enumerate(day["stops"]):
        kind = "bed" if stop["kind"] == "lodging" else ("stop" if index in label else "pass")
        spot = _spot(stop)
        if spot not in at or index in label:
            at[spot] = len(stops)
            stops.append(MapStop(stop["name"], stop["latitude"], stop["longitude"], label.get(index), kind, stop["placeId"] or ""))
        visited.append(at[spot])
    legs = [
        MapLeg(start, end, plan_words.mode_line(leg["mode"]))
        for (start, end), leg in zip(pairwise(visited), day["legs"], strict=False)
        if start != end and leg["minutes"] > 0
    ]
    return stops, legs


def day_maps(day: Mapping[str, Any], title: str) -> dict[str, Any]:
    """A day's map, tall beside the timeline and flat on phones, and which kinds of ways it shows."""
    stops, legs = _route(day, dict(numbers_of(day)))
    chart = RouteMap(tuple(stops), tuple(legs), title=title, words=map_words(), key=f"map-{day['day']}")
    return {"tall": route_map(chart, "tall"), "phone": route_map(chart, "phone"), "modes": sorted({leg.mode for leg in legs})}


def plan_map(days: Sequence[Mapping[str, Any]], weights: Mapping[str, float], key: str) -> str:
    """A whole plan as one small sketch: each day's main place is numbered with its day, the others are passed."""
    stops: list[MapStop] = []
    legs: list[MapLeg] = []
    for day in days:
        main = plan_words.main_stop(day, weights)
        label = {index: day["day"] for index, stop in enumerate(day["stops"]) if main is not None and stop is main}
        spots, ways = _route(day, label)
        legs += [MapLeg(way.start + len(stops), way.end + len(stops), way.mode) for way in ways]
        stops += spots
    chart = RouteMap(tuple(stops), tuple(legs), title=_("Sketch of plan %s") % key, words=map_words(), key=f"plan-{key}")
    return route_map(chart, "card")
