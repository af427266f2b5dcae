"""Sentences and what they mean: a table to read, then properties that hold for any text."""

from __future__ import annotations

import datetime as dt
import random
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trips.planning.sentence import MAX_LENGTH, DestinationName, ParsedWish, nearest_names, parse_sentence
from trips.planning.sentence_words import PHRASES

TODAY = dt.date(2026, 11, 21)  # a Saturday
DESTINATIONS = (
    DestinationName("vns", "Varanasi", ("Banaras", "Kashi", "Benares", "वाराणसी"), "INR"),
    DestinationName("del", "Delhi", ("New Delhi",), "INR"),
    DestinationName("man", "Manali", (), "INR"),
    DestinationName("goa", "Goa", (), "INR"),
    DestinationName("bom", "Mumbai", ("Bombay",), "INR"),
    DestinationName("ker", "Kerala", (), "INR"),
    DestinationName("leh", "Ladakh", ("Leh",), "INR"),
    DestinationName("nce", "Nice", (), "EUR"),
    DestinationName("par", "Paris", (), "EUR"),
    DestinationName("tyo", "Tokyo", (), "JPY"),
    DestinationName("bkk", "Bangkok", (), "THB"),
    DestinationName("nyc", "New York", ("NYC", "New York City"), "USD"),
    DestinationName("sao", "São Paulo", (), "BRL"),
)
FIELDS = (
    "unknown_places origin days people children"
    " budget_min budget_max currency budget_approximate budget_basis start end"
    " month season interests avoided comfort pace trip_type needs"
)


def parse(text: str, **more: Any) -> ParsedWish:
    return parse_sentence(text, destinations=DESTINATIONS, today=TODAY, **more)


def said(text: str) -> dict[str, Any]:
    """What a sentence says, without the fields it leaves empty."""
    wish = parse(text)
    found = {name: getattr(wish, name) for name in FIELDS.split()}
    found["to"] = tuple(d.id for d in wish.destinations)
    found["leftover"] = tuple(rest.text for rest in wish.leftover)
    return {k: v for k, v in found.items() if v not in (None, (), False, "trip")}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


SENTENCES: list[tuple[str, dict[str, Any]]] = [
    (
        "5 days in Varanasi for 2 under 40,000, temples and food",
        {
            "to": ("vns",),
            "days": 5,
            "people": 2,
            "budget_max": 40000,
            "currency": "INR",
            "interests": ("temples", "food"),
        },
    ),
    (
        "a week in Goa, beach holiday with my wife and two kids, ₹1.5 lakh",
        {
            "to": ("goa",),
            "days": 7,
            "people": 4,
            "children": 2,
            "budget_max": 150000,
            "currency": "INR",
            "interests": ("beaches",),
            "trip_type": "beach",
        },
    ),
    (
        "Delhi and Manali 10-day trip from Mumbai budget 60k",
        {"to": ("del", "man"), "origin": "Mumbai", "days": 10, "budget_max": 60000, "currency": "INR"},
    ),
    (
        "weekend in Paris for a couple between $500 and $800",
        {"to": ("par",), "days": 2, "people": 2, "budget_min": 500, "budget_max": 800, "currency": "USD"},
    ),
    (
        "3 nights in Tokyo JPY 200000 solo",
        {"to": ("tyo",), "days": 4, "people": 1, "budget_max": 200000, "currency": "JPY"},
    ),
    (
        "two weeks in Kerala, family of four, 2000 euros",
        {"to": ("ker",), "days": 14, "people": 4, "budget_max": 2000, "currency": "EUR", "trip_type": "family"},
    ),
    # money
    ("Nice for €1.500", {"to": ("nce",), "budget_max": 1500, "currency": "EUR"}),
    ("Goa ₹40k", {"to": ("goa",), "budget_max": 40000, "currency": "INR"}),
    ("Goa Rs. 1.5 lakh", {"to": ("goa",), "budget_max": 150000, "currency": "INR"}),
    ("Goa 1 crore", {"to": ("goa",), "budget_max": 10**7, "currency": "INR"}),
    ("Bangkok 2 lakh", {"to": ("bkk",), "budget_max": 200000, "currency": "INR"}),
    ("dedh lakh me Goa", {"to": ("goa",), "budget_max": 150000, "currency": "INR", "leftover": ()}),
    ("Goa pachas hazar", {"to": ("goa",), "budget_max": 50000, "currency": "INR"}),
    ("Bangkok under 20000", {"to": ("bkk",), "budget_max": 20000, "currency": "THB"}),
    (
        "Goa around 30000",
        {"to": ("goa",), "budget_min": 27000, "budget_max": 33000, "currency": "INR", "budget_approximate": True},
    ),
    ("Goa at least 20000", {"to": ("goa",), "budget_min": 20000, "currency": "INR"}),
    ("Goa min 10000 max 20000", {"to": ("goa",), "budget_min": 10000, "budget_max": 20000, "currency": "INR"}),
    ("Goa 40-50k", {"to": ("goa",), "budget_min": 40000, "budget_max": 50000, "currency": "INR"}),
    ("Goa 20000 to 30000", {"to": ("goa",), "budget_min": 20000, "budget_max": 30000, "currency": "INR"}),
    ("Delhi 1,50,000", {"to": ("del",), "budget_max": 150000, "currency": "INR"}),
    ("Delhi ₹ 25,000/- each", {"to": ("del",), "budget_max": 25000, "currency": "INR", "budget_basis": "person"}),
    ("Paris €1.500,50", {"to": ("par",), "budget_max": Decimal("1500.50"), "currency": "EUR"}),
    ("Paris 2 500 EUR", {"to": ("par",), "budget_max": 2500, "currency": "EUR"}),
    ("São Paulo 2000 R$", {"to": ("sao",), "budget_max": 2000, "currency": "BRL"}),
    (
        "New York City 3k usd per person",
        {"to": ("nyc",), "budget_max": 3000, "currency": "USD", "budget_basis": "person"},
    ),
    ("Paris for a day", {"to": ("par",), "days": 1}),
    ("Paris 100 dollars a day", {"to": ("par",), "budget_max": 100, "currency": "USD", "budget_basis": "day"}),
    ("my budget is 900 for Paris", {"to": ("par",), "budget_max": 900, "currency": "EUR"}),
    ("40000 all inclusive Goa", {"to": ("goa",), "budget_max": 40000, "currency": "INR", "leftover": ("inclusive",)}),
    ("Goa 20000, hotel 30000", {"to": ("goa",), "budget_max": 20000, "currency": "INR", "leftover": ("hotel 30000",)}),
    ("Goa 2027", {"to": ("goa",), "leftover": ("2027",)}),
    ("Goa Rs.20,000 to Rs.30,000", {"to": ("goa",), "budget_min": 20000, "budget_max": 30000, "currency": "INR"}),
    ("5000 a night in Goa", {"to": ("goa",), "budget_max": 5000, "currency": "INR", "budget_basis": "day"}),
    # lengths
    ("5-7 days Delhi", {"to": ("del",), "days": 7}),
    ("2N/3D Manali", {"to": ("man",), "days": 3}),
    ("3 days 2 nights in Manali", {"to": ("man",), "days": 3}),
    ("a long weekend in Goa", {"to": ("goa",), "days": 3}),
    ("a couple of days in Goa", {"to": ("goa",), "days": 2}),
    ("fortnight in Kerala", {"to": ("ker",), "days": 14}),
    ("under 5 days in Goa", {"to": ("goa",), "days": 5, "leftover": ()}),
    ("Goa 5 din", {"to": ("goa",), "days": 5}),
    ("0 days in Goa", {"to": ("goa",), "leftover": ("0",)}),
    ("9999 days in Goa", {"to": ("goa",)}),
    # people
    ("Goa for 3 log", {"to": ("goa",), "people": 3}),
    ("we are 4, Delhi", {"to": ("del",), "people": 4}),
    ("Goa with 3 friends", {"to": ("goa",), "people": 4}),
    ("Goa with friends", {"to": ("goa",)}),
    ("2 adults and 1 child to Delhi", {"to": ("del",), "people": 3, "children": 1, "trip_type": "family"}),
    (
        "with my wife, two kids and my parents to Manali",
        {"to": ("man",), "people": 6, "children": 2, "trip_type": "family"},
    ),
    ("my wife and I to Goa", {"to": ("goa",), "people": 2}),
    ("honeymoon in Bangkok", {"to": ("bkk",), "people": 2, "trip_type": "romantic"}),
    ("Goa for 2 lakh", {"to": ("goa",), "budget_max": 200000, "currency": "INR"}),
    # dates
    ("12 November Goa", {"to": ("goa",), "start": day("2027-11-12")}),
    ("Goa December 3rd, 2026", {"to": ("goa",), "start": day("2026-12-03")}),
    ("12-16 Nov 2026 Varanasi", {"to": ("vns",), "days": 5, "start": day("2026-11-12"), "end": day("2026-11-16")}),
    ("Dec 1 to 5 Goa", {"to": ("goa",), "days": 5, "start": day("2026-12-01"), "end": day("2026-12-05")}),
    ("28 Dec - 3 Jan Goa", {"to": ("goa",), "days": 7, "start": day("2026-12-28"), "end": day("2027-01-03")}),
    (
        "from 2026-12-01 to 2026-12-05 in Delhi",
        {"to": ("del",), "days": 5, "start": day("2026-12-01"), "end": day("2026-12-05")},
    ),
    (
        "Goa on 5/12/2026 for 3 nights",
        {"to": ("goa",), "days": 4, "start": day("2026-12-05"), "end": day("2026-12-08")},
    ),
    (
        "Manali 15/12/2026 to 20/12/2026",
        {"to": ("man",), "days": 6, "start": day("2026-12-15"), "end": day("2026-12-20"), "leftover": ()},
    ),
    ("Goa tomorrow", {"to": ("goa",), "start": day("2026-11-22")}),
    ("Goa next friday", {"to": ("goa",), "start": day("2026-11-27")}),
    ("Goa next weekend", {"to": ("goa",), "days": 2, "start": day("2026-11-28"), "end": day("2026-11-29")}),
    ("Goa next month", {"to": ("goa",), "month": day("2026-12-01")}),
    ("Goa in December", {"to": ("goa",), "month": day("2026-12-01")}),
    ("Goa in may", {"to": ("goa",), "month": day("2027-05-01")}),
    ("we may go to Goa", {"to": ("goa",)}),
    ("Ladakh in the summer", {"to": ("leh",), "season": "summer"}),
    ("Kerala during monsoon", {"to": ("ker",), "season": "monsoon"}),
    ("Goa 31 February", {"to": ("goa",), "month": day("2027-02-01"), "leftover": ("31",)}),
    # places
    ("Varansi 4 days", {"unknown_places": ("Varansi",), "days": 4}),
    ("timbuktu or goa", {"to": ("goa",), "leftover": ("timbuktu",)}),
    ("trip to timbuktu", {"unknown_places": ("timbuktu",)}),
    ("Barcelona or Porto Alegre", {"unknown_places": ("Barcelona", "Porto Alegre")}),
    ("Goa from Pune", {"to": ("goa",), "origin": "Pune"}),
    ("from Delhi to Goa", {"to": ("goa",), "origin": "Delhi"}),
    ("a nice trip to goa", {"to": ("goa",)}),
    ("sao paulo", {"to": ("sao",)}),
    ("GOA CHEAP TRIP", {"to": ("goa",), "comfort": "budget"}),
    ("वाराणसी", {"to": ("vns",)}),
    ("Goa, Goa and goa", {"to": ("goa",)}),
    # tastes
    ("a trek in Ladakh, packed", {"to": ("leh",), "interests": ("trekking",), "pace": "full", "trip_type": "trek"}),
    ("relaxed luxury trip, 5 star", {"comfort": "luxury", "pace": "relaxed"}),
    ("goa on a budget, cheap hostels", {"to": ("goa",), "comfort": "budget"}),
    ("not luxury, no museums or nightlife", {"avoided": ("history", "nightlife"), "leftover": ("luxury",)}),
    ("old town, wine, yoga and sunsets", {"interests": ("history", "food", "wellness", "views")}),
    ("Kashi yatra", {"to": ("vns",), "interests": ("spiritual",), "trip_type": "spiritual"}),
    ("business trip to Delhi", {"to": ("del",), "trip_type": "business"}),
    (
        "wheelchair user, vegetarian, with a toddler",
        {"people": 2, "children": 1, "trip_type": "family", "needs": ("toddler", "wheelchair", "vegetarian")},
    ),
    ("non veg food in Goa", {"to": ("goa",), "interests": ("food",), "leftover": ("non veg",)}),
    # nothing
    ("", {}),
    ("   ", {}),
    ("🏖️🏖️", {}),
    ("\x00\x00", {}),
    ("please help me plan", {"leftover": ()}),
    ("qwrtz", {"leftover": ("qwrtz",)}),
]


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


ADVERSARIAL = [
    "1" * 500,
    "1," * 250,
    "1 " * 250,
    "1 000 " * 84,
    " " * 500,
    "a " * 250,
    "-" * 500,
    "with my " * 63,
    "with my wife and " * 30,
    "my wife, " * 56,
    "between 1 and " * 36,
    "from 1 to " * 50,
    "12-16-" * 84,
    "for " * 125,
    "under around budget of " * 22,
    "no " * 167,
    "Goa " * 125,
    "goax " * 100,
    "New York " * 56,
    "New " * 125,
    "1k-" * 167,
    "rs " * 167,
    "one two three " * 36,
    "\u0301" * 500,
    "ﷺ" * 500,
    "ß" * 500,
    "\ud800" * 500,
    "٣" * 500,
    "½²" * 250,
    "2026-12-01 to " * 36,
]


@pytest.mark.parametrize("text", ADVERSARIAL, ids=range(len(ADVERSARIAL)))
def test_sentence_when_text_is_hostile_then_answers_quickly(text: str) -> None:
    began = time.perf_counter()
    parse(text)
    assert time.perf_counter() - began < 0.25


def test_sentence_when_catalogue_is_large_then_answers_quickly() -> None:
    rng = random.Random(7)
    names = ["".join(rng.choices("abcdefghijklmnoprstuv", k=rng.randint(4, 12))).title() for _ in range(3000)]
    many = tuple(DestinationName(str(i), name) for i, name in enumerate(names))
    text = " ".join(rng.choices(["plimok", "Quastro", "brindel", "to", "Verlon", "wex"], k=80))
    parse_sentence(text, destinations=many, today=TODAY)  # builds the index once
    began = time.perf_counter()
    parse_sentence(text, destinations=many, today=TODAY)
    assert time.perf_counter() - began < 0.5


TYPICAL = """5 2 days nights for under between and to from ₹ $ € 40,000 40k lakh crore rs 1.5 12 Nov 2026 2026-12-01 in
with my wife kids a Goa Delhi new york nice no not budget max around per person , - / . next weekend month may 31
february 🏖 é"""
VOCABULARY = [*TYPICAL.split(), "\x00", *PHRASES]


@settings(deadline=None, max_examples=400)
@given(st.text(max_size=600) | st.lists(st.sampled_from(VOCABULARY), max_size=60).map(" ".join))
def test_sentence_when_text_is_anything_then_never_raises_and_spans_hold(text: str) -> None:
    began = time.perf_counter()
    wish = parse(text)
    assert time.perf_counter() - began < 0.5
    for part in (*wish.parts, *wish.leftover):
        assert 0 <= part.start < part.end <= len(wish.text)
        assert wish.text[part.start : part.end] == part.text
    assert wish.days is None or 1 <= wish.days <= 365
    assert wish.people is None or 1 <= wish.people <= 100
    assert wish.budget_min is None or wish.budget_max is None or wish.budget_min <= wish.budget_max
    assert (wish.currency is None) == (wish.budget_min is None and wish.budget_max is None)
    assert wish.start is None or wish.end is None or wish.start <= wish.end
    assert not set(wish.interests) & set(wish.avoided)
    assert parse(text) == wish


@settings(deadline=None)
@given(
    days=st.integers(1, 365),
    people=st.integers(2, 99),
    budget=st.integers(1000, 10**9),
    place=st.sampled_from(DESTINATIONS),
)
def test_sentence_when_made_from_parts_then_gives_them_back(
    days: int, people: int, budget: int, place: DestinationName
) -> None:
    wish = parse(f"{days} days in {place.name} for {people} people under {budget:,}")
    assert (wish.days, wish.people, wish.budget_max, wish.destinations) == (days, people, budget, (place,))
    assert wish.currency == place.currency
    assert wish.leftover == ()


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
