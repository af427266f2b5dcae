"""The sheet of a local map: projection, what lies off it, grid and scale, labels that keep apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trips.web.figures.svg import nice_step, text_width

Point = tuple[float, float]
Degrees = tuple[float, float]

KM_PER_DEGREE = 111.32
SMALLEST_KM = 0.45


def kilometres_between(one: Degrees, two: Degrees) -> float:
    """The distance as the crow flies, in kilometres (points are latitude, longitude)."""
    lat1, lat2 = math.radians(one[0]), math.radians(two[0])
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(two[1] - one[1]) / 2
    a = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(a)))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn rectangle of the world: pixels from kilometres around a middle."""

    width: float
    height: float
    middle: Degrees
    pixels_per_km: float

    def place(self, spot: Degrees) -> Point:
        """Where a point of the world lies on the sheet."""
        east = (((spot[1] - self.middle[1] + 180) % 360) - 180) * KM_PER_DEGREE * math.cos(math.radians(self.middle[0]))
        north = (spot[0] - self.middle[0]) * KM_PER_DEGREE
        return self.width / 2 + east * self.pixels_per_km, self.height / 2 - north * self.pixels_per_km


def fit_sheet(spots: Sequence[Degrees], width: float, height: float, margin: float) -> tuple[Sheet, list[bool]]:
    """A sheet that holds what belongs together, and for each spot whether it lies on it.

    A spot much farther out than most (three times the reach of two thirds of them) goes to the edge instead of
    squeezing everything else into one dot.
    """
    if not spots:
        return Sheet(width, height, (0.0, 0.0), 60.0), []
    first = spots[0][1]  # longitudes around the first one, so that the date line cuts nothing
    spots = [(lat, first + ((lon - first + 180) % 360) - 180) for lat, lon in spots]
    centre = (_median([s[0] for s in spots]), _median([s[1] for s in spots]))
    reaches = [kilometres_between(centre, spot) for spot in spots]
    usual = sorted(reaches)[math.ceil(len(reaches) * 0.67) - 1]
    inside = [reach <= max(3 * usual, SMALLEST_KM) for reach in reaches]
    if sum(inside) < 2:
        inside = [True] * len(spots)
    kept = [spot for spot, ok in zip(spots, inside, strict=True) if ok]
    south, north = min(s[0] for s in kept), max(s[0] for s in kept)
    west, east = min(s[1] for s in kept), max(s[1] for s in kept)
    middle = ((south + north) / 2, (west + east) / 2)
    tall = max((north - south) * KM_PER_DEGREE, SMALLEST_KM)
    wide = max((east - west) * KM_PER_DEGREE * math.cos(math.radians(middle[0])), SMALLEST_KM)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / tall)
    return Sheet(width, height, middle, scale), inside


def on_edge(sheet: Sheet, spot: Degrees, inset: float) -> Point:
    """Where the direction to a far spot leaves the sheet."""
    x, y = sheet.place(spot)
    dx, dy = x - sheet.width / 2, y - sheet.height / 2
    room_x, room_y = sheet.width / 2 - inset, sheet.height / 2 - inset
    part = min(room_x / abs(dx) if dx else math.inf, room_y / abs(dy) if dy else math.inf)
    return sheet.width / 2 + dx * part, sheet.height / 2 + dy * part


def push_apart(points: Sequence[Point], radius: float, width: float, height: float) -> list[Point]:
    """Move rings that would cover each other as little as needed; the same input gives the same places."""
    places = [list(point) for point in points]
    need = radius * 2.15
    for _ in range(60):
        moved = False
        for i in range(len(places)):
            for j in range(i + 1, len(places)):
                dx, dy = places[j][0] - places[i][0], places[j][1] - places[i][1]
                gap = math.hypot(dx, dy)
                if gap >= need:
                    continue
                if gap < 0.01:
                    angle = 2.4 * (i + j)
                    dx, dy, gap = math.cos(angle), math.sin(angle), 1.0
                shift = (need - gap) / 2 + 0.05
                for k, sign in ((i, -1), (j, 1)):
                    places[k][0] = min(max(places[k][0] + sign * dx / gap * shift, radius + 2), width - radius - 2)
                    places[k][1] = min(max(places[k][1] + sign * dy / gap * shift, radius + 2), height - radius - 2)
                moved = True
        if not moved:
            break
    return [(x, y) for x, y in places]


def grid_step(sheet: Sheet) -> float:
    """Kilometres between grid lines, about five over the longer side."""
    return nice_step(max(sheet.width, sheet.height) / sheet.pixels_per_km, 5)


def scale_length(sheet: Sheet) -> float:
    """Kilometres of the scale bar: the roundest length under a quarter of the width."""
    most = sheet.width * 0.26 / sheet.pixels_per_km
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that something on the sheet takes up."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """The shared area."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        tall = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return wide * tall if wide > 0 and tall > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its place."""

    text: str
    x: float
    y: float
    anchor: str


def place_labels(
    wanted: Sequence[tuple[str, Point, bool]], rings: Sequence[Point], radius: float, sheet: Sheet, size: float = 14.0
) -> list[Placed]:
    """Find each text (text, its ring, whether it must stay) a side where it covers least; drop what finds none."""
    taken = [Box(x - radius - 1, y - radius - 1, 2 * radius + 2, 2 * radius + 2) for x, y in rings]
    taken.append(Box(0, sheet.height - 34, sheet.width * 0.3, 34))
    taken.append(Box(0, 0, 34, 42))
    placed: list[Placed] = []
    for text, (x, y), must in sorted(wanted, key=lambda item: not item[2]):
        width, gap = text_width(text, size) * 1.06, radius + 6
        best: tuple[float, Box, Placed] | None = None
        for rank, (dx, dy, anchor) in enumerate(
            ((gap, 4.5, "start"), (-gap, 4.5, "end"), (0, -gap - 1, "middle"), (0, gap + 11, "middle"),
             (gap * 0.8, -gap * 0.6, "start"), (-gap * 0.8, -gap * 0.6, "end"),
             (gap * 0.8, gap * 0.6 + 9, "start"), (-gap * 0.8, gap * 0.6 + 9, "end"))
        ):  # fmt: skip
            at = x + dx
            left = at if anchor == "start" else at - width if anchor == "end" else at - width / 2
            box = Box(left, y + dy - size * 0.8, width, size * 1.05)
            outside = max(0.0, 3 - left) + max(0.0, left + width - sheet.width + 3)
            outside += max(0.0, 3 - box.y) + max(0.0, box.y + box.height - sheet.height + 3)
            cost = sum(box.overlap(other) for other in taken) + outside * 40 + rank * 2
            if best is None or cost < best[0]:
                best = (cost, box, Placed(text, at, y + dy, anchor))
        if best and (must or best[0] < 70):
            taken.append(best[1])
            placed.append(best[2])
    return placed


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
