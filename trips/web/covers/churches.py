"""Churches of three manners, and the domes and arches that many buildings share."""

from __future__ import annotations

from trips.web.covers.ink import Grain, box, boxes, number, outline, shape


def onion_dome(x: float, y: float, w: float, h: float) -> str:
    """Path data of a swelling dome with a point."""
    n = number
    return (
        f"M{n(x - w * 0.44)},{n(y)}C{n(x - w * 0.66)},{n(y - h * 0.42)} {n(x - w * 0.3)},{n(y - h * 0.72)} {n(x)},{n(y - h)}"
        f"C{n(x + w * 0.3)},{n(y - h * 0.72)} {n(x + w * 0.66)},{n(y - h * 0.42)} {n(x + w * 0.44)},{n(y)}z"
    )


def round_dome(x: float, y: float, w: float, h: float) -> str:
    """Path data of a half round dome with its lantern."""
    n = number
    return (
        f"M{n(x - w / 2)},{n(y)}C{n(x - w / 2)},{n(y - h * 0.62)} {n(x - w * 0.24)},{n(y - h * 0.86)} {n(x - w * 0.07)},{n(y - h * 0.86)}"
        f"V{n(y - h * 1.1)}L{n(x)},{n(y - h * 1.28)}L{n(x + w * 0.07)},{n(y - h * 1.1)}V{n(y - h * 0.86)}"
        f"C{n(x + w * 0.24)},{n(y - h * 0.86)} {n(x + w / 2)},{n(y - h * 0.62)} {n(x + w / 2)},{n(y)}z"
    )


def arch(x: float, y: float, w: float, h: float) -> str:
    """Path data of a pointed arch: doors, niches."""
    n = number
    return (
        f"M{n(x - w / 2)},{n(y)}v{n(-h * 0.55)}Q{n(x - w / 2)},{n(y - h * 0.85)} {n(x)},{n(y - h)}"
        f"Q{n(x + w / 2)},{n(y - h * 0.85)} {n(x + w / 2)},{n(y - h * 0.55)}v{n(h * 0.55)}z"
    )


def basilica(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A church with a great round dome on a drum behind its front."""
    drawn = box(x - w * 0.6, y - h * 0.36, w * 1.2, h * 0.36, ink)
    drawn += shape([(x - w * 0.3, y - h * 0.36), (x, y - h * 0.46), (x + w * 0.3, y - h * 0.36)], ink)
    drawn += box(x - w * 0.27, y - h * 0.56, w * 0.54, h * 0.22, ink)
    drawn += outline(round_dome(x, y - h * 0.55, w * 0.54, h * 0.36), ink)
    for side in (-0.5, 0.5):
        drawn += outline(round_dome(x + w * side, y - h * 0.36, w * 0.2, h * 0.13), ink)
    windows = [(x - w * 0.22 + i * w * 0.115, y - h * 0.53, w * 0.05, h * 0.11) for i in range(4)]
    return drawn + boxes(windows, pane, 0.55) + outline(arch(x, y, w * 0.14, h * 0.24), pane, 0.5)


def cathedral(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A church with two square towers and a thin spire over the crossing."""
    drawn = boxes(
        [
            (x - w * 0.5, y - h * 0.62, w * 0.26, h * 0.62),
            (x - w * 0.16, y - h * 0.62, w * 0.26, h * 0.62),
            (x - w * 0.5, y - h * 0.42, w * 1.2, h * 0.42),
        ],
        ink,
    )
    drawn += shape(
        [
            (x + w * 0.1, y - h * 0.42),
            (x + w * 0.16, y - h * 0.52),
            (x + w * 0.7, y - h * 0.5),
            (x + w * 0.76, y - h * 0.4),
        ],
        ink,
    )
    drawn += shape([(x + w * 0.32, y - h * 0.5), (x + w * 0.36, y - h), (x + w * 0.4, y - h * 0.5)], ink)
    drawn += f'<circle cx="{number(x - w * 0.2)}" cy="{number(y - h * 0.3)}" r="{number(w * 0.075)}" fill="{pane}" opacity=".6"/>'
    slots = [
        (x - w * 0.43 + i * w * 0.34 + j * w * 0.08, y - h * 0.56, w * 0.035, h * 0.14) for i in (0, 1) for j in (0, 1)
    ]
    return drawn + boxes(slots, pane, 0.5)


def steeple(x: float, y: float, w: float, h: float, ink: str, pane: str, grain: Grain) -> str:
    """A town church: nave and pointed tower."""
    drawn = boxes(
        [(x - w * 0.12, y - h * 0.34, w * 0.62, h * 0.34), (x - w * 0.3, y - h * 0.55, w * 0.24, h * 0.55)], ink
    )
    drawn += shape([(x - w * 0.34, y - h * 0.55), (x - w * 0.18, y - h), (x - w * 0.02, y - h * 0.55)], ink)
    drawn += shape([(x - w * 0.1, y - h * 0.34), (x + w * 0.2, y - h * 0.5), (x + w * 0.5, y - h * 0.34)], ink)
    return drawn + boxes([(x + w * (0.06 + 0.12 * i), y - h * 0.26, w * 0.045, h * 0.12) for i in range(3)], pane, 0.5)
