"""The US fare curve: average one-way fare in USD = a * km^b, least squares on logs (US DOT, 2025)."""

import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from trips.budget.derive.csvfiles import read_rows
from trips.budget.unlisted import distance_km, half_band


@dataclass(frozen=True, slots=True)
class FareFit:
    """fare = a * km^b, the km range of the fit, and the errors on pairs held out in ten folds."""

    a: float
    b: float
    median_error: float
    sigma: float
    pairs: int
    shortest_km: float
    longest_km: float


def fit_fares(costs: Path, target: Path) -> FareFit:
    """Fit on all airport pairs with known coordinates; errors from ten folds (row number modulo 10)."""
    points = {
        r["iata"]: (float(r["latitude"]), float(r["longitude"])) for r in read_rows(target / "crosswalk_airports.csv")
    }
    data = [
        (distance_km(*points[r["airport_1"]], *points[r["airport_2"]]), float(r["fare"]))
        for r in read_rows(costs / "us_dot_airport_pair_fares_2025.csv")
        if r["airport_1"] in points and r["airport_2"] in points
    ]
    logs = [(math.log(km), math.log(fare)) for km, fare in data]
    errors = []
    for fold in range(10):
        kept = [p for i, p in enumerate(logs) if i % 10 != fold]
        fit = statistics.linear_regression([x for x, _ in kept], [y for _, y in kept])
        errors += [fit.intercept + fit.slope * x - y for i, (x, y) in enumerate(logs) if i % 10 == fold]
    fit = statistics.linear_regression([x for x, _ in logs], [y for _, y in logs])
    return FareFit(
        a=math.exp(fit.intercept),
        b=fit.slope,
        median_error=statistics.median(abs(math.exp(e) - 1) for e in errors),
        sigma=half_band(errors),
        pairs=len(data),
        shortest_km=min(km for km, _ in data),
        longest_km=max(km for km, _ in data),
    )
