"""The brand figures of empty states: a drawn course and what is missing from it, coloured by the page's classes."""

from __future__ import annotations

from typing import Literal

EmptyKind = Literal[
    "trips", "bookings", "cart", "places", "documents", "messages", "offline", "search", "money", "people"
]

LAND = (
    '<path class="k-line" stroke-width="1.5" d="M0 70C50 20 90 84 140 50s90-30 140 6'
    'M0 80C50 34 90 92 140 62s90-26 140 8"/>'
)
RINGS = '<circle class="ring" cx="20" cy="66" r="7" stroke-width="3"/><circle class="ring" cx="256" cy="34" r="7" stroke-width="3"/>'
AHEAD = '<path class="k-course" stroke-width="3" stroke-linecap="round" stroke-dasharray=".1 8" d="{}"/>'
DONE = '<path class="k-course" stroke-width="3" stroke-linecap="round" d="{}"/>'
WHOLE = "M20 66C70 20 110 70 150 46S220 30 256 34"
FIRST, SECOND = "M20 66C50 36 80 44 104 52", "M176 39C205 30 230 31 256 34"
SHEET = '<g class="k-strong" stroke-width="2" stroke-linejoin="round" stroke-linecap="round">{}</g>'
OBJECTS: dict[str, str] = {
    "bookings": '<path class="f-paper" d="M112 28h56v11a7 7 0 0 0 0 14v11h-56V53a7 7 0 0 0 0-14zM150 30v6M150 43v6M150 56v6"/>',
    "cart": '<path class="f-paper" d="M114 38h52l-6 28h-40zM126 38c0-20 28-20 28 0"/>',
    "documents": '<path class="f-paper" d="M120 20h30l12 12v38h-42zM150 20v12h12M128 44h26M128 54h26"/>',
    "messages": '<path class="f-paper" d="M110 24h60v34h-32l-14 12V58h-14zM122 37h36M122 46h22"/>',
    "search": '<circle class="f-paper" cx="136" cy="42" r="20"/><path d="M151 57l18 17"/>',
    "money": '<path class="f-paper" d="M104 38h72v12h-72zM122 38v12M140 38v12M158 38v12"/>',
    "people": '<circle class="f-paper" cx="128" cy="36" r="9"/><circle class="f-paper" cx="154" cy="36" r="9"/>'
    '<path class="f-paper" d="M110 68c2-24 34-24 36 0M136 68c2-24 34-24 36 0"/>',
    "places": '<path class="f-paper" d="M140 72c-14-18-20-26-20-34a20 20 0 0 1 40 0c0 8-6 16-20 34z"/><circle cx="140" cy="38" r="6"/>',
}


def empty_figure(kind: EmptyKind = "trips") -> str:
    """The figure of an empty list, 280 x 90, decorative (``aria-hidden``), classes only; give it to partials/empty.html."""
    if kind == "trips":
        course = AHEAD.format(WHOLE)
    elif kind == "offline":
        course = (
            DONE.format(FIRST)
            + AHEAD.format(SECOND)
            + '<path class="k-ink" stroke-width="2.5" stroke-linecap="round" d="M132 38l16 16M148 38l-16 16"/>'
        )
    else:
        course = DONE.format(FIRST) + AHEAD.format(SECOND) + SHEET.format(OBJECTS.get(kind, ""))
    return f'<svg class="fig" viewBox="0 0 280 90" aria-hidden="true">{LAND}{course}{RINGS}</svg>'
