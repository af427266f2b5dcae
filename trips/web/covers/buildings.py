"""The skyline's letters: each place category becomes one flat silhouette in the building manner of its region.

Every function takes the middle ``x``, the ground ``y``, a width and a height, an ink, and draws upwards.
"""

from __future__ import annotations

from collections.abc import Callable

from trips.web.covers.churches import arch, basilica, cathedral, onion_dome, round_dome, steeple
from trips.web.covers.houses import wheel
from trips.web.covers.ink import Grain, box, boxes, line, number, outline, shape
from trips.web.covers.subject import Tradition

Draw = Callable[[float, float, float, float, str, str, Grain], str]


def shikhara(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A north Indian temple tower with its flag, and a smaller one beside it."""
    drawn = ""
    for dx, width, height, flag in ((0.0, w, h, True), (w * 0.6, w * 0.54, h * 0.54, False)):
        left = []
        for i in range(11):
            t = i / 10
            left.append((width / 2 * (1 - t**1.9) * (1 if i % 2 else 0.95) + 0.6, height * 0.92 * t))
        points = [(x + dx - a, y - b) for a, b in left] + [(x + dx, y - height)]
        points += [(x + dx + a, y - b) for a, b in reversed(left)]
        drawn += shape(points, ink)
        if flag:
            top = y - height
            drawn += line([(x, top), (x, top - height * 0.12)], ink, 1.4)
            drawn += outline(
                f"M{number(x)},{number(top - height * 0.12)}l{number(w * 0.28)},{number(height * 0.03)}"
                f"l{number(-w * 0.28)},{number(height * 0.04)}z",
                ink,
            )
    return drawn


def tomb(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A garden tomb: a block with a great arch, a bulbous dome, two kiosks."""
    body = h * 0.46
    drawn = boxes([(x - w * 0.7, y - body, w * 1.4, body), (x - w * 0.28, y - body * 1.2, w * 0.56, body * 1.2)], ink)
    drawn += outline(onion_dome(x, y - body * 1.15, w * 0.56, h * 0.54), ink)
    drawn += line([(x, y - h * 1.04), (x, y - h * 1.16)], ink, 1.3)
    for side in (-0.54, 0.54):
        drawn += outline(onion_dome(x + w * side, y - body * 1.06, w * 0.2, h * 0.17), ink)
        drawn += box(x + w * side - w * 0.08, y - body * 1.1, w * 0.16, body * 0.1, ink)
    drawn += outline(arch(x, y, w * 0.26, body * 0.86), pane, 0.55)
    return drawn + "".join(outline(arch(x + w * s, y, w * 0.16, body * 0.5), pane, 0.4) for s in (-0.48, 0.48))


def mosque(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A cascade of domes between slender minarets."""
    drawn = box(x - w * 0.62, y - h * 0.3, w * 1.24, h * 0.3, ink)
    drawn += outline(round_dome(x, y - h * 0.36, w * 0.62, h * 0.3), ink)
    drawn += box(x - w * 0.33, y - h * 0.38, w * 0.66, h * 0.1, ink)
    for side, scale in ((-0.36, 0.34), (0.36, 0.34), (-0.56, 0.2), (0.56, 0.2)):
        drawn += outline(round_dome(x + w * side, y - h * 0.26, w * scale, h * scale * 0.46), ink)
    for side in (-0.78, 0.78, -0.5, 0.5):
        drawn += minaret(x + w * side, y, w * 0.055, h * (1.0 if abs(side) > 0.6 else 0.86), ink)
    return drawn + "".join(outline(arch(x + w * (i - 2) * 0.2, y, w * 0.08, h * 0.18), pane, 0.5) for i in range(5))


def domed_mosque(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A South Asian mosque: three bulbs over an arched hall, two towers."""
    drawn = box(x - w * 0.66, y - h * 0.34, w * 1.32, h * 0.34, ink)
    for side, scale in ((0.0, 0.46), (-0.42, 0.32), (0.42, 0.32)):
        drawn += outline(onion_dome(x + w * side, y - h * 0.32, w * scale, h * scale * 1.05), ink)
    for side in (-0.74, 0.74):
        drawn += minaret(x + w * side, y, w * 0.07, h * 0.92, ink)
    return drawn + outline(arch(x, y, w * 0.26, h * 0.28), pane, 0.5)


def minaret(x: float, y: float, w: float, h: float, ink: str) -> str:
    """One slender tower with a balcony and a pencil point."""
    w = max(w, 2.2)
    return outline(
        f"M{number(x - w)},{number(y)}L{number(x - w * 0.8)},{number(y - h * 0.84)}L{number(x)},{number(y - h)}"
        f"L{number(x + w * 0.8)},{number(y - h * 0.84)}L{number(x + w)},{number(y)}z"
        f"M{number(x - w * 1.7)},{number(y - h * 0.66)}h{number(w * 3.4)}v{number(-h * 0.025)}h{number(-w * 3.4)}z",
        ink,
    )


def pagoda(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A tower of five swept roofs and a mast."""
    drawn = ""
    for i in range(5):
        width, top = w * (0.56 - 0.06 * i), y - h * 0.165 * (i + 1)
        half = width * 0.86
        drawn += box(x - width * 0.42, top, width * 0.84, h * 0.165, ink)
        drawn += outline(
            f"M{number(x - half)},{number(top + h * 0.035)}Q{number(x - width * 0.5)},{number(top + h * 0.02)} {number(x - width * 0.3)},{number(top - h * 0.035)}"
            f"H{number(x + width * 0.3)}Q{number(x + width * 0.5)},{number(top + h * 0.02)} {number(x + half)},{number(top + h * 0.035)}z",
            ink,
        )
        drawn += box(x - width * 0.28, top + h * 0.07, width * 0.56, h * 0.045, pane, 0.45)
    return drawn + line([(x, y - h * 0.84), (x, y - h)], ink, 2)


def torii(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A shrine gate."""
    n = number
    return outline(
        f"M{n(x - w * 0.42)},{n(y)}L{n(x - w * 0.36)},{n(y - h)}h{n(w * 0.09)}L{n(x - w * 0.31)},{n(y)}z"
        f"M{n(x + w * 0.42)},{n(y)}L{n(x + w * 0.36)},{n(y - h)}h{n(-w * 0.09)}L{n(x + w * 0.31)},{n(y)}z"
        f"M{n(x - w * 0.62)},{n(y - h * 1.08)}Q{n(x)},{n(y - h * 0.94)} {n(x + w * 0.62)},{n(y - h * 1.08)}l{n(-w * 0.05)},{n(h * 0.16)}"
        f"Q{n(x)},{n(y - h * 0.84)} {n(x - w * 0.57)},{n(y - h * 0.92)}zM{n(x - w * 0.46)},{n(y - h * 0.7)}h{n(w * 0.92)}v{n(h * 0.09)}h{n(-w * 0.92)}z",
        ink,
    )


def fort(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """Walls with teeth, two bastions and a gate."""
    wall = h * 0.62
    drawn = boxes(
        [
            (x - w * 0.7, y - wall, w * 1.4, wall),
            (x - w * 0.3, y - h * 0.86, w * 0.16, h * 0.86),
            (x + w * 0.14, y - h * 0.86, w * 0.16, h * 0.86),
        ],
        ink,
    )
    step = max(5.0, w * 0.11)
    teeth = [
        (x - w * 0.7 + i * step, y - wall - step * 0.5, step * 0.6, step * 0.6) for i in range(int(w * 1.4 / step))
    ]
    drawn += boxes(teeth, ink)
    for side in (-0.22, 0.22):
        drawn += outline(onion_dome(x + w * side, y - h * 0.84, w * 0.15, h * 0.16), ink)
    return drawn + outline(arch(x, y, w * 0.18, wall * 0.6), pane, 0.5)


def palace(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A long front with a raised middle, a hipped roof and rows of windows."""
    drawn = boxes([(x - w * 0.8, y - h * 0.42, w * 1.6, h * 0.42), (x - w * 0.2, y - h * 0.54, w * 0.4, h * 0.54)], ink)
    drawn += shape(
        [
            (x - w * 0.82, y - h * 0.42),
            (x - w * 0.72, y - h * 0.56),
            (x - w * 0.26, y - h * 0.56),
            (x - w * 0.2, y - h * 0.42),
        ],
        ink,
    )
    drawn += shape(
        [
            (x + w * 0.2, y - h * 0.42),
            (x + w * 0.26, y - h * 0.56),
            (x + w * 0.72, y - h * 0.56),
            (x + w * 0.82, y - h * 0.42),
        ],
        ink,
    )
    drawn += shape(
        [
            (x - w * 0.22, y - h * 0.54),
            (x - w * 0.14, y - h * 0.74),
            (x + w * 0.14, y - h * 0.74),
            (x + w * 0.22, y - h * 0.54),
        ],
        ink,
    )
    windows = [
        (x - w * 0.74 + i * w * 0.155, y - h * (0.35 - 0.17 * j), w * 0.06, h * 0.1) for i in range(10) for j in (0, 1)
    ]
    return drawn + boxes(windows, pane, 0.6)


def columns(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A museum or old temple: steps, columns and a gable."""
    body = h * 0.5
    drawn = boxes([(x - w * 0.62, y - h * 0.05, w * 1.24, h * 0.05), (x - w * 0.54, y - body, w * 1.08, h * 0.07)], ink)
    drawn += boxes([(x - w * 0.5 + i * w * 0.184, y - body, w * 0.085, body) for i in range(6)], ink)
    drawn += box(x - w * 0.46, y - body * 0.9, w * 0.92, body * 0.84, ink, 0.55)
    return drawn + shape([(x - w * 0.6, y - body), (x, y - h * 0.76), (x + w * 0.6, y - body)], ink)


def arena(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """An amphitheatre, half broken: three storeys of arches."""
    height = h * 0.56
    points = [
        (x - w * 0.75, y),
        (x - w * 0.75, y - height),
        (x + w * 0.1, y - height),
        (x + w * 0.18, y - height * 0.68),
    ]
    points += [
        (x + w * 0.5, y - height * 0.66),
        (x + w * 0.58, y - height * 0.36),
        (x + w * 0.75, y - height * 0.34),
        (x + w * 0.75, y),
    ]
    drawn = shape(points, ink)
    holes = ""
    for row in range(3):
        count = (9, 8, 5)[row]
        for i in range(count):
            holes += arch(x - w * 0.66 + i * w * 0.166, y - height * (0.04 + 0.33 * row), w * 0.075, height * 0.22)
    return drawn + outline(holes, pane, 0.6)


def obelisk(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A needle on a base."""
    return shape(
        [(x - w * 0.2, y), (x - w * 0.2, y - h * 0.08), (x - w * 0.09, y - h * 0.08), (x - w * 0.06, y - h * 0.88), (x, y - h * 0.96),
         (x + w * 0.06, y - h * 0.88), (x + w * 0.09, y - h * 0.08), (x + w * 0.2, y - h * 0.08), (x + w * 0.2, y)],
        ink,
    )  # fmt: skip


def lattice(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """An iron tower: four curved legs, platforms, a mast."""
    n = number
    legs = (
        f"M{n(x - w * 0.42)},{n(y)}C{n(x - w * 0.16)},{n(y - h * 0.26)} {n(x - w * 0.05)},{n(y - h * 0.55)} {n(x - w * 0.025)},{n(y - h * 0.93)}"
        f"L{n(x)},{n(y - h * 1.04)}L{n(x + w * 0.025)},{n(y - h * 0.93)}C{n(x + w * 0.05)},{n(y - h * 0.55)} {n(x + w * 0.16)},{n(y - h * 0.26)} {n(x + w * 0.42)},{n(y)}"
        f"H{n(x + w * 0.27)}C{n(x + w * 0.17)},{n(y - h * 0.16)} {n(x - w * 0.17)},{n(y - h * 0.16)} {n(x - w * 0.27)},{n(y)}z"
    )
    openings = "".join(
        f"M{n(x - a * w)},{n(y - low * h)}L{n(x - b * w)},{n(y - high * h)}H{n(x + b * w)}L{n(x + a * w)},{n(y - low * h)}z"
        for a, b, low, high in ((0.155, 0.075, 0.235, 0.405), (0.055, 0.005, 0.45, 0.66))
    )
    drawn = f'<path d="{legs}{openings}" fill="{ink}" fill-rule="evenodd"/>'
    drawn += boxes(
        [
            (x - w * 0.27, y - h * 0.22, w * 0.54, h * 0.026),
            (x - w * 0.14, y - h * 0.43, w * 0.28, h * 0.022),
            (x - w * 0.05, y - h * 0.9, w * 0.1, h * 0.02),
        ],
        ink,
    )
    cross = "".join(
        f"M{n(x - a * w)},{n(y - b * h)}L{n(x + c * w)},{n(y - d * h)}M{n(x + a * w)},{n(y - b * h)}L{n(x - c * w)},{n(y - d * h)}"
        for a, b, c, d in ((0.155, 0.235, 0.1, 0.32), (0.12, 0.32, 0.07, 0.405), (0.05, 0.46, 0.025, 0.55))
    )
    return drawn + f'<path d="{cross}" stroke="{ink}" stroke-width="1.6"/>'


def stupa(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A round mound with its spire."""
    n = number
    drawn = outline(
        f"M{n(x - w * 0.6)},{n(y)}V{n(y - h * 0.12)}H{n(x - w * 0.5)}A{n(w * 0.5)},{n(h * 0.42)} 0 0 1 {n(x + w * 0.5)},{n(y - h * 0.12)}H{n(x + w * 0.6)}V{n(y)}z",
        ink,
    )
    return drawn + shape([(x - w * 0.11, y - h * 0.52), (x, y - h), (x + w * 0.11, y - h * 0.52)], ink)


SACRED: dict[str, Draw] = {
    "south_asia": shikhara, "east_asia": pagoda, "west_asia": mosque, "europe": columns, "americas": columns, "elsewhere": stupa,
}  # fmt: skip
MEMORIAL: dict[str, Draw] = {
    "south_asia": tomb, "east_asia": pagoda, "west_asia": obelisk, "europe": arena, "americas": obelisk, "elsewhere": obelisk,
}  # fmt: skip


def letter(category: str, tradition: Tradition, temperate: bool) -> Draw | None:
    """The silhouette of a place category, or nothing when the category is not a building."""
    if category == "temple":
        return SACRED[tradition]
    if category == "shrine":
        return torii if tradition == "east_asia" else SACRED[tradition]
    if category == "mosque":
        return domed_mosque if tradition == "south_asia" else mosque
    if category == "church":
        if tradition in {"americas", "east_asia", "elsewhere"}:
            return steeple
        return cathedral if temperate else basilica
    if category == "monument":
        return lattice if tradition == "europe" and temperate else MEMORIAL[tradition]
    if category == "palace":
        return mosque if tradition == "west_asia" else tomb if tradition == "south_asia" else palace
    fixed: dict[str, Draw] = {"fort": fort, "museum": columns, "gallery": columns, "entertainment": wheel}
    return fixed.get(category)
