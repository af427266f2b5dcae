"""What a scene hands back: its drawing, the way of the course through it, and where its middle is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trips.web.covers.ink import HEIGHT, WIDTH, Point
from trips.web.covers.subject import Crop

CROP_SIZES: dict[Crop, tuple[float, float]] = {
    "10:7": (WIDTH, HEIGHT),
    "5:6": (467.0, HEIGHT),
    "5:2": (740.0, 296.0),
    "3:1": (WIDTH, 267.0),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawn place. ``course`` maps 0..1 to a point; ``focus`` is what every crop must show."""

    parts: list[str]
    course: Callable[[float], Point]
    focus: Point


def window(crop: Crop, focus: Point) -> tuple[float, float, float, float]:
    """The part of the 800 x 560 sheet that a crop shows: x, y, width, height, with the focus inside."""
    width, height = CROP_SIZES[crop]
    x = min(max(0.0, focus[0] - width / 2), WIDTH - width)
    y = min(max(0.0, focus[1] - height / 2), HEIGHT - height)
    return x, y, width, height


def sun_place(crop: Crop, focus: Point, usual: float) -> float:
    """Where the sun stands: its usual place, drawn inside when the crop is narrow."""
    x, _, width, _ = window(crop, focus)
    return min(max(usual, x + 70), x + width - 74)
