"""A trip: seed 003's columns, an owner or a browser, destinations with dates."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from travelplanner.core import ids
from travelplanner.core.models import TimestampedModel, TransitionRecord
from trips.states import TRIP

TRIP_TYPES = [
    ("leisure", _("leisure")),
    ("business", _("business")),
    ("family", _("family")),
    ("adventure", _("adventure")),
    ("spiritual", _("spiritual")),
    ("trek", _("trek")),
    ("beach", _("beach")),
    ("culture", _("culture")),
    ("food", _("food")),
    ("romantic", _("romantic")),
    ("wellness", _("wellness")),
]


class Trip(TimestampedModel):
    """`owner` is null while nobody signed in; then `visitor` (hash of the browser's token) says whose it is."""

    reference = models.CharField(max_length=17, unique=True, default=ids.trip_reference)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="trips")
    visitor = models.CharField(max_length=64, blank=True, editable=False)
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    trip_type = models.CharField(max_length=50, choices=TRIP_TYPES, default="leisure")
    state = models.CharField(max_length=12, default=TRIP.initial, choices=TRIP.choices)
    start_date = models.DateField()
    end_date = models.DateField()
    timezone = models.CharField(max_length=60, default="UTC")
    origin_city = models.CharField(max_length=100, blank=True)
    origin_country = models.CharField(max_length=3, blank=True)
    budget_minimum = models.DecimalField(max_digits=15, decimal_places=3, null=True, blank=True)
    budget_amount = models.DecimalField(max_digits=15, decimal_places=3, null=True, blank=True)  # the ceiling; null = none
    budget_currency = models.CharField(max_length=3, default="USD")
    actual_spent = models.DecimalField(max_digits=15, decimal_places=3, default=0)
    traveler_count = models.PositiveSmallIntegerField(default=1)
    traveler_details = models.JSONField(default=list, blank=True)
    request_key = models.CharField(max_length=255, null=True, blank=True, editable=False)  # the Idempotency-Key it was made under
    sample = models.BooleanField(default=False)  # anyone may open it, nobody may change it
    chosen_revision = models.PositiveIntegerField(null=True, blank=True)  # newest final itinerary
    locked_revision = models.PositiveIntegerField(null=True, blank=True)  # the one that is booked
    row_version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)

    history_model: ClassVar[type[models.Model]]

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            TRIP.constraint("trip"),
            models.UniqueConstraint(fields=["owner", "request_key"], name="trip_request_once"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="trip_dates_in_order"),
            models.CheckConstraint(condition=Q(traveler_count__gte=1), name="trip_has_travelers"),
            models.CheckConstraint(condition=Q(budget_amount__isnull=True) | Q(budget_amount__gte=0), name="trip_budget_not_negative"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="trip_owner_newest"),
            models.Index(fields=["visitor"], name="trip_visitor", condition=~Q(visitor="")),
            models.Index(fields=["start_date", "end_date"], name="trip_dates"),
            models.Index(fields=["owner"], name="trip_active", condition=Q(state__in=["planning", "booked", "traveling"])),
            models.Index(fields=["state"], name="trip_state"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.reference})"

    @property
    def days(self) -> int:
        return (self.end_date - self.start_date).days + 1


class TripTransition(TransitionRecord):
    subject = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="transitions")


Trip.history_model = TripTransition


class TripDestination(models.Model):
    """Seed 003's `destinations`: where, from when to when, in order."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="destinations")
    destination = models.ForeignKey("trips.Destination", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    arrival = models.DateField()
    departure = models.DateField()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["trip", "position"], name="trip_destination_position_once"),
            models.CheckConstraint(condition=Q(departure__gte=F("arrival")), name="trip_destination_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.destination} {self.arrival}"
