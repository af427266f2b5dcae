"""Scores in tenths, fatigue as a terrain section, the year as a strip."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from trips.web.figures.svg import figure_key, frame, label, number, path, rect, text_width

Point = tuple[float, float]


def score_segments(value: float) -> str:
    """A part of a score (0 to 100) in ten segments; decoration beside its number."""
    part = min(100.0, max(0.0, value))
    cuts = "".join(f"M{x} 0v10" for x in range(20, 200, 20))
    return (
        '<svg viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true"><rect class="f-faint" width="200" height="10"/>'
        f'<rect class="f-data" width="{number(part * 2)}" height="10"/><path class="k-paper" d="{cuts}"/></svg>'
    )


@dataclass(frozen=True, slots=True)
class FatigueTerrain:
    """Input of :func:`fatigue_terrain`: ``points`` are (day's short name, fatigue 0 to 10)."""

    points: tuple[tuple[str, float], ...]
    title: str = "Fatigue by day, of 10"
    key: str = ""


def fatigue_summary(terrain: FatigueTerrain) -> str:
    """The section as text."""
    return f"{terrain.title}: " + ", ".join(f"{name} {value:.1f}" for name, value in terrain.points)


def fatigue_terrain(terrain: FatigueTerrain) -> str:
    """Fatigue as ground one walks over, with hachures; 320 x 104."""
    base, unit, left, width = 78.0, 6.4, 8.0, 304.0
    count = len(terrain.points)
    if not count:
        return frame(
            [path("k-ink", "M8,78H312")], 320, 104, title=terrain.title, key=terrain.key or figure_key("fatigue")
        )
    tops = [
        (left + (i + 0.5) * width / count, base - min(10.0, max(0.0, value)) * unit)
        for i, (_, value) in enumerate(terrain.points)
    ]
    ends = [(left, base - (base - tops[0][1]) * 0.35), (left + width, base - (base - tops[-1][1]) * 0.35 - 0.1)]
    points = [ends[0], *tops, ends[1]]
    curve = smooth(points)
    body = [path("f-faint", f"{curve}L312,78L8,78Z")]
    hachures = ""
    for i in range(1, 46):
        x = left + i * width / 46
        y = _height_at(points, x) + 1
        depth = (base - y) * (0.34 if i % 2 else 0.62)
        if depth > 0.8:
            hachures += f"M{x:.1f},{y:.1f}v{depth:.1f}"
    body += [path("k-soft", hachures), path("k-data", curve, 2), path("k-ink", "M8,78H312")]
    step = 1 if count <= 9 else 2 if count <= 18 else 4
    highest = max(range(count), key=lambda i: terrain.points[i][1])
    for i, ((name, value), (x, y)) in enumerate(zip(terrain.points, tops, strict=True)):
        body.append(f'<circle class="f-data" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        if i % step == 0 or i == highest:
            body.append(label(x, y - 9, f"{value:.1f}", "t-strong", "middle"))
        if i % step == 0:
            body.append(label(x, 96, name, "", "middle"))
    key = terrain.key or figure_key("fatigue", terrain.points)
    return frame(body, 320, 104, title=fatigue_summary(terrain), key=key)


def smooth(points: list[Point]) -> str:
    """Path data of a soft line through points."""
    data = f"M{number(points[0][0])},{number(points[0][1])}"
    for i in range(len(points) - 1):
        before, start, end = points[max(0, i - 1)], points[i], points[i + 1]
        after = points[min(len(points) - 1, i + 2)]
        one = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        two = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        data += "C" + " ".join(f"{number(x)},{number(y)}" for x, y in (one, two, end))
    return data


def _height_at(points: list[Point], x: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= x <= x1:
            t = (x - x0) / max(1e-9, x1 - x0)
            return y0 + (y1 - y0) * (3 * t * t - 2 * t**3)
    return points[-1][1]


@dataclass(frozen=True, slots=True)
class ClimateMonth:
    """A month's usual weather: day low and high in degrees, rain in millimetres (None: not known)."""

    name: str
    low: float | None
    high: float | None
    rain: float | None


@dataclass(frozen=True, slots=True)
class ClimateWords:
    """The words of the climate strip."""

    title: str = "The year by month"
    month: str = "{name}: {low} to {high} °C, {rain} mm rain"
    degrees: str = "°C"
    rain: str = "rain, mm"
    unknown: str = "not known"


@dataclass(frozen=True, slots=True)
class ClimateStrip:
    """Input of :func:`climate_strip`; ``chosen`` are the trip's months (1 to 12), ``best`` the good ones."""

    months: tuple[ClimateMonth, ...]
    chosen: frozenset[int] = frozenset()
    best: frozenset[int] = frozenset()
    words: ClimateWords = field(default_factory=ClimateWords)
    key: str = ""


def climate_summary(strip: ClimateStrip) -> str:
    """Every month as text."""

    def written(value: float | None) -> str:
        return strip.words.unknown if value is None else f"{value:.0f}"

    return "; ".join(
        strip.words.month.format(
            name=month.name, low=written(month.low), high=written(month.high), rain=written(month.rain)
        )
        for month in strip.months
    )


def climate_strip(strip: ClimateStrip, size: str = "wide") -> str:
    """Warmth as a bar from low to high over rain hanging below a line; the trip's months stand on the wash.

    Good months carry full ink, the others are pale; the numbers stand at the bars.
    """
    phone = size == "phone"
    width, left = (350.0, 4.0) if phone else (760.0, 56.0)
    column = (width - left - 4) / max(1, len(strip.months))
    top, floor, rain_floor = 26.0, 128.0, 196.0
    lows = [month.low for month in strip.months if month.low is not None]
    highs = [month.high for month in strip.months if month.high is not None]
    wettest = max([month.rain for month in strip.months if month.rain is not None] or [1.0]) or 1.0
    coldest, warmest = min(lows, default=0.0), max(highs, default=30.0)
    unit = (floor - top - 12) / max(10.0, warmest - coldest)
    body: list[str] = []
    if not phone:
        body += [label(0, 76, strip.words.degrees), label(0, 176, strip.words.rain)]
    for i, month in enumerate(strip.months):
        x, middle = left + i * column, left + (i + 0.5) * column
        if i + 1 in strip.chosen:
            body += [rect("f-wash", x, 8, column, 208), path("k-course", f"M{x:.1f},8h{column:.1f}", 3)]
        if month.low is not None and month.high is not None:
            high_y, low_y = floor - 12 - (month.high - coldest) * unit, floor - 12 - (month.low - coldest) * unit
            body += [
                rect(
                    "f-data" if not strip.best or i + 1 in strip.best else "f-soft",
                    middle - column * 0.2,
                    high_y,
                    column * 0.4,
                    max(3.0, low_y - high_y),
                ),
                label(middle, high_y - 5, f"{month.high:.0f}", "t-strong", "middle"),
                label(middle, low_y + 13, f"{month.low:.0f}", "", "middle"),
            ]
        if month.rain is not None:
            depth = month.rain / wettest * (rain_floor - floor - 34)
            body.append(rect("f-soft", middle - column * 0.28, floor + 14, column * 0.56, depth))
            if month.rain >= 0.5 and text_width(f"{month.rain:.0f}") < column:
                body.append(label(middle, floor + 27 + depth, f"{month.rain:.0f}", "", "middle"))
        name = month.name if text_width(month.name) < column - 1 else month.name[:1]
        body.append(label(middle, 212, name, "t-course" if i + 1 in strip.chosen else "", "middle"))
    body.append(path("k-ink", f"M{left:.1f},{floor + 14:.0f}H{width - 4:.0f}"))
    key = (strip.key or figure_key("climate", strip.months, sorted(strip.chosen))) + f"-{size}"
    return frame(body, width, 220, title=strip.words.title, description=climate_summary(strip), key=key)
