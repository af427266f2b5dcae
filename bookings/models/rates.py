"""Exchange rates with their dates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from travelplanner.core import clock


class ExchangeRate(models.Model):
    """How much of `currency` one euro bought on `day`, as `source` published it. Rows are added, never changed: a booking's rate can be looked up again."""

    currency = models.CharField(max_length=3)
    day = models.DateField()
    per_eur = models.DecimalField(max_digits=18, decimal_places=9)
    source = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("currency", "-day")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day", "source"], name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(per_eur__gt=0), name="exchange_rate_positive"),
        ]
        indexes = [models.Index(fields=["currency", "-day"], name="exchange_rate_newest")]

    def __str__(self) -> str:
        return f"1 EUR = {self.per_eur} {self.currency} on {self.day}"
