"""A city seen from the front: rows of roofs, the catalogue's buildings before them, water or a garden at our feet."""

from __future__ import annotations

import math

from trips.web.covers.buildings import letter
from trips.web.covers.city_ground import HORIZON, draw_avenue, draw_waterfront
from trips.web.covers.houses import house, tower
from trips.web.covers.ink import (
    HEIGHT,
    WIDTH,
    Grain,
    Point,
    blend,
    box,
    boxes,
    number,
    outline,
    shape,
)
from trips.web.covers.palettes import Palette, lamp
from trips.web.covers.scene import Scene, sun_place
from trips.web.covers.sky import draw_clouds, draw_sky, draw_stars, draw_sun
from trips.web.covers.subject import CoverInput
from trips.web.covers.trees import crowns, cypresses, palm, umbrella_pines

TALL_SLOTS = (0.17, 0.66, 0.86)
TALL_SLOTS_BY_BRIDGE = (0.17, 0.52, 0.34)
SLOTS = (0.3, 0.62, 0.1, 0.8, 0.46, 0.94)
GRAND = frozenset({"lattice", "cathedral", "mosque", "basilica", "pagoda", "tomb", "domed_mosque"})


def draw_city(subject: CoverInput, palette: Palette, grain: Grain) -> Scene:
    """Any city: low or tall, on a river, a strait, or inland with its avenue."""
    focus = (WIDTH * 0.46, HORIZON - 52)
    sun_x = sun_place(subject.crop, focus, WIDTH * 0.83)
    drawn = draw_sky(palette, HORIZON + 2)
    if subject.light == "dusk":
        drawn.append(draw_stars(palette, HORIZON, grain))
    drawn += draw_sun(subject, palette, HORIZON - 20, sun_x)
    drawn += draw_clouds(subject, palette, HORIZON * 0.8, grain)
    drawn += _far_rows(subject, palette, grain)
    drawn += _landmarks(subject, palette, grain)
    drawn += _quay_row(subject, palette, grain)
    if _by_the_water(subject):
        drawn += draw_waterfront(subject, palette, grain, sun_x)
        course = _over_water
    else:
        drawn += draw_avenue(subject, palette, grain)
        course = _up_the_avenue
    return Scene(drawn, course, focus)


def _by_the_water(subject: CoverInput) -> bool:
    """Whether the city shows its water: a river that nobody visits (Delhi's) gives way to the garden."""
    if subject.water == "river" and subject.tradition in {"south_asia", "west_asia"}:
        return bool({"boat", "bridge", "ceremony"} & set(subject.places))
    return subject.water != "none"


def _over_water(t: float) -> Point:
    return WIDTH * (0.2 + 0.46 * t + 0.06 * math.sin(t * 6.3)), HEIGHT * 0.97 + (HORIZON + 16 - HEIGHT * 0.97) * (
        1 - (1 - t) ** 1.5
    )


def _up_the_avenue(t: float) -> Point:
    return WIDTH * (0.46 + 0.03 * math.sin(t * 6.3) * (1 - t)), HEIGHT * 0.98 + (HORIZON + 6 - HEIGHT * 0.98) * (
        1 - (1 - t) ** 1.5
    )


def _rise(subject: CoverInput, x: float) -> float:
    """How far the ground under the city rises at ``x``: hills and steep coasts carry their skyline."""
    if subject.relief in {"hill", "coast", "mountain"} and not subject.tall:
        u = x / WIDTH
        return 30 * math.exp(-(((u - 0.3) / 0.2) ** 2)) + 20 * math.exp(-(((u - 0.72) / 0.16) ** 2))
    return 0.0


def _far_rows(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    drawn = []
    if subject.relief in {"hill", "coast", "mountain"} or subject.climate_group == "mediterranean":
        points = [
            (WIDTH * i / 30, HORIZON - 34 - 26 * math.sin(i * 0.29 + 1.2) - 7 * math.sin(i * 0.83)) for i in range(31)
        ]
        drawn.append(
            shape([*points, (WIDTH, HORIZON + 4), (0, HORIZON + 4)], blend(palette.far, palette.sky_low, 0.45))
        )
    for depth, fade in enumerate((0.68, 0.42)):
        ink, row, x = blend(palette.mid, palette.sky_low, fade), [], -10.0
        while x < WIDTH + 10:
            if subject.tall:
                middle = math.exp(-(((x / WIDTH - 0.4) / 0.3) ** 2))
                width, height = grain(14, 34), (40 + 150 * middle * grain(0.35, 1)) * (0.8 + 0.25 * depth)
            else:
                width, height = grain(16, 40), grain(22, 46) * (1 - 0.1 * depth)
            height += _rise(subject, x)
            row.append((x, HORIZON - height - (8 if depth == 0 else 0), width + 0.6, height + 12))
            x += width
        drawn.append(boxes(row, ink))
        if not subject.tall and subject.climate_group in {"temperate", "mediterranean"}:
            roofs = [(bx, by, bw) for bx, by, bw, _ in row[::2]]
            ridge = "".join(
                f"M{number(bx)} {number(by)}l{number(bw / 2)} {number(-bw * 0.3)}l{number(bw / 2)} {number(bw * 0.3)}z"
                for bx, by, bw in roofs
            )
            drawn.append(outline(ridge, ink))
        if subject.light == "dusk":
            panes = [(bx + bw * grain(0.2, 0.7), by + grain(8, 30), 2.5, 4) for bx, by, bw, _ in row for _ in (0, 1)]
            drawn.append(boxes(panes, palette.glint, 0.6))
    return drawn


def _landmarks(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    temperate, pane = subject.climate_group == "temperate", lamp(palette, subject.light)
    chosen: list[str] = []
    for place in subject.places:
        draw = letter(place, subject.tradition, temperate)
        name = draw.__name__ if draw else ""
        if draw and [letter(c, subject.tradition, temperate) for c in chosen].count(draw) < (
            1 if name in {"lattice", "arena", "wheel"} else 2
        ):
            chosen.append(place)
    drawn = []
    if subject.tall:
        drawn += _towers(subject, palette, grain, pane)
        chosen = chosen[:3]
    for i, place in enumerate(chosen[: len(SLOTS)]):
        draw = letter(place, subject.tradition, temperate)
        if draw is None:
            continue
        x = WIDTH * SLOTS[i] + grain(-10, 10)
        lead = 1.0 - 0.09 * i
        wide, high = (96.0, 150.0) if draw.__name__ in GRAND else (88.0, 112.0)
        if draw.__name__ == "lattice":
            wide, high = 118.0, 262.0 if subject.crop in {"10:7", "5:6"} else 196.0
        if draw.__name__ in {"obelisk", "shikhara", "pagoda"}:
            wide, high = 64.0, 158.0
        if draw.__name__ == "torii":
            wide, high, lead = 78.0, 68.0, 1.0
        if subject.tall:
            slots = TALL_SLOTS_BY_BRIDGE if "bridge" in subject.places else TALL_SLOTS
            x, lead = WIDTH * slots[i], 1.15 if draw.__name__ == "pagoda" else 0.8
        ink = palette.near if subject.tall else blend(palette.near, palette.mid, 0.1 + 0.13 * i)
        drawn.append(
            draw(x, HORIZON + 3 - _rise(subject, x) * 0.9, wide * lead, high * lead, ink, blend(pane, ink, 0.2), grain)
        )
        if _rise(subject, x) > 4:
            drawn.append(
                box(
                    x - wide * 0.75 * lead,
                    HORIZON + 2 - _rise(subject, x) * 0.9,
                    wide * 1.5 * lead,
                    _rise(subject, x),
                    ink,
                )
            )
    return drawn


def _towers(subject: CoverInput, palette: Palette, grain: Grain, pane: str) -> list[str]:
    drawn = []
    for i in range(17):
        u = (i + 0.5) / 17 + grain(-0.02, 0.02)
        middle = math.exp(-(((u - 0.42) / 0.26) ** 2))
        height = 60 + 190 * middle * grain(0.45, 1)
        ink = blend(palette.near, palette.mid, grain(0.4, 0.95))
        drawn.append(tower(WIDTH * u, HORIZON + 4, grain(26, 44), height, ink, blend(pane, ink, 0.25), grain))
    return drawn


def _quay_row(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    """Houses and trees along the front edge."""
    drawn, x, pane = [], -6.0, lamp(palette, subject.light)
    while x < WIDTH + 10:
        width = grain(24, 46)
        if grain() < (0.4 if subject.tall else 0.66):
            ink = blend(palette.stone, palette.mid, grain(0.15, 0.75))
            drawn.append(house(x + width / 2, HORIZON + 4, width, grain(16, 34), ink, blend(pane, ink, 0.35), grain))
        x += width
    spots = [(WIDTH * (i + grain(0.1, 0.9)) / 22, HORIZON + 5, grain(15, 27)) for i in range(22)]
    dark = blend(palette.leaf, palette.shade, 0.3)
    if subject.climate_group == "mediterranean":
        drawn += [cypresses(spots[::3], palette.shade), umbrella_pines(spots[1::3], dark, palette.near)]
    elif subject.tropical:
        drawn += [palm(px, py, ph * 1.7, grain(-6, 6), dark, grain) for px, py, ph in spots[::3]]
    else:
        drawn.append(crowns(spots[:: 2 if subject.tall else 1], dark, palette.near))
    return drawn
