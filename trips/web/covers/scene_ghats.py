"""A holy river in the plain: the built bank as a fan of steps into the vanishing point, the far bank flat."""

from __future__ import annotations

import math

from trips.web.covers.buildings import letter
from trips.web.covers.houses import house
from trips.web.covers.ink import HEIGHT, WIDTH, Grain, Point, blend, boxes, dashes, discs, line, number, outline, shape
from trips.web.covers.palettes import Palette
from trips.web.covers.scene import Scene, sun_place
from trips.web.covers.sky import draw_sky, draw_stars, draw_sun
from trips.web.covers.subject import CoverInput
from trips.web.covers.waters import boat, draw_glints, draw_water

HORIZON = HEIGHT * 0.47
VANISH: Point = (WIDTH * 0.735, HORIZON + 3)
TOP = HEIGHT * 0.505
FOOT = HEIGHT * 0.985
ROWS = 17


def draw_ghats(subject: CoverInput, palette: Palette, grain: Grain) -> Scene:
    """Varanasi's view: towers along the steps, boats, lamps at dusk."""
    focus = (WIDTH * 0.505, HORIZON + 15)
    sun_x = sun_place(subject.crop, focus, WIDTH * (0.845 if subject.light == "dawn" else 0.8))
    dusk = subject.light == "dusk"
    drawn = draw_sky(palette, HORIZON + 2)
    if dusk:
        drawn.append(draw_stars(palette, HORIZON, grain))
    drawn += draw_sun(subject, palette, HORIZON, sun_x)
    drawn += _far_bank(palette, grain)
    drawn += draw_water(palette, HORIZON + 8, grain, strokes=130)
    drawn.append(
        shape(
            [(VANISH[0] - 20, HORIZON + 5), (WIDTH, HORIZON + 2), (WIDTH, HORIZON + 26), (WIDTH * 0.86, HORIZON + 12)],
            palette.far,
        )
    )
    drawn += draw_glints(subject, palette, sun_x, HORIZON + 10, HEIGHT * 0.34, grain)
    if dusk:
        drawn += _lamp_trails(palette, grain)
    drawn += _back_houses(palette, grain)
    drawn += _steps(palette, grain)
    drawn += _skyline(subject, palette, grain)
    drawn += _life(palette, grain, dusk)
    for _ in range(7):
        depth = 0.16 + 0.8 * grain() ** 1.2
        y, x = HORIZON + 26 + (HEIGHT * 0.8 - HORIZON) * depth, WIDTH * (0.6 + 0.36 * grain()) - depth * 60
        drawn.append(boat(x, y, 9 + 40 * depth, palette.near, palette.glint if dusk else None))
    return Scene(drawn, _course, focus)


def _course(t: float) -> Point:
    x = WIDTH * 0.5 + (VANISH[0] - WIDTH * 0.5) * t + 38 * math.sin(t * 3.1) * (1 - t)
    return x, HEIGHT * 0.97 + (VANISH[1] + 8 - HEIGHT * 0.97) * (1 - (1 - t) ** 1.55)


def _near_us(x: float) -> float:
    """How large things are at ``x``: 1 at the left edge, a tenth at the vanishing point."""
    return 0.1 + 0.9 * (VANISH[0] - x) / VANISH[0]


def _bank(x: float) -> float:
    return VANISH[1] + (TOP - VANISH[1]) * ((VANISH[0] - x) / VANISH[0]) + 3


def _far_bank(palette: Palette, grain: Grain) -> list[str]:
    points = [
        (WIDTH * (0.5 + 0.5 * i / 40), HORIZON - 3 - 3.2 * math.sin(i * 0.7 + grain() * 1.2) - grain(0, 3))
        for i in range(41)
    ]
    return [shape([(WIDTH * 0.5, HORIZON + 10), *points, (WIDTH, HORIZON + 12)], blend(palette.far, palette.mid, 0.42))]


def _back_houses(palette: Palette, grain: Grain) -> list[str]:
    x, row = -20.0, []
    while x < VANISH[0] - 14:
        near = _near_us(x)
        width, height = (26 + 26 * grain()) * near + 6, (46 + 80 * grain()) * near + 5
        ground = VANISH[1] - (VANISH[0] - x) / VANISH[0] * HEIGHT * 0.02
        row.append((x, ground - height, width + 1, height + 8))
        x += width
    return [boxes(row, blend(palette.mid, palette.sky_low, 0.32))]


def _steps(palette: Palette, grain: Grain) -> list[str]:
    drawn = [shape([(0, TOP - 20), VANISH, (0, HEIGHT)], palette.stone)]
    for i in range(1, ROWS):
        t = (i / ROWS) ** 1.25
        drawn.append(line([(0, TOP + (FOOT - TOP) * t), VANISH], palette.joint, 0.8 + 1.5 * t, opacity=0.45 + 0.4 * t))
    wall = blend(palette.stone, palette.joint, 0.55)
    for j in range(7):
        x = WIDTH * (0.04 + 0.085 * j) + grain(-8, 8)
        near = (VANISH[0] - x) / VANISH[0]
        top, foot, width = (
            VANISH[1] + (TOP - VANISH[1]) * near,
            VANISH[1] + (FOOT - VANISH[1]) * near * 0.96,
            4 + 18 * near,
        )
        right = VANISH[1] + (FOOT - VANISH[1]) * (VANISH[0] - x - width) / VANISH[0] * 0.9
        drawn.append(shape([(x, top), (x + width, top), (x + width * 1.25, right), (x, foot)], wall))
    return drawn


def _skyline(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    named = [place for place in subject.places if letter(place, subject.tradition, False)][:7]
    row: list[str] = []
    for i, place in enumerate(named or ["temple", "house", "temple"]):
        row += [place, "house"] if i % 2 == 0 else [place]
    while len(row) < 13:
        row += ["temple" if len(row) % 3 == 2 and "temple" in named else "house"]
    drawn, last = [], len(row) - 1
    for i, place in enumerate(row):
        x = WIDTH * 0.022 + (VANISH[0] - 26) * i / last * 0.985
        near, ink = _near_us(x), blend(palette.near, palette.mid, 0.75 * i / last)
        pane = palette.glint if subject.light == "dusk" else blend(ink, palette.sky_low, 0.35)
        draw = letter(place, subject.tradition, False) or house
        wide, high = {"temple": (56, 165), "fort": (70, 105), "museum": (64, 100)}.get(place, (60, 118))
        if draw is house:
            wide, high = 66, 92
        drawn.append(draw(x, _bank(x), wide * near, high * grain(0.88, 1.16) * near, ink, pane, grain))
    return drawn


def _life(palette: Palette, grain: Grain, dusk: bool) -> list[str]:
    lamps, drawn = [], []
    for i in range(22):
        x = WIDTH * 0.03 + (VANISH[0] - 60) * grain() ** 0.8
        near, t = (VANISH[0] - x) / VANISH[0], grain(0.15, 0.8)
        y, size = VANISH[1] + (TOP + (FOOT - TOP) * t - VANISH[1]) * near, 5 + 17 * near
        if dusk:
            lamps.append((x, y, 1 + 2.2 * near))
        elif i < 11:
            n = number
            drawn.append(
                outline(
                    f"M{n(x - size)},{n(y)}Q{n(x)},{n(y - size * 1.1)} {n(x + size)},{n(y)}Z",
                    blend(palette.sun, palette.near, 0.12 * (i % 4)),
                )
            )
            drawn.append(line([(x, y - size * 0.4), (x + 1, y + size * 0.8)], palette.near))
    return [*drawn, discs(lamps, palette.glint)]


def _lamp_trails(palette: Palette, grain: Grain) -> list[str]:
    marks = []
    for column in range(6):
        for j in range(10):
            t, near = (j + 1) / 10, 0.16 + 0.13 * column
            y = VANISH[1] + (FOOT - VANISH[1]) * near + 4 + (8 + 50 * near) * t * grain(0.8, 1.2)
            x = VANISH[0] * (1 - near) + 20 + 22 * near + grain(-7, 7)
            marks.append((x, y, (8 + 26 * near) * grain(0.4, 1) * (1 - 0.5 * t)))
    return [dashes(marks, palette.glint, 2.2)]
