"""Small charts of the dashboard: bars as SVG, drawn here; the table beside them says the same in figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, GAP = 560, 120, 4


def bars(title: Any, values: Sequence[tuple[str, float, str]], *, top: float | None = None) -> SafeString:
    """Bars from the left: (label under it, value, text when pointed at). `top` is the value of a full bar, the largest by default.

    Values below zero are drawn as nothing; their text says them.
    """
    if not values:
        return SafeString("")
    full = top or max(value for _label, value, _text in values) or 1
    step = WIDTH / len(values)
    shapes = format_html_join(
        "",
        '<g><title>{}</title><rect x="{}" y="0" width="{}" height="{}" fill="currentColor" fill-opacity="0.08" rx="2"/>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="currentColor" rx="2"/>'
        '<text x="{}" y="{}" font-size="10" fill="currentColor" text-anchor="middle">{}</text></g>',
        (
            (
                text, *_box(i, step), HEIGHT,
                _box(i, step)[0], round(HEIGHT * (1 - _share(value, full)), 1), _box(i, step)[1], round(HEIGHT * _share(value, full), 1),
                round(step * (i + 0.5), 1), HEIGHT + 14, label,
            )
            for i, (label, value, text) in enumerate(values)
        ),
    )  # fmt: skip
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" class="text-primary-600 w-full dark:text-primary-500">{}</svg>', WIDTH, HEIGHT + 20, title, shapes
    )


def _share(value: float, full: float) -> float:
    return min(1.0, max(0.0, value / full))


def _box(i: int, step: float) -> tuple[float, float]:
    return round(i * step + GAP / 2, 1), round(step - GAP, 1)
