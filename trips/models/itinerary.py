"""Rows built from a final itinerary in its own transaction: for queries, calendars and maps. The document stays the truth."""

from __future__ import annotations

from django.db import models

from travelplanner.core.models import UUIDModel


class ItineraryDay(UUIDModel):
    trip = models.ForeignKey("trips.Trip", on_delete=models.PROTECT, related_name="itinerary_days")
    revision = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    date = models.DateField()
    destination = models.ForeignKey("trips.Destination", on_delete=models.PROTECT, related_name="+")
    cost = models.DecimalField(max_digits=15, decimal_places=3)
    currency = models.CharField(max_length=3)
    fatigue = models.FloatField()
    rest = models.BooleanField(default=False)

    class Meta:
        ordering = ("trip", "revision", "position")
        constraints = [models.UniqueConstraint(fields=["trip", "revision", "position"], name="itinerary_day_once")]
        indexes = [models.Index(fields=["trip", "date"], name="itinerary_day_date")]

    def __str__(self) -> str:
        return f"{self.date}"


class ItineraryStop(UUIDModel):
    KINDS = [("place", "place"), ("meal", "meal"), ("rest", "rest"), ("lodging", "lodging"), ("transfer", "transfer")]

    day = models.ForeignKey(ItineraryDay, on_delete=models.CASCADE, related_name="stops")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    place = models.ForeignKey("trips.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("trips.Service", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    arrive = models.DateTimeField()
    leave = models.DateTimeField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    fee = models.DecimalField(max_digits=15, decimal_places=3, default=0)

    class Meta:
        ordering = ("day", "position")
        constraints = [
            models.UniqueConstraint(fields=["day", "position"], name="itinerary_stop_once"),
            models.CheckConstraint(condition=models.Q(leave__gte=models.F("arrive")), name="itinerary_stop_times_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class Leg(UUIDModel):
    """The way from stop `position` to the next one of the same day."""

    day = models.ForeignKey(ItineraryDay, on_delete=models.CASCADE, related_name="legs")
    position = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=20)
    minutes = models.PositiveIntegerField()
    distance_km = models.FloatField()
    cost = models.DecimalField(max_digits=15, decimal_places=3, default=0)

    class Meta:
        ordering = ("day", "position")
        constraints = [models.UniqueConstraint(fields=["day", "position"], name="itinerary_leg_once")]

    def __str__(self) -> str:
        return f"{self.mode} {self.minutes} min"
