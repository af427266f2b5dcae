"""Days of a plan as maps. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from trips.web import plan_words
from trips.web.figure_words import map_words
from trips.web.figures import MapLeg, MapStop, RouteMap, route_map
from trips.web.figures.chart import kilometres_between
from trips.web.figures.route import StopKind

NEAR = 4  # decimals of a degree: about ten metres, the same spot on any map
APART_KM = 1.5


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
        kind: StopKind = "bed" if stop["kind"] == "lodging" else ("stop" if index in label else "pass")
        spot = _spot(stop)
        if spot not in at or index in label:
            at[spot] = len(stops)
            stops.append(MapStop(stop["name"], stop["latitude"], stop["longitude"], label.get(index), kind, stop["placeId"] or ""))
        elif kind == "bed" and stops[at[spot]].kind == "pass":  # one arrives where one sleeps
            stops[at[spot]] = MapStop(stop["name"], stop["latitude"], stop["longitude"], None, "bed")
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
    """A whole plan as one small sketch: each day's main place is numbered with its day; of the others those are passed that lie apart."""
    stops: list[MapStop] = []
    beds: dict[tuple[float, float], int] = {}
    legs: list[MapLeg] = []
    for day in days:
        main = plan_words.main_stop(day, weights)
        visited: list[int] = []
        for stop in _apart(day, main):
            spot = _spot(stop)
            if stop["kind"] == "lodging" and spot in beds:
                visited.append(beds[spot])
                continue
            number = day["day"] if stop is main else None
            kind: StopKind = "bed" if stop["kind"] == "lodging" else ("stop" if number else "pass")
            visited.append(len(stops))
            if kind == "bed":
                beds[spot] = len(stops)
            stops.append(MapStop(stop["name"], stop["latitude"], stop["longitude"], number, kind, stop["placeId"] or ""))
        legs += [MapLeg(start, end, "ride") for start, end in pairwise(visited) if start != end]
    chart = RouteMap(tuple(stops), tuple(legs), title=_("Sketch of plan %s") % key, words=map_words(), key=f"plan-{key}")
    return route_map(chart, "card")


def _apart(day: Mapping[str, Any], main: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The stops of a day that a small sketch has room for: beds, the main place, and places well away from those."""
    kept = [stop for stop in day["stops"] if stop["kind"] == "lodging" or stop is main]
    for stop in day["stops"]:
        spot = (stop["latitude"], stop["longitude"])
        if stop["placeId"] and all(kilometres_between(spot, (other["latitude"], other["longitude"])) > APART_KM for other in kept):
            kept.append(stop)
    return [stop for stop in day["stops"] if any(stop is other for other in kept)]
