"""What the predictor answers: frozen dataclasses; money is Decimal in the request's currency, sentences are codes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Param = str | int | Decimal
CATEGORIES = ("lodging", "food", "local_transport", "activities", "intercity")
#: Names of the categories in the document `budget_ml_v1`.
DOCUMENT_NAMES = {
    "lodging": "lodging", "food": "food", "local_transport": "localTransport", "activities": "activities",
    "intercity": "intercity",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that is rendered elsewhere, in the reader's language."""

    code: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """p10 <= p50 <= p90, quantized to the currency's exponent."""

    p10: Decimal
    p50: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Quantiles of each category. Medians add up to a little less than the total's (see `parts_do_not_add`)."""

    lodging: Quantiles
    food: Quantiles
    local_transport: Quantiles
    activities: Quantiles
    intercity: Quantiles


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Where figures come from; `date` is the data's own date (ISO), empty for an estimate without one."""

    id: str
    title: str
    reference: str
    date: str
    used_for: str
    confidence: Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The model's name, the day its tables were derived, and its measured figures (`model.csv`)."""

    name: str
    trained_at: date
    metrics: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class BudgetEstimate:
    """The prediction. `per_day` and `per_person` divide the total's P50; `shortfall` is what P50 is over the maximum.

    `share_below_limit` is the probability (0 to 1, 3 decimals) that the trip costs at most `budget_max`; None without
    one. `within_range` says whether P50 lies in the asked range; None without a range. `range_position` is "below",
    "within", "above" or "none".
    """

    currency: str
    total: Quantiles
    breakdown: Breakdown
    per_day: Decimal
    per_person: Decimal
    model: ModelCard
    drivers: tuple[Sentence, ...]
    sources: tuple[SourceNote, ...]
    assumptions: tuple[Sentence, ...]
    within_range: bool | None
    range_position: Literal["below", "within", "above", "none"]
    shortfall: Decimal
    share_below_limit: Decimal | None


def budget_body(estimate: BudgetEstimate) -> dict[str, Any]:
    """The body of the document `budget_ml_v1` (camelCase, api.md) but for the fields every document shares."""
    total = estimate.total
    predicted: dict[str, Any] = {"total": total.p50}
    if estimate.currency == "INR":
        predicted["totalINR"] = total.p50
    predicted |= {
        "currency": estimate.currency, "p10": total.p10, "p50": total.p50, "p90": total.p90,
        "perDay": estimate.per_day, "perPerson": estimate.per_person,
    }  # fmt: skip
    card = estimate.model
    return {
        "predictedBudget": predicted,
        "breakdown": {
            DOCUMENT_NAMES[part.name]: _quantiles(getattr(estimate.breakdown, part.name)) for part in fields(Breakdown)
        },
        "model": {"name": card.name, "trainedAt": card.trained_at.isoformat(), "metrics": dict(card.metrics)},
        "drivers": [_sentence(s) for s in estimate.drivers],
        "sources": [
            {"id": s.id, "title": s.title, "reference": s.reference, "date": s.date, "usedFor": s.used_for,
             "confidence": s.confidence}
            for s in estimate.sources
        ],
        "assumptions": [_sentence(s) for s in estimate.assumptions],
        "withinRange": estimate.within_range,
        "rangePosition": estimate.range_position,
        "shortfall": estimate.shortfall,
        "shareBelowLimit": estimate.share_below_limit,
    }  # fmt: skip


def _quantiles(value: Quantiles) -> dict[str, Decimal]:
    return {"p10": value.p10, "p50": value.p50, "p90": value.p90}


def _sentence(value: Sentence) -> dict[str, Any]:
    return {"code": value.code, "params": dict(value.params)}
