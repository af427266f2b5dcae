"""The upper half of every cover: seven flat steps of sky, and the sun where the season puts it."""

from __future__ import annotations

import math

from trips.web.covers.ink import WIDTH, Grain, blend, box, dashes, disc, number, outline
from trips.web.covers.palettes import Palette
from trips.web.covers.subject import CoverInput

STEPS = 7


def draw_sky(palette: Palette, horizon: float) -> list[str]:
    """Seven flat steps from the top down to ``horizon``."""
    return [
        f'<rect y="{number(horizon * i / STEPS)}" width="{number(WIDTH)}" height="{number(horizon / STEPS + 1)}"'
        f' fill="{blend(palette.sky_top, palette.sky_low, i / (STEPS - 1))}"/>'
        for i in range(STEPS)
    ]


def noon_height(subject: CoverInput) -> float:
    """The sun's height at noon in degrees: 90 - |latitude - declination|."""
    declination = 23.44 * math.sin(math.radians((subject.month - 3.7) * 30))
    return max(6.0, 90 - abs(subject.latitude - declination))


def draw_sun(subject: CoverInput, palette: Palette, horizon: float, x: float) -> list[str]:
    """The sun over ``horizon`` at ``x``; none at dusk. Winter and dawn haze cut it in strips."""
    if subject.light == "dusk":
        return []
    if subject.light == "dawn":
        y, radius, strips = horizon - 34, 54.0, 5
    else:
        y, radius = horizon * (1 - 0.78 * noon_height(subject) / 90), 34.0
        strips = 3 if subject.winter and subject.climate_group != "alpine" else 0
    behind = blend(palette.sky_top, palette.sky_low, 0.9)
    drawn = [disc(x, y, radius, palette.sun)]
    for i in range(strips):
        top = y + radius * (0.05 + 0.95 * i / strips)
        drawn.append(box(x - radius - 4, top, 2 * radius + 8, 1.2 + i * 1.15, behind))
    return drawn


def draw_clouds(subject: CoverInput, palette: Palette, horizon: float, grain: Grain) -> list[str]:
    """A few flat clouds, more of them in wet months; none in the dry."""
    wet = subject.climate_group in {"temperate", "humid"} and subject.light != "dusk"
    if not wet and subject.climate_group != "mediterranean":
        return []
    ink = blend(palette.sky_low, "#ffffff", 0.55 if subject.light == "noon" else 0.2)
    drawn = []
    for _ in range(4 if wet else 2):
        x, y, half = grain(40, WIDTH - 40), horizon * grain(0.12, 0.5), grain(36, 76)
        height = half * 0.26
        data = (
            f"M{number(x - half)} {number(y)}q{number(half * 0.1)} {number(-height)} {number(half * 0.5)} {number(-height)}"
            f"q{number(half * 0.2)} {number(-height * 1.1)} {number(half * 0.62)} {number(-height * 0.5)}"
            f"q{number(half * 0.5)} {number(-height * 0.3)} {number(half * 0.5)} {number(height * 0.6)}"
            f"q{number(half * 0.34)} 0 {number(half * 0.38)} {number(height * 0.9)}z"
        )
        drawn.append(outline(data, ink, 0.8))
    return drawn


def draw_stars(palette: Palette, horizon: float, grain: Grain) -> str:
    """A handful of stars for the dusk sky."""
    marks = [(grain(0, WIDTH), horizon * grain(0.02, 0.5), 0.1) for _ in range(26)]
    return dashes(marks, palette.glint, 1.6, 0.7)
