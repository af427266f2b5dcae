"""The pieces of every drawn figure: escaped text, numbers, the frame with title and description, scales.

Classes only, no style attributes: the page gives a figure its colours (static/css/maps.css).
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

Money = Callable[[float], str]
Size = Literal["phone", "mid", "wide"]

TEXT_SIZE = 13.0


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def clean(text: object) -> str:
    """Text safe inside elements and attributes; control signs, which XML forbids, are dropped."""
    kept = "".join(sign for sign in str(text) if sign >= " " or sign in "\t\n")
    return escape(kept, quote=True)


def text_width(text: str, size: float = TEXT_SIZE) -> float:
    """About how wide a text is in pixels; marks that stand above or below take no room."""
    width = 0.0
    for sign in text:
        if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
            continue
        if sign in "iljtf.,:;'|!() ":
            width += 0.33
        elif sign in "mwMW@%" or ord(sign) > 0x2E80:
            width += 0.92
        elif sign.isupper():
            width += 0.68
        else:
            width += 0.57
    return width * size


def figure_key(*parts: object) -> str:
    """A short id prefix from a figure's content, for when the caller names none."""
    return "f" + hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def frame(
    body: Sequence[str],
    width: float,
    height: float,
    *,
    title: str,
    description: str = "",
    key: str,
    css: str = "fig",
    stretch: bool = False,
) -> str:
    """A whole ``<svg role="img">`` whose name and description readers hear."""
    named = f"{key}-t {key}-d" if description else f"{key}-t"
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    desc = f'<desc id="{clean(key)}-d">{clean(description)}</desc>' if description else ""
    return (
        f'<svg class="{css}" viewBox="0 0 {number(width)} {number(height)}"{ratio} role="img" aria-labelledby="{clean(named)}">'
        f'<title id="{clean(key)}-t">{clean(title)}</title>{desc}{"".join(body)}</svg>'
    )


def rect(css: str, x: float, y: float, width: float, height: float) -> str:
    """A rectangle; negative sizes become nothing."""
    if width <= 0 or height <= 0:
        return ""
    return f'<rect class="{css}" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"/>'


def path(css: str, data: str, width: float | None = None, dash: str = "") -> str:
    """A path with a class and, where the class gives none, a stroke width and dashes."""
    stroke = f' stroke-width="{width}"' if width is not None else ""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path class="{css}"{stroke}{dashes} d="{data}"/>'


def label(x: float, y: float, words: str, css: str = "", anchor: str = "start") -> str:
    """A line of text."""
    classes = f' class="{css}"' if css else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{classes} x="{number(x)}" y="{number(y)}"{place}>{clean(words)}</text>'


def nice_step(span: float, wanted: int) -> float:
    """A round step (1, 2, 2.5, 5 times a power of ten) that cuts ``span`` into about ``wanted`` parts."""
    raw = max(span, 1e-9) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        if raw <= factor * power * 1.0000001:
            return factor * power
    return 10.0 * power


def round_scale(low: float, high: float, wanted: int = 5) -> tuple[float, float, float]:
    """Round ends and the step of a scale that holds ``low`` and ``high``."""
    if not math.isfinite(low) or not math.isfinite(high):
        raise ValueError("a scale needs finite ends")
    if high <= low:
        high = low + max(1.0, abs(low) * 0.1)
    step = nice_step(high - low, wanted)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def ticks(low: float, high: float, step: float) -> list[float]:
    """The values of a scale from ``low`` to ``high``."""
    return [low + i * step for i in range(round((high - low) / step) + 1)]


def spread(middles: Sequence[float], widths: Sequence[float], low: float, high: float, gap: float = 6.0) -> list[float]:
    """Move texts on one line apart as little as needed, in order, inside ``low``..``high``."""
    places = [min(max(m, low + w / 2), high - w / 2) for m, w in zip(middles, widths, strict=True)]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + (widths[i - 1] + widths[i]) / 2 + gap)
    limit = high
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit - widths[i] / 2)
        limit = places[i] - widths[i] / 2 - gap
    return places


def striped_bar(x: float, y: float, width: float, height: float, part: float) -> str:
    """The black and white edge of a chart as a scale bar, ``part`` wide per stripe."""
    stripes = [rect("f-paper", x, y, width, height)]
    at, dark = 0.0, True
    while at < width - 0.05:
        if dark:
            stripes.append(rect("f-ink", x + at, y, min(part, width - at), height))
        at, dark = at + part, not dark
    stripes.append(rect("k-ink", x, y, width, height))
    return "".join(stripes)
