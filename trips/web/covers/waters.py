"""Water: strokes that lengthen towards us, glints under the sun, reflected lamps, boats."""

from __future__ import annotations

from trips.web.covers.ink import HEIGHT, WIDTH, Grain, blend, box, dashes, number
from trips.web.covers.palettes import Palette
from trips.web.covers.subject import CoverInput


def draw_water(palette: Palette, top: float, grain: Grain, *, strokes: int = 120, bottom: float = HEIGHT) -> list[str]:
    """A sheet of water from ``top`` down, denser far away."""
    drawn = [box(0, top, WIDTH, bottom - top, palette.water)]
    bands: list[list[tuple[float, float, float]]] = [[], [], []]
    for _ in range(strokes):
        depth = grain() ** 1.7
        y = top + 5 + (bottom - top - 5) * depth
        bands[min(2, int(depth * 3))].append((grain(-20, WIDTH + 20), y, (10 + 110 * depth) * grain(0.4, 1)))
    drawn += [dashes(band, palette.ripple, 0.9 + 0.75 * i, 0.55) for i, band in enumerate(bands)]
    return drawn


def draw_glints(subject: CoverInput, palette: Palette, x: float, top: float, reach: float, grain: Grain) -> list[str]:
    """The path of light under the sun at ``x``, ``reach`` long; nothing at dusk."""
    if subject.light == "dusk":
        return []
    ink = blend(palette.sun, palette.glint, 0.45) if subject.light == "dawn" else palette.glint
    near: list[tuple[float, float, float]] = []
    far: list[tuple[float, float, float]] = []
    for i in range(30):
        depth = (i + 1) / 30
        mark = (x + (grain() - 0.5) * (14 + 90 * depth), top + 8 + reach * depth**2, (10 + 64 * depth) * grain(0.45, 1))
        (far if depth < 0.5 else near).append(mark)
    return [dashes(far, ink, 1.6), dashes(near, ink, 2.7)]


def draw_lamplight(palette: Palette, sources: list[float], top: float, grain: Grain) -> list[str]:
    """Reflections of lamps at dusk: broken columns of light under each source."""
    marks = [
        (x + grain(-3, 3), top + 8 + j * grain(9, 13), (13 - j) * grain(0.5, 1.1)) for x in sources for j in range(7)
    ]
    return [dashes(marks, palette.glint, 2.0, 0.8)]


def boat(x: float, y: float, size: float, ink: str, lantern: str | None = None) -> str:
    """A rowing boat, ``size`` half its length."""
    drawn = (
        f'<path d="M{number(x - size)},{number(y - size * 0.16)}Q{number(x)},{number(y + size * 0.36)}'
        f" {number(x + size)},{number(y - size * 0.2)}Q{number(x)},{number(y + size * 0.06)}"
        f' {number(x - size)},{number(y - size * 0.16)}Z" fill="{ink}"/>'
        f'<path d="M{number(x - size * 0.1)},{number(y)}l{number(size * 0.06)},{number(-size * 0.36)}" stroke="{ink}"'
        f' stroke-width="{number(max(1.4, size * 0.09))}" stroke-linecap="round"/>'
        f'<path d="M{number(x)},{number(y - size * 0.2)}l{number(size * 0.5)},{number(size * 0.42)}" stroke="{ink}"/>'
    )
    if lantern:
        drawn += f'<circle cx="{number(x + size * 0.3)}" cy="{number(y - size * 0.12)}" r="2.6" fill="{lantern}"/>'
    return drawn


def sail(x: float, y: float, size: float, ink: str, cloth: str) -> str:
    """A small sailing boat."""
    return (
        f'<path d="M{number(x - size)},{number(y)}h{number(size * 2)}l{number(-size * 0.4)},{number(size * 0.35)}'
        f'h{number(-size * 1.2)}z" fill="{ink}"/>'
        f'<path d="M{number(x)},{number(y - size * 0.15)}v{number(-size * 1.9)}l{number(size * 0.95)},{number(size * 1.9)}z'
        f'M{number(x - size * 0.15)},{number(y - size * 0.15)}v{number(-size * 1.5)}l{number(-size * 0.6)},{number(size * 1.5)}z"'
        f' fill="{cloth}"/>'
    )


def ferry(x: float, y: float, size: float, ink: str, pane: str, stripe: str) -> str:
    """A harbour ferry seen from the side, ``size`` half its length."""
    windows = "".join(
        f"M{number(x - size * 0.6 + i * size * 0.22)} {number(y - size * 0.27)}h{number(size * 0.12)}" for i in range(6)
    )
    return (
        f'<path d="M{number(x - size)},{number(y - size * 0.1)}h{number(size * 2)}l{number(-size * 0.3)},{number(size * 0.24)}'
        f'h{number(-size * 1.5)}z" fill="{ink}"/>'
        f'<path d="M{number(x - size * 0.7)},{number(y - size * 0.1)}v{number(-size * 0.3)}h{number(size * 1.35)}v{number(size * 0.3)}z'
        f'M{number(x - size * 0.35)},{number(y - size * 0.4)}v{number(-size * 0.16)}h{number(size * 0.6)}v{number(size * 0.16)}z" fill="{stripe}"/>'
        f'<path d="M{number(x + size * 0.05)},{number(y - size * 0.55)}v{number(-size * 0.26)}h{number(size * 0.16)}v{number(size * 0.26)}z" fill="{ink}"/>'
        f'<path d="{windows}" stroke="{pane}" stroke-width="{number(max(1.2, size * 0.1))}"/>'
    )
