"""Exchange rates kept day by day, so that the rate of a booking can be looked up again. Rows are added, never changed."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction

from bookings.gateways.rates import PublishedRate, RatesUnavailable, downloaded_rates, packaged_rates
from bookings.models import ExchangeRate
from bookings.queries.rates import ECB, forget_rates
from travelplanner.core import clock
from travelplanner.core.actor import Actor

logger = logging.getLogger(__name__)
LOADER = Actor.system("load_rates")
KEPT_DAYS = 400


def load_rates(*, actor: Actor = LOADER, now: dt.datetime | None = None) -> str:
    """Add the days that aren't there yet: of the package's file (its newest KEPT_DAYS days), and of the ECB's own where RATES_URL is set.

    Guarantees: a second time adds nothing; a day that is there keeps its rates; an ECB that can't be had keeps the package's from nobody.
    Returns what was added, in words. A daily job and `manage.py load_rates`.
    """
    now = now or clock.now()
    added = _add(packaged_rates(days=KEPT_DAYS), now)
    said = ""
    if settings.RATES_URL:
        try:
            added += _add(downloaded_rates(), now)
        except RatesUnavailable as problem:
            logger.warning("exchange rates: %s", problem)
            said = f"; RATES_URL: {problem}"
    if added:
        forget_rates()
    return f"{added} rates added{said}"


def _add(rates: list[PublishedRate], now: dt.datetime) -> int:
    """One insert-or-ignore of the days that are new; tomorrow's rates are not believed today."""
    known = set(ExchangeRate.objects.filter(source=ECB).order_by().values_list("day", flat=True).distinct())
    tomorrow = now.date() + dt.timedelta(days=1)
    rows = [
        ExchangeRate(currency=one.currency, day=one.day, per_eur=one.per_eur, source=ECB, created_at=now)
        for one in rates
        if one.day not in known and one.day <= tomorrow
    ]
    with transaction.atomic():
        ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return len(rows)
