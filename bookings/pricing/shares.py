"""A sum divided among those who pay it: exact, each share an amount that can be charged, nobody pays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from travelplanner.core import money


class UnfitShares(Exception):
    """`code`: nobody, not_positive (at `position`), too_fine (at `position`, no such amount can be charged), off (the amounts come to
    `difference` more than the total, less when it is negative), too_small (not even a unit for everyone)."""

    def __init__(self, code: str, *, position: int | None = None, difference: Decimal = Decimal(0)) -> None:
        self.code, self.position, self.difference = code, position, difference
        super().__init__(code)


def divide(total: Decimal, amounts: Sequence[Decimal | None], currency: str) -> tuple[Decimal, ...]:
    """The shares of `total`, in order: those with an amount pay it, the others (None) the rest in equal parts, first come first for spare units.

    Guarantees: they add up to `total` exactly, each is positive and, when the total is, a whole number of `money.payable_unit`. Raises UnfitShares.
    """
    if not amounts:
        raise UnfitShares("nobody")
    total = money.quantize(total, currency)
    for position, amount in enumerate(amounts):
        if amount is None:
            continue
        if amount <= 0:
            raise UnfitShares("not_positive", position=position)
        if amount > money.MAX_AMOUNT or money.payable(amount, currency) != amount:
            raise UnfitShares("too_fine", position=position)
    rest = total - sum((amount for amount in amounts if amount is not None), Decimal(0))
    open_ones = sum(amount is None for amount in amounts)
    if (not open_ones and rest) or rest < 0:
        raise UnfitShares("off", difference=-rest)
    step = money.common_step([rest], currency)
    if open_ones and rest < open_ones * step:
        raise UnfitShares("too_small", difference=-rest)
    parts = iter(money.split(rest, [1] * open_ones, currency, step=step) if open_ones else ())
    return tuple(money.quantize(amount, currency) if amount is not None else next(parts) for amount in amounts)
