"""The saga's log: every step of a booking that may have to be taken back, with what takes it back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from travelplanner.core import clock
from travelplanner.core.models import AppendOnlyModel


class SagaEntry(AppendOnlyModel):
    """One thing that a step did. Where a booking stands is its newest entry per step and item; nothing is ever changed here.

    `begun` is committed before anything outside is asked, so that a killed process leaves a trace; `unknown` is an answer that never came.
    `compensation` names what takes the step back once it is done (and what must be tried when it is only begun).
    """

    STEPS = [
        ("hold_places", "hold places"),
        ("lock_budget", "lock budget"),
        ("hold_supplier", "hold at the supplier"),
        ("charge", "charge"),
        ("book_supplier", "book at the supplier"),
        ("confirm", "confirm"),
        ("cancel_supplier", "cancel at the supplier"),
        ("refund", "refund"),
    ]
    EVENTS = [
        ("begun", "begun"),
        ("done", "done"),
        ("refused", "refused"),
        ("unknown", "unknown"),
        ("undone", "undone"),
    ]

    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="saga")
    item = models.ForeignKey(
        "bookings.BookingItem", null=True, blank=True, on_delete=models.PROTECT, related_name="saga"
    )
    step = models.CharField(max_length=16, choices=STEPS)
    event = models.CharField(max_length=8, choices=EVENTS)
    compensation = models.CharField(max_length=24, blank=True)
    data = models.JSONField(default=dict, blank=True)  # references and amounts, never a person's data
    reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name_plural = "saga entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(event__in=["begun", "done", "refused", "unknown", "undone"]), name="saga_event_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.event}"
