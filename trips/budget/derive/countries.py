"""countries.csv: per country the ceilings of an unlisted place, the price level, and the Big Mac as a cross-check.

Price level = World Bank PPP conversion factor / market rate of the same year (both per USD), so 1 = United States.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from trips.budget.derive.csvfiles import read_rows, write_rows
from trips.budget.unlisted import ListedRate, blend, continent_logs

#: The market rate of a currency (units per USD) by (code, year); built by `rates.yearly_rates`.
YearlyRates = Mapping[tuple[str, int], float]
#: World Bank figures for these are in the currency of that time, not today's.
CURRENCY_THEN = {"BGR": "BGN"}
#: Figures that are visibly in another currency than the country's (Palestine: 0.6 "per USD" where the shekel is 3.7).
IMPLAUSIBLE = frozenset({"PSE"})
COLUMNS = (
    "alpha3", "name", "continent", "currency", "lodging_usd", "meals_usd", "rate_basis", "listed_places",
    "price_level", "price_level_year", "price_level_basis", "bigmac_usd", "bigmac_date",
)  # fmt: skip


def listed_rates(target: Path) -> tuple[list[ListedRate], list[ListedRate]]:
    """(lodging, meals): the yearly mean of each place of per_diem.csv."""
    continents = {r["alpha3"]: r["continent"] for r in read_rows(target / "crosswalk_countries.csv")}
    sums: dict[tuple[str, str, str], list[tuple[int, float, float]]] = defaultdict(list)
    points: dict[tuple[str, str, str], tuple[float | None, float | None]] = {}
    for r in read_rows(target / "per_diem.csv"):
        key = (r["alpha3"], r["state"], r["location"])
        sums[key].append((len(r["months"].split("|")), float(r["lodging_usd"]), float(r["meals_usd"])))
        points[key] = (float(r["latitude"]), float(r["longitude"])) if r["latitude"] else (None, None)
    result: tuple[list[ListedRate], list[ListedRate]] = ([], [])
    for key, parts in sums.items():
        months = sum(n for n, _, _ in parts)
        means = (sum(n * a for n, a, _ in parts) / months, sum(n * b for n, _, b in parts) / months)
        for rates, mean in zip(result, means, strict=True):
            rates.append(ListedRate(key[0], key[2], continents[key[0]], mean, *points[key]))
    return result


def derive_countries(costs: Path, target: Path, market: YearlyRates) -> tuple[int, float]:
    """Write countries.csv; returns the row count and the median error of modelled price levels (leave one out)."""
    crosswalk = read_rows(target / "crosswalk_countries.csv")
    both = listed_rates(target)
    usd: dict[str, list[float]] = defaultdict(list)
    basis: dict[str, tuple[str, int]] = {}
    for rates in both:
        means = continent_logs(rates)
        for c in crosswalk:
            inside = [r for r in rates if r.alpha3 == c["alpha3"]]
            places = [r.usd for r in inside if not r.is_rest_of_country]
            rest = next((r.usd for r in inside if r.is_rest_of_country), None)
            usd[c["alpha3"]].append(math.exp(blend(places, rest, means.get(c["continent"], means[""]))))
            basis[c["alpha3"]] = ("country" if inside else "continent", len(places))

    levels = _measured_levels(costs, crosswalk, market)
    modelled, error = _modelled_levels(levels, {k: v[1] for k, v in usd.items()})
    bigmac = {r["iso_a3"]: r for r in sorted(read_rows(costs / "bigmac-source-v2.csv"), key=lambda r: r["date"])}
    rows = []
    for c in crosswalk:
        key = c["alpha3"]
        level, year, how = (*levels[key], "world_bank") if key in levels else (modelled[key], "", "modelled")
        mac = bigmac.get(key)
        rows.append((
            key, c["name"], c["continent"], c["currency"], round(usd[key][0], 1), round(usd[key][1], 1), *basis[key],
            f"{level:.3f}", year, how,
            f"{float(mac['local_price']) / float(mac['dollar_ex']):.2f}" if mac else "", mac["date"] if mac else "",
        ))  # fmt: skip
    return write_rows(target / "countries.csv", COLUMNS, rows), error


def _measured_levels(costs: Path, crosswalk: list[dict[str, str]], market: YearlyRates) -> dict[str, tuple[float, int]]:
    """(price level, year) where the newest PPP figure's year has a market rate of the country's currency."""
    newest: dict[str, tuple[int, float]] = {}
    for r in read_rows(costs / "ppp_worldbank.csv"):
        year = int(r["Year"])
        if r["PPP"] and year > newest.get(r["Country ID"], (0, 0.0))[0]:
            newest[r["Country ID"]] = (year, float(r["PPP"]))
    levels: dict[str, tuple[float, int]] = {}
    for c in crosswalk:
        if c["alpha2"] in newest and c["alpha3"] not in IMPLAUSIBLE:
            year, ppp = newest[c["alpha2"]]
            rate = market.get((CURRENCY_THEN.get(c["alpha3"], c["currency"]), year))
            # Outside this band the two files speak of different currencies (a redenomination), not of prices.
            if rate and year >= 2019 and 0.1 <= ppp / rate <= 1.8:
                levels[c["alpha3"]] = (ppp / rate, year)
    return levels


def _modelled_levels(
    levels: Mapping[str, tuple[float, int]], meals: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """Log price level as a straight line of the log meal ceiling; returns all countries and the leave-one-out error."""
    points = {k: (math.log(meals[k]), math.log(level)) for k, (level, _) in levels.items()}

    def line(without: str = "") -> tuple[float, float]:
        kept = [p for k, p in points.items() if k != without]
        fit = statistics.linear_regression([x for x, _ in kept], [y for _, y in kept])
        return fit.slope, fit.intercept

    errors = []
    for key, (x, y) in points.items():
        slope, intercept = line(without=key)
        errors.append(abs(math.exp(intercept + slope * x - y) - 1))
    slope, intercept = line()
    modelled = {k: math.exp(intercept + slope * math.log(v)) for k, v in meals.items()}
    return modelled, statistics.median(errors)
