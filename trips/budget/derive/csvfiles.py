"""Reading raw CSV files and writing the derived ones in one dialect."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path


def read_rows(path: Path, *, delimiter: str = ",") -> list[dict[str, str]]:
    """All rows of a CSV file (plain or .gz, UTF-8, header row)."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle, delimiter=delimiter))
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=delimiter))


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a derived table (UTF-8, header row, line feed); returns the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
