"""The table of the world's cities and the look-up by what a traveler types."""

import csv
import subprocess
import sys
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trips.queries.cities import (
    CITY_FILE,
    COUNTRY_FILE,
    OTHER_NAMES,
    City,
    find_city,
    fold_name,
    load_cities,
    nearest_city_names,
)

DESTINATIONS = ("Varanasi", "Manali", "Goa", "Panaji", "Delhi", "Paris", "Rome", "Tokyo", "Istanbul", "New York")


def table_rows() -> list[dict[str, str]]:
    with CITY_FILE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def named(text: str) -> tuple[str, str] | None:
    city = find_city(text)
    return (city.name, city.country) if city else None


def test_table_when_read_then_small_complete_and_well_formed() -> None:
    rows = table_rows()
    with COUNTRY_FILE.open(encoding="utf-8", newline="") as handle:
        countries = {r["alpha3"] for r in csv.DictReader(handle)}
    assert CITY_FILE.stat().st_size < 500_000
    assert list(rows[0]) == ["name", "ascii_name", "country", "latitude", "longitude", "timezone", "population", "iata"]
    assert sum(int(r["population"]) >= 100_000 for r in rows) > 6_000
    assert {r["country"] for r in rows} <= countries
    for r in rows:
        assert r["name"], r
        assert r["ascii_name"].isascii(), r
        assert -90 <= float(r["latitude"]) <= 90, r
        assert -180 <= float(r["longitude"]) <= 180, r
        assert max(len(r[c].partition(".")[2]) for c in ("latitude", "longitude")) <= 4, r
        assert r["iata"] == "" or (len(r["iata"]) == 3 and r["iata"].isupper()), r
    for zone in {r["timezone"] for r in rows}:
        ZoneInfo(zone)


def test_other_names_when_loaded_then_each_belongs_to_a_row_and_leads_there() -> None:
    rows = {(r["name"], r["country"]) for r in table_rows()}
    for (name, country), others in OTHER_NAMES.items():
        assert (name, country) in rows
        for other in others.split("|"):
            assert named(other) == (name, country), other


@pytest.mark.parametrize("text", DESTINATIONS)
def test_find_city_when_destination_then_found(text: str) -> None:
    assert find_city(text) is not None


@pytest.mark.parametrize(
    "text", ["Reykjavik", "Valletta", "Ngerulmud", "Vaduz", "Thimphu", "Canberra", "Bern", "Funafuti", "Willemstad"]
)
def test_find_city_when_small_capital_then_found(text: str) -> None:
    assert find_city(text) is not None


def test_find_city_when_manali_then_the_one_in_himachal_pradesh() -> None:
    city = find_city("manali")
    assert city is not None
    assert city.latitude == pytest.approx(32.24, abs=0.05)
    assert (city.country, city.timezone, city.iata) == ("IND", "Asia/Kolkata", "KUU")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mumbai", ("Mumbai", "IND")),
        ("  bOmBaY ", ("Mumbai", "IND")),
        ("Calcutta", ("Kolkata", "IND")),
        ("Saigon", ("Ho Chi Minh City", "VNM")),
        ("sao paulo", ("São Paulo", "BRA")),
        ("SÃO PAULO", ("São Paulo", "BRA")),
        ("Port au Prince", ("Port-au-Prince", "HTI")),
        ("Xian", ("Xi’an", "CHN")),
        ("St Petersburg", ("Saint Petersburg", "RUS")),
        ("Washington, D.C.", ("Washington", "USA")),
        ("東京", ("Tokyo", "JPN")),
        ("Paris, France", ("Paris", "FRA")),
        ("Paris, FRA", ("Paris", "FRA")),
        ("paris fr", ("Paris", "FRA")),
        ("Paris (France)", ("Paris", "FRA")),
        ("Mumbai, Maharashtra, India", ("Mumbai", "IND")),
        ("Mumbai, Maharashtra", ("Mumbai", "IND")),
        ("Birmingham", ("Birmingham", "GBR")),
        ("Birmingham, Alabama", ("Birmingham", "USA")),
        ("London, Ontario", ("London", "CAN")),
        ("Los Angeles, CA", ("Los Angeles", "USA")),
        ("Hyderabad", ("Hyderabad", "IND")),
        ("Hyderabad, Pakistan", ("Hyderabad", "PAK")),
        ("Atlanta, Georgia", ("Atlanta", "USA")),
        ("Tbilisi, Georgia", ("Tbilisi", "GEO")),
        ("San Sebastian, Spain", ("Donostia / San Sebastián", "ESP")),
        ("Halle (Saale), Germany", ("Halle (Saale)", "DEU")),
    ],
)  # fmt: skip
def test_find_city_when_name_is_typed_then_the_meant_city(text: str, expected: tuple[str, str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DEL", ("Delhi", "IND")), ("bom", ("Mumbai", "IND")), ("CDG", ("Paris", "FRA")), ("ORY", ("Paris", "FRA")),
        ("NRT", ("Tokyo", "JPN")), ("SAW", ("Istanbul", "TUR")), ("GOX", ("Panjim", "IND")),
        ("AMS", ("Amsterdam", "NLD")),
        ("MNL", ("Manila", "PHL")), ("Delhi (DEL)", ("Delhi", "IND")), ("BER", ("Berlin", "DEU")),
    ],
)  # fmt: skip
def test_find_city_when_airport_code_then_its_city(text: str, expected: tuple[str, str]) -> None:
    assert named(text) == expected


def test_find_city_when_a_name_is_also_a_code_then_the_name_wins_unless_the_country_says_otherwise() -> None:
    assert named("GOA") == ("Panjim", "IND")
    assert named("GOA, Italy") == ("Genoa", "ITA")


@pytest.mark.parametrize(
    "text", ["Paris, Texas", "Mumbai, France", "Nowhereville", "India", "", "  ", "\x00", "🙂", ",,,", "-"]
)
def test_find_city_when_nothing_fits_then_none(text: str) -> None:
    assert find_city(text) is None


def test_find_city_when_not_a_text_then_none() -> None:
    assert find_city(None) is None
    assert nearest_city_names(3) == []


@given(st.text(max_size=300))
def test_find_city_when_any_text_then_never_raises(text: str) -> None:
    assert find_city(text) is None or isinstance(find_city(text), City)


@given(st.text(max_size=40), st.integers(-1, 5))
def test_nearest_city_names_when_any_text_then_never_raises_and_keeps_the_limit(text: str, limit: int) -> None:
    assert len(nearest_city_names(text, limit)) <= max(limit, 0)


def test_find_city_when_each_ascii_name_is_asked_with_its_country_then_found_there() -> None:
    for r in table_rows():
        city = find_city(f"{r['ascii_name']}, {r['country']}")
        assert city is not None, r
        assert city.country == r["country"], r


def test_find_city_when_names_are_equal_then_the_most_populous_wins() -> None:
    largest: dict[str, int] = {}
    for r in table_rows():
        for key in {fold_name(r["name"]), fold_name(r["ascii_name"])}:
            largest[key] = max(largest.get(key, 0), int(r["population"]))
    people = {(r["name"], r["country"], float(r["latitude"])): int(r["population"]) for r in table_rows()}
    for key, most in largest.items():
        city = load_cities().cities[key][0]
        assert people[city.name, city.country, city.latitude] == most, key


@pytest.mark.parametrize("text", ["Paris, France", "St. Petersburg, Florida", "no such place at all", "x, " * 5000])
def test_find_city_when_loaded_then_under_a_millisecond(text: str) -> None:
    find_city(text)
    best = min(_seconds(text) for _ in range(20))
    assert best < 0.001


def _seconds(text: str) -> float:
    start = time.perf_counter()
    find_city(text)
    return time.perf_counter() - start


@pytest.mark.parametrize(
    ("text", "first"),
    [("Mumbay", "Mumbai"), ("Istambul", "Istanbul"), ("Varansi", "Varanasi"), ("Bombey", "Mumbai"), ("Delih", "Delhi")],
)
def test_nearest_city_names_when_misspelled_then_the_meant_city_first(text: str, first: str) -> None:
    assert nearest_city_names(text)[0] == first


def test_nearest_city_names_when_country_is_named_then_only_its_cities_and_when_nothing_is_alike_then_empty() -> None:
    assert nearest_city_names("Barcelonna, Spain", 1) == ["Barcelona"]
    assert nearest_city_names("Londn, Canada")[0] == "London"
    assert nearest_city_names("Qqqqqqq") == []
    assert len(nearest_city_names("Santa", 5)) == 5


def test_module_when_imported_alone_then_no_django() -> None:
    code = "import sys, trips.queries.cities; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=CITY_FILE.parents[2], check=False).returncode == 0
