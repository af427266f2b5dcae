"""Trees by climate: palms, pines, cypresses, round crowns; blossom comes from the palette's leaf ink."""

from __future__ import annotations

import math

from trips.web.covers.ink import Grain, Point, discs, line, number, outline


def palm(x: float, y: float, height: float, lean: float, ink: str, grain: Grain) -> str:
    """A coconut palm, its crown ``lean`` to the side."""
    n = number
    drawn = (
        f'<path d="M{n(x)},{n(y)}Q{n(x + lean * 0.2)},{n(y - height * 0.6)} {n(x + lean)},{n(y - height)}"'
        f' fill="none" stroke="{ink}" stroke-width="{n(max(1.5, height * 0.03))}"/>'
    )
    crown = ""
    cx, cy, size = x + lean, y - height, height / 140
    for i in range(7):
        angle, reach = math.pi * (0.04 + 0.153 * i), 46 * size * grain(0.8, 1.1)
        ex, ey = cx + math.cos(angle) * reach, cy - math.sin(angle) * reach * 0.45 + 14 * size
        lift = (20 + 10 * math.sin(angle)) * size
        crown += f"M{n(cx)},{n(cy)}Q{n((cx + ex) / 2)},{n(cy - lift)} {n(ex)},{n(ey)}Q{n((cx + ex) / 2)},{n(cy - lift * 0.42)} {n(cx)},{n(cy)}Z"
    return drawn + outline(crown, ink)


def pines(spots: list[tuple[float, float, float]], ink: str) -> str:
    """Firs ``(x, foot, height)`` of one ink in one element."""
    if not spots:
        return ""
    n = number
    return outline("".join(f"M{n(x)},{n(y - h)}l{n(h * 0.3)},{n(h)}h{n(-h * 0.6)}z" for x, y, h in spots), ink)


def cypresses(spots: list[tuple[float, float, float]], ink: str) -> str:
    """Flames of green ``(x, foot, height)``."""
    if not spots:
        return ""
    n = number
    return outline(
        "".join(
            f"M{n(x)},{n(y - h)}Q{n(x + h * 0.16)},{n(y - h * 0.35)} {n(x + h * 0.06)},{n(y)}h{n(-h * 0.12)}Q{n(x - h * 0.16)},{n(y - h * 0.35)} {n(x)},{n(y - h)}z"
            for x, y, h in spots
        ),
        ink,
    )


def crowns(spots: list[tuple[float, float, float]], leaf: str, trunk: str) -> str:
    """Round trees ``(x, foot, height)``: three discs on a stem."""
    if not spots:
        return ""
    n = number
    stems = "".join(f"M{n(x)} {n(y)}v{n(-h * 0.6)}" for x, y, h in spots)
    balls = [
        ball
        for x, y, h in spots
        for ball in (
            (x, y - h * 0.68, h * 0.32),
            (x - h * 0.2, y - h * 0.52, h * 0.22),
            (x + h * 0.2, y - h * 0.5, h * 0.22),
        )
    ]
    width = max(1.2, min(h for _, _, h in spots) * 0.07)
    return f'<path d="{stems}" stroke="{trunk}" stroke-width="{n(width)}"/>' + discs(balls, leaf)


def umbrella_pines(spots: list[tuple[float, float, float]], leaf: str, trunk: str) -> str:
    """Stone pines ``(x, foot, height)``: a flat cushion on a bare stem."""
    if not spots:
        return ""
    n = number
    stems = "".join(f"M{n(x)} {n(y)}v{n(-h * 0.8)}" for x, y, h in spots)
    tops = "".join(
        f"M{n(x - h * 0.44)},{n(y - h * 0.7)}C{n(x - h * 0.4)},{n(y - h * 1.02)} {n(x + h * 0.4)},{n(y - h * 1.02)} {n(x + h * 0.44)},{n(y - h * 0.7)}z"
        for x, y, h in spots
    )
    return f'<path d="{stems}" stroke="{trunk}" stroke-width="2.2"/>' + outline(tops, leaf)


def contour(points: list[Point], drop: float, ink: str, opacity: float) -> str:
    """A contour line hung ``drop`` below a ridge."""
    return line([(x, y + drop) for x, y in points], ink, 0.8, opacity=opacity)
