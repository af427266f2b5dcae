"""The catalogue's files: the rule about sources and every rule that `trips/data/README.md` states."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from travelplanner.core import money
from trips.actions.catalogue import DATA, FILES
from trips.models import Destination, DestinationNote, Place, Service, Source
from trips.models.catalogue import EDITOR_ESTIMATE
from trips.planning.definitions import straight_km
from trips.planning.hours import parse_exceptions, parse_hours
from trips.planning.wish import INTERESTS

SLUGS = ("delhi", "goa", "hampta-pass", "istanbul", "manali", "new-york", "paris", "rome", "tokyo", "varanasi")
# As the README lists them, so that its table and the files can't part.
README = (DATA / "README.md").read_text()
CATEGORIES = frozenset(re.search(r"\| `category` \| (.+?) \|", README)[1].split(", "))
UNITS = {"hotel": {"room_night"}, "activity": {"person", "vehicle_trip"}, "car_rental": {"vehicle_day", "vehicle_trip"}, "flight": {"person"}}
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Rows = tuple[dict[str, str], ...]


@cache
def rows(slug: str, name: str) -> Rows:
    with (DATA / slug / f"{name}.csv").open(newline="", encoding="utf-8") as handle:
        return tuple(csv.DictReader(handle))


def town(slug: str) -> dict[str, str]:
    (row,) = rows(slug, "destination")
    return row


def cells(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


each = pytest.mark.parametrize("slug", SLUGS)


def test_destinations_when_counted_then_all_ten_are_there() -> None:
    assert tuple(sorted(path.parent.name for path in DATA.glob("*/destination.csv"))) == SLUGS
    names = [name.casefold() for slug in SLUGS for name in {town(slug)["name"], *cells(town(slug)["aliases"])}]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@each
def test_files_when_read_then_each_has_its_columns_as_the_readme_names_them(slug: str) -> None:
    for name in FILES:
        header = (DATA / slug / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert len(header) == len(set(header))
        assert [column for column in header if f"`{column}`" not in README] == [], name
        for row in rows(slug, name):
            assert None not in row, f"{name}: too many cells"
            assert None not in row.values(), f"{name}: too few cells"


@each
def test_source_cells_when_followed_then_each_is_an_estimate_or_a_row_of_the_folder(slug: str) -> None:
    known = {row["id"] for row in rows(slug, "sources")} | {EDITOR_ESTIMATE}
    wrong = [
        (name, column, cell)
        for name in FILES
        if name != "sources"
        for row in rows(slug, name)
        for column, cell in row.items()
        if (column == "source" or column.endswith("_source")) and cell not in known
    ]
    assert wrong == []


@each
def test_sources_when_listed_then_each_was_opened_on_a_day_and_is_used(slug: str) -> None:
    listed = rows(slug, "sources")
    assert [key for key, count in Counter(row["id"] for row in listed).items() if count > 1] == []
    assert EDITOR_ESTIMATE not in {row["id"] for row in listed}
    for row in listed:
        assert dt.date(2014, 1, 1) <= dt.date.fromisoformat(row["opened_on"]) <= dt.datetime.now(dt.UTC).date(), row
        assert row["kind"] in ("official", "reference", "web"), row
        assert row["title"].strip(), row
        assert re.fullmatch(r"https?://[a-z0-9.-]+\.[a-z]{2,}(/\S*)?|shared:\S+", row["url"]), row
    used = {
        cell for name in FILES if name != "sources" for row in rows(slug, name) for column, cell in row.items() if column == "source" or column.endswith("_source")
    }
    assert {row["id"] for row in listed} - used == set()


@each
def test_destination_when_read_then_its_own_facts_fit(slug: str) -> None:
    row = town(slug)
    assert row["slug"] == slug
    assert row["kind"] in ("city", "region", "trek")
    assert re.fullmatch(r"[A-Z]{3}", row["country"])
    assert row["currency"] in money.known_currencies()
    ZoneInfo(row["timezone"])
    assert float(row["reach_km"]) > 0
    assert row["relief"] in ("plain", "mountain", "coast", "hill")
    assert row["water"] in ("river", "coast", "lake", "none")
    assert row["water_side"] in ("east", "west", "north", "south", "")
    assert row["climate_group"] in ("dry", "humid", "alpine", "temperate", "mediterranean")
    assert {int(month) for month in cells(row["best_months"])} <= set(range(1, 13))
    assert cells(row["best_months"])
    assert all(re.fullmatch(r"[A-Z]{3}", code) for code in cells(row["airports"]))
    assert len(row["tagline"]) < 80
    assert len(row["summary"]) < 400


@each
def test_climate_when_read_then_it_has_twelve_plausible_months(slug: str) -> None:
    months = rows(slug, "climate")
    assert sorted(int(row["month"]) for row in months) == list(range(1, 13))
    for row in months:
        assert -40 <= float(row["low_c"]) <= float(row["high_c"]) <= 50, row
        assert 0 <= float(row["rain_mm"]) <= 2000, row
        assert 0 <= float(row["rain_days"] or 0) <= 31, row


@each
def test_places_when_read_then_at_least_fifteen_and_each_fits_the_rules(slug: str) -> None:
    center, places = town(slug), rows(slug, "places")
    assert len(places) >= 15
    for key in ("slug", "name"):
        assert [value for value, count in Counter(row[key].casefold() for row in places).items() if count > 1] == []
    spots = Counter((row["latitude"], row["longitude"]) for row in places)
    assert [spot for spot, count in spots.items() if count > 1] == []
    for row in places:
        assert re.fullmatch(r"[a-z0-9-]+", row["slug"]), row["slug"]
        assert row["category"] in CATEGORIES, row["slug"]
        assert cells(row["interests"]), row["slug"]
        assert set(cells(row["interests"])) <= set(INTERESTS), row["slug"]
        assert all(re.fullmatch(r"-?\d+\.\d{3,6}", row[key]) for key in ("latitude", "longitude")), row["slug"]
        away = straight_km(float(center["latitude"]), float(center["longitude"]), float(row["latitude"]), float(row["longitude"]))
        assert away <= float(center["reach_km"]), (row["slug"], away)
        assert 10 <= int(row["visit_minutes"]) <= 720, row["slug"]
        assert row["accessibility"] in ("step_free", "partial", "steps", "none"), row["slug"]
        assert int(row["effort"]) in range(1, 6), row["slug"]
        assert int(row["importance"]) in range(1, 6), row["slug"]
        assert row["setting"] in ("indoor", "outdoor", "mixed"), row["slug"]
        assert row["fee_currency"] in money.known_currencies(), row["slug"]
        assert float(row["fee"]) >= 0, row["slug"]
        assert row["fee_domestic"] == "" or 0 <= float(row["fee_domestic"]) <= float(row["fee"]), row["slug"]
        assert 0 < len(row["summary"]) < 160, row["slug"]


MODELS = {"sources": Source, "destination": Destination, "notes": DestinationNote, "places": Place, "services": Service}


@each
def test_texts_when_measured_then_they_fit_their_columns(slug: str) -> None:
    """SQLite takes any length, PostgreSQL does not."""
    for name, model in MODELS.items():
        room = {field.name: field.max_length for field in model._meta.concrete_fields if field.max_length}
        for row in rows(slug, name):
            assert [(column, len(cell)) for column, cell in row.items() if len(cell) > room.get(column, 10**6)] == [], row.get("slug")


@each
def test_hours_when_parsed_then_every_place_is_open_long_enough_for_its_visit(slug: str) -> None:
    for row in rows(slug, "places"):
        weekly = parse_hours(row["hours"])
        parse_exceptions(row["hours_exceptions"])
        longest = max((window.closes - window.opens for day in weekly.days for window in day), default=0)
        assert longest >= int(row["visit_minutes"]), row["slug"]


@each
def test_services_when_read_then_each_is_a_demo_offer_that_can_be_used(slug: str) -> None:
    center, offers = town(slug), rows(slug, "services")
    places = {row["slug"]: row for row in rows(slug, "places")}
    assert [key for key, count in Counter(row["slug"] for row in offers).items() if count > 1] == []
    assert {"hotel", "activity"} <= {row["type"] for row in offers}
    assert {row["comfort"] for row in offers if row["type"] == "hotel"} == {"budget", "standard", "luxury"}
    for row in offers:
        assert row["supplier"].startswith("Demo "), row["slug"]
        assert row["unit"] in UNITS[row["type"]], row["slug"]
        assert row["comfort"] in ("budget", "standard", "luxury", ""), row["slug"]
        assert float(row["price"]) > 0, row["slug"]
        assert money.quantize(row["price"], center["currency"]) == float(row["price"]), (row["slug"], "more decimals than the currency has")
        assert int(row["sleeps"] or 1) >= 1, row["slug"]
        assert int(row["capacity"]) >= 1, row["slug"]
        assert row["place"] == "" or row["place"] in places, row["slug"]
        assert {int(month) for month in cells(row["high_months"])} <= set(range(1, 13)), row["slug"]
        assert 0 <= float(row["cancel_fee_percent"] or 100) <= 100, row["slug"]
        away = straight_km(float(center["latitude"]), float(center["longitude"]), float(row["latitude"]), float(row["longitude"]))
        at_an_airport = row["type"] in ("flight", "car_rental")  # which may lie farther out than anything to see
        assert away <= (80 if at_an_airport else float(center["reach_km"])), (row["slug"], away)


@each
def test_departures_when_at_a_place_then_they_lie_inside_its_hours(slug: str) -> None:
    places = {row["slug"]: row for row in rows(slug, "places")}
    for row in rows(slug, "services"):
        assert all(TIME.fullmatch(time) for time in cells(row["times"])), row["slug"]
        if not row["place"] or not row["times"]:
            continue
        windows = [window for day in parse_hours(places[row["place"]]["hours"]).days for window in day]
        for time in cells(row["times"]):
            start = clock(time)
            assert any(window.opens <= start and start + int(row["minutes"] or 0) <= window.closes for window in windows), (row["slug"], time)


@each
def test_notes_when_read_then_each_kind_is_known_and_safety_is_among_them(slug: str) -> None:
    notes = rows(slug, "notes")
    assert {row["kind"] for row in notes} <= {"safety", "money", "custom", "transport"}
    assert {"safety", "money"} <= {row["kind"] for row in notes}
    assert all(0 < len(row["text"]) <= 400 for row in notes)


def test_readme_when_it_names_addresses_then_http_is_said_to_be_allowed_where_the_source_was_http() -> None:
    plain = {row["url"] for slug in SLUGS for row in rows(slug, "sources") if row["url"].startswith("http://")}
    assert plain, "no source is plain http any more: README.md may say https only"
    assert "http where the page has no https" in README


def test_files_folder_when_listed_then_nothing_else_lies_there() -> None:
    wanted = {f"{name}.csv" for name in FILES}
    for slug in SLUGS:
        assert {path.name for path in Path(DATA / slug).iterdir()} == wanted
