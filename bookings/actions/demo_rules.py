"""Price rules of the demo suppliers, from what their catalogue rows say of weekends and high season."""

from __future__ import annotations

from decimal import Decimal

from bookings.models import PriceRule
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotAllowed
from trips.models import Service

WEEKEND = [4, 5]  # nights of Friday and Saturday; 0 = Monday


def sync_demo_rules(*, actor: Actor) -> int:
    """Make the rules "weekend" and "high season" of every demo service that has none yet; returns how many were made.

    Guarantees: a rule that exists (staff may have changed it) is left alone. Jobs only.
    """
    if not actor.is_system:
        raise NotAllowed
    wanted = []
    for service in Service.objects.filter(supplier__demo=True, active=True).only("id", "details"):
        details = service.details
        if Decimal(details.get("weekend_percent", "0")):
            wanted.append(PriceRule(service=service, name="weekend", weekdays=WEEKEND, percent=Decimal(details["weekend_percent"])))
        if details.get("high_months") and Decimal(details.get("high_percent", "0")):
            wanted.append(PriceRule(service=service, name="high season", months=details["high_months"], percent=Decimal(details["high_percent"])))
    before = PriceRule.objects.count()
    PriceRule.objects.bulk_create(wanted, ignore_conflicts=True)
    return PriceRule.objects.count() - before
