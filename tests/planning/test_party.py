"""Needs of the party: the least able traveler sets them, whoever that is."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from accounts.models.choices import NEEDS
from trips.planning.party import EASY_EFFORT, GENTLE, SHORT_WALKS_KM, Party, Person, joined, party_of, with_party
from trips.planning.wish import Needs

KEYS = [key for key, _label in NEEDS]
people = st.builds(Person, needs=st.frozensets(st.sampled_from(KEYS)), type=st.sampled_from(["adult", "child", "infant", "senior"]))
needs = st.builds(
    Needs,
    step_free=st.booleans(),
    max_walk_km=st.none() | st.floats(0.5, 50),
    max_effort=st.none() | st.integers(1, 5),
    rest_days=st.none() | st.integers(0, 30),
    earliest_start=st.none() | st.integers(240, 720),
    latest_end=st.none() | st.integers(960, 1440),
)


def at_least_as_strict(strict: Needs, loose: Needs) -> bool:
    def below(a: float | None, b: float | None) -> bool:
        return b is None or (a is not None and a <= b)

    def above(a: float | None, b: float | None) -> bool:
        return b is None or (a is not None and a >= b)

    return (
        strict.step_free >= loose.step_free
        and below(strict.max_walk_km, loose.max_walk_km)
        and below(strict.max_effort, loose.max_effort)
        and above(strict.rest_days, loose.rest_days)
        and above(strict.earliest_start, loose.earliest_start)
        and below(strict.latest_end, loose.latest_end)
    )


def test_party_when_nobody_needs_anything_then_no_constraint() -> None:
    assert party_of([Person(), Person(type="child")], days=5) == Party()
    assert with_party(Needs(max_effort=4), Party()) == Needs(max_effort=4)


def test_party_when_one_of_two_needs_something_then_it_holds_for_both() -> None:
    party = party_of([Person(), Person(frozenset({"step_free", "short_walks", "easy_effort", "rest_days"}))], days=9)
    assert party.said == Needs(step_free=True, max_walk_km=SHORT_WALKS_KM, max_effort=EASY_EFFORT, rest_days=2)
    assert party.assumed == ()


def test_party_when_needs_are_no_matter_of_plans_then_no_constraint() -> None:
    assert party_of([Person(frozenset({"hearing", "sight", "service_animal", "medication"}))], days=5).empty


def test_party_when_an_infant_or_a_senior_comes_along_then_gentle_defaults_flagged_as_assumed() -> None:
    party = party_of([Person(type="senior"), Person(type="infant")], days=5)
    assert party.said == Needs()
    assert party.gentle == joined(GENTLE["infant"], GENTLE["senior"])
    assert party.assumed == ("infant", "senior")
    assert with_party(Needs(), party) == party.gentle


def test_party_when_the_wish_says_more_then_defaults_yield_and_needs_do_not() -> None:
    wish = Needs(max_walk_km=12.0, max_effort=5)
    assert with_party(wish, party_of([Person(type="senior")], days=5)) == wish
    assert with_party(wish, party_of([Person(frozenset({"short_walks"}))], days=5)).max_walk_km == SHORT_WALKS_KM


def test_party_when_a_senior_says_what_they_need_then_nothing_is_assumed_beside_it() -> None:
    party = party_of([Person(frozenset({"easy_effort"}), "senior")], days=5)
    assert (party.assumed, party.gentle) == ((), Needs())


def test_party_when_the_trip_is_one_day_then_no_day_of_rest() -> None:
    assert party_of([Person(frozenset({"rest_days"}))], days=1).said.rest_days is None


@given(st.lists(people, max_size=4), st.integers(1, 30))
def test_party_when_people_are_told_in_another_order_then_the_same(some: list[Person], days: int) -> None:
    assert len({repr(party_of(order, days=days)) for order in itertools.permutations(some)}) <= 1


@given(st.lists(people, max_size=5), people, needs, st.integers(1, 30))
def test_party_when_somebody_joins_then_nothing_gets_looser(some: list[Person], one: Person, wish: Needs, days: int) -> None:
    before, after = party_of(some, days=days), party_of([*some, one], days=days)
    assert at_least_as_strict(after.said, before.said)
    assert at_least_as_strict(after.gentle, before.gentle)
    assert at_least_as_strict(with_party(wish, after), wish)
    assert at_least_as_strict(with_party(wish, after), after.said)
