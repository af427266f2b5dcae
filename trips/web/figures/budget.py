"""Money on a scale: the predicted range against the wish, a plan's cost in its band, categories, the lock."""

from __future__ import annotations

from dataclasses import dataclass, field

from trips.web.figures.svg import (
    Money,
    Size,
    figure_key,
    frame,
    label,
    path,
    rect,
    round_scale,
    spread,
    striped_bar,
    text_width,
    ticks,
)

QUARTER_OF_TENTH = 0.526  # of a normal distribution: (P50 - P25) / (P50 - P10)
WIDTHS: dict[Size, tuple[float, float]] = {"phone": (318.0, 18.0), "mid": (660.0, 40.0), "wide": (1160.0, 40.0)}


def plain_money(value: float) -> str:
    """A whole number with commas, for callers without a currency."""
    return f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """The words of the money figures; English by default, see ``trips.web.figure_words`` for the reader's language."""

    title: str = "Predicted budget against your wish"
    between: str = "Likely between {low} and {high}, most likely {likely}."
    wish_between: str = "Your wish is {low} to {high}."
    limit_is: str = "Your limit is {limit}."
    low: str = "low"
    likely: str = "likely"
    high: str = "high"
    your_limit: str = "Your limit"
    limit: str = "limit"
    your_wish: str = "Your wish"
    band: str = "Costs {cost}; limit {limit}; predicted {low} to {high}"
    band_no_limit: str = "Costs {cost}; predicted {low} to {high}"
    categories: str = "Predicted cost by category"
    category: str = "{name}: {low} to {high}, most likely {likely}"
    lock: str = "Of {limit}: {locked} locked now, {estimated} estimated elsewhere, {left} left"
    lock_over: str = "Of {limit}: {locked} locked now, {estimated} estimated elsewhere, {over} over the limit"


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """Input of :func:`budget_bar`: amounts of one currency, low = P10, likely = P50, high = P90.

    ``middle`` is (P25, P75); without it the middle half is taken from a normal curve. ``money`` writes an amount,
    ``short_money`` the scale (₹25k).
    """

    low: float
    likely: float
    high: float
    middle: tuple[float, float] | None = None
    limit: float | None = None
    wish: tuple[float, float] | None = None
    money: Money = plain_money
    short_money: Money | None = None
    words: MoneyWords = field(default_factory=MoneyWords)
    key: str = ""

    @property
    def halves(self) -> tuple[float, float]:
        """The dark middle half."""
        if self.middle:
            return self.middle
        down, up = self.likely - self.low, self.high - self.likely
        return self.likely - down * QUARTER_OF_TENTH, self.likely + up * QUARTER_OF_TENTH


def budget_summary(bar: BudgetBar) -> str:
    """The sentence of the range bar, also its description."""
    words, money = bar.words, bar.money
    text = words.between.format(low=money(bar.low), high=money(bar.high), likely=money(bar.likely))
    if bar.wish:
        text += " " + words.wish_between.format(low=money(bar.wish[0]), high=money(bar.wish[1]))
    elif bar.limit is not None:
        text += " " + words.limit_is.format(limit=money(bar.limit))
    return text


def budget_bar(bar: BudgetBar, size: Size = "wide") -> str:
    """The range bar: pale band P10 to P90, dark middle half, ink line P50, wash = the wish, course line = the limit."""
    width, margin = WIDTHS[size]
    words, phone = bar.words, size == "phone"
    amounts = [bar.low, bar.high, *(bar.wish or ()), *([bar.limit] if bar.limit is not None else [])]
    pad = (max(amounts) - min(amounts)) * 0.05
    first, last, step = round_scale(max(0.0, min(amounts) - pad), max(amounts) + pad, 3 if phone else 5)
    unit = (width - 2 * margin) / (last - first)

    def at(value: float) -> float:
        return margin + (value - first) * unit

    body: list[str] = []
    if bar.wish:
        left, right = at(max(first, bar.wish[0])), at(min(last, bar.wish[1]))
        body += [rect("f-wash", left, 60, right - left, 58), path("k-course", f"M{left:.1f},60v58", 1.5, "4 4")]
        if right - left > text_width(words.your_wish) + 12:
            body.append(label(left + 7, 113, words.your_wish, "t-course"))
    if bar.limit is not None:
        body.append(path("k-course", f"M{at(bar.limit):.1f},22v96", 3))
        text = f"{words.limit if phone else words.your_limit} {bar.money(bar.limit)}"
        text = text[:1].upper() + text[1:]
        half = text_width(text) / 2 + 2
        body.append(label(min(max(at(bar.limit), half), width - half), 14, text, "t-course", "middle"))
    body.append(striped_bar(margin, 118, width - 2 * margin, 7, step * unit * 0.4))
    for value in ticks(first, last, step):
        body += [
            path("k-ink", f"M{at(value):.1f},125v5"),
            label(at(value), 146, (bar.short_money or bar.money)(value), "", "middle"),
        ]
    low_half, high_half = bar.halves
    body += [
        rect("f-soft", at(bar.low), 66, at(bar.high) - at(bar.low), 30),
        rect("f-data", at(low_half), 66, at(high_half) - at(low_half), 30),
        rect("f-paper", at(bar.likely) - 3.5, 60, 7, 40),
        rect("f-ink", at(bar.likely) - 1.5, 60, 3, 40),
    ]
    named = [(bar.low, words.low), (bar.likely, words.likely), (bar.high, words.high)]
    texts = [bar.money(value) if phone else f"{word} {bar.money(value)}" for value, word in named]
    places = spread([at(value) for value, _ in named], [text_width(text) * 1.06 for text in texts], 0, width)
    body += [label(x, 52, text, "t-strong", "middle") for x, text in zip(places, texts, strict=True)]
    key = (bar.key or figure_key("budget", bar.low, bar.likely, bar.high, bar.limit, bar.wish)) + f"-{size}"
    return frame(body, width, 150, title=words.title, description=budget_summary(bar), key=key)


def budget_bars(bar: BudgetBar) -> dict[str, str]:
    """The same bar in its three widths, for partials/budget_range.html."""
    return {"phone": budget_bar(bar, "phone"), "mid": budget_bar(bar, "mid"), "wide": budget_bar(bar, "wide")}


def range_mark(low: float, likely: float, high: float, scale: tuple[float, float]) -> str:
    """The small range under a sample trip (200 x 20), decoration beside its written sentence."""
    unit = 200 / max(1e-9, scale[1] - scale[0])
    left, right, middle = ((value - scale[0]) * unit for value in (low, high, likely))
    return (
        '<svg class="fig" viewBox="0 0 200 20" aria-hidden="true"><rect class="f-faint" y="8" width="200" height="4"/>'
        + rect("f-data", left, 6, right - left, 8)
        + rect("f-paper", middle - 1.5, 2, 3, 16)
        + rect("f-ink", middle - 0.75, 2, 1.5, 16)
        + "</svg>"
    )


@dataclass(frozen=True, slots=True)
class CostBand:
    """Input of :func:`cost_band`; give all compared plans the same ``scale`` so that they can be compared."""

    cost: float
    low: float
    high: float
    limit: float | None = None
    scale: tuple[float, float] | None = None
    money: Money = plain_money
    short_money: Money | None = None
    words: MoneyWords = field(default_factory=MoneyWords)
    key: str = ""


def common_scale(bands: list[CostBand]) -> tuple[float, float]:
    """A round scale that holds every band, cost and limit."""
    amounts = [v for band in bands for v in (band.cost, band.low, band.high, band.limit) if v is not None]
    if not amounts:
        return 0.0, 1.0
    first, last, _ = round_scale(min(amounts), max(amounts), 5)
    return first, last


def band_summary(band: CostBand) -> str:
    """The band as a sentence."""
    pattern = band.words.band if band.limit is not None else band.words.band_no_limit
    money = band.money
    limit = money(band.limit) if band.limit is not None else ""
    return pattern.format(cost=money(band.cost), limit=limit, low=money(band.low), high=money(band.high))


def cost_band(band: CostBand) -> str:
    """A plan's cost as a ring on the predicted band, with the limit: 320 x 62."""
    first, last = band.scale or common_scale([band])
    unit = 304 / max(1e-9, last - first)

    def at(value: float) -> float:
        return min(312.0, max(8.0, 8 + (value - first) * unit))

    short = band.short_money or band.money
    body = [rect("f-soft", at(band.low), 24, at(band.high) - at(band.low), 10), striped_bar(8, 38, 304, 4, 30.4)]
    if band.limit is not None:
        x, half = at(band.limit), text_width(band.words.limit) / 2 + 2
        body.append(path("k-course", f"M{x:.1f},14V44", 2.5))
        body.append(label(min(max(x, half), 320 - half), 10, band.words.limit, "t-course", "middle"))
    body += [
        f'<circle class="f-ink" cx="{at(band.cost):.1f}" cy="29" r="7"/><circle class="f-paper" cx="{at(band.cost):.1f}" cy="29" r="2.5"/>',
        label(8, 58, short(first)),
        label(312, 58, short(last), "", "end"),
    ]
    key = band.key or figure_key("band", band.cost, band.low, band.high, band.limit)
    return frame(body, 320, 62, title=band_summary(band), key=key)


@dataclass(frozen=True, slots=True)
class CategoryRange:
    """One category's predicted cost."""

    name: str
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True)
class CategoryBars:
    """Input of :func:`category_bars`, biggest first."""

    rows: tuple[CategoryRange, ...]
    money: Money = plain_money
    short_money: Money | None = None
    words: MoneyWords = field(default_factory=MoneyWords)
    key: str = ""


def categories_summary(chart: CategoryBars) -> str:
    """All rows as one sentence."""
    money = chart.money
    parts = [
        chart.words.category.format(name=row.name, low=money(row.low), high=money(row.high), likely=money(row.likely))
        for row in chart.rows
    ]
    return "; ".join(parts) + "." if parts else ""


def category_bars(chart: CategoryBars, size: Size = "wide") -> str:
    """Each category as a band on one scale; names beside the bands (wide) or above them (phone)."""
    phone = size == "phone"
    width, row_height = (350.0, 58.0) if phone else (760.0, 46.0)
    start = (
        8.0 if phone else max(120.0, *(text_width(row.name) * 1.1 + 16 for row in chart.rows)) if chart.rows else 168.0
    )
    end, bottom = width - 12, len(chart.rows) * row_height + 6
    _, last, step = round_scale(0, max((row.high for row in chart.rows), default=1), 4)
    unit = (end - start) / last
    body = []
    for value in ticks(0, last, step):
        x = start + value * unit
        anchor = "start" if phone and value == 0 else "middle"
        body += [
            path("k-line", f"M{x:.1f},0V{bottom:.0f}"),
            label(x, bottom + 20, (chart.short_money or chart.money)(value), "", anchor),
        ]
    for i, row in enumerate(chart.rows):
        y = i * row_height
        name_y, bar_y = (y + 20, y + 29) if phone else (y + 28, y + 16)
        middle = (
            row.likely - (row.likely - row.low) * QUARTER_OF_TENTH,
            row.likely + (row.high - row.likely) * QUARTER_OF_TENTH,
        )
        x = start + row.likely * unit
        body += [
            label(start if phone else 0, name_y, row.name, "t-strong"),
            rect("f-soft", start + row.low * unit, bar_y, (row.high - row.low) * unit, 14),
            rect("f-data", start + middle[0] * unit, bar_y, (middle[1] - middle[0]) * unit, 14),
            rect("f-paper", x - 3, bar_y - 4, 6, 22),
            rect("f-ink", x - 1.25, bar_y - 4, 2.5, 22),
        ]
    key = (chart.key or figure_key("categories", chart.rows)) + f"-{size}"
    return frame(body, width, bottom + 28, title=chart.words.categories, description=categories_summary(chart), key=key)


@dataclass(frozen=True, slots=True)
class BudgetLock:
    """Input of :func:`budget_lock_bar`: what is charged and locked, what is estimated elsewhere, the limit."""

    locked: float
    estimated: float
    limit: float
    money: Money = plain_money
    words: MoneyWords = field(default_factory=MoneyWords)
    key: str = ""

    @property
    def left(self) -> float:
        """What remains under the limit; negative when over."""
        return self.limit - self.locked - self.estimated


def lock_summary(lock: BudgetLock) -> str:
    """The lock as a sentence."""
    money, pattern = lock.money, lock.words.lock if lock.left >= 0 else lock.words.lock_over
    return pattern.format(
        limit=money(lock.limit),
        locked=money(lock.locked),
        estimated=money(lock.estimated),
        left=money(lock.left),
        over=money(-lock.left),
    )


def budget_lock_bar(lock: BudgetLock) -> str:
    """Locked, estimated and left as one bar of 320 x 22; over the limit, the limit is a line inside it."""
    whole = max(lock.limit, lock.locked + lock.estimated, 1e-9)
    one, two = 320 * lock.locked / whole, 320 * (lock.locked + lock.estimated) / whole
    body = [
        rect("f-course", 0, 4, one, 14),
        rect("f-soft", one, 4, two - one, 14),
        rect("f-paper", two, 4, 320 - two, 14),
    ]
    body += [rect("f-ink", min(318.0, max(0.0, x - 1)), 0, 2, 22) for x in (one, two) if 0 < x < 320]
    body.append('<rect class="k-ink" x=".5" y="4" width="319" height="14"/>')
    if lock.left < 0:
        body.append(path("k-course", f"M{320 * lock.limit / whole:.1f},0V22", 3))
    key = lock.key or figure_key("lock", lock.locked, lock.estimated, lock.limit)
    return frame(body, 320, 22, title=lock_summary(lock), key=key, stretch=True)
