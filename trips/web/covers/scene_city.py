"""A city seen from the front: rows of roofs, the catalogue's buildings before them, water or a garden at our feet."""

from __future__ import annotations

import math

from trips.web.covers.buildings import house, letter, tower
from trips.web.covers.ink import HEIGHT, WIDTH, Grain, Point, blend, box, boxes, dashes, discs, line, number, outline, shape
from trips.web.covers.palettes import Palette, lamp
from trips.web.covers.scene import Scene, sun_place
from trips.web.covers.sky import draw_clouds, draw_sky, draw_stars, draw_sun
from trips.web.covers.subject import CoverInput
from trips.web.covers.trees import crowns, cypresses, palm, umbrella_pines
from trips.web.covers.waters import boat, draw_glints, draw_lamplight, draw_water, ferry

HORIZON = HEIGHT * 0.55
SLOTS = (0.3, 0.62, 0.1, 0.8, 0.46, 0.94)
GRAND = frozenset({"lattice", "cathedral", "mosque", "basilica", "pagoda", "tomb", "domed_mosque"})


def draw_city(subject: CoverInput, palette: Palette, grain: Grain) -> Scene:
    """Any city: low or tall, on a river, a strait, or inland with its avenue."""
    focus = (WIDTH * 0.46, HORIZON - 40)
    sun_x = sun_place(subject.crop, focus, WIDTH * 0.83)
    drawn = draw_sky(palette, HORIZON + 2)
    if subject.light == "dusk":
        drawn.append(draw_stars(palette, HORIZON, grain))
    drawn += draw_sun(subject, palette, HORIZON - 20, sun_x)
    drawn += draw_clouds(subject, palette, HORIZON * 0.8, grain)
    drawn += _far_rows(subject, palette, grain)
    drawn += _landmarks(subject, palette, grain)
    drawn += _quay_row(subject, palette, grain)
    if subject.water in {"river", "coast", "lake"}:
        drawn += _waterfront(subject, palette, grain, sun_x)
        course = _over_water
    else:
        drawn += _avenue(subject, palette, grain)
        course = _up_the_avenue
    return Scene(drawn, course, focus)


def _over_water(t: float) -> Point:
    return WIDTH * (0.2 + 0.46 * t + 0.06 * math.sin(t * 6.3)), HEIGHT * 0.97 + (HORIZON + 16 - HEIGHT * 0.97) * (1 - (1 - t) ** 1.5)


def _up_the_avenue(t: float) -> Point:
    return WIDTH * (0.46 + 0.03 * math.sin(t * 6.3) * (1 - t)), HEIGHT * 0.98 + (HORIZON + 6 - HEIGHT * 0.98) * (1 - (1 - t) ** 1.5)


def _rise(subject: CoverInput, x: float) -> float:
    """How far the ground under the city rises at ``x``: hills and steep coasts carry their skyline."""
    if subject.relief in {"hill", "coast", "mountain"} and not subject.tall:
        u = x / WIDTH
        return 30 * math.exp(-(((u - 0.3) / 0.2) ** 2)) + 20 * math.exp(-(((u - 0.72) / 0.16) ** 2))
    return 0.0


def _far_rows(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    drawn = []
    if subject.relief in {"hill", "coast", "mountain"} or subject.climate_group == "mediterranean":
        points = [(WIDTH * i / 30, HORIZON - 34 - 26 * math.sin(i * 0.29 + 1.2) - 7 * math.sin(i * 0.83)) for i in range(31)]
        drawn.append(shape([*points, (WIDTH, HORIZON + 4), (0, HORIZON + 4)], blend(palette.far, palette.sky_low, 0.45)))
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
            ridge = "".join(f"M{number(bx)} {number(by)}l{number(bw / 2)} {number(-bw * 0.3)}l{number(bw / 2)} {number(bw * 0.3)}z" for bx, by, bw in roofs)
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
        if draw and [letter(c, subject.tradition, temperate) for c in chosen].count(draw) < (1 if name in {"lattice", "arena", "wheel"} else 2):
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
            wide, high = 118.0, 268.0
        if draw.__name__ in {"obelisk", "shikhara", "pagoda"}:
            wide, high = 64.0, 158.0
        if draw.__name__ == "torii":
            wide, high, lead = 72.0, 62.0, 1.0
        ink = blend(palette.near, palette.mid, 0.1 + 0.13 * i)
        drawn.append(draw(x, HORIZON + 3 - _rise(subject, x) * 0.9, wide * lead, high * lead, ink, blend(pane, ink, 0.2), grain))
        if _rise(subject, x) > 4:
            drawn.append(box(x - wide * 0.75 * lead, HORIZON + 2 - _rise(subject, x) * 0.9, wide * 1.5 * lead, _rise(subject, x), ink))
    return drawn


def _towers(subject: CoverInput, palette: Palette, grain: Grain, pane: str) -> list[str]:
    drawn = []
    for i in range(17):
        u = (i + 0.5) / 17 + grain(-0.02, 0.02)
        middle = math.exp(-(((u - 0.42) / 0.26) ** 2))
        height = 60 + 190 * middle * grain(0.45, 1)
        ink = blend(palette.near, palette.mid, grain(0.1, 0.75))
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
    dark = blend(palette.leaf, palette.near, 0.15)
    if subject.climate_group == "mediterranean":
        drawn += [cypresses(spots[::3], blend(dark, palette.near, 0.3)), umbrella_pines(spots[1::3], dark, palette.near)]
    elif subject.tropical:
        drawn += [palm(px, py, ph * 1.7, grain(-6, 6), dark, grain) for px, py, ph in spots[::3]]
    else:
        drawn.append(crowns(spots[:: 2 if subject.tall else 1], dark, palette.near))
    return drawn


def _waterfront(subject: CoverInput, palette: Palette, grain: Grain, sun_x: float) -> list[str]:
    drawn = draw_water(palette, HORIZON + 14, grain, strokes=110)
    wide = subject.water != "river"
    drawn.append(box(0, HORIZON + 3, WIDTH, 13, palette.stone))
    drawn.append(box(0, HORIZON + 12, WIDTH, 4, palette.joint))
    drawn.append(dashes([(WIDTH * (i + 0.5) / 40, HORIZON + 8, 9) for i in range(40)], palette.joint, 0.9, 0.5))
    drawn += draw_glints(subject, palette, sun_x, HORIZON + 18, HEIGHT * 0.32, grain)
    if subject.light == "dusk":
        drawn += draw_lamplight(palette, [WIDTH * (i + 0.5) / 13 for i in range(13)], HORIZON + 14, grain)
    bridge = "bridge" in subject.places or not wide
    if bridge:
        drawn += _hung_bridge(palette) if subject.tall else _arched_bridge(palette, subject)
    for i in range(4 if wide else 3):
        depth = 0.2 + 0.22 * i + grain(-0.05, 0.05)
        x, y = WIDTH * (0.16 + 0.25 * i) + grain(-40, 40), HORIZON + 34 + (HEIGHT - HORIZON - 50) * depth
        if wide and i % 2 == 0:
            drawn.append(ferry(x, y, 22 + 44 * depth, palette.near, lamp(palette, subject.light), blend(palette.glint, palette.stone, 0.4) if subject.light != "dusk" else palette.mid))
        elif not bridge or depth < 0.3 or depth > 0.62:
            drawn.append(boat(x, y, 10 + 26 * depth, palette.near, palette.glint if subject.light == "dusk" else None))
    return drawn


def _arched_bridge(palette: Palette, subject: CoverInput) -> list[str]:
    """A stone bridge that comes towards us from the left quay."""
    n, drawn = number, []
    far, near = (WIDTH * 0.4, HORIZON + 15), (WIDTH * 1.02, HEIGHT * 0.9)
    stone, dark = blend(palette.stone, palette.joint, 0.2), blend(palette.joint, palette.near, 0.25)

    def deck(t: float, drop: float = 0.0) -> Point:
        near_us = t**1.5
        return far[0] + (near[0] - far[0]) * near_us, far[1] - 10 + (near[1] - 100 - far[1]) * near_us + drop * (0.16 + 0.84 * near_us)

    points = [deck(i / 12) for i in range(13)] + [deck(1 - i / 12, 120) for i in range(13)]
    drawn.append(shape(points, stone))
    holes = ""
    for a, b in ((0.04, 0.24), (0.3, 0.48), (0.54, 0.72), (0.78, 0.98)):
        x0, y0 = deck(a, 124)
        x1, y1 = deck(b, 124)
        xm, ym = deck((a + b) / 2, 8)
        holes += f"M{n(x0)},{n(y0)}C{n(x0)},{n(ym + (y0 - ym) * 0.2)} {n(xm - (x1 - x0) * 0.2)},{n(ym + 6)} {n(xm)},{n(ym + 8)}C{n(xm + (x1 - x0) * 0.25)},{n(ym + 10)} {n(x1)},{n(ym + (y1 - ym) * 0.3)} {n(x1)},{n(y1)}z"
    drawn.append(outline(holes, blend(palette.water, palette.near, 0.14)))
    drawn.append(line([deck(i / 12) for i in range(13)], dark, 3))
    drawn.append(line([deck(i / 12, 9) for i in range(13)], dark, 1, opacity=0.6))
    lamps = [(x, y - 9 * (0.3 + t), 1 + 2.2 * t) for t in (0.2, 0.4, 0.55, 0.7, 0.82, 0.93) for x, y in [deck(t)]]
    drawn += [line([(x, y), (x, y + 9 * (0.3 + i / 6))], dark, 1.4) for i, (x, y, _) in enumerate(lamps)]
    drawn.append(discs(lamps, palette.glint if subject.light == "dusk" else dark))
    return drawn


def _hung_bridge(palette: Palette) -> list[str]:
    """A suspension bridge across the right half."""
    ink, deck, n = blend(palette.near, palette.mid, 0.25), HORIZON + 2, number
    left, right = WIDTH * 0.7, WIDTH * 0.93
    drawn = [box(WIDTH * 0.55, deck, WIDTH * 0.46, 5, ink)]
    for x in (left, right):
        drawn.append(boxes([(x - 11, deck - 92, 8, 122), (x + 3, deck - 92, 8, 122), (x - 11, deck - 92, 22, 7), (x - 11, deck - 50, 22, 5)], ink))
    cable = (
        f"M{n(WIDTH * 0.55)} {n(deck)}Q{n(left - 50)} {n(deck - 30)} {n(left)} {n(deck - 90)}"
        f"Q{n((left + right) / 2)} {n(deck + 72)} {n(right)} {n(deck - 90)}L{n(WIDTH * 1.02)} {n(deck - 24)}"
    )
    hangers = ""
    for i in range(1, 20):
        t = i / 20
        y = (1 - t) ** 2 * (deck - 90) + 2 * t * (1 - t) * (deck + 72) + t * t * (deck - 90)
        hangers += f"M{n(left + (right - left) * t)} {n(y)}V{n(deck)}"
    drawn.append(f'<path d="{cable}" fill="none" stroke="{ink}" stroke-width="2.4"/><path d="{hangers}" stroke="{ink}" stroke-width=".8"/>')
    return drawn


def _avenue(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    """No water: lawns, a path into the vanishing point, trees in two rows."""
    end = (WIDTH * 0.46, HORIZON + 4)
    lawn = blend(palette.leaf, palette.far, 0.45)
    drawn = [box(0, HORIZON + 3, WIDTH, HEIGHT - HORIZON, lawn)]
    for i in range(1, 9):
        t = (i / 9) ** 1.8
        drawn.append(box(0, HORIZON + 3 + (HEIGHT - HORIZON) * t, WIDTH, 1.2 + 7 * t, blend(lawn, palette.leaf, 0.3), 0.6))
    drawn.append(shape([(end[0] - 6, end[1]), (end[0] + 6, end[1]), (WIDTH * 0.8, HEIGHT), (WIDTH * 0.1, HEIGHT)], palette.stone))
    drawn.append(shape([(end[0] - 1.6, end[1]), (end[0] + 1.6, end[1]), (WIDTH * 0.545, HEIGHT), (WIDTH * 0.365, HEIGHT)], palette.water))
    for side in (0.1, 0.2, 0.29, 0.61, 0.7, 0.8):
        drawn.append(line([end, (WIDTH * side, HEIGHT)], palette.joint, 1.2, opacity=0.6))
    for near, y in ((t**1.8, HORIZON + 4 + (HEIGHT - HORIZON) * t**1.8) for t in (i / 8 for i in range(1, 8))):
        spots = [(end[0] + (side - 0.46) * WIDTH * near * 1.05, y, 14 + 74 * near) for side in (-0.08, 0.98)]
        ink = blend(palette.leaf, palette.near, 0.25 + 0.4 * near)
        drawn.append(cypresses(spots, ink) if subject.climate_group in {"dry", "mediterranean"} else crowns(spots, ink, palette.near))
    marks = [(end[0] + grain(-0.06, 0.06) * WIDTH * t, HORIZON + 6 + (HEIGHT - HORIZON) * t, 5 + 26 * t) for t in (grain() ** 1.4 for _ in range(24))]
    drawn.append(dashes(marks, palette.ripple, 1.2, 0.6))
    return drawn
