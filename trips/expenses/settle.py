"""Settling up with the fewest transfers.

With n people in several groups whose balances cancel out, n minus the number of groups is the fewest transfers there can be. So the most groups are
looked for: first pairs that owe each other the same (taking them out never costs a group), then a search over all subsets of the rest, which is exact
up to MOST_EXACT people. Above that the largest debtor pays the largest creditor until nobody owes: never more than n - 1 transfers, and said so
(`exact` is False).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_EXACT = 14  # 2^14 subsets take some 30 ms; each person more doubles it

Open = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class Transfer:
    """`payer` gives `payee` the amount, which is positive."""

    payer: str
    payee: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """Transfers after which nobody owes anything; `exact` says that no fewer can do it."""

    transfers: tuple[Transfer, ...]
    exact: bool


def settle(balances: Mapping[str, Decimal]) -> Settlement:
    """Transfers that bring every balance (positive: is owed, negative: owes) to zero. Deterministic: the order of the mapping doesn't matter.

    Raises ValueError when the balances don't add up to zero.
    """
    if sum(balances.values(), Decimal(0)) != 0:
        raise ValueError("balances must add up to zero")
    rest: list[Open] = [(member, balances[member]) for member in sorted(balances) if balances[member]]
    transfers: list[Transfer] = []
    rest = _take_pairs(rest, transfers)
    exact = len(rest) <= MOST_EXACT
    for group in _most_groups(rest) if exact else [rest]:
        transfers += _within(group)
    return Settlement(tuple(transfers), exact)


def _take_pairs(people: Sequence[Open], transfers: list[Transfer]) -> list[Open]:
    """Whoever owes exactly what another is owed pays them; returns the others."""
    left = list(people)
    for debtor in people:
        if debtor[1] >= 0:
            continue
        creditor = next((other for other in left if other[1] == -debtor[1]), None)
        if creditor is not None:
            left.remove(debtor)
            left.remove(creditor)
            transfers.append(Transfer(debtor[0], creditor[0], creditor[1]))
    return left


def _most_groups(people: Sequence[Open]) -> list[list[Open]]:
    """Split the people into as many groups as possible, each of which cancels out.

    `most[subset]` is how many prefixes of the best order of its members cancel out; reading the best order backwards gives the groups.
    """
    size = 1 << len(people)
    total, most = [Decimal(0)] * size, [0] * size
    for subset in range(1, size):
        lowest = subset & -subset
        total[subset] = total[subset ^ lowest] + people[lowest.bit_length() - 1][1]
        best, rest = 0, subset
        while rest:
            bit = rest & -rest
            best = max(best, most[subset ^ bit])
            rest ^= bit
        most[subset] = best + (not total[subset])
    groups: list[list[Open]] = []
    subset = size - 1
    while subset:
        if not total[subset]:
            groups.append([])
        wanted = most[subset] - (not total[subset])
        bit = next(1 << i for i in range(len(people)) if subset >> i & 1 and most[subset ^ 1 << i] == wanted)
        groups[-1].append(people[bit.bit_length() - 1])
        subset ^= bit
    return groups


def _within(group: Sequence[Open]) -> list[Transfer]:
    """Largest debtor to largest creditor: each transfer brings one of them to zero, the last one both, so at most one fewer than people."""
    open_balances = dict(group)
    transfers = []
    while open_balances:
        payee = min(open_balances, key=lambda member: (-open_balances[member], member))
        payer = min(open_balances, key=lambda member: (open_balances[member], member))
        amount = min(open_balances[payee], -open_balances[payer])
        transfers.append(Transfer(payer, payee, amount))
        open_balances[payee] -= amount
        open_balances[payer] += amount
        open_balances = {member: balance for member, balance in open_balances.items() if balance}
    return transfers
