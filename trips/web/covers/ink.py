"""Drawing with flat inks: numbers, paths and a stream of grain, all of it the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Point = tuple[float, float]

WIDTH = 800.0
HEIGHT = 560.0


class Grain:
    """A stream of numbers from a seed: the irregularity of the drawing, never of the machine."""

    def __init__(self, seed: str) -> None:
        self._state = int(hashlib.sha256(seed.encode()).hexdigest()[:12], 16) | 1

    def __call__(self, low: float = 0.0, high: float = 1.0) -> float:
        """The next number between ``low`` and ``high``."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & ((1 << 64) - 1)
        return low + (high - low) * ((self._state >> 33) / (1 << 31))


def number(value: float) -> str:
    """A coordinate with at most one decimal, as short as it goes."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def blend(first: str, second: str, part: float) -> str:
    """The ink ``part`` of the way from ``first`` to ``second`` (both ``#rrggbb``)."""
    one = [int(first[i : i + 2], 16) for i in (1, 3, 5)]
    two = [int(second[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(one, two, strict=True))


def trace(points: Iterable[Point]) -> str:
    """Points as the beginning of a path."""
    return "M" + " ".join(f"{number(x)},{number(y)}" for x, y in points)


def shape(points: Iterable[Point], fill: str, opacity: float = 1.0) -> str:
    """A closed flat shape."""
    return f'<path d="{trace(points)}Z" fill="{fill}"{_see_through(opacity)}/>'


def outline(drawing: str, fill: str, opacity: float = 1.0) -> str:
    """A flat shape from ready path data."""
    return f'<path d="{drawing}" fill="{fill}"{_see_through(opacity)}/>'


def line(
    points: Iterable[Point], ink: str, width: float = 1.0, *, opacity: float = 1.0, round_ends: bool = False
) -> str:
    """An open line through points."""
    ends = ' stroke-linecap="round"' if round_ends else ""
    return (
        f'<path d="{trace(points)}" fill="none" stroke="{ink}" stroke-width="{number(width)}"'
        f"{ends}{_see_through(opacity)}/>"
    )


def dashes(marks: Sequence[tuple[float, float, float]], ink: str, width: float, opacity: float = 1.0) -> str:
    """Many level strokes ``(middle x, y, length)`` in one element: water, glints, fields."""
    if not marks:
        return ""
    data = "".join(f"M{number(x - length / 2)} {number(y)}h{number(length)}" for x, y, length in marks)
    return (
        f'<path d="{data}" fill="none" stroke="{ink}" stroke-width="{number(width)}" stroke-linecap="round"'
        f"{_see_through(opacity)}/>"
    )


def box(x: float, y: float, width: float, height: float, fill: str, opacity: float = 1.0) -> str:
    """An upright rectangle."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        f' fill="{fill}"{_see_through(opacity)}/>'
    )


def boxes(places: Sequence[tuple[float, float, float, float]], fill: str, opacity: float = 1.0) -> str:
    """Many rectangles ``(x, y, width, height)`` of one ink in one element: houses, windows, teeth of a wall."""
    if not places:
        return ""
    data = "".join(f"M{number(x)} {number(y)}h{number(w)}v{number(h)}h{number(-w)}z" for x, y, w, h in places)
    return outline(data, fill, opacity)


def disc(x: float, y: float, radius: float, fill: str, extra: str = "") -> str:
    """A round spot; ``extra`` takes further attributes of ours."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}"{extra}/>'


def discs(spots: Sequence[tuple[float, float, float]], fill: str, opacity: float = 1.0) -> str:
    """Many round spots ``(x, y, radius)`` of one ink in one element: crowns of trees, lamps."""
    if not spots:
        return ""
    data = "".join(
        f"M{number(x - r)} {number(y)}a{number(r)} {number(r)} 0 1 0 {number(2 * r)} 0"
        f"a{number(r)} {number(r)} 0 1 0 {number(-2 * r)} 0z"
        for x, y, r in spots
    )
    return outline(data, fill, opacity)


def _see_through(opacity: float) -> str:
    return "" if opacity >= 1 else f' opacity="{opacity:.2f}"'
