"""What holds for any text: no exception, true spans, an answer in no time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trips.planning.sentence import DestinationName, parse_sentence
from trips.planning.sentence_words import PHRASES

from .sentence_examples import DESTINATIONS, TODAY, parse

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
