"""Amounts as payment companies write them: whole numbers of a currency's smallest unit, by each company's own rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal


class NotChargeable(ValueError):
    """This amount can't be written in the company's units without changing it."""


@dataclass(frozen=True, slots=True)
class Units:
    """`whole` currencies have no decimals, `fine` ones three, of which the last must be 0; all others have two. `even` are written with two
    decimals, which must be 00."""

    whole: Collection[str]
    fine: Collection[str]
    even: Collection[str] = ()

    def decimals(self, currency: str) -> int:
        return 0 if currency in self.whole else 3 if currency in self.fine else 2

    def to_minor(self, amount: Decimal, currency: str) -> int:
        """12.34 EUR -> 1234. Raises NotChargeable rather than round: what is taken must be what was asked."""
        scaled = amount.scaleb(self.decimals(currency))
        step = 10 if currency in self.fine else 100 if currency in self.even else 1
        if scaled != scaled.to_integral_value() or scaled % step or scaled <= 0:
            raise NotChargeable(f"{amount} {currency}")
        return int(scaled)

    def from_minor(self, minor: int, currency: str) -> Decimal:
        return Decimal(minor).scaleb(-self.decimals(currency))


# https://docs.stripe.com/currencies#zero-decimal, #three-decimal and #special-cases (UGX and ISK have no decimals, and are written with two).
STRIPE = Units(
    whole=frozenset({"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}),
    fine=frozenset({"BHD", "JOD", "KWD", "OMR", "TND"}),
    even=frozenset({"ISK", "UGX"}),
)
# https://razorpay.com/docs/payments/international-payments/ ("currency subunits"; three decimals end in 0) and ISO 4217.
RAZORPAY = Units(
    whole=frozenset({"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}),
    fine=frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}),
)
