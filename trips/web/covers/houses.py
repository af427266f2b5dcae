"""Buildings without a faith or a crown: houses, towers, walls of the modern city, the great wheel."""

from __future__ import annotations

import math

from trips.web.covers.ink import Grain, box, boxes, line, number, shape


def house(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A plain house with some of its windows showing."""
    rows, cols = max(1, int(h // 15)), max(1, int(w // 9))
    windows = [
        (x - w / 2 + 4 + i * 9, y - h + 6 + j * 15, 3, 6) for i in range(cols) for j in range(rows) if grain() < 0.5
    ]
    return box(x - w / 2, y - h, w, h, ink) + boxes(windows, pane)


def tower(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A tall block: set back twice, flat, slanted or with a mast."""
    style = int(grain(0, 4))
    if style == 0:
        parts = [
            (x - w / 2, y - h * 0.62, w, h * 0.62),
            (x - w * 0.36, y - h * 0.86, w * 0.72, h * 0.3),
            (x - w * 0.2, y - h, w * 0.4, h * 0.2),
        ]
        drawn = boxes(parts, ink) + line([(x, y - h), (x, y - h * 1.16)], ink, 2)
    elif style == 1:
        drawn = shape([(x - w / 2, y), (x - w / 2, y - h * 0.9), (x + w / 2, y - h), (x + w / 2, y)], ink)
    else:
        drawn = box(x - w / 2, y - h, w, h, ink)
        if style == 3:
            drawn += box(x - w * 0.2, y - h - 7, w * 0.4, 7, ink)
    rows = int(h * 0.86 // 11)
    windows = [
        (x - w * 0.3 + i * w * 0.22, y - h * 0.84 + j * 11, w * 0.1, 5)
        for i in range(3)
        for j in range(rows)
        if grain() < 0.42
    ]
    return drawn + boxes(windows, pane, 0.85)


def wheel(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A great wheel: the sign of entertainment."""
    radius = min(w * 0.62, h * 0.46)
    cy = y - radius - h * 0.08
    spokes = "".join(
        f"M{number(x)} {number(cy)}l{number(math.cos(a) * radius)} {number(math.sin(a) * radius)}"
        for a in (i * math.pi / 6 for i in range(12))
    )
    return (
        f'<circle cx="{number(x)}" cy="{number(cy)}" r="{number(radius)}" fill="none" stroke="{ink}" stroke-width="2.5"/>'
        f'<path d="{spokes}M{number(x)} {number(cy)}L{number(x - radius * 0.5)} {number(y)}M{number(x)} {number(cy)}'
        f'L{number(x + radius * 0.5)} {number(y)}" stroke="{ink}" stroke-width="1.4"/>'
    )
