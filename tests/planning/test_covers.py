"""Covers: the same input gives the same bytes, every place draws, nothing in it can hurt a page."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import product

import pytest

from trips.web.covers import CoverInput, cover_key, draw_cover, empty_figure

SVG = "{http://www.w3.org/2000/svg}"
VARANASI = CoverInput(
    seed="varanasi", kind="city", relief="plain", water="river", water_side="east", climate_group="humid", month=11, light="dawn",
    places=("temple", "ceremony", "boat", "temple", "fort", "museum"), latitude=25.3, longitude=83.0, days=5,
)  # fmt: skip
MANALI = CoverInput(
    seed="manali",
    kind="region",
    relief="mountain",
    water="river",
    climate_group="alpine",
    month=10,
    latitude=32.2,
    longitude=77.2,
)
HAMPTA = CoverInput(
    seed="hampta",
    kind="trek",
    relief="mountain",
    climate_group="alpine",
    month=7,
    latitude=32.3,
    longitude=77.4,
    days=5,
)
GOA = CoverInput(
    seed="goa", kind="region", relief="coast", water="coast", climate_group="humid", month=1, places=("beach", "church", "fort"),
    latitude=15.4, longitude=73.9, days=7,
)  # fmt: skip
DELHI = CoverInput(
    seed="delhi", relief="plain", water="river", climate_group="dry", month=2, places=("monument", "fort", "mosque", "temple"),
    latitude=28.6, longitude=77.2,
)  # fmt: skip
PARIS = CoverInput(
    seed="paris", water="river", climate_group="temperate", month=5, places=("monument", "museum", "church", "palace", "bridge"),
    latitude=48.9, longitude=2.4, days=4,
)  # fmt: skip
ROME = CoverInput(
    seed="rome", relief="hill", water="river", climate_group="mediterranean", light="dusk", places=("monument", "church", "museum"),
    latitude=41.9, longitude=12.5,
)  # fmt: skip
TOKYO = CoverInput(
    seed="tokyo", water="coast", climate_group="temperate", month=4, places=("temple", "shrine", "neighborhood", "park", "viewpoint"),
    latitude=35.7, longitude=139.7,
)  # fmt: skip
ISTANBUL = CoverInput(
    seed="istanbul", relief="hill", water="coast", climate_group="mediterranean", month=9, places=("mosque", "palace", "mosque", "bridge"),
    latitude=41.0, longitude=29.0,
)  # fmt: skip
NEW_YORK = CoverInput(
    seed="nyc", relief="coast", water="coast", climate_group="temperate", month=10, light="dusk",
    places=("viewpoint", "museum", "park", "bridge", "entertainment"), latitude=40.7, longitude=-74.0,
)  # fmt: skip
TEN = [VARANASI, MANALI, HAMPTA, GOA, DELHI, PARIS, ROME, TOKYO, ISTANBUL, NEW_YORK]


@pytest.mark.parametrize("subject", TEN, ids=lambda subject: subject.seed)
def test_cover_when_drawn_twice_then_the_bytes_are_the_same(subject: CoverInput) -> None:
    assert draw_cover(subject).encode() == draw_cover(replace(subject)).encode()


@pytest.mark.parametrize("subject", TEN, ids=lambda subject: subject.seed)
@pytest.mark.parametrize("crop", ["10:7", "5:6", "5:2", "3:1"])
def test_cover_when_drawn_in_any_light_and_crop_then_it_is_a_small_harmless_svg(subject: CoverInput, crop: str) -> None:
    for light in ("dawn", "noon", "dusk"):
        drawn = draw_cover(replace(subject, light=light, crop=crop, days=6))
        root = ET.fromstring(drawn)
        assert root.tag == f"{SVG}svg"
        assert len(drawn.encode()) < 45_000
        assert not re.search(r"<script|<style|<image|<foreignObject|\bstyle=|\bid=|\bhref|\bon\w+=|nan|inf", drawn)


def test_cover_when_the_crop_is_set_then_the_view_has_its_proportions() -> None:
    for crop, ratio in (("10:7", 10 / 7), ("5:6", 5 / 6), ("5:2", 5 / 2), ("3:1", 3.0)):
        view = ET.fromstring(draw_cover(replace(PARIS, crop=crop))).attrib["viewBox"].split()
        x, y, width, height = (float(part) for part in view)
        assert width / height == pytest.approx(ratio, rel=0.01)
        assert x >= 0
        assert y >= 0
        assert x + width <= 800.1
        assert y + height <= 560.1


def test_cover_when_the_whole_matrix_is_drawn_then_every_place_has_a_picture() -> None:
    matrix = product(
        ("city", "region", "trek"),
        ("plain", "mountain", "coast", "hill"),
        ("river", "coast", "lake", "none"),
        ("dry", "humid", "alpine", "temperate", "mediterranean"),
        ((), ("temple", "mosque", "church", "palace", "market"), ("unknown thing",)),
    )
    for kind, relief, water, climate, places in matrix:
        subject = CoverInput(
            seed="x",
            kind=kind,
            relief=relief,
            water=water,
            climate_group=climate,
            month=12,
            places=places,
            latitude=-34,
            longitude=18,
        )
        ET.fromstring(draw_cover(subject))


def test_cover_when_drawn_then_it_is_quick() -> None:
    for subject in TEN:
        draw_cover(subject)
    times = []
    for subject in TEN * 3:
        started = time.perf_counter()
        draw_cover(subject)
        times.append(time.perf_counter() - started)
    assert sorted(times)[len(times) // 2] < 0.02


def test_cover_when_days_are_given_then_the_course_has_a_ring_per_day() -> None:
    assert draw_cover(replace(GOA, days=0)).count("#a31257") == 0
    assert draw_cover(replace(GOA, days=7)).count('stroke="#a31257"') == 1 + 7
    assert draw_cover(replace(GOA, days=1)).count('stroke="#a31257"') == 1 + 1
    assert draw_cover(replace(GOA, days=60)).count('stroke="#a31257"') == 1 + 14


def test_cover_when_the_light_changes_then_the_picture_changes() -> None:
    lights = {draw_cover(replace(VARANASI, light=light)) for light in ("dawn", "noon", "dusk")}
    assert len(lights) == 3


def test_cover_when_the_seed_holds_markup_then_it_does_not_reach_the_drawing() -> None:
    assert "alert" not in draw_cover(replace(PARIS, seed="<script>alert(1)</script>"))


def test_cover_key_when_any_field_changes_then_it_changes() -> None:
    others = [
        replace(VARANASI, seed="v2"), replace(VARANASI, month=12), replace(VARANASI, light="dusk"), replace(VARANASI, days=4),
        replace(VARANASI, places=VARANASI.places[::-1]), replace(VARANASI, crop="3:1"), replace(VARANASI, latitude=25.4),
    ]  # fmt: skip
    keys = {cover_key(VARANASI), *(cover_key(other) for other in others)}
    assert len(keys) == 1 + len(others)
    assert cover_key(VARANASI) == cover_key(replace(VARANASI))
    assert re.fullmatch(r"[0-9a-f]{32}", cover_key(VARANASI))


def test_skyline_when_the_catalogue_is_modern_then_it_is_tall() -> None:
    assert NEW_YORK.tall
    assert TOKYO.tall
    assert not PARIS.tall
    assert not ISTANBUL.tall
    assert replace(ISTANBUL, skyline="high").tall
    assert not replace(NEW_YORK, skyline="low").tall


def test_season_when_south_of_the_equator_then_it_is_turned() -> None:
    assert CoverInput(seed="x", month=7, latitude=-34).winter
    assert CoverInput(seed="x", month=1, latitude=50).winter
    assert CoverInput(seed="x", month=4, latitude=-34).autumn


@pytest.mark.parametrize(
    "kind", ["trips", "bookings", "cart", "places", "documents", "messages", "offline", "search", "money", "people"]
)
def test_empty_figure_when_drawn_then_it_is_decoration_by_class_only(kind: str) -> None:
    drawn = empty_figure(kind)
    assert ET.fromstring(drawn).attrib["aria-hidden"] == "true"
    assert not re.search(r"style=|fill=|stroke=|\bid=", drawn)
