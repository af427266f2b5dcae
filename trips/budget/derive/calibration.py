"""calibration.csv: trips whose price somebody named, beside what the model says; plausibility, not a measure.

The shares of the ceilings (`assumptions`) were chosen so that these come out plausible; no actual spending was at hand.
"""

from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from trips.budget.derive.csvfiles import read_rows, write_rows
from trips.budget.model import predict
from trips.budget.request import BudgetRequest
from trips.budget.tables import load_tables


@dataclass(frozen=True, slots=True)
class Case:
    """A trip and the range (or single figure, low = high) that was named for it; `who` named it."""

    destination: str
    country: str
    latitude: float
    longitude: float
    days: int
    people: int
    comfort: str
    trip_type: str
    start: str
    currency: str
    low: int
    high: int
    who: str


CASES = (
    Case("Varanasi", "IND", 25.317, 83.006, 5, 2,
         "standard", "spiritual", "2026-11-23", "INR", 25000, 45000, "editor estimate"),
    Case("Varanasi", "IND", 25.317, 83.006, 3, 2,
         "luxury", "spiritual", "2026-11-23", "INR", 36096, 36096, "seed 000 sample"),
    Case("Hampta Pass", "IND", 32.25, 77.4, 5, 3,
         "standard", "trek", "2027-07-05", "INR", 35000, 35000, "seed 000 sample"),
    Case("Goa", "IND", 15.4, 74.0, 7, 4,
         "budget", "beach", "2026-12-07", "INR", 56000, 56000, "seed 000 sample"),
    Case("Manali", "IND", 32.24, 77.19, 4, 2,
         "standard", "adventure", "2027-05-10", "INR", 40800, 40800, "seed 000 sample"),
    Case("Paris", "FRA", 48.857, 2.352, 5, 2,
         "standard", "leisure", "2027-05-10", "EUR", 1600, 2600, "editor estimate"),
)  # fmt: skip
CASE_COLUMNS = tuple(Case.__dataclass_fields__)
COLUMNS = (*CASE_COLUMNS, "p10", "p50", "p90")


def case_request(case: Case) -> BudgetRequest:
    """The case as a request, without catalogue and origin."""
    return BudgetRequest(
        destination=case.destination, country=case.country, latitude=case.latitude, longitude=case.longitude,
        days=case.days, people=case.people, comfort=case.comfort, currency=case.currency, trip_type=case.trip_type,
        start_date=date.fromisoformat(case.start),
    )  # fmt: skip


def write_calibration(path: Path) -> int:
    """Predict every case with the tables as they are now and write the answers beside what was named."""
    load_tables.cache_clear()
    rows = []
    for case in CASES:
        total = predict(case_request(case)).total
        rows.append((*astuple(case), total.p10, total.p50, total.p90))
    return write_rows(path, COLUMNS, rows)


def read_calibration(path: Path) -> list[tuple[Case, tuple[Decimal, Decimal, Decimal]]]:
    """The committed cases with the answers that were written beside them."""
    result = []
    for r in read_rows(path):
        case = Case(
            r["destination"], r["country"], float(r["latitude"]), float(r["longitude"]), int(r["days"]),
            int(r["people"]), r["comfort"], r["trip_type"], r["start"], r["currency"], int(r["low"]), int(r["high"]),
            r["who"],
        )  # fmt: skip
        result.append((case, (Decimal(r["p10"]), Decimal(r["p50"]), Decimal(r["p90"]))))
    return result
