"""Rule 0: a score is the sum of its parts, and can be taken apart."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..plan import Violation
from .case import TripCase

PART_NAMES = frozenset({"interests", "money", "pace", "effort", "certainty"})
WEIGHT_TOLERANCE = 1e-6
ROUNDING = 0.05 + 1e-6  # a score is rounded to 0.1


def check_score(case: TripCase) -> Iterator[Violation]:
    """Weights add up to 1, parts are within their scales, the score is their sum product to 0.1."""
    plan = case.itinerary
    names = [part.name for part in plan.score_parts]
    if len(names) != len(set(names)) or not set(names) <= PART_NAMES:
        yield Violation(0, "score_parts", params={"found": names})
    for part in plan.score_parts:
        if not 0 <= part.weight <= 1 or not 0 <= part.value <= 100:
            yield Violation(
                0, "score_part_scale", params={"part": part.name, "weight": part.weight, "value": part.value}
            )
    weights = sum(part.weight for part in plan.score_parts)
    # comparisons are written so that NaN fails too
    if not abs(weights - 1) <= WEIGHT_TOLERANCE:
        yield Violation(0, "score_weights", params={"expected": 1, "found": weights})
    expected = sum(part.weight * part.value for part in plan.score_parts)
    if not abs(plan.score - expected) <= ROUNDING or abs(plan.score * 10 - round(plan.score * 10)) > WEIGHT_TOLERANCE:
        yield Violation(
            0,
            "score",
            params={"expected": round(expected, 1) if math.isfinite(expected) else None, "found": plan.score},
        )
