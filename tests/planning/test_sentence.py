"""Sentences and what they mean: a table to read, then properties that hold for any text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trips.planning.sentence import MAX_LENGTH, nearest_names, parse_sentence

from .sentence_examples import DESTINATIONS, SENTENCES, parse

FIELDS = (
    "unknown_places origin days people children"
    " budget_min budget_max currency budget_approximate budget_basis start end"
    " month season interests avoided comfort pace trip_type needs"
)


def said(text: str) -> dict[str, Any]:
    """What a sentence says, without the fields it leaves empty."""
    wish = parse(text)
    found = {name: getattr(wish, name) for name in FIELDS.split()}
    found["to"] = tuple(d.id for d in wish.destinations)
    found["leftover"] = tuple(rest.text for rest in wish.leftover)
    return {k: v for k, v in found.items() if v not in (None, (), False, "trip")}


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[repr(text)[:60] for text, _ in SENTENCES])
def test_sentence_when_read_then_says_what_a_traveler_means(text: str, expected: dict[str, Any]) -> None:
    found = said(text)
    if "leftover" not in expected:
        found.pop("leftover", None)  # the row is about something else
    assert found == {key: value for key, value in expected.items() if value != ()}


def test_sentence_when_no_destination_and_no_sign_then_default_currency_holds() -> None:
    assert parse("under 40,000").currency == "USD"
    assert parse("under 40,000", default_currency="CHF").currency == "CHF"


def test_sentence_when_part_is_recognised_then_it_remembers_its_span() -> None:
    wish = parse("5   dAys in Bénares for 2, under ₹40k")
    words = {part.kind: (part.text, part.value) for part in wish.parts}
    assert words == {
        "days": ("5   dAys", "5"),
        "destination": ("Bénares", "Varanasi"),
        "people": ("for 2", "2"),
        "budget": ("under ₹40k", "-40000 INR"),
    }
    assert all(wish.text[part.start : part.end] == part.text for part in wish.parts)


def test_sentence_when_longer_than_cap_then_says_so() -> None:
    wish = parse("Goa 5 days " + "x" * 100_000)
    assert wish.truncated
    assert len(wish.text) <= MAX_LENGTH
    assert wish.days == 5
    assert not parse("Goa " * 125).truncated


def test_sentence_when_today_is_the_last_day_then_dates_stay_in_the_calendar() -> None:
    for text in (
        "tomorrow for 5 days",
        "next weekend",
        "next month",
        "12 November",
        "in March",
        "29 February",
        "next friday",
    ):
        parse_sentence(text, destinations=(), today=dt.date.max)


NAMES = [name for d in DESTINATIONS for name in (d.name, *d.aliases)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Varansi", "Varanasi"),
        ("varanassi", "Varanasi"),
        ("Mumbay", "Mumbai"),
        ("sao paolo", "São Paulo"),
        ("TOKIO", "Tokyo"),
        ("bangkock", "Bangkok"),
        ("Newyork", "New York"),
    ],
)
def test_nearest_names_when_misspelt_then_finds_the_name(text: str, first: str) -> None:
    assert nearest_names(text, NAMES)[0] == first


def test_nearest_names_when_nothing_is_near_then_is_empty() -> None:
    assert nearest_names("Timbuktu", NAMES) == ()
    assert nearest_names("", NAMES) == ()
    assert nearest_names("Goa", []) == ()


def test_nearest_names_when_limit_is_given_then_keeps_it() -> None:
    assert len(nearest_names("Delhi", NAMES, limit=1)) == 1
    assert nearest_names("Delhi", NAMES, limit=0) == ()


@settings(deadline=None)
@given(st.text(), st.lists(st.text(max_size=20), max_size=20), st.integers(-1, 5))
def test_nearest_names_when_text_is_anything_then_never_raises(text: str, names: list[str], limit: int) -> None:
    found = nearest_names(text, names, limit)
    assert len(found) <= max(0, limit)
    assert set(found) <= set(names)
