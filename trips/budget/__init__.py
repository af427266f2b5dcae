"""The budget predictor: pure, frozen dataclasses in and out; only `tables` reads files (derived tables, once)."""

from trips.budget.estimate import (
    CATEGORIES,
    Breakdown,
    BudgetEstimate,
    ModelCard,
    Quantiles,
    Sentence,
    SourceNote,
    budget_body,
)
from trips.budget.model import predict, predict_stays
from trips.budget.rates import convert, exponent, has_rate, quantize_money
from trips.budget.request import COMFORTS, PACES, BudgetRequest, HotelPrice, Origin, PersonPrice

__all__ = [
    "CATEGORIES",
    "COMFORTS",
    "PACES",
    "Breakdown",
    "BudgetEstimate",
    "BudgetRequest",
    "HotelPrice",
    "ModelCard",
    "Origin",
    "PersonPrice",
    "Quantiles",
    "Sentence",
    "SourceNote",
    "budget_body",
    "convert",
    "exponent",
    "has_rate",
    "predict",
    "predict_stays",
    "quantize_money",
]
