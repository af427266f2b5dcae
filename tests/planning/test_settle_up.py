"""Settling up: everybody ends at zero with the fewest transfers, checked against trying everything."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trips.expenses import MOST_EXACT, Settlement, settle, standings


def balances_of(cents: list[int]) -> dict[str, Decimal]:
    """Named p00, p01, ..., the last one bears what is missing to zero."""
    whole = [*cents, -sum(cents)]
    return {f"p{n:02}": Decimal(value) / 100 for n, value in enumerate(whole)}


def assert_settles(balances: dict[str, Decimal], found: Settlement) -> None:
    after = dict(balances)
    for transfer in found.transfers:
        assert transfer.amount > 0
        assert transfer.payer != transfer.payee
        after[transfer.payer] += transfer.amount
        after[transfer.payee] -= transfer.amount
    assert set(after.values()) <= {Decimal(0)}
    assert len(found.transfers) <= max(0, sum(1 for balance in balances.values() if balance) - 1)


def fewest(debts: list[int]) -> int:
    """By trying everything: the first who isn't even gives all of it to each of the others who is on the opposite side, in turn."""
    rest = [debt for debt in debts if debt]
    if not rest:
        return 0
    first, others = rest[0], rest[1:]
    return min(1 + fewest([*others[:i], other + first, *others[i + 1 :]]) for i, other in enumerate(others) if first * other < 0)


@given(st.lists(st.integers(-8, 8), max_size=6))
def test_transfers_when_few_people_then_no_way_of_trying_everything_finds_fewer(cents: list[int]) -> None:
    balances = balances_of(cents)
    found = settle(balances)
    assert found.exact
    assert_settles(balances, found)
    assert len(found.transfers) == fewest([int(balance * 100) for balance in balances.values()])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), max_size=12))
def test_transfers_when_amounts_are_large_then_everybody_ends_at_zero(cents: list[int]) -> None:
    balances = balances_of(cents)
    found = settle(balances)
    assert found.exact
    assert_settles(balances, found)


@given(st.lists(st.integers(-50, 50), max_size=40))
@settings(max_examples=25, deadline=None)
def test_transfers_when_many_people_then_still_fewer_than_people_and_it_says_how_it_was_found(cents: list[int]) -> None:
    balances = balances_of(cents)
    assert_settles(balances, settle(balances))


@given(st.lists(st.integers(-9, 9), max_size=7), st.randoms(use_true_random=False))
def test_transfers_when_asked_in_another_order_then_the_same(cents: list[int], random: object) -> None:
    balances = balances_of(cents)
    pairs = list(balances.items())
    random.shuffle(pairs)
    assert settle(dict(pairs)) == settle(balances)


def test_transfers_when_groups_cancel_out_then_they_settle_among_themselves() -> None:
    """Largest-to-largest alone would need five."""
    found = settle({name: Decimal(value) for name, value in {"a": 7, "b": -4, "c": -3, "d": 6, "e": -4, "f": -2}.items()})
    assert len(found.transfers) == 4
    assert {(t.payer, t.payee) for t in found.transfers} in ({("b", "a"), ("c", "a"), ("e", "d"), ("f", "d")}, {("e", "a"), ("c", "a"), ("b", "d"), ("f", "d")})


def test_transfers_when_just_too_many_then_greedy_and_said_so() -> None:
    cents = [2**n for n in range(MOST_EXACT)]  # no two equal, no subset cancels out
    exact, greedy = settle(balances_of(cents[: MOST_EXACT - 1])), settle(balances_of(cents))
    assert (exact.exact, greedy.exact) == (True, False)
    assert len(greedy.transfers) == MOST_EXACT


def test_search_when_as_large_as_it_gets_then_it_takes_no_time_that_a_reader_notices() -> None:
    started = time.perf_counter()
    settle(balances_of([3**n for n in range(MOST_EXACT - 1)]))
    assert time.perf_counter() - started < 2  # some 60 ms here; a wide margin for a busy machine


def test_balances_when_they_do_not_cancel_out_then_refused() -> None:
    with pytest.raises(ValueError, match="zero"):
        settle({"a": Decimal("0.01")})


def test_standings_when_paid_shared_and_settled_then_each_stands_where_they_should() -> None:
    found = standings(
        members=["alice", "bob", "carla"],
        paid=[("alice", Decimal(90)), ("former", Decimal(10))],
        shares=[("alice", Decimal(40)), ("bob", Decimal(60))],
        settled=[("bob", "alice", Decimal(50))],
    )
    assert {row.member: row.balance for row in found} == {"alice": 0, "bob": -10, "carla": 0, "former": 10}
    assert sum(row.balance for row in found) == 0
