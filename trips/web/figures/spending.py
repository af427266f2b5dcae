"""Spending by category: what was predicted as a band, and under it what is booked and what was logged, end to end."""

from __future__ import annotations

from dataclasses import dataclass, field

from trips.web.figures.budget import plain_money
from trips.web.figures.svg import Money, Size, figure_key, frame, label, path, rect, round_scale, text_width, ticks


@dataclass(frozen=True, slots=True)
class SpendingWords:
    """English by default, see ``trips.web.figure_words``."""

    title: str = "Spent against predicted, by category"
    spent: str = "{name}: {booked} booked, {logged} logged"
    planned: str = "{name}: {booked} booked, {logged} logged; predicted {low} to {high}, most likely {likely}"


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """One category. ``planned`` is (low, likely, high) or None."""

    name: str
    booked: float
    logged: float
    planned: tuple[float, float, float] | None = None

    @property
    def most(self) -> float:
        return max(self.booked + self.logged, self.planned[2] if self.planned else 0.0)


@dataclass(frozen=True, slots=True)
class SpendingBars:
    """Input of :func:`spending_bars`."""

    rows: tuple[SpendingRow, ...]
    money: Money = plain_money
    short_money: Money | None = None
    words: SpendingWords = field(default_factory=SpendingWords)


def spending_summary(chart: SpendingBars) -> str:
    """All rows as one sentence."""
    parts = []
    for row in chart.rows:
        said = {"name": row.name, "booked": chart.money(row.booked), "logged": chart.money(row.logged)}
        if row.planned:
            low, likely, high = map(chart.money, row.planned)
            parts.append(chart.words.planned.format(**said, low=low, likely=likely, high=high))
        else:
            parts.append(chart.words.spent.format(**said))
    return "; ".join(parts) + "." if parts else ""


def spending_bars(chart: SpendingBars, size: Size = "wide") -> str:
    """Each category on one scale; names beside the bars (wide) or above them (phone)."""
    phone = size == "phone"
    width, row_height = (350.0, 62.0) if phone else (760.0, 52.0)
    start = 8.0 if phone else max([120.0, *(text_width(row.name) * 1.1 + 16 for row in chart.rows)])
    end, bottom = width - 16, len(chart.rows) * row_height + 6
    _first, last, step = round_scale(0, max([row.most for row in chart.rows] or [1.0]), 4)
    unit = (end - start) / last
    body = []
    for value in ticks(0, last, step):
        x = start + value * unit
        anchor = "start" if phone and not value else ("end" if phone and value == last else "middle")
        body += [path("k-line", f"M{x:.1f},0V{bottom:.0f}"), label(x, bottom + 20, (chart.short_money or chart.money)(value), "", anchor)]
    for i, row in enumerate(chart.rows):
        y = i * row_height
        name_y, bar_y = (y + 18, y + 26) if phone else (y + 30, y + 12)
        body.append(label(start if phone else 0, name_y, row.name, "t-strong"))
        if row.planned:
            low, likely, high = (start + value * unit for value in row.planned)
            body += [rect("f-soft", low, bar_y, high - low, 9), rect("f-ink", likely - 1.25, bar_y - 3, 2.5, 15)]
        split = start + row.booked * unit
        body += [rect("f-data", start, bar_y + 14, split - start, 12), rect("f-course", split, bar_y + 14, row.logged * unit, 12)]
    key = figure_key("spending", chart.rows) + f"-{size}"
    return frame(body, width, bottom + 28, title=chart.words.title, description=spending_summary(chart), key=key)
