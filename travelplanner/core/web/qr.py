"""QR codes as our own SVG: no style, no data address, coloured by class."""

from __future__ import annotations

import segno
from django.utils.html import escape

QUIET = 4  # modules of empty border, as the standard asks


def qr_figure(content: str, label: str) -> str:
    """A whole <svg> of the content; `label` is what readers hear."""
    path, box = _drawn(content)
    return f'<svg class="qr" viewBox="{box}" role="img" aria-label="{escape(label)}" shape-rendering="crispEdges"><path d="{path}"/></svg>'


def qr_picture(content: str) -> str:
    """The same as an SVG file of its own, black on nothing, for a document that is no web page."""
    path, box = _drawn(content)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{path}"/></svg>'


def _drawn(content: str) -> tuple[str, str]:
    """One path with one run of dark modules per move, and the box around it with its quiet border."""
    rows = tuple(tuple(row) for row in segno.make(content, micro=False, error="m").matrix)
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start},{y}h{x - start}v1h-{x - start}z")
            x += 1
    side = len(rows) + 2 * QUIET
    return "".join(runs), f"-{QUIET} -{QUIET} {side} {side}"
