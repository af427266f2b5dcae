"""Covers: every destination's picture, drawn from its own geography, season and light. No photographs.

Pure and deterministic: equal input, equal bytes; store the file under :func:`cover_key`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from trips.web.covers.empty import empty_figure
from trips.web.covers.ink import Grain, disc, line, number
from trips.web.covers.palettes import palette_for
from trips.web.covers.scene import Scene, window
from trips.web.covers.scene_city import draw_city
from trips.web.covers.scene_ghats import draw_ghats
from trips.web.covers.scene_heights import draw_hills, draw_mountains
from trips.web.covers.scene_shore import draw_shore
from trips.web.covers.subject import CoverInput

__all__ = ["CoverInput", "cover_key", "draw_cover", "empty_figure"]

EDITION = 1
COURSE_INK = "#a31257"
HALO_INK = "#ffffff"
RIVER_LIFE = frozenset({"boat", "ceremony"})


def cover_key(subject: CoverInput) -> str:
    """A name for the drawing: 32 hexadecimal signs from every field of the input and the generator's edition."""
    fields = json.dumps([EDITION, asdict(subject)], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(fields.encode()).hexdigest()[:32]


def draw_cover(subject: CoverInput) -> str:
    """The picture as one SVG document (UTF-8 text, under 45 KB), without ids, styles or scripts."""
    scene = _draw_scene(subject)
    x, y, width, height = window(subject.crop, scene.focus)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{number(x)} {number(y)} {number(width)} {number(height)}"'
        ' preserveAspectRatio="xMidYMid slice">'
    )
    return "\n".join([head, *(part for part in scene.parts if part), *_draw_course(scene, subject.days), "</svg>"])


def _draw_scene(subject: CoverInput) -> Scene:
    palette, grain = palette_for(subject), Grain(subject.seed)
    if subject.kind == "trek" or (subject.relief == "mountain" and not subject.tall):
        return draw_mountains(subject, palette, grain)
    if subject.kind == "city":
        holy = subject.tradition == "south_asia" and subject.water == "river" and RIVER_LIFE & set(subject.places)
        return draw_ghats(subject, palette, grain) if holy else draw_city(subject, palette, grain)
    if subject.relief == "coast" or subject.water == "coast":
        return draw_shore(subject, palette, grain)
    return draw_hills(subject, palette, grain)


def _draw_course(scene: Scene, days: int) -> list[str]:
    """The course through the place with one ring per day, smaller as it goes away."""
    if days < 1:
        return []
    points = [scene.course(i / 60) for i in range(61)]
    drawn = [line(points, HALO_INK, 7, opacity=0.85, round_ends=True), line(points, COURSE_INK, 3.2, round_ends=True)]
    rings = min(days, 14)
    for day in range(rings):
        t = day / max(1, rings - 1)
        x, y = scene.course(t)
        ring = f' stroke="{COURSE_INK}" stroke-width="{number(3.2 - t)}"'
        drawn.append(disc(x, y, 8.5 - 4.2 * t, HALO_INK, ring))
    return drawn
