"""A planning run: the background job's own row, so that nothing is lost when a worker dies."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from travelplanner.core import clock
from travelplanner.core.models import TimestampedModel
from trips.states import RUN

STEPS = ("intent", "budget", "research", "candidates", "check")


class PlanningRun(TimestampedModel):
    trip = models.ForeignKey("trips.Trip", on_delete=models.CASCADE, related_name="runs")
    intent_revision = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default=RUN.initial, choices=RUN.choices)
    step = models.CharField(max_length=20, default="intent")
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    heartbeat_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    effort = models.PositiveIntegerField(default=0)
    seed = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            RUN.constraint("run"),
            models.UniqueConstraint(fields=["trip"], condition=Q(state__in=["queued", "running"]), name="run_one_at_a_time"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="run_progress_percent"),
        ]
        indexes = [
            models.Index(fields=["heartbeat_at"], name="run_active", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["trip", "-created_at"], name="run_trip_newest"),
        ]

    def __str__(self) -> str:
        return f"run of {self.trip_id}: {self.state}"
