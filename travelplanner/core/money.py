"""Money: Decimal with its currency's own exponent (0, 2 or 3 decimals), never float."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision

HUNDREDTH = Decimal("0.01")
MAX_AMOUNT = Decimal("999999999999.999")  # what the columns hold


@cache
def exponent(currency: str) -> int:
    """Decimals of a currency (ISO 4217, by CLDR): 0 for JPY, 3 for KWD, else mostly 2."""
    return int(get_currency_precision(currency))


@cache
def known_currencies() -> frozenset[str]:
    """Codes in legal use somewhere today, by CLDR."""
    codes = {entry[0] for entries in get_global("territory_currencies").values() for entry in entries if entry[2] is None and entry[3]}
    return frozenset(codes)


@cache
def unit(currency: str) -> Decimal:
    """The smallest amount, e.g. 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-exponent(currency))


def quantize(amount: Decimal | int | str, currency: str) -> Decimal:
    """Round to the currency's unit, half to even (no drift over many sums)."""
    return Decimal(amount).quantize(unit(currency), rounding=ROUND_HALF_EVEN)


@cache
def payable_unit(currency: str) -> Decimal:
    """The smallest step of what can be charged or given back: the currency's unit, but never finer than a hundredth.

    Payment companies take a currency of three decimals (KWD, BHD, OMR, TND, ...) in thousandths whose last digit must be 0
    (https://docs.stripe.com/currencies#three-decimal; Razorpay and others say the same).
    """
    return max(unit(currency), HUNDREDTH)


def payable(amount: Decimal | int | str, currency: str) -> Decimal:
    """Round to what can be charged, half to even, written with the currency's decimals: 12.345 KWD -> 12.340."""
    return quantize(Decimal(amount).quantize(payable_unit(currency), rounding=ROUND_HALF_EVEN), currency)


def common_step(amounts: Iterable[Decimal], currency: str) -> Decimal:
    """The step in which these amounts can be divided without a rest: the payable one, or, where one of them is finer, the currency's unit."""
    return payable_unit(currency) if all(amount == payable(amount, currency) for amount in amounts) else unit(currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """12.34 EUR -> 1234; rounds half to even first."""
    return int(quantize(amount, currency).scaleb(exponent(currency)))


def from_minor(minor: int, currency: str) -> Decimal:
    """1234, EUR -> 12.34."""
    return Decimal(minor).scaleb(-exponent(currency)).quantize(unit(currency))


def as_number(amount: Decimal, currency: str) -> int | float:
    """For the documents only, which print money as JSON numbers: int when the value is whole."""
    value = quantize(amount, currency)
    return int(value) if value == value.to_integral_value() else float(value)


def split(total: Decimal, weights: Sequence[int | Decimal], currency: str, *, step: Decimal | None = None) -> tuple[Decimal, ...]:
    """Divide exactly: parts add up to the total; spare units go to the largest remainders, first come first on ties.

    `step` is the unit that is dealt out (the currency's own when None); the total must be a whole number of it.
    """
    if not weights or any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("weights must be non-negative and not all zero")
    step, whole = step or unit(currency), sum(Decimal(weight) for weight in weights)
    steps = quantize(total, currency) / step
    if steps != steps.to_integral_value():
        raise ValueError("the total is no whole number of steps")
    exact = [steps * Decimal(weight) / whole for weight in weights]
    parts = [int(value // 1) for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: int(steps) - sum(parts)]:
        parts[i] += 1
    return tuple(quantize(part * step, currency) for part in parts)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency; adding different currencies is an error."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", quantize(self.amount, self.currency))

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def as_json(self) -> dict[str, str]:
        return {"amount": str(self.amount), "currency": self.currency}
