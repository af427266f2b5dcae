"""A coast: headland with contours, the shore's curve, surf, palms or pines by climate."""

from __future__ import annotations

import math

from trips.web.covers.buildings import letter
from trips.web.covers.houses import house
from trips.web.covers.ink import HEIGHT, WIDTH, Grain, Point, blend, box, line, shape
from trips.web.covers.palettes import Palette, lamp
from trips.web.covers.scene import Scene, sun_place
from trips.web.covers.sky import draw_clouds, draw_sky, draw_stars, draw_sun
from trips.web.covers.subject import CoverInput
from trips.web.covers.trees import palm, pines, umbrella_pines
from trips.web.covers.waters import boat, draw_glints, draw_lamplight, sail

HORIZON = HEIGHT * 0.4


def shore(u: float, offset: float = 0.0) -> Point:
    """The water's edge from the left front (0) to the right back (1)."""
    return WIDTH * u, HEIGHT * (0.98 - 0.4 * u**1.5 + 0.03 * math.sin(u * 7)) + offset


def draw_shore(subject: CoverInput, palette: Palette, grain: Grain) -> Scene:
    """A beach by the open sea."""
    focus = (WIDTH * 0.5, HEIGHT * 0.4)
    sun_x = sun_place(subject.crop, focus, WIDTH * 0.3)
    drawn = draw_sky(palette, HORIZON + 2)
    if subject.light == "dusk":
        drawn.append(draw_stars(palette, HORIZON, grain))
    drawn += draw_sun(subject, palette, HORIZON, sun_x)
    drawn += draw_clouds(subject, palette, HORIZON * 0.9, grain)
    drawn.append(box(0, HORIZON, WIDTH, HEIGHT - HORIZON, palette.water))
    for i in range(8):
        drawn.append(
            box(
                0, HORIZON + i * i * 3.2, WIDTH, 2 + i * 2.4, blend(palette.water, palette.ripple, 0.35 - 0.03 * i), 0.5
            )
        )
    drawn += draw_glints(subject, palette, sun_x, HORIZON + 2, 150, grain)
    drawn += _headland(subject, palette, grain)
    drawn += _beach(palette)
    drawn += _trees(subject, palette, grain)
    for i in range(3):
        x, y, size = WIDTH * (0.12 + 0.16 * i), HORIZON + 24 + 22 * i, 14.0 + 9 * i
        if subject.tropical or subject.light == "dusk":
            drawn.append(boat(x, y, size, palette.near, palette.glint if subject.light == "dusk" else None))
        else:
            drawn.append(sail(x, y, size, palette.near, blend(palette.glint, palette.sky_low, 0.2)))
    return Scene(drawn, lambda t: shore(0.3 + 0.62 * t, 60 - 30 * t), focus)


def _headland(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    top = [
        (
            WIDTH * (0.55 + 0.45 * i / 30),
            HORIZON + 4 - (10 + 96 * (i / 30) ** 0.8) * (0.8 + 0.14 * math.sin(i * 0.8 + 1) + 0.1 * grain()),
        )
        for i in range(1, 31)
    ]
    drawn = [
        shape([(WIDTH * 0.55, HORIZON + 6), *top, (WIDTH, HORIZON + 44), (WIDTH * 0.8, HORIZON + 22)], palette.mid)
    ]
    drawn += [
        line([(x, min(y + q * 11, HORIZON + 6 + q * 3)) for x, y in top], palette.near, 0.9, opacity=0.4)
        for q in range(1, 8)
    ]
    pane = lamp(palette, subject.light)
    wall = blend(palette.stone, palette.glint, 0.4) if subject.light != "dusk" else palette.stone
    for i in range(9):
        x = WIDTH * (0.7 + 0.03 * i)
        drawn.append(
            house(x, HORIZON + 13 + i * 2.4, 15, grain(12, 22), blend(wall, palette.joint, grain(0, 0.4)), pane, grain)
        )
    for i, place in enumerate(p for p in subject.places if letter(p, subject.tradition, False)):
        draw = letter(place, subject.tradition, False)
        if draw and i < 2:
            x, y = top[13 + 8 * i]
            drawn.append(draw(x, y + 5, 24, 46, palette.near, pane, grain))
    if subject.light == "dusk":
        drawn += draw_lamplight(palette, [WIDTH * (0.66 + 0.05 * i) for i in range(5)], HORIZON + 22, grain)
    return drawn


def _beach(palette: Palette) -> list[str]:
    bands = (
        (-26, blend(palette.water, palette.glint, 0.35)),
        (-12, palette.glint if palette.glint != "#ffd588" else blend(palette.water, "#ffffff", 0.4)),
        (-4, blend(palette.stone, palette.joint, 0.3)),
        (6, palette.stone),
    )
    drawn = [
        shape([*(shore(i / 30, offset) for i in range(31)), (WIDTH, HEIGHT), (0, HEIGHT + 40)], ink)
        for offset, ink in bands
    ]
    drawn += [
        line([shore(i / 30, 10 + q * 17) for i in range(6, 31)], palette.joint, 0.9, opacity=0.7 - 0.07 * q)
        for q in range(1, 7)
    ]
    return drawn


def _trees(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    if subject.tropical:
        drawn = []
        for i in range(6):
            x = WIDTH * (0.66 + 0.07 * i) + grain(-12, 12)
            drawn.append(
                palm(x, shore(x / WIDTH)[1] + 26 + 8 * i, 110 + 70 * grain(), grain(-26, 8), palette.near, grain)
            )
        return drawn
    spots = []
    for i in range(7):
        x = WIDTH * (0.64 + 0.055 * i) + grain(-10, 10)
        spots.append((x, shore(x / WIDTH)[1] + 30 + 10 * i, 70 + 60 * grain()))
    if subject.climate_group == "mediterranean":
        return [umbrella_pines(spots, palette.shade, palette.near)]
    return [pines(spots, palette.shade)]
