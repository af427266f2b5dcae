"""Figures: valid, named, escaped, the same every time, and calm at the edges."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from travelplanner.core.templatetags import design
from trips.web.figures import (
    BudgetBar,
    BudgetLock,
    CategoryBars,
    CategoryRange,
    ClimateMonth,
    ClimateStrip,
    CostBand,
    FatigueTerrain,
    MapLeg,
    MapStop,
    MapWater,
    RouteMap,
    band_summary,
    budget_bar,
    budget_bars,
    budget_lock_bar,
    budget_summary,
    categories_summary,
    category_bars,
    climate_strip,
    common_scale,
    cost_band,
    fatigue_terrain,
    lock_summary,
    range_mark,
    route_map,
    route_summary,
    score_segments,
)
from trips.web.figures.chart import fit_sheet, kilometres_between, push_apart
from trips.web.figures.svg import round_scale, spread, text_width

SVG = ""  # figures stand inside HTML and carry no namespace
EVIL = "<script>alert(\"x\")</script> & 'co'"
HINDI = "दशाश्वमेध घाट की आरती"


def rupees(value: float) -> str:
    return f"₹{value:,.0f}"


BAR = BudgetBar(29_800, 36_400, 45_900, limit=40_000, wish=(30_000, 40_000), money=rupees)
STOPS = (
    MapStop("Assi, boat", 25.289, 83.007, 1, id="s1"),
    MapStop("Kashi Vishwanath", 25.311, 83.011, 2),
    MapStop("Bharat Kala Bhavan", 25.278, 82.991, 3),
    MapStop("Evening aarti", 25.307, 83.0105, 4),
    MapStop("Guest house", 25.3005, 83.0075, None, "bed"),
)
LEGS = (MapLeg(4, 0, "auto"), MapLeg(0, 1, "boat"), MapLeg(1, 2, "ride"), MapLeg(2, 3, "ride"), MapLeg(3, 4, "walk"))
ROUTE = RouteMap(STOPS, LEGS, title="Friday")
MONTHS = tuple(
    ClimateMonth(name, 5.0 + i, 15.0 + i, 10.0 * i)
    for i, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
)


def harmless(drawn: str) -> ET.Element:
    """Parse and check what every figure promises: named, no style, no script, no raw colour."""
    root = ET.fromstring(drawn)
    assert not re.search(r"<script|<style|\bstyle=|\bon\w+=|#[0-9a-f]{6}|nan|inf\b", drawn.replace("&lt;script", ""))
    if root.attrib.get("role") == "img":
        ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
        assert set(root.attrib["aria-labelledby"].split()) <= ids
        assert root.find(f"{SVG}title").text
    else:
        assert root.attrib["aria-hidden"] == "true"
    return root


def texts(drawn: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(drawn).iter(f"{SVG}text")]


@pytest.mark.parametrize("size", ["phone", "mid", "wide"])
def test_budget_bar_when_drawn_then_it_shows_low_likely_high_and_limit(size: str) -> None:
    drawn = budget_bar(BAR, size)
    harmless(drawn)
    assert drawn == budget_bar(BAR, size)
    shown = " ".join(texts(drawn))
    for amount in ("₹29,800", "₹36,400", "₹45,900", "₹40,000"):
        assert amount in shown
    assert budget_summary(BAR) in drawn


def test_budget_bars_when_three_widths_stand_in_a_page_then_their_ids_differ() -> None:
    bars = budget_bars(BAR)
    ids = re.findall(r' id="([^"]+)"', "".join(bars.values()))
    assert len(ids) == len(set(ids)) == 6


@pytest.mark.parametrize(
    "bar",
    [
        BudgetBar(0, 0, 0),
        BudgetBar(100, 100, 100, limit=100),
        BudgetBar(36_000, 36_400, 36_900, limit=36_500),
        BudgetBar(1, 5, 9, limit=100_000),
        BudgetBar(10, 20, 30, wish=(0, 5), middle=(15, 25)),
    ],
)
def test_budget_bar_when_amounts_are_odd_then_it_still_draws_inside_its_frame(bar: BudgetBar) -> None:
    for size, width in (("phone", 318), ("wide", 1160)):
        root = harmless(budget_bar(bar, size))
        for mark in root.iter(f"{SVG}rect"):
            assert -1 <= float(mark.attrib["x"]) <= width + 1


def test_budget_bar_when_labels_are_close_then_they_do_not_cover_each_other() -> None:
    words = ["₹36,000", "₹36,400", "₹36,900"]
    widths = [text_width(word) for word in words]
    places = spread([100, 104, 108], widths, 0, 318)
    for (x1, w1), (x2, w2) in combinations(zip(places, widths, strict=True), 2):
        assert abs(x2 - x1) >= (w1 + w2) / 2
    assert places[0] - widths[0] / 2 >= 0
    assert places[-1] + widths[-1] / 2 <= 318


def test_cost_band_when_plans_are_compared_then_one_scale_holds_them_all() -> None:
    bands = [
        CostBand(36_240, 29_800, 45_900, 40_000, money=rupees),
        CostBand(52_000, 29_800, 45_900, 40_000, money=rupees),
    ]
    low, high = common_scale(bands)
    assert low <= 29_800
    assert high >= 52_000
    assert common_scale([]) == (0.0, 1.0)
    for band in bands:
        drawn = cost_band(band)
        harmless(drawn)
        assert band_summary(band) in drawn
    harmless(cost_band(CostBand(10, 10, 10)))


def test_category_bars_when_drawn_then_every_name_and_range_is_in_words_too() -> None:
    rows = (CategoryRange("Bed", 9600, 13200, 18400), CategoryRange(EVIL, 1, 2, 3), CategoryRange(HINDI, 0, 0, 0))
    chart = CategoryBars(rows, money=rupees)
    for size in ("phone", "wide"):
        drawn = category_bars(chart, size)
        harmless(drawn)
        assert EVIL in texts(drawn)
        assert HINDI in texts(drawn)
    assert "Bed: ₹9,600 to ₹18,400, most likely ₹13,200" in categories_summary(chart)
    harmless(category_bars(CategoryBars(())))


def test_budget_lock_when_over_the_limit_then_it_says_so() -> None:
    fine, over = BudgetLock(17_840, 18_540, 40_000, money=rupees), BudgetLock(30_000, 18_540, 40_000, money=rupees)
    assert "₹3,620 left" in lock_summary(fine)
    assert "₹8,540 over the limit" in lock_summary(over)
    assert "k-course" not in budget_lock_bar(fine)
    assert "k-course" in budget_lock_bar(over)
    for lock in (fine, over, BudgetLock(0, 0, 0), BudgetLock(0, 0, 10)):
        harmless(budget_lock_bar(lock))


def test_range_mark_and_score_when_drawn_then_they_are_decoration() -> None:
    harmless(range_mark(29_900, 36_096, 44_200, (20_000, 60_000)))
    harmless(range_mark(1, 1, 1, (1, 1)))
    for value in (-5, 0, 50, 96.4, 100, 140):
        harmless(score_segments(value))
    assert 'class="f-data" width="200"' in score_segments(140)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 14, 30])
def test_fatigue_when_a_trip_has_any_number_of_days_then_it_draws(count: int) -> None:
    terrain = FatigueTerrain(tuple((f"D{i}", (i * 1.7) % 11) for i in range(count)))
    drawn = fatigue_terrain(terrain)
    harmless(drawn)
    assert drawn == fatigue_terrain(terrain)
    assert len(texts(drawn)) <= 40


def test_climate_when_numbers_are_missing_then_the_rest_is_shown() -> None:
    months = (*MONTHS[:11], ClimateMonth("Dec", None, None, None))
    for size in ("phone", "wide"):
        drawn = climate_strip(ClimateStrip(months, frozenset({11}), frozenset({1, 2})), size)
        harmless(drawn)
        assert drawn.count("f-wash") == 1
        assert "not known" in drawn
    harmless(climate_strip(ClimateStrip(())))
    harmless(climate_strip(ClimateStrip(tuple(ClimateMonth(m.name, 20, 20, 0) for m in MONTHS))))


@pytest.mark.parametrize("size", ["card", "phone", "wide", "tall"])
def test_route_map_when_drawn_then_it_has_pins_scale_north_and_words(size: str) -> None:
    drawn = route_map(ROUTE, size)
    root = harmless(drawn)
    assert drawn == route_map(ROUTE, size)
    assert drawn.count('class="m-pin"') == 4
    assert drawn.count("m-route m-route--") == 5
    assert "m-route--boat" in drawn
    assert "m-north" in drawn
    assert re.search(r">\d+ (km|m)</text>", drawn)
    assert root.find(f"{SVG}desc").text == route_summary(ROUTE)
    assert ("Kashi Vishwanath" in texts(drawn)) == (size in {"tall", "wide"})


def test_route_map_when_a_stop_is_far_off_then_it_sits_on_the_edge_with_its_distance() -> None:
    far = (*STOPS, MapStop("Sarnath", 25.70, 83.02, 5))
    drawn = route_map(RouteMap(far, LEGS), "card")
    assert "Sarnath, 44 km" in texts(drawn)
    near = [float(y) for y in re.findall(r'class="m-pin" cx="[\d.]+" cy="([\d.]+)"', drawn)]
    assert max(near[:4]) - min(near[:4]) > 80  # the others still use the sheet


@pytest.mark.parametrize(
    "stops",
    [
        (),
        STOPS[:1],
        tuple(MapStop("Same", 1.0, 1.0, i + 1) for i in range(6)),
        (MapStop("West", -17.0, 179.9, 1), MapStop("East", -17.0, -179.9, 2)),
        (MapStop("Pole", 89.9, 0.0, 1), MapStop("Other", 89.8, 170.0, 2)),
        tuple(MapStop(f"Stop {i}", 10 + i * 0.001, 20 - i * 0.002, i + 1) for i in range(40)),
    ],
    ids=["none", "one", "same", "dateline", "pole", "many"],
)
def test_route_map_when_places_are_odd_then_every_pin_is_on_the_sheet(stops: tuple[MapStop, ...]) -> None:
    legs = tuple(MapLeg(i, i + 1, "walk") for i in range(len(stops) + 3))  # some lead nowhere
    for size, width, height in (("card", 360, 270), ("tall", 484, 560)):
        root = harmless(route_map(RouteMap(stops, legs), size))
        for pin in root.iter(f"{SVG}circle"):
            assert 0 <= float(pin.attrib["cx"]) <= width
            assert 0 <= float(pin.attrib["cy"]) <= height


def test_route_map_when_names_hold_markup_or_hindi_then_they_are_text() -> None:
    stops = (
        MapStop(EVIL, 25.3, 83.0, 1, id='"><b>'),
        MapStop(HINDI, 25.31, 83.01, 2),
        MapStop("\x00ok\x0b", 25.32, 83.0, 3),
    )
    water = (MapWater(((25.2, 83.02), (25.3, 83.03), (25.4, 83.02)), f"{EVIL}"),)
    drawn = route_map(RouteMap(stops, (MapLeg(0, 1), MapLeg(1, 2)), water=water, title=EVIL), "tall")
    harmless(drawn)
    assert "<script" not in drawn
    assert HINDI in texts(drawn)


def test_route_map_when_the_base_is_no_stop_then_it_is_drawn_as_a_bed() -> None:
    base = MapStop("Home", 25.30, 83.0)
    assert 'class="m-bed"' in route_map(RouteMap(STOPS[:2], base=base))
    assert route_map(RouteMap(STOPS, base=base)).count('class="m-bed"') == 1


def test_sheet_when_fitted_then_distances_are_true() -> None:
    sheet, inside = fit_sheet([(25.30, 83.00), (25.32, 83.00)], 400, 400, 40)
    (x1, y1), (x2, y2) = sheet.place((25.30, 83.00)), sheet.place((25.32, 83.00))
    assert inside == [True, True]
    assert x1 == pytest.approx(x2)
    assert (y1 - y2) / sheet.pixels_per_km == pytest.approx(kilometres_between((25.30, 83.0), (25.32, 83.0)), rel=0.01)


def test_sheet_when_it_lies_across_the_date_line_then_it_is_not_the_whole_world() -> None:
    sheet, inside = fit_sheet([(-17.0, 179.9), (-17.0, -179.9)], 360, 270, 40)
    assert inside == [True, True]
    (west, _), (east, _) = sheet.place((-17.0, 179.9)), sheet.place((-17.0, -179.9))
    assert east - west == pytest.approx(280, abs=1)


def test_push_apart_when_rings_meet_then_they_no_longer_cover_each_other() -> None:
    places = push_apart([(100, 100)] * 5, 10, 360, 270)
    for (x1, y1), (x2, y2) in combinations(places, 2):
        assert (x1 - x2) ** 2 + (y1 - y2) ** 2 > 19**2


def test_scale_when_ends_are_given_then_it_is_round_and_holds_them() -> None:
    for low, high in ((29_800, 45_900), (0, 1), (5, 5), (0.02, 0.9), (1_234_567, 9_876_543)):
        first, last, step = round_scale(low, high)
        assert first <= low
        assert last >= high
        assert 2 <= round((last - first) / step) <= 12
    with pytest.raises(ValueError, match="finite"):
        round_scale(float("nan"), 1)


def test_minutes_and_clock_when_written_then_they_are_short() -> None:
    assert design.minutes(80) == "1 h 20 min"
    assert design.minutes(45) == "45 min"
    assert design.minutes(120) == "2 h"
    assert design.minutes(dt.timedelta(minutes=5)) == "5 min"
    assert design.minutes("no") == ""
    assert design.clock(dt.time(5, 40)) == "05:40"
    assert design.clock(340) == "05:40"
    assert design.clock(None) == ""
    assert design.countdown(872) == "14:32"
    assert design.countdown(-3) == "00:00"
    assert design.kilometres(600) == "0.6 km"
    assert design.kilometres(80) == "80 m"
    assert design.day_span(dt.date(2026, 11, 12), dt.date(2026, 11, 16)) == "12–16 Nov 2026"
    assert list(design.dots(2)) == [True, True, False]


def test_icon_and_figure_when_given_markup_then_it_is_not_passed_on() -> None:
    assert "#i-bed" in design.icon("bed")
    assert design.icon('x"><script>') == ""
    assert design.icon("") == ""
    assert "<script" not in design.figure("<script>alert(1)</script>")
    assert "<script" not in design.figure("<svg><script>alert(1)</script></svg>")
    assert design.figure(score_segments(50)).startswith("<svg")
    assert 'hx-target="&quot;x"' in design.attributes({"hx-target": '"x', "hidden": True, "no": None})
