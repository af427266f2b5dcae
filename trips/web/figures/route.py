"""The map that we draw ourselves: numbered stops and their route, useful without tiles and without signal."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from trips.web.figures.chart import (
    Degrees,
    Point,
    Sheet,
    fit_sheet,
    grid_step,
    kilometres_between,
    on_edge,
    place_labels,
    push_apart,
    scale_length,
)
from trips.web.figures.days import smooth
from trips.web.figures.svg import clean, figure_key, frame, number, text_width

MapSize = Literal["card", "phone", "wide", "tall"]
StopKind = Literal["stop", "bed", "pass"]

SIZES: dict[MapSize, tuple[float, float, float]] = {
    "card": (360.0, 270.0, 10.0),
    "phone": (358.0, 300.0, 10.0),
    "wide": (760.0, 420.0, 12.0),
    "tall": (484.0, 560.0, 12.0),
}
BED = "M3 18v-9M3 14h18v4M21 14v-1.5a3 3 0 0 0-3-3h-8V14"
MODE_CLASS = {"walk": "walk", "boat": "boat", "ferry": "boat", "train": "train", "metro": "train", "flight": "flight"}


@dataclass(frozen=True, slots=True)
class MapStop:
    """A place on the map. ``number`` stands in its ring (None for beds and places only passed)."""

    name: str
    latitude: float
    longitude: float
    number: int | None = None
    kind: StopKind = "stop"
    id: str = ""


@dataclass(frozen=True, slots=True)
class MapLeg:
    """A way from one stop to another (positions in the list of stops)."""

    start: int
    end: int
    mode: str = "ride"


@dataclass(frozen=True, slots=True)
class MapWater:
    """A river as its middle line with a width in kilometres, or with ``area`` a closed shore."""

    points: tuple[Degrees, ...]
    name: str = ""
    width_km: float = 0.3
    area: bool = False


@dataclass(frozen=True, slots=True)
class MapWords:
    """The words of a map."""

    title: str = "Route"
    empty: str = "Nothing to show yet."
    far: str = "{name}, {distance} km"
    kilometres: str = "{distance} km"
    metres: str = "{distance} m"
    to: str = "{mode} to {name}"
    modes: dict[str, str] = field(
        default_factory=lambda: {
            "walk": "on foot", "ride": "by road", "auto": "by auto rickshaw", "car": "by car", "bus": "by bus",
            "boat": "by boat", "ferry": "by ferry", "train": "by train", "metro": "by metro", "flight": "by air",
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RouteMap:
    """Input of :func:`route_map`. ``base`` is where one sleeps (drawn as a bed when no stop is one)."""

    stops: tuple[MapStop, ...] = ()
    legs: tuple[MapLeg, ...] = ()
    base: MapStop | None = None
    water: tuple[MapWater, ...] = ()
    roads: tuple[tuple[Degrees, ...], ...] = ()
    title: str = ""
    words: MapWords = field(default_factory=MapWords)
    key: str = ""

    @property
    def all_stops(self) -> tuple[MapStop, ...]:
        """The stops, and the base behind them when it is none of them."""
        if self.base is None or any(stop.kind == "bed" for stop in self.stops):
            return self.stops
        return (*self.stops, MapStop(self.base.name, self.base.latitude, self.base.longitude, None, "bed"))


def route_summary(chart: RouteMap) -> str:
    """The way in words, from stop to stop."""
    stops = chart.all_stops
    if not stops:
        return chart.words.empty
    if not chart.legs:
        return "; ".join(f"{s.number} {s.name}" if s.number else s.name for s in stops) + "."
    legs = [leg for leg in chart.legs if 0 <= leg.start < len(stops) and 0 <= leg.end < len(stops)]
    parts = [stops[legs[0].start].name] if legs else []
    for leg in legs:
        mode = chart.words.modes.get(leg.mode, chart.words.modes.get("ride", leg.mode))
        parts.append(chart.words.to.format(mode=mode, name=stops[leg.end].name))
    return "; ".join(parts) + "."


def route_map(chart: RouteMap, size: MapSize = "tall") -> str:
    """The local map as SVG: land, grid, water, roads, route, rings, labels, scale bar and north arrow.

    ``card`` shows no names but those of stops off the sheet, which sit on its edge with name and distance.
    """
    width, height, radius = SIZES[size]
    stops = chart.all_stops
    spots = [(stop.latitude, stop.longitude) for stop in stops]
    sheet, inside = fit_sheet(spots, width, height, 44.0 if size in {"card", "phone"} else 72.0)
    places = [sheet.place(s) if ok else on_edge(sheet, s, radius + 8) for s, ok in zip(spots, inside, strict=True)]
    places = push_apart(places, radius, width, height)
    body = [f'<rect class="m-land" width="{number(width)}" height="{number(height)}"/>', _grid(sheet)]
    body += [_water(sheet, water) for water in chart.water]
    body += [
        f'<path class="m-road" d="{smooth([sheet.place(s) for s in road])}"/>' for road in chart.roads if len(road) > 1
    ]
    body += [_water_name(sheet, water, places) for water in chart.water if water.name]
    body += _legs(chart, places)
    for stop, place in zip(stops, places, strict=True):
        body.append(_pin(stop, place, radius))
    body += _labels(chart, stops, inside, places, sheet, radius, size)
    body += [_scale(sheet, chart.words), '<path class="m-north" d="M20,36v-20l-5,7m5,-7l5,7"/>']
    key = (chart.key or figure_key("map", stops, chart.legs)) + f"-{size}"
    return frame(
        body,
        width,
        height,
        title=chart.title or chart.words.title,
        description=route_summary(chart),
        key=key,
        css="map",
    )


def _grid(sheet: Sheet) -> str:
    step = grid_step(sheet) * sheet.pixels_per_km
    data, x, y = "", (sheet.width / 2) % step, (sheet.height / 2) % step
    while x < sheet.width:
        data += f"M{number(x)},0V{number(sheet.height)}"
        x += step
    while y < sheet.height:
        data += f"M0,{number(y)}H{number(sheet.width)}"
        y += step
    return f'<path class="m-grid" d="{data}"/>'


def _water(sheet: Sheet, water: MapWater) -> str:
    points = [sheet.place(spot) for spot in water.points]
    if len(points) < 2:
        return ""
    if water.area:
        return f'<path class="m-water" d="{smooth([*points, points[0]])}Z"/>'
    width = min(120.0, max(5.0, water.width_km * sheet.pixels_per_km))
    drawn = f'<path class="m-river" stroke-width="{number(width)}" d="{smooth(points)}"/>'
    if width > 16:
        for part in (-0.25, 0.0, 0.25):
            drawn += f'<path class="m-current" d="{smooth(_beside(points, part * width))}"/>'
    return drawn


def _beside(points: list[Point], distance: float) -> list[Point]:
    moved = []
    for i, (x, y) in enumerate(points):
        before, after = points[max(0, i - 1)], points[min(len(points) - 1, i + 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1.0
        moved.append((x - dy / length * distance, y + dx / length * distance))
    return moved


def _water_name(sheet: Sheet, water: MapWater, places: list[Point]) -> str:
    """The name on the water, where it stands farthest from every ring."""
    points = [sheet.place(spot) for spot in water.points]
    if water.area and points:
        points = [(sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))]
    between = [
        (x0 + (x1 - x0) * part / 4, y0 + (y1 - y0) * part / 4)
        for (x0, y0), (x1, y1) in pairwise(points)
        for part in range(4)
    ]
    room = text_width(water.name, 16) / 2 + 12
    seen = [p for p in between or points if room < p[0] < sheet.width - room and 40 < p[1] < sheet.height - 40]
    if not seen:
        return ""

    def clear(point: Point) -> float:
        return min((math.hypot(point[0] - x, (point[1] - y) * 1.6) for x, y in places), default=0.0)

    x, y = max(seen, key=clear)
    return f'<text class="m-waterlabel" x="{number(x)}" y="{number(y)}" text-anchor="middle">{clean(water.name)}</text>'


def _legs(chart: RouteMap, places: list[Point]) -> list[str]:
    halos, routes = [], []
    for leg in chart.legs:
        if not (0 <= leg.start < len(places) and 0 <= leg.end < len(places)) or leg.start == leg.end:
            continue
        (x0, y0), (x1, y1) = places[leg.start], places[leg.end]
        bend_x, bend_y = (x0 + x1) / 2 - (y1 - y0) * 0.11, (y0 + y1) / 2 + (x1 - x0) * 0.11
        data = f"M{number(x0)},{number(y0)}Q{number(bend_x)},{number(bend_y)} {number(x1)},{number(y1)}"
        halos.append(f'<path class="m-halo" d="{data}"/>')
        routes.append(f'<path class="m-route m-route--{MODE_CLASS.get(leg.mode, "ride")}" d="{data}"/>')
    return halos + routes


def _pin(stop: MapStop, place: Point, radius: float) -> str:
    x, y = number(place[0]), number(place[1])
    known = f' data-stop="{clean(stop.id)}"' if stop.id else ""
    if stop.kind == "bed":
        left, top = number(place[0] - radius), number(place[1] - radius)
        scale = number(radius / 7.5)
        return (
            f'<g{known}><rect class="m-bed" x="{left}" y="{top}" width="{number(2 * radius)}" height="{number(2 * radius)}" rx="3"/>'
            f'<g transform="translate({number(place[0] - 8)} {number(place[1] - 8)}) scale(.667)"><path class="m-bedicon" d="{BED}"/>'
            f'<circle class="m-bedicon" cx="6.4" cy="11.2" r="{scale}"/></g></g>'
        )
    if stop.kind == "pass" or stop.number is None:
        return f'<circle class="m-dot" cx="{x}" cy="{y}" r="4"{known}/>'
    return (
        f'<g{known}><circle class="m-pin" cx="{x}" cy="{y}" r="{number(radius)}"/>'
        f'<text class="m-num" x="{x}" y="{number(place[1] + radius * 0.42)}" text-anchor="middle">{stop.number}</text></g>'
    )


def _labels(
    chart: RouteMap,
    stops: tuple[MapStop, ...],
    inside: list[bool],
    places: list[Point],
    sheet: Sheet,
    radius: float,
    size: MapSize,
) -> list[str]:
    home = chart.base or next((stop for stop in stops if stop.kind == "bed"), None)
    from_spot = (home.latitude, home.longitude) if home else sheet.middle
    if home and any(stop is home and not ok for stop, ok in zip(stops, inside, strict=True)):
        from_spot = sheet.middle  # a bed off the sheet is far from the stops, not from itself
    wanted: list[tuple[str, Point, bool]] = []
    seen: set[str] = set()
    for stop, ok, place in zip(stops, inside, places, strict=True):
        if stop.name in seen or not stop.name:
            continue
        if not ok:
            far = kilometres_between(from_spot, (stop.latitude, stop.longitude))
            wanted.append((chart.words.far.format(name=_short(stop.name), distance=f"{far:.0f}"), place, True))
            seen.add(stop.name)
        elif size in {"tall", "wide"} and stop.kind != "pass":
            wanted.append((_short(stop.name), place, False))
            seen.add(stop.name)
    return [
        f'<text class="m-label" x="{number(p.x)}" y="{number(p.y)}" text-anchor="{p.anchor}">{clean(p.text)}</text>'
        for p in place_labels(wanted, places, radius, sheet)
    ]


def _short(name: str) -> str:
    """A name that fits a map: its beginning, cut at a word."""
    if len(name) <= 22:
        return name
    for cut in (", ", " (", ": ", " - ", " – "):
        head = name.split(cut)[0]
        if 3 <= len(head) <= 24:
            return head
    return name[:21].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _scale(sheet: Sheet, words: MapWords) -> str:
    length = scale_length(sheet)
    half, y = length * sheet.pixels_per_km / 2, sheet.height - 18
    text = (
        words.kilometres.format(distance=f"{length:g}")
        if length >= 1
        else words.metres.format(distance=f"{length * 1000:.0f}")
    )
    return (
        f'<g class="m-scale"><rect class="m-scale-a" x="14" y="{number(y)}" width="{number(half)}" height="4"/>'
        f'<rect class="m-scale-b" x="{number(14 + half)}" y="{number(y)}" width="{number(half)}" height="4"/>'
        f'<text x="14" y="{number(y - 5)}">{clean(text)}</text></g>'
    )
