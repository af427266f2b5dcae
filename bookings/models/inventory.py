"""What is left and what it costs on a date: rules, and slots made at their first hold."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from travelplanner.core.models import TimestampedModel, UUIDModel


class PriceRule(TimestampedModel):
    """Adds `percent` to the list price on matching dates. Rules add up; `months` and `weekdays` (0 = Monday) empty = all."""

    service = models.ForeignKey("trips.Service", on_delete=models.CASCADE, related_name="price_rules")
    name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    months = models.JSONField(default=list, blank=True)
    weekdays = models.JSONField(default=list, blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        ordering = ("service", "name")
        constraints = [
            models.UniqueConstraint(fields=["service", "name"], name="price_rule_once"),
            models.CheckConstraint(condition=Q(percent__gte=-90), name="price_rule_keeps_a_price"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.percent:+}%"


class CapacityRule(TimestampedModel):
    """Replaces the service's capacity on matching dates; the smallest matching rule wins."""

    service = models.ForeignKey("trips.Service", on_delete=models.CASCADE, related_name="capacity_rules")
    name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    months = models.JSONField(default=list, blank=True)
    weekdays = models.JSONField(default=list, blank=True)
    capacity = models.PositiveIntegerField()

    class Meta:
        ordering = ("service", "name")
        constraints = [models.UniqueConstraint(fields=["service", "name"], name="capacity_rule_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.capacity}"


class ServiceSlot(UUIDModel):
    """One service on one date (and departure). `taken` never passes `capacity`: the database says so."""

    service = models.ForeignKey("trips.Service", on_delete=models.PROTECT, related_name="slots")
    date = models.DateField()
    time = models.CharField(max_length=5, blank=True)  # "HH:MM" of the departure; empty = whole day
    capacity = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    price = models.DecimalField(max_digits=15, decimal_places=3)  # per unit on that date
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ("service", "date", "time")
        constraints = [
            models.UniqueConstraint(fields=["service", "date", "time"], name="slot_once"),
            models.CheckConstraint(condition=Q(taken__gte=0) & Q(taken__lte=F("capacity")), name="slot_never_oversold"),
        ]
        indexes = [models.Index(fields=["date"], name="slot_date")]  # the search asks what is taken on some dates, whatever the service

    def __str__(self) -> str:
        return f"{self.service_id} {self.date} {self.time}"
