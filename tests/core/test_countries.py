"""Countries: the codes of ISO 3166-1, named in the reader's language."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from travelplanner.core import countries

TABLE = Path(__file__).resolve().parents[2] / "trips" / "data" / "costs" / "crosswalk_countries.csv"


def test_codes_when_compared_with_the_trips_table_then_the_same() -> None:
    with TABLE.open(newline="") as file:
        table = {row["alpha3"]: row["alpha2"] for row in csv.DictReader(file)}
    assert {code: countries.alpha2(code) for code, _name in countries.choices()} == table


@pytest.mark.parametrize("code", ["", "IN", "ind", "ZZZ", "DDR", "BUR", "TMP", "XXX", "EUE"])
def test_code_when_it_is_no_country_then_unknown(code: str) -> None:
    assert not countries.is_country(code)
    assert countries.country_name(code) == code


def test_names_when_asked_in_a_language_then_in_it_and_sorted_by_it() -> None:
    assert (countries.country_name("IND"), countries.country_name("IND", "hi")) == ("India", "भारत")
    assert countries.country_name("DEU", "qx") == "Germany"
    names = [name.casefold() for _code, name in countries.choices("en")]
    assert names == sorted(names)
