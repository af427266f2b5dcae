"""The budget document: what touches the private ceiling is left out of the stored text and computed for the reader."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from travelplanner.core import money
from trips.budget import BudgetEstimate, budget_body

PRIVATE = ("withinRange", "rangePosition", "shortfall", "shareBelowLimit")
_Z90 = NormalDist().inv_cdf(0.9)


def stored_body(estimate: BudgetEstimate, *, destinations: Sequence[str]) -> dict[str, Any]:
    """The body of `budget_ml_v1`, without anything about the traveler's own limit. Money as JSON numbers."""
    body = {key: _plain(value) for key, value in budget_body(estimate).items() if key not in PRIVATE}
    return {**body, "destinations": list(destinations)}


def likely_minor(body: Mapping[str, Any]) -> int:
    """The prediction's middle (P50) of a stored body, in minor units of its currency."""
    predicted = body["predictedBudget"]
    return money.to_minor(Decimal(str(predicted["p50"])), predicted["currency"])


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def share_below(p10: float, p50: float, p90: float, limit: float) -> float:
    """Share of trips like this that stay at or below the limit, 0..1, by the log-normal through the three quantiles."""
    if limit <= 0 or p10 <= 0:
        return 0.0
    if p90 <= p10:
        return 1.0 if limit >= p50 else 0.0
    sigma = (math.log(p90) - math.log(p10)) / (2 * _Z90)
    return round(NormalDist().cdf((math.log(limit) - math.log(p50)) / sigma), 3)


def against_limit(body: Mapping[str, Any], minimum: Decimal | None, maximum: Decimal | None) -> dict[str, Any]:
    """The private fields, for a reader who may see the ceiling: `withinRange`, `rangePosition`, `shortfall`, `shareBelowLimit`."""
    predicted = body["predictedBudget"]
    currency, likely = predicted["currency"], Decimal(str(predicted["p50"]))
    if maximum is None and minimum is None:
        return {"withinRange": None, "rangePosition": "none", "shortfall": 0, "shareBelowLimit": None}
    position = "within"
    if maximum is not None and likely > maximum:
        position = "above"
    elif minimum is not None and likely < minimum:
        position = "below"
    return {
        "withinRange": position == "within",
        "rangePosition": position,
        "shortfall": money.as_number(max(Decimal(0), likely - maximum), currency) if maximum is not None else 0,
        "shareBelowLimit": share_below(predicted["p10"], predicted["p50"], predicted["p90"], float(maximum)) if maximum is not None else None,
    }
