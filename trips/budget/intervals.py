"""From log-normal parts to quantiles of their sum: quasi Monte Carlo on fixed points, no random numbers.

Each part is median * exp(sigma * z). The z of different parts share one factor (correlation `CORRELATION`, an
assumption: who spends more on beds spends more on meals). The 1,023 points are a Halton sequence through the inverse
normal: the same for every request, so that answers are deterministic, and so that the quantiles of a trip whose
medians all grow can't fall (each sample grows).
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

CORRELATION = 0.35
POINTS = 1023
Z90 = NormalDist().inv_cdf(0.9)
#: One base for the shared factor and one per category.
_BASES = (2, 3, 5, 7, 11, 13)


class Part(NamedTuple):
    """A log-normal amount: median (any money unit, >= 0) and sigma of its logarithm."""

    median: float
    sigma: float


class Band(NamedTuple):
    """Quantiles of an amount, in the parts' unit."""

    p10: float
    p50: float
    p90: float


def part_band(part: Part) -> Band:
    """Exact quantiles of one log-normal part."""
    spread = math.exp(Z90 * part.sigma)
    return Band(part.median / spread, part.median, part.median * spread)


def total_samples(parts: Sequence[Part]) -> list[float]:
    """Sorted samples of the sum of up to five parts (always given in the same order)."""
    totals = [0.0] * POINTS
    for part, normals in zip(parts, _normals(), strict=False):
        if part.median > 0:
            median, sigma, exp = part.median, part.sigma, math.exp
            totals = [total + median * exp(sigma * z) for total, z in zip(totals, normals, strict=True)]
    totals.sort()
    return totals


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between the two nearest of the sorted samples."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def total_band(ordered: Sequence[float]) -> Band:
    """P10, P50 and P90 of the sum."""
    return Band(quantile(ordered, 0.1), quantile(ordered, 0.5), quantile(ordered, 0.9))


def share_at_most(ordered: Sequence[float], limit: float) -> float:
    """Share of the samples that do not exceed the limit (0 to 1)."""
    return bisect_right(ordered, limit) / len(ordered)


@lru_cache(maxsize=1)
def _normals() -> tuple[tuple[float, ...], ...]:
    """Per category the correlated standard normals of all points."""
    inverse = NormalDist().inv_cdf
    columns = [tuple(inverse(_radical_inverse(i, base)) for i in range(1, POINTS + 1)) for base in _BASES]
    shared, own = math.sqrt(CORRELATION), math.sqrt(1 - CORRELATION)
    return tuple(
        _exact_normals([shared * z0 + own * z for z0, z in zip(columns[0], column, strict=True)])
        for column in columns[1:]
    )


def _exact_normals(values: Sequence[float]) -> tuple[float, ...]:
    """The values replaced, rank by rank, by the normal's own quantiles: a lone part's samples are then exact."""
    ranks = {index: rank for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__))}
    inverse = NormalDist().inv_cdf
    return tuple(inverse((ranks[i] + 0.5) / len(values)) for i in range(len(values)))


def _radical_inverse(index: int, base: int) -> float:
    """The index's digits mirrored at the point: the Halton sequence, in (0, 1)."""
    value, scale = 0.0, 1.0
    while index:
        index, digit = divmod(index, base)
        scale /= base
        value += digit * scale
    return value
