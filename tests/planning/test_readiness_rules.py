"""The table of entry rules: its sources, and that every destination has a row."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from travelplanner.core.countries import is_country
from trips.readiness import entry_rules, free_movement, rule_for
from trips.readiness.facts import Stay
from trips.readiness.rules import ANYWHERE, ESTIMATE, SCHENGEN, TABLE

ROWS = list(csv.DictReader(TABLE.open(encoding="utf-8")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["country"])
def test_rule_when_read_then_it_has_a_source_that_was_opened_or_says_that_it_is_an_estimate(row: dict[str, str]) -> None:
    assert row["country"] == ANYWHERE or is_country(row["country"])
    assert row["rule"] in ("must", "depends")
    assert row["counted_from"] in ("arrival", "departure")
    assert 0 <= int(row["months"]) <= 12
    assert not (int(row["months"]) and int(row["days"]))
    if row["source"] == ESTIMATE:
        assert (row["checked"], row["title"]) == ("", "")
    else:
        assert row["source"].startswith("https://")
        assert row["title"]
        assert dt.date(2026, 11, 1) <= dt.date.fromisoformat(row["checked"]) <= dt.datetime.now(dt.UTC).date()
    assert row["check_url"] == "" or row["check_url"].startswith("https://")


def test_rules_when_looked_up_then_each_destination_of_ours_and_all_of_schengen_has_one() -> None:
    from trips.actions.catalogue import DATA

    countries = {next(csv.DictReader(path.open(encoding="utf-8")))["country"] for path in DATA.glob("*/destination.csv")}
    assert len(countries) == 6
    assert countries | SCHENGEN <= set(entry_rules())
    assert len(SCHENGEN) == 29


def test_rule_when_there_is_none_then_an_estimate_that_says_so() -> None:
    rule = rule_for("NPL")
    assert (rule.country, rule.known, rule.sourced, rule.blank_pages) == ("NPL", False, False, 0)


@pytest.mark.parametrize(
    ("country", "needed"), [("IND", "2027-08-28"), ("TUR", "2027-07-28"), ("FRA", "2027-06-08"), ("JPN", "2027-03-08"), ("USA", "2027-09-08")]
)
def test_rule_when_dates_are_known_then_until_when_a_passport_must_last(country: str, needed: str) -> None:
    stay = Stay(country, dt.date(2027, 2, 28), dt.date(2027, 3, 8))
    assert rule_for(country).needed_until(stay) == dt.date.fromisoformat(needed)


def test_free_movement_when_both_are_within_then_a_card_is_enough() -> None:
    assert free_movement("DEU", "FRA")
    assert free_movement("CHE", "IRL")
    assert not free_movement("GBR", "FRA")
    assert not free_movement("DEU", "TUR")
