"""What a supplier tells us after we booked: delays, gates, times, cancellations."""

from __future__ import annotations

from django.db import models

from bookings.states import SUPPLIER_CHANGE
from travelplanner.core.models import TimestampedModel


class SupplierChange(TimestampedModel):
    """One change of a booked item, kept once by the supplier's own id; it becomes a notification."""

    KINDS = [
        ("flight_delay", "flight delay"),
        ("gate_change", "gate change"),
        ("schedule_change", "schedule change"),
        ("cancelled", "cancelled by the supplier"),
        ("note", "note"),
    ]

    item = models.ForeignKey("bookings.BookingItem", on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16, choices=KINDS)
    source = models.CharField(max_length=40)  # the adapter's name, or "staff"
    external_id = models.CharField(max_length=120)
    facts = models.JSONField(
        default=dict, blank=True
    )  # {"from": ..., "to": ...} by kind, see bookings.actions.supplier_changes
    state = models.CharField(max_length=12, default=SUPPLIER_CHANGE.initial, choices=SUPPLIER_CHANGE.choices)
    happened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            SUPPLIER_CHANGE.constraint("supplier_change"),
            models.UniqueConstraint(fields=["source", "external_id"], name="supplier_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
