"""What lies at a city's feet: water with its quay, bridge and boats, or a garden with its avenue."""

from __future__ import annotations

from trips.web.covers.ink import (
    HEIGHT,
    WIDTH,
    Grain,
    Point,
    blend,
    box,
    boxes,
    dashes,
    discs,
    line,
    number,
    outline,
    shape,
)
from trips.web.covers.palettes import Palette, lamp
from trips.web.covers.subject import CoverInput
from trips.web.covers.trees import crowns, cypresses
from trips.web.covers.waters import boat, draw_glints, draw_lamplight, draw_water, ferry

HORIZON = HEIGHT * 0.55


def draw_waterfront(subject: CoverInput, palette: Palette, grain: Grain, sun_x: float) -> list[str]:
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
        drawn += _hung_bridge(palette) if subject.tall or wide else _arched_bridge(palette, subject)
    for i in range(4 if wide else 3):
        depth = 0.2 + 0.22 * i + grain(-0.05, 0.05)
        x, y = WIDTH * (0.16 + 0.25 * i) + grain(-40, 40), HORIZON + 34 + (HEIGHT - HORIZON - 50) * depth
        if wide and i % 2 == 0:
            drawn.append(
                ferry(
                    x,
                    y,
                    22 + 44 * depth,
                    palette.near,
                    lamp(palette, subject.light),
                    blend(palette.glint, palette.stone, 0.4) if subject.light != "dusk" else palette.mid,
                )
            )
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
        return far[0] + (near[0] - far[0]) * near_us, far[1] - 10 + (near[1] - 100 - far[1]) * near_us + drop * (
            0.16 + 0.84 * near_us
        )

    points = [deck(i / 12) for i in range(13)] + [deck(1 - i / 12, 120) for i in range(13)]
    drawn.append(shape(points, stone))
    holes = ""
    for a, b in ((0.04, 0.24), (0.3, 0.48), (0.54, 0.72), (0.78, 0.98)):
        x0, y0 = deck(a, 124)
        x1, y1 = deck(b, 124)
        xm, ym = deck((a + b) / 2, 8)
        holes += f"M{n(x0)},{n(y0)}C{n(x0)},{n(ym + (y0 - ym) * 0.2)} {n(xm - (x1 - x0) * 0.2)},{n(ym + 6)} {n(xm)},{n(ym + 8)}C{n(xm + (x1 - x0) * 0.25)},{n(ym + 10)} {n(x1)},{n(ym + (y1 - ym) * 0.3)} {n(x1)},{n(y1)}z"
    drawn.append(outline(holes, blend(palette.joint, palette.near, 0.3)))
    drawn.append(f'<g transform="translate(5 7)">{outline(holes, palette.water)}</g>')
    foot = [deck(i / 12, 120) for i in range(13)]
    drawn.append(shape([*foot, (WIDTH, HEIGHT), (foot[0][0], HEIGHT)], palette.water))
    drawn.append(
        dashes(
            [(x - 20 + 6 * i, y + 12 + 5 * i, 24 + 3 * i) for i, (x, y) in enumerate(foot[2:])],
            palette.ripple,
            1.5,
            0.5,
        )
    )
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
    pillars = ((-11, 92, 8, 122), (3, 92, 8, 122), (-11, 92, 22, 7), (-11, 50, 22, 5))
    drawn += [boxes([(x + dx, deck - up, wide, high) for dx, up, wide, high in pillars], ink) for x in (left, right)]
    cable = (
        f"M{n(WIDTH * 0.55)} {n(deck)}Q{n(left - 50)} {n(deck - 30)} {n(left)} {n(deck - 90)}"
        f"Q{n((left + right) / 2)} {n(deck + 72)} {n(right)} {n(deck - 90)}L{n(WIDTH * 1.02)} {n(deck - 24)}"
    )
    hangers = ""
    for i in range(1, 20):
        t = i / 20
        y = (1 - t) ** 2 * (deck - 90) + 2 * t * (1 - t) * (deck + 72) + t * t * (deck - 90)
        hangers += f"M{n(left + (right - left) * t)} {n(y)}V{n(deck)}"
    drawn.append(
        f'<path d="{cable}" fill="none" stroke="{ink}" stroke-width="2.4"/><path d="{hangers}" stroke="{ink}" stroke-width=".8"/>'
    )
    return drawn


def draw_avenue(subject: CoverInput, palette: Palette, grain: Grain) -> list[str]:
    """No water: lawns, a path into the vanishing point, trees in two rows."""
    end = (WIDTH * 0.46, HORIZON + 4)
    lawn = blend(palette.leaf, palette.far, 0.45)
    drawn = [box(0, HORIZON + 3, WIDTH, HEIGHT - HORIZON, lawn)]
    for i in range(1, 9):
        t = (i / 9) ** 1.8
        drawn.append(
            box(0, HORIZON + 3 + (HEIGHT - HORIZON) * t, WIDTH, 1.2 + 7 * t, blend(lawn, palette.leaf, 0.3), 0.6)
        )
    drawn.append(
        shape(
            [(end[0] - 6, end[1]), (end[0] + 6, end[1]), (WIDTH * 0.74, HEIGHT), (WIDTH * 0.18, HEIGHT)], palette.stone
        )
    )
    drawn.append(
        shape(
            [(end[0] - 1.6, end[1]), (end[0] + 1.6, end[1]), (WIDTH * 0.545, HEIGHT), (WIDTH * 0.365, HEIGHT)],
            palette.water,
        )
    )
    joints = (0.18, 0.25, 0.32, 0.6, 0.67, 0.74)
    drawn += [line([end, (WIDTH * side, HEIGHT)], palette.joint, 1.2, opacity=0.6) for side in joints]
    beds = blend(palette.leaf, palette.shade, 0.35)
    for i in range(1, 6):
        t = (i / 6) ** 1.7
        y, deep = HORIZON + 4 + (HEIGHT - HORIZON) * t, 3 + 20 * t
        for inner, outer in ((-0.3, -0.56), (0.3, 0.56), (-0.62, -1.3), (0.62, 1.3)):
            x0, x1 = end[0] + inner * WIDTH * 1.1 * (t + 0.02), end[0] + outer * WIDTH * 1.1 * (t + 0.02)
            drawn.append(
                shape(
                    [(x0, y), (x1, y), (x1 * 1.02 - end[0] * 0.02, y + deep), (x0 * 1.02 - end[0] * 0.02, y + deep)],
                    beds,
                    0.55,
                )
            )
    for near in (t**1.7 for t in (i / 11 for i in range(1, 11))):
        y = HORIZON + 5 + (HEIGHT - HORIZON) * near
        ink = blend(blend(palette.leaf, palette.far, 0.3), palette.shade, 0.3 + 0.7 * near)
        close = [(end[0] + side * WIDTH * near, y, 12 + 96 * near) for side in (-0.5, 0.5)]
        wide = [(end[0] + side * WIDTH * near, y - 2, 14 + 84 * near) for side in (-1.15, 1.15)]
        slim = subject.climate_group in {"dry", "mediterranean"}
        drawn += [
            crowns(wide, blend(ink, palette.leaf, 0.35), palette.near),
            cypresses(close, ink) if slim else crowns(close, ink, palette.near),
        ]
    marks = [
        (end[0] + grain(-0.06, 0.06) * WIDTH * t, HORIZON + 6 + (HEIGHT - HORIZON) * t, 5 + 26 * t)
        for t in (grain() ** 1.4 for _ in range(24))
    ]
    drawn.append(dashes(marks, palette.ripple, 1.2, 0.6))
    return drawn
