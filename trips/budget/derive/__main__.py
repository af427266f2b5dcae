"""Derive every table: `python -m trips.budget.derive SHARED_DATA_DIR [--geography]`."""

import argparse
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from trips.budget.derive.calibration import write_calibration
from trips.budget.derive.countries import derive_countries, listed_rates
from trips.budget.derive.csvfiles import read_rows, write_rows
from trips.budget.derive.fares import fit_fares
from trips.budget.derive.geography import rebuild_crosswalks
from trips.budget.derive.perdiem import derive_per_diem, yearly_drift
from trips.budget.derive.rates import derive_exchange_rates, ecb_history, yearly_rates
from trips.budget.features import NEARBY_KM
from trips.budget.unlisted import (
    Accuracy,
    ListedRate,
    leave_one_country_out,
    leave_one_place_out,
    nearest_listed_error,
)

TARGET = Path(__file__).resolve().parents[2] / "data" / "costs"
Figure = tuple[str, str, object, str]


def accuracy_figures(name: str, rates: Sequence[ListedRate]) -> list[Figure]:
    """Measured figures of lodging or meals, outside the US (its hundreds of towns would drown the world)."""
    world = [r for r in rates if r.alpha3 != "USA"]
    ways: tuple[tuple[str, Accuracy, str], ...] = (
        ("country", leave_one_place_out(world), "unlisted place of a listed country, leave one place out"),
        ("continent", leave_one_country_out(world), "country without any rate, leave one country out"),
        ("nearby", nearest_listed_error(world, NEARBY_KM), f"nearest listed place within {NEARBY_KM:g} km"),
    )
    ways += (
        (
            "us",
            leave_one_place_out([r for r in rates if r.alpha3 == "USA"]),
            "unlisted place of the US, leave one place out",
        ),
    )
    figures: list[Figure] = []
    for way, found, how in ways:
        figures += [
            ("metric", f"{name}_{way}_count", found.count, how),
            ("metric", f"{name}_{way}_median_error", f"{found.median_error:.3f}", f"{how}; median |error| / truth"),
            ("metric", f"{name}_{way}_sigma", f"{found.sigma:.3f}", f"{how}; log error whose 80 % band holds 80 %"),
            (
                "metric",
                f"{name}_{way}_coverage",
                f"{found.coverage:.3f}",
                f"{how}; share inside the 80 % band, ten folds of countries",
            ),
        ]
    return figures


def season_figures(target: Path) -> list[Figure]:
    """Peak over off-season lodging of the seasonal places outside the US."""
    by_place: dict[tuple[str, str], list[float]] = {}
    for r in read_rows(target / "per_diem.csv"):
        if r["alpha3"] != "USA":
            by_place.setdefault((r["alpha3"], r["location"]), []).append(float(r["lodging_usd"]))
    ratios = [max(v) / min(v) for v in by_place.values() if max(v) > min(v)]
    return [
        (
            "metric",
            "season_peak_ratio",
            f"{statistics.median(ratios):.3f}",
            "median peak / off-season lodging of seasonal places",
        ),
        ("metric", "season_places", len(ratios), "seasonal places outside the US"),
    ]


def tell(*words: object) -> None:
    """One line of the report on standard output."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def main() -> None:
    """Derive the tables, measure, and write model.csv with the day and the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared_data", type=Path)
    parser.add_argument("--geography", action="store_true", help="rebuild the crosswalks first")
    options = parser.parse_args()
    costs: Path = options.shared_data / "costs"
    if options.geography:
        rebuild_crosswalks(costs, TARGET)
    history = ecb_history()
    tell("per_diem.csv", derive_per_diem(costs, TARGET), "rows")
    tell("exchange_rates.csv", derive_exchange_rates(costs, TARGET, history), "rows")
    count, level_error = derive_countries(costs, TARGET, yearly_rates(costs, history))
    tell("countries.csv", count, "rows")

    lodging, meals = listed_rates(TARGET)
    fares, drift = fit_fares(costs, TARGET), yearly_drift(costs)
    levels = [float(r["price_level"]) for r in read_rows(TARGET / "countries.csv")]
    rows = {r["alpha3"]: r for r in read_rows(TARGET / "countries.csv")}.values()
    figures: list[Figure] = [
        ("text", "name", "per_diem_blend_1", "the model's name, with the version of its method"),
        ("text", "trained_at", datetime.now(UTC).date().isoformat(), "day of the derive run that wrote this table"),
        ("text", "command", "python -m trips.budget.derive ../shared/data", "run from the project's root"),
        *accuracy_figures("lodging", lodging),
        *accuracy_figures("meals", meals),
        *season_figures(TARGET),
        (
            "metric",
            "price_level_median_error",
            f"{level_error:.3f}",
            "price levels modelled from meals, leave one country out",
        ),
        ("metric", "fare_median_error", f"{fares.median_error:.3f}", f"{fares.pairs} US airport pairs, ten folds"),
        ("metric", "fare_sigma", f"{fares.sigma:.3f}", "log error of fares whose 80 % band holds 80 %, ten folds"),
        (
            "metric",
            "lodging_year_sigma",
            f"{drift['lodging'][1]:.3f}",
            f"change of a ceiling in 12 months, 2014-2026, {drift['lodging'][2]} pairs",
        ),
        (
            "metric",
            "meals_year_sigma",
            f"{drift['meals'][1]:.3f}",
            f"change of a ceiling in 12 months, 2014-2026, {drift['meals'][2]} pairs",
        ),
        ("coefficient", "fare_a", f"{fares.a:.3f}", "one-way fare in USD = fare_a * km ^ fare_b"),
        ("coefficient", "fare_b", f"{fares.b:.4f}", "one-way fare in USD = fare_a * km ^ fare_b"),
        ("coefficient", "fare_shortest_km", f"{fares.shortest_km:.0f}", "range of the fit"),
        ("coefficient", "fare_longest_km", f"{fares.longest_km:.0f}", "range of the fit"),
        (
            "coefficient",
            "world_lodging_usd",
            f"{statistics.median(float(r['lodging_usd']) for r in rows):.1f}",
            "median country",
        ),
        (
            "coefficient",
            "world_meals_usd",
            f"{statistics.median(float(r['meals_usd']) for r in rows):.1f}",
            "median country",
        ),
        ("coefficient", "world_price_level", f"{statistics.median(levels):.3f}", "median country, US = 1"),
    ]
    tell("model.csv", write_rows(TARGET / "model.csv", ("kind", "name", "value", "note"), figures), "rows")
    tell("calibration.csv", write_calibration(TARGET / "calibration.csv"), "rows")
    for kind, name, value, _ in figures:
        if kind == "metric":
            tell(f"  {name} = {value}")


if __name__ == "__main__":
    main()
