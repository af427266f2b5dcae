"""Where everybody stands: what they paid, what was theirs to pay, what changed hands since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

Sum = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class Standing:
    """One member's sums in the trip's currency: `paid` for all, their own `share`, `gave` to and `got` from others to settle up."""

    member: str
    paid: Decimal
    share: Decimal
    gave: Decimal
    got: Decimal

    @property
    def balance(self) -> Decimal:
        """Positive: the others owe them; negative: they owe."""
        return self.paid - self.share + self.gave - self.got


def standings(*, members: Iterable[str], paid: Iterable[Sum], shares: Iterable[Sum], settled: Iterable[tuple[str, str, Decimal]]) -> tuple[Standing, ...]:
    """Everybody of `members`, and whoever else is in the sums, by id. `settled` is (payer, payee, amount). Balances add up to zero when
    the shares add up to what was paid."""
    sums: dict[str, dict[str, Decimal]] = {name: defaultdict(Decimal) for name in ("paid", "share", "gave", "got")}
    for member, amount in paid:
        sums["paid"][member] += amount
    for member, amount in shares:
        sums["share"][member] += amount
    for payer, payee, amount in settled:
        sums["gave"][payer] += amount
        sums["got"][payee] += amount
    known = sorted({*members, *(member for each in sums.values() for member in each)})
    return tuple(Standing(member, *(sums[name][member] for name in ("paid", "share", "gave", "got"))) for member in known)
