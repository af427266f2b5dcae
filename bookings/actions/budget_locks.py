"""The budget lock of a trip: what is held and spent never passes its ceiling. The one module that writes `BudgetLock`."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db.models import F

from bookings.errors import OverBudget
from bookings.models import BudgetLock
from travelplanner.core import money, plain_rows
from travelplanner.core.actor import Actor
from trips.models import Trip

ZERO = Decimal(0)
# Rounded as in `core.exact`: SQLite adds decimals as floats.
_HOLD_MORE = """(trip_id) DO UPDATE SET held = ROUND(bookings_budgetlock.held + excluded.held, 3), ceiling = excluded.ceiling
WHERE excluded.ceiling IS NULL OR ROUND(bookings_budgetlock.held + bookings_budgetlock.spent + excluded.held, 3) <= excluded.ceiling"""


def hold_budget(*, actor: Actor, trip: Trip, amount: Decimal, ceiling: Decimal | None) -> None:
    """Hold `amount` (the trip's currency) under `ceiling` (None = no ceiling), or raise OverBudget.

    One conditional statement, the trip's first or not: no matter how many ask at once, held + spent <= ceiling.
    """
    if settings.BUDGET_IS_GUARDED:
        first = BudgetLock(trip=trip, ceiling=ceiling, held=amount, currency=trip.budget_currency)
        if (ceiling is not None and amount > ceiling) or not plain_rows.put(first, otherwise=_HOLD_MORE):
            raise _over(trip, amount, ceiling)
        return
    BudgetLock.objects.bulk_create([BudgetLock(trip=trip, ceiling=ceiling, currency=trip.budget_currency)], ignore_conflicts=True)
    lock = _read(trip)  # the twin of the race tests: reads, decides, writes
    if ceiling is not None and lock.held + lock.spent + amount > ceiling:
        raise _over(trip, amount, ceiling)
    BudgetLock.objects.filter(trip=trip).update(held=lock.held + amount)


def _read(trip: Trip) -> BudgetLock:
    return BudgetLock.objects.get(trip=trip)


def _over(trip: Trip, amount: Decimal, ceiling: Decimal | None) -> OverBudget:
    used = BudgetLock.objects.filter(trip=trip).values_list(F("held") + F("spent"), flat=True).first() or ZERO
    top = ceiling if ceiling is not None else ZERO
    return OverBudget(
        by=used + amount - top,
        ceiling=top,
        used=money.quantize(used, trip.budget_currency),
        currency=trip.budget_currency,
    )


def spend_budget(*, actor: Actor, trip_id: uuid.UUID, amount: Decimal) -> None:
    """What was held is paid: held -> spent."""
    plain_rows.change(BudgetLock, {"held": plain_rows.Plus(-amount), "spent": plain_rows.Plus(amount)}, where={"trip": trip_id})


def release_budget(*, actor: Actor, trip_id: uuid.UUID, amount: Decimal) -> None:
    """What was held is free again."""
    plain_rows.change(BudgetLock, {"held": plain_rows.Plus(-amount)}, where={"trip": trip_id})


def unspend_budget(*, actor: Actor, trip_id: uuid.UUID, amount: Decimal) -> None:
    """What was spent comes back: it may be held again."""
    plain_rows.change(BudgetLock, {"spent": plain_rows.Plus(-amount)}, where={"trip": trip_id})
