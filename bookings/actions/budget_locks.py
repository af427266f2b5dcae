"""The budget lock of a trip: what is held and spent never passes its ceiling. The one module that writes `BudgetLock`."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db.models import F

from bookings.errors import OverBudget
from bookings.models import BudgetLock
from travelplanner.core import money
from travelplanner.core.actor import Actor
from travelplanner.core.exact import exact
from trips.models import Trip

ZERO = Decimal(0)


def hold_budget(*, actor: Actor, trip: Trip, amount: Decimal, ceiling: Decimal | None) -> None:
    """Hold `amount` (the trip's currency) under `ceiling` (None = no ceiling), or raise OverBudget.

    One conditional UPDATE: no matter how many ask at once, held + spent <= ceiling.
    """
    BudgetLock.objects.bulk_create(
        [BudgetLock(trip=trip, ceiling=ceiling, currency=trip.budget_currency)], ignore_conflicts=True
    )
    rows = BudgetLock.objects.filter(trip=trip)
    if settings.BUDGET_IS_GUARDED:
        if ceiling is not None:
            rows = rows.annotate(needed=exact(F("held") + F("spent") + amount)).filter(needed__lte=ceiling)
        if not rows.update(held=exact(F("held") + amount), ceiling=ceiling):
            raise _over(trip, amount, ceiling)
        return
    lock = _read(trip)  # the twin of the race tests: reads, decides, writes
    if ceiling is not None and lock.held + lock.spent + amount > ceiling:
        raise _over(trip, amount, ceiling)
    rows.update(held=lock.held + amount)


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
    BudgetLock.objects.filter(trip=trip_id).update(held=exact(F("held") - amount), spent=exact(F("spent") + amount))


def release_budget(*, actor: Actor, trip_id: uuid.UUID, amount: Decimal) -> None:
    """What was held is free again."""
    BudgetLock.objects.filter(trip=trip_id).update(held=exact(F("held") - amount))


def unspend_budget(*, actor: Actor, trip_id: uuid.UUID, amount: Decimal) -> None:
    """What was spent comes back: it may be held again."""
    BudgetLock.objects.filter(trip=trip_id).update(spent=exact(F("spent") - amount))
