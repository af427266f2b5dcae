"""What the traveler holds in hand."""

from __future__ import annotations

from django.db import models

from travelplanner.core import clock
from travelplanner.core.models import UUIDModel


class Confirmation(UUIDModel):
    """`valid_until` ends the confirmation (24 h), not the booking; its status is computed on read."""

    booking = models.OneToOneField("bookings.Booking", on_delete=models.PROTECT, related_name="confirmation")
    number = models.CharField(max_length=40, unique=True)
    valid_until = models.DateTimeField()
    body = models.JSONField(default=dict)  # itinerary summary, pricing, next steps as codes; no contact
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.number
