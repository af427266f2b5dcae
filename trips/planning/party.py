"""What the people of a trip need of its plan: the least able traveler sets it. Pure; what comes out names nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from .wish import Needs

Number = TypeVar("Number", int, float)

SHORT_WALKS_KM = 2.0  # on foot in one day
EASY_EFFORT = 2
REST_EVERY = 4  # a day of rest in so many days
# Gentle defaults, for people of whom nothing is said. They yield to what the wish itself says.
GENTLE = {
    "infant": Needs(max_walk_km=5.0, max_effort=3, latest_end=20 * 60 + 30),
    "senior": Needs(max_walk_km=6.0, max_effort=3),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One who comes along: `needs` are keys of accounts.models.choices.NEEDS, `type` (adult, child, infant, senior) is that of the first day."""

    needs: frozenset[str] = frozenset()
    type: str = "adult"


@dataclass(frozen=True, slots=True)
class Party:
    """`said` is the strictest of what is needed, `gentle` the strictest of our defaults; `assumed` says for whom: infant, senior."""

    said: Needs = field(default_factory=Needs)
    gentle: Needs = field(default_factory=Needs)
    assumed: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return self.said == Needs() and self.gentle == Needs()


def party_of(people: Iterable[Person], *, days: int) -> Party:
    """The union of what the people need on a trip of so many days. The order of the people changes nothing."""
    said, gentle = Needs(), Needs()
    assumed: set[str] = set()
    for person in people:
        said = joined(said, _of(person.needs, days))
        if person.type in GENTLE and not person.needs & {"short_walks", "easy_effort"}:
            gentle = joined(gentle, GENTLE[person.type])
            assumed.add(person.type)
    return Party(said, gentle, tuple(sorted(assumed)))


def _of(needs: frozenset[str], days: int) -> Needs:
    return Needs(
        step_free="step_free" in needs,
        max_walk_km=SHORT_WALKS_KM if "short_walks" in needs else None,
        max_effort=EASY_EFFORT if "easy_effort" in needs else None,
        rest_days=max(1, days // REST_EVERY) if "rest_days" in needs and days > 1 else None,
    )


def joined(one: Needs, other: Needs) -> Needs:
    """The strictest of both; places to see and to avoid are put together."""
    return Needs(
        step_free=one.step_free or other.step_free,
        max_walk_km=_least(one.max_walk_km, other.max_walk_km),
        max_effort=_least(one.max_effort, other.max_effort),
        rest_days=_most(one.rest_days, other.rest_days),
        earliest_start=_most(one.earliest_start, other.earliest_start),
        latest_end=_least(one.latest_end, other.latest_end),
        must_see=tuple(dict.fromkeys((*one.must_see, *other.must_see))),
        avoid=tuple(dict.fromkeys((*one.avoid, *other.avoid))),
    )


def with_party(wish: Needs, party: Party) -> Needs:
    """The wish's own needs made to fit everybody. What is needed always counts; a gentle default only where the wish says nothing itself."""
    gentle = replace(
        party.gentle,
        max_walk_km=party.gentle.max_walk_km if wish.max_walk_km is None else None,
        max_effort=party.gentle.max_effort if wish.max_effort is None else None,
        latest_end=party.gentle.latest_end if wish.latest_end is None else None,
    )
    return joined(joined(wish, party.said), gentle)


def _least(a: Number | None, b: Number | None) -> Number | None:
    return min((value for value in (a, b) if value is not None), default=None)


def _most(a: Number | None, b: Number | None) -> Number | None:
    return max((value for value in (a, b) if value is not None), default=None)
