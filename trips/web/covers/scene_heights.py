"""Mountains in five ridges with contour lines, snow and firs; hills in soft rows with a village."""

from __future__ import annotations

import math

from trips.web.covers.buildings import letter
from trips.web.covers.houses import house
from trips.web.covers.ink import HEIGHT, WIDTH, Grain, Point, blend, dashes, line, shape
from trips.web.covers.palettes import Palette, lamp
from trips.web.covers.scene import Scene, sun_place
from trips.web.covers.sky import draw_clouds, draw_sky, draw_stars, draw_sun
from trips.web.covers.subject import CoverInput
from trips.web.covers.trees import contour, crowns, cypresses, pines


def ridge(
    grain: Grain, y: float, amplitude: float, rough: float, peaks: list[tuple[float, float, float]], count: int = 100
) -> list[Point]:
    """A line of summed sines with a few pointed ``peaks`` (place, half width, height)."""
    phases = [grain(0, 6.28) for _ in range(6)]
    points = []
    for i in range(count + 1):
        u = i / count
        value = sum(math.sin(u * 6.28 * (k * 1.7 + 0.6) + phases[k]) / (k + 1) ** rough for k in range(6))
        value += sum(height * max(0.0, 1 - abs(u - place) / half) for place, half, height in peaks)
        points.append((WIDTH * u, y - amplitude * value))
    return points


def draw_mountains(subject: CoverInput, palette: Palette, grain: Grain) -> Scene:
    """High country; the river or lake lies in the valley, snow reaches down by the month."""
    focus = (WIDTH * 0.46, HEIGHT * 0.45)
    drawn = draw_sky(palette, HEIGHT * 0.72)
    if subject.light == "dusk":
        drawn.append(draw_stars(palette, HEIGHT * 0.5, grain))
    drawn += draw_sun(subject, palette, HEIGHT * 0.42, sun_place(subject.crop, focus, WIDTH * 0.24))
    deep = 1.75 if subject.winter else 1.35 if subject.spring else 1.15
    for j in range(5):
        t = j / 4
        y, amplitude = HEIGHT * (0.46 + 0.42 * t), HEIGHT * (0.085 - 0.04 * t)
        peaks = [(grain(0.08, 0.92), grain(0.1, 0.2), grain(1.0, 1.9)) for _ in range(4)] if j < 3 else []
        points = ridge(grain, y, amplitude, 1.05 + 0.35 * t, peaks, 100 if j < 3 else 60)
        ink = blend(palette.far, palette.near, t**1.1) if j else blend(palette.far, palette.sky_low, 0.35)
        drawn.append(shape([*points, (WIDTH, HEIGHT), (0, HEIGHT)], ink))
        if j < 3:
            drawn += _snow(points, y - amplitude * (2.3 - deep - 0.1 * j), palette.snow)
        tint = blend(ink, palette.near, 0.32) if j < 4 else blend(ink, palette.mid, 0.35)
        drawn += [contour(points[::3], q * (9 + 4 * t), tint, 0.6 - 0.06 * q) for q in range(1, 7 - j)]
        if j >= 3:
            drawn += _firs(points, t, palette, grain)
        if j == 3 and subject.water == "lake":
            drawn += _lake(palette, grain)
    if subject.water == "river":
        drawn += _valley_river(palette, grain)
    if subject.kind == "trek":
        drawn += _tents(palette, subject)
    else:
        drawn += _village(subject, palette, grain)
    return Scene(drawn, _trail, focus)


def _trail(t: float) -> Point:
    return WIDTH * (0.16 + 0.5 * t + 0.13 * math.sin(t * 11) * (1 - t)), HEIGHT * (0.95 - 0.56 * t)


def _snow(points: list[Point], line_y: float, ink: str) -> list[str]:
    drawn, run = [], []
    for x, y in [*points, (WIDTH + 1, 9e9)]:
        if y < line_y:
            run.append((x, y))
            continue
        if len(run) > 2:
            lower = [(sx, sy + (line_y - sy) * (0.3 + 0.25 * (q % 3))) for q, (sx, sy) in enumerate(reversed(run))]
            drawn.append(shape(run + lower, ink, 0.92))
        run = []
    return drawn


def _firs(points: list[Point], t: float, palette: Palette, grain: Grain) -> list[str]:
    shades: list[list[tuple[float, float, float]]] = [[], [], []]
    for i in range(54):
        x, y = points[int(grain() * (len(points) - 1))]
        shades[i % 3].append((x + grain(-6, 6), y + grain(2, 36), (10 + 24 * t) * grain(0.6, 1)))
    base = blend(palette.near, palette.leaf, 0.25)
    return [pines(spots, blend(base, "#000000", 0.14 + 0.1 * i)) for i, spots in enumerate(shades)]


def _valley_river(palette: Palette, grain: Grain) -> list[str]:
    left, right = [], []

    def middle(t: float) -> float:
        return WIDTH * (0.62 + 0.1 * math.sin(t * 4.2) * (1 - 0.2 * t) - 0.12 * t)

    for i in range(30):
        t = i / 29
        y, half = HEIGHT * (0.7 + 0.32 * t), 3 + 60 * t * t
        left.append((middle(t) - half, y))
        right.append((middle(t) + half, y))
    marks = []
    for _ in range(16):
        t = grain(0.2, 1)
        marks.append((middle(t) - 3 * t, HEIGHT * (0.7 + 0.32 * t), 34 * t * t))
    return [shape(left + right[::-1], palette.water), dashes(marks, palette.ripple, 1.3)]


def _lake(palette: Palette, grain: Grain) -> list[str]:
    top = HEIGHT * 0.79
    points = [(WIDTH * u / 20, top + 5 * math.sin(u * 0.9) + 18 * abs(u / 10 - 1) ** 2) for u in range(21)]
    marks = [(grain(120, 680), top + grain(18, 60), grain(20, 90)) for _ in range(26)]
    return [
        shape([*points, (WIDTH, HEIGHT * 0.95), (0, HEIGHT * 0.95)], palette.water),
        dashes(marks, palette.ripple, 1.4, 0.6),
    ]


def _tents(palette: Palette, subject: CoverInput) -> list[str]:
    fill = palette.glint if subject.light == "dusk" else palette.sun
    drawn = []
    for x, y, size in ((WIDTH * 0.3, HEIGHT * 0.93, 20), (WIDTH * 0.355, HEIGHT * 0.945, 15)):
        drawn.append(shape([(x - size, y), (x, y - size * 1.15), (x + size, y)], fill))
        drawn.append(shape([(x - size * 0.2, y), (x, y - size * 0.7), (x + size * 0.25, y)], palette.near))
    return drawn


def _village(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    drawn, roof = [], blend(palette.stone, palette.near, 0.35)
    wall = blend(palette.glint, palette.stone, 0.3) if subject.light != "dusk" else palette.mid
    for i in range(8):
        x, y, size = WIDTH * (0.1 + 0.045 * i) + grain(-8, 8), HEIGHT * 0.885 + grain(-12, 14), grain(9, 15)
        drawn.append(shape([(x - size, y), (x - size, y - size), (x + size, y - size), (x + size, y)], wall))
        drawn.append(
            shape([(x - size * 1.3, y - size * 0.9), (x, y - size * 1.8), (x + size * 1.3, y - size * 0.9)], roof)
        )
        if subject.light == "dusk":
            drawn.append(
                shape([(x - 3, y - 3), (x - 3, y - size * 0.7), (x + 2, y - size * 0.7), (x + 2, y - 3)], palette.glint)
            )
    return drawn


def draw_hills(subject: CoverInput, palette: Palette, grain: Grain) -> Scene:
    """Rolling country: field lines, trees by climate, a village with its landmark on a rise."""
    focus = (WIDTH * 0.5, HEIGHT * 0.5)
    drawn = draw_sky(palette, HEIGHT * 0.6)
    if subject.light == "dusk":
        drawn.append(draw_stars(palette, HEIGHT * 0.5, grain))
    drawn += draw_sun(subject, palette, HEIGHT * 0.46, sun_place(subject.crop, focus, WIDTH * 0.76))
    drawn += draw_clouds(subject, palette, HEIGHT * 0.5, grain)
    near_field = blend(palette.leaf, palette.stone, 0.25)
    for j in range(5):
        t = j / 4
        points = ridge(grain, HEIGHT * (0.5 + 0.36 * t), HEIGHT * (0.035 + 0.012 * t), 1.7, [], 48)
        ink = blend(blend(palette.far, palette.sky_low, 0.3), near_field, t)
        drawn.append(shape([*points, (WIDTH, HEIGHT), (0, HEIGHT)], ink))
        tint = blend(ink, palette.near, 0.22)
        drawn += [contour(points[::2], q * (10 + 9 * t), tint, 0.55 - 0.05 * q) for q in range(1, 6)]
        spots = []
        for _ in range(int(7 + 6 * t)):
            x, y = points[int(grain() * (len(points) - 1))]
            spots.append((x + grain(-8, 8), y + grain(0, 14 + 10 * t), (12 + 34 * t) * grain(0.7, 1.1)))
        dark = blend(blend(palette.leaf, palette.far, 0.4), palette.shade, 0.35 + 0.65 * t)
        drawn.append(
            cypresses(spots, dark) if subject.climate_group == "mediterranean" else crowns(spots, dark, palette.near)
        )
        if j == 2:
            drawn += _hill_town(subject, palette, points, grain)
    if subject.water in {"river", "lake"}:
        drawn += _valley_river(palette, grain)
    drawn += _vines(palette, grain)
    return Scene(drawn, _lane, focus)


def _lane(t: float) -> Point:
    return WIDTH * (0.2 + 0.42 * t + 0.1 * math.sin(t * 8) * (1 - t)), HEIGHT * (0.97 - 0.41 * t)


def _vines(palette: Palette, grain: Grain) -> list[str]:
    """Rows of a field in the right foreground, drawn together towards the village."""
    drawn = []
    for i in range(9):
        x = WIDTH * (0.6 + 0.075 * i)
        start, end = (x + 60, HEIGHT + 6), (WIDTH * 0.72 + (x - WIDTH * 0.72) * 0.42, HEIGHT * 0.83)
        drawn.append(line([start, end], palette.shade, 6, opacity=0.5, round_ends=True))
        drawn.append(
            line(
                [(start[0] + 9, start[1]), (end[0] + 5, end[1] + 2)],
                blend(palette.stone, palette.leaf, 0.35),
                4,
                opacity=0.6,
            )
        )
    return drawn


def _hill_town(subject: CoverInput, palette: Palette, points: list[Point], grain: Grain) -> list[str]:
    drawn, pane = [], lamp(palette, subject.light)
    for i in range(15):
        x, y = points[14 + i]
        drawn.append(
            house(x, y + 12, 20, grain(18, 40), blend(palette.mid, palette.stone, grain(0.1, 0.6)), pane, grain)
        )
    for i, place in enumerate(subject.places[:6]):
        draw = letter(place, subject.tradition, subject.climate_group == "temperate")
        if draw:
            x, y = points[15 + i * 2]
            drawn.append(draw(x, y + 8, 40, 82, palette.near, pane, grain))
            break
    drawn.append(
        line([(points[14][0], points[14][1] + 13), (points[29][0], points[29][1] + 13)], palette.joint, 2, opacity=0.4)
    )
    return drawn
