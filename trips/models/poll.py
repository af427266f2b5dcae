"""Votes on stops, with a deadline."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from travelplanner.core.models import TimestampedModel
from trips.models.catalogue import Place
from trips.models.company import TripMember
from trips.models.trip import Trip

CHOICES = [("yes", _("yes")), ("no", _("no")), ("either", _("either way"))]


class StopPoll(TimestampedModel):
    """Shall we go there? Open until `closes_at` (or `closed_at`, when its maker ends it early); the outcome is computed on read."""

    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="polls")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(TripMember, on_delete=models.CASCADE, related_name="+")
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [models.UniqueConstraint(fields=["trip", "place"], condition=Q(closed_at=None), name="poll_open_once_per_place")]

    def __str__(self) -> str:
        return f"poll on {self.place_id}"


class StopVote(TimestampedModel):
    """One voice per member and poll; it may change until the deadline."""

    poll = models.ForeignKey(StopPoll, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(TripMember, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=6, choices=CHOICES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "member"], name="vote_once"),
            models.CheckConstraint(condition=Q(choice__in=["yes", "no", "either"]), name="vote_choice_known"),
        ]

    def __str__(self) -> str:
        return self.choice
