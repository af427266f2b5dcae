"""Splitting an expense exactly.

The rule: everybody's exact part is `total x weight / sum of weights`. Each gets it rounded down to the currency's smallest unit; the units that
are left over go one by one to those who lost most by rounding down. Where several lost the same, the turn goes round the members in the order
of their ids, beginning at a place that the expense's own id picks: so it is not always the same person who pays the odd cent, and yet anyone who
splits the same expense again, with its members in whatever order, gets the same parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from travelplanner.core import money

Weight = Decimal | Fraction | int


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bill and whom it is for; several members share it equally."""

    amount: Decimal
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What falls to one member, never negative."""

    member: str
    amount: Decimal


def share_out(total: Decimal, weights: Mapping[str, Weight], currency: str, *, key: str) -> tuple[Part, ...]:
    """Divide `total` by weight, by the module's rule; the parts add up to it exactly. In the order of the members' ids.

    Equal weights make an equal split. Raises ValueError for a total that is negative or finer than the currency's unit, and for weights that are
    negative, or none above zero.
    """
    if total < 0 or money.quantize(total, currency) != total:
        raise ValueError(f"{total} is no amount of {currency} that can be split")
    members = sorted(weights)
    exact_weights = [Fraction(weights[member]) for member in members]
    whole = sum(exact_weights)
    if any(weight < 0 for weight in exact_weights) or whole <= 0:
        raise ValueError("weights must not be negative, and not all zero")
    minor = money.to_minor(total, currency)
    exact = [minor * weight / whole for weight in exact_weights]
    units = [int(part) for part in exact]  # rounds down: nothing here is negative
    first = _first_turn(key, len(members))
    turns = sorted(range(len(members)), key=lambda i: (units[i] - exact[i], (i - first) % len(members)))
    for i in turns[: minor - sum(units)]:
        units[i] += 1
    return tuple(Part(member, money.from_minor(unit, currency)) for member, unit in zip(members, units, strict=True))


def _first_turn(key: str, count: int) -> int:
    """Whose turn is first, 0..count-1, from the expense's id."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % count


def weights_of_items(total: Decimal, items: Sequence[Item]) -> dict[str, Fraction]:
    """Weights of an itemised bill: what each ordered. What the bill is above its items (tax, tip) so falls to all in proportion.

    Raises ValueError for a bill without items, items without members, with a member twice or an amount that isn't positive,
    and items that come to more than the bill.
    """
    if not items:
        raise ValueError("a bill needs items")
    weights: dict[str, Fraction] = {}
    for item in items:
        if item.amount <= 0 or not item.members or len(set(item.members)) != len(item.members):
            raise ValueError("an item needs a positive amount and the members it is for, each once")
        for member in item.members:
            weights[member] = weights.get(member, Fraction(0)) + Fraction(item.amount) / len(item.members)
    if sum(weights.values()) > Fraction(total):
        raise ValueError("the items come to more than the bill")
    return weights
