"""The per-diem rate of a place that no table lists, and how wrong such a guess is (measured, not assumed).

Pure arithmetic on the committed table `per_diem.csv`; the derive run and the tests call the same functions, so that the
figures in `model.csv` can be made again without the raw files.
"""

import math
import random
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: A country's mean is drawn to its continent's as if the continent had this many listed places.
CONTINENT_WEIGHT = 2.0
#: Share of the country's published rate for "all other places" in the blend; the rest is the shrunken mean.
OTHER_WEIGHT = 0.5
#: Standard normal quantile of 0.9: half the width of an 80 % interval, in sigmas.
Z90 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class ListedRate:
    """Yearly mean of one listed place's ceiling, USD per night or per person and day."""

    alpha3: str
    location: str
    continent: str
    usd: float
    latitude: float | None = None
    longitude: float | None = None

    @property
    def is_rest_of_country(self) -> bool:
        """True for the published rate of all other places of the country."""
        return self.location == "[Other]"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What an evaluation gave: places, median absolute percentage error, sigma of the log error, share inside 80 %."""

    count: int
    median_error: float
    sigma: float
    coverage: float


def blend(places: Sequence[float], rest: float | None, continent_log: float) -> float:
    """Log rate of an unlisted place: the country's mean drawn to the continent's, mixed with the rest rate."""
    total = sum(math.log(usd) for usd in places) + CONTINENT_WEIGHT * continent_log
    shrunken = total / (len(places) + CONTINENT_WEIGHT)
    if rest is None:
        return shrunken
    return OTHER_WEIGHT * math.log(rest) + (1 - OTHER_WEIGHT) * shrunken


def continent_logs(rates: Iterable[ListedRate], without: str = "") -> dict[str, float]:
    """Mean log rate of each continent ("" = the world), every country counting once, without the country `without`."""
    by_country: dict[tuple[str, str], list[float]] = defaultdict(list)
    for rate in rates:
        if rate.alpha3 != without:
            by_country[rate.continent, rate.alpha3].append(math.log(rate.usd))
    by_continent: dict[str, list[float]] = defaultdict(list)
    for (continent, _), logs in by_country.items():
        by_continent[continent].append(statistics.fmean(logs))
        by_continent[""].append(statistics.fmean(logs))
    return {continent: statistics.fmean(means) for continent, means in by_continent.items()}


def leave_one_place_out(rates: Sequence[ListedRate], *, fold_seed: int = 0) -> Accuracy:
    """Predict each listed place from its country's other places, its rest rate and its continent's other countries."""
    by_country = _by_country(rates)
    errors: list[tuple[str, float]] = []
    for alpha3, inside in by_country.items():
        # With one country alone there is no other to lean on: its own mean then stands for the continent's.
        means = continent_logs(rates, without=alpha3) or continent_logs(rates)
        rest = next((r.usd for r in inside if r.is_rest_of_country), None)
        listed = [r for r in inside if not r.is_rest_of_country]
        for target in listed:
            others = [r.usd for r in listed if r is not target]
            if others or rest is not None:
                guess = blend(others, rest, means.get(target.continent, means[""]))
                errors.append((alpha3, guess - math.log(target.usd)))
    return _accuracy(errors, fold_seed)


def leave_one_country_out(rates: Sequence[ListedRate], *, fold_seed: int = 0) -> Accuracy:
    """Predict each country's listed places from its continent alone, as for a country without any rate."""
    errors: list[tuple[str, float]] = []
    for alpha3, inside in _by_country(rates).items():
        means = continent_logs(rates, without=alpha3)
        errors += [
            (alpha3, means.get(target.continent, means[""]) - math.log(target.usd))
            for target in inside
            if not target.is_rest_of_country
        ]
    return _accuracy(errors, fold_seed)


def nearest_listed_error(rates: Sequence[ListedRate], limit_km: float) -> Accuracy:
    """Predict each place that has another listed one of its country within `limit_km` by that nearest one."""
    errors: list[tuple[str, float]] = []
    for alpha3, inside in _by_country(rates).items():
        placed = [(r, r.latitude, r.longitude) for r in inside if r.latitude is not None and r.longitude is not None]
        for target, lat, lon in placed:
            near = [
                (distance_km(lat, lon, lat2, lon2), other.usd) for other, lat2, lon2 in placed if other is not target
            ]
            near = [pair for pair in near if pair[0] <= limit_km]
            if near:
                errors.append((alpha3, math.log(min(near)[1] / target.usd)))
    return _accuracy(errors, 0)


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km (sphere of 6,371 km)."""
    half_lat, half_lon = math.radians(lat2 - lat1) / 2, math.radians(lon2 - lon1) / 2
    chord = (
        math.sin(half_lat) ** 2 + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(half_lon) ** 2
    )
    return 12742.0 * math.asin(math.sqrt(min(1.0, chord)))


def _by_country(rates: Iterable[ListedRate]) -> Mapping[str, list[ListedRate]]:
    groups: dict[str, list[ListedRate]] = defaultdict(list)
    for rate in rates:
        groups[rate.alpha3].append(rate)
    return groups


def half_band(errors: Iterable[float]) -> float:
    """Sigma whose 80 % band covers 80 % of these log errors: the 0.8 quantile of |error| over z(0.9)."""
    sizes = sorted(abs(e) for e in errors)
    return sizes[min(len(sizes) - 1, math.ceil(0.8 * len(sizes)) - 1)] / Z90


def _accuracy(errors: Sequence[tuple[str, float]], fold_seed: int) -> Accuracy:
    """Sigma from all errors; coverage from ten folds of countries, each with the sigma of the other nine."""
    names = sorted({alpha3 for alpha3, _ in errors})
    random.Random(fold_seed).shuffle(names)
    of_country = {alpha3: i % 10 for i, alpha3 in enumerate(names)}
    # One country alone is folded by its places.
    folds = [of_country[alpha3] if len(names) > 1 else i % 10 for i, (alpha3, _) in enumerate(errors)]
    inside = 0
    for held_out in range(10):
        kept = [e for fold, (_, e) in zip(folds, errors, strict=True) if fold != held_out]
        if kept:
            band = half_band(kept) * Z90
            inside += sum(abs(e) <= band for fold, (_, e) in zip(folds, errors, strict=True) if fold == held_out)
    return Accuracy(
        count=len(errors),
        median_error=statistics.median(abs(math.exp(e) - 1) for _, e in errors),
        sigma=half_band(e for _, e in errors),
        coverage=inside / len(errors),
    )
