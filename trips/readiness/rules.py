"""What countries ask of a visitor's passport: `trips/data/entry_rules.csv`, read once. Each rule has its source, or says that it is an estimate."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from trips.readiness.dates import months_after
from trips.readiness.facts import Stay

TABLE = Path(__file__).parent.parent / "data" / "entry_rules.csv"
ANYWHERE = "*"
ESTIMATE = "editor estimate"
# The border-free area (EU countries in it, and Iceland, Liechtenstein, Norway, Switzerland), and those of the EU outside of it.
SCHENGEN = frozenset(
    "AUT BEL BGR HRV CZE DNK EST FIN FRA DEU GRC HUN ISL ITA LVA LIE LTU LUX MLT NLD NOR POL PRT ROU SVK SVN ESP SWE CHE".split()  # noqa: SIM905
)
FREE_MOVEMENT = SCHENGEN | {"CYP", "IRL"}


@dataclass(frozen=True, slots=True)
class EntryRule:
    """How long after `counted_from` (arrival, departure) a passport must be valid. `depends`: some nationalities are let off.

    `check_url` is where to ask, `source` what was opened for this row (an address or "editor estimate"), `checked` the day.
    """

    country: str
    depends: bool
    months: int
    days: int
    counted_from: str
    blank_pages: int
    issued_years: int
    note: str
    check_url: str
    source: str
    title: str
    checked: dt.date | None
    known: bool = True  # False: there is no row for this country, and these are the figures for anywhere

    @property
    def sourced(self) -> bool:
        return self.source != ESTIMATE

    def needed_until(self, stay: Stay) -> dt.date:
        """The last day on which the passport must still be valid."""
        return months_after(stay.departure if self.counted_from == "departure" else stay.arrival, self.months, self.days)


@cache
def entry_rules() -> Mapping[str, EntryRule]:
    """Rules by country, and the one for anywhere else under "*"."""
    with TABLE.open(newline="", encoding="utf-8") as handle:
        return MappingProxyType({row["country"]: _rule(row) for row in csv.DictReader(handle)})


def _rule(row: Mapping[str, str]) -> EntryRule:
    return EntryRule(
        country=row["country"],
        depends=row["rule"] == "depends",
        months=int(row["months"]),
        days=int(row["days"]),
        counted_from=row["counted_from"],
        blank_pages=int(row["blank_pages"]),
        issued_years=int(row["issued_years"] or 0),
        note=row["note"],
        check_url=row["check_url"],
        source=row["source"],
        title=row["title"],
        checked=dt.date.fromisoformat(row["checked"]) if row["checked"] else None,
    )


def rule_for(country: str) -> EntryRule:
    rules = entry_rules()
    return rules.get(country) or replace(rules[ANYWHERE], country=country, known=False)


def free_movement(nationality: str, country: str) -> bool:
    """Whether citizens may come with an identity card alone: within the EU, Iceland, Liechtenstein, Norway and Switzerland."""
    return nationality in FREE_MOVEMENT and country in FREE_MOVEMENT
