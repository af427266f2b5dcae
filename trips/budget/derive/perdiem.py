"""per_diem.csv: current lodging and meals ceilings per place and month, and how they drift over a year.

Raw: US Department of State (foreign), GSA (48 states and D.C.), DoD (Alaska, Hawaii, territories); US government works.
"""

import math
import statistics
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

from trips.budget.derive.csvfiles import read_rows, write_rows
from trips.budget.derive.geography import OCONUS_NAMES, US_STATES

MONTHS = range(1, 13)
#: (alpha-3, US state or "", place)
Key = tuple[str, str, str]
COLUMNS = (
    "alpha3",
    "state",
    "location",
    "latitude",
    "longitude",
    "months",
    "lodging_usd",
    "meals_usd",
    "effective",
    "source",
)


def parsed_day(text: str, form: str) -> date:
    """A day in the raw file's own notation."""
    return datetime.strptime(text, form).replace(tzinfo=UTC).date()


def months_between(start: tuple[int, int], end: tuple[int, int]) -> tuple[int, ...]:
    """Months whose 15th lies in the season from (month, day) to (month, day), around the year's end if need be."""
    inside = []
    for month in MONTHS:
        mid = (month, 15)
        if (start <= mid <= end) if start <= end else (mid >= start or mid <= end):
            inside.append(month)
    return tuple(inside)


def derive_per_diem(costs: Path, target: Path) -> int:
    """Write per_diem.csv: one row per place and distinct rate; `months` are joined by `|`. Returns the row count."""
    countries = read_rows(target / "crosswalk_countries.csv")
    alpha3 = {name: c["alpha3"] for c in countries for name in c["per_diem_names"].split("|") if name}
    alpha3 |= {name: c["alpha3"] for c in countries for name, iso in OCONUS_NAMES.items() if c["alpha2"] == iso}
    points = {(r["alpha3"], r["state"], r["location"]): r for r in read_rows(target / "crosswalk_locations.csv")}

    rates: dict[Key, dict[int, tuple[float, float, str, str]]] = defaultdict(dict)

    def add(key: Key, months: tuple[int, ...], lodging: float, meals: float, effective: str, source: str) -> None:
        # A zero rate means quarters are provided (Kabul, Baghdad, Mogadishu): no price at all.
        if lodging > 0 and meals > 0:
            for month in months:
                rates[key][month] = (lodging, meals, effective, source)

    foreign = read_rows(costs / "foreign_2014_2026.csv.gz")
    latest = max(r["month"] for r in foreign)
    for r in foreign:
        if r["month"] == latest and r["country"] in alpha3:
            start, end = date.fromisoformat(r["start"]), date.fromisoformat(r["end"])
            months = months_between((start.month, start.day), (end.month, end.day))
            key = (alpha3[r["country"]], "", r["location"])
            add(key, months, float(r["lodging"]), float(r["mie"]), r["effective"], "state_department")
    for r in read_rows(costs / "conus_FY2026.csv"):
        lodging, meals = float(r["Lodging Rate"]), float(r["M&IE"])
        if not r["STATE"]:
            add(("USA", "", "[Other]"), tuple(MONTHS), lodging, meals, "2025-10-01", "gsa")
            continue
        months = tuple(MONTHS)
        if r["SEASON BEGIN"]:
            # A leap year, so that "February 29" parses.
            begin, until = (parsed_day(f"{r[c]} 2024", "%B %d %Y") for c in ("SEASON BEGIN", "SEASON END"))
            months = months_between((begin.month, begin.day), (until.month, until.day))
        add(("USA", r["STATE"], r["DESTINATION"]), months, lodging, meals, "2025-10-01", "gsa")
    for r in read_rows(costs / "oconus_2026-04.csv"):
        area, location = r["State/Country"], r["Location"]
        state = US_STATES.get(area, "")
        if not state and area not in OCONUS_NAMES:
            continue
        key = ("USA" if state else alpha3[area], state, location)
        other = location == "[OTHER]" and not state
        # Bases and posts are not travelers' destinations: keep what is a town with coordinates, or a territory's rest.
        if key in points or other:
            begin, until = (parsed_day(r[c], "%m/%d/%Y") for c in ("Season Begin", "Season End"))
            months = months_between((begin.month, begin.day), (until.month, until.day))
            name = (key[0], state, "[Other]" if other else location)
            meals = float(r["Local Meal Rate"]) + float(r["Local Incidental"])
            effective = parsed_day(r["Effective Date"], "%m/%d/%Y").isoformat()
            add(name, months, float(r["Lodging"]), meals, effective, "dod")

    rows: list[tuple[object, ...]] = []
    for key, by_month in sorted(rates.items()):
        groups: dict[tuple[float, float, str, str], list[int]] = defaultdict(list)
        for month in sorted(by_month):
            groups[by_month[month]].append(month)
        point = points.get(key, {})
        shown = key[2].title() if key[2].isupper() else key[2]
        for (lodging, meals, effective, source), inside in groups.items():
            rows.append((key[0], key[1], shown, point.get("latitude", ""), point.get("longitude", ""),
                         "|".join(map(str, inside)), round(lodging), round(meals), effective, source))  # fmt: skip
    return write_rows(target / "per_diem.csv", COLUMNS, rows)


def yearly_drift(costs: Path) -> dict[str, tuple[float, float, int]]:
    """By lodging and meals: median log change over 12 months, sigma of the 80 % band, pairs; 2014 to 2026."""
    series: dict[tuple[str, str, str, str], dict[str, float]] = {}
    for r in read_rows(costs / "foreign_2014_2026.csv.gz"):
        for column in ("lodging", "mie"):
            if float(r[column]) > 0:
                series.setdefault((r["country"], r["location"], r["season"], column), {})[r["month"]] = float(r[column])
    changes: dict[str, list[float]] = {"lodging": [], "mie": []}
    for (_, _, _, column), by_month in series.items():
        for month, value in by_month.items():
            later = by_month.get(f"{int(month[:4]) + 1}{month[4:]}")
            if later:
                changes[column].append(math.log(later / value))
    result = {}
    for column, name in (("lodging", "lodging"), ("mie", "meals")):
        cuts = statistics.quantiles(changes[column], n=10)
        # 80 % of a normal lies within 1.2816 sigma; rates that did not move make the centre sharper than a normal.
        sigma = max(abs(cuts[0]), abs(cuts[-1])) / 1.2816
        result[name] = (statistics.median(changes[column]), sigma, len(changes[column]))
    return result
