"""Something to tell a user: in the app, and by mail where it matters."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.states import NOTIFICATION
from travelplanner.core.models import TimestampedModel

PRIORITIES = [("low", "low"), ("normal", "normal"), ("high", "high"), ("critical", "critical")]


class Notification(TimestampedModel):
    """Words are in the user's language as it was when the row was made. `channels` says where it goes ({"in_app": true, "email": true}),
    `delivery_status` how far each has come ({"email": "sent"}). Shown in the app from `scheduled_for` on."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    trip = models.ForeignKey("trips.Trip", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    booking = models.ForeignKey("bookings.Booking", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    notification_type = models.CharField(max_length=50)
    priority = models.CharField(max_length=10, default="normal", choices=PRIORITIES)
    title = models.CharField(max_length=255)  # erasable, as are message and action_url: they name trips, bookings, people, addresses of webhooks
    message = models.TextField()
    action_url = models.CharField(max_length=500, blank=True)  # a path of ours
    channels = models.JSONField(default=dict, blank=True)
    delivery_status = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=12, default=NOTIFICATION.initial, choices=NOTIFICATION.choices)
    dedupe_key = models.CharField(max_length=120, unique=True)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            NOTIFICATION.constraint("notification"),
            models.CheckConstraint(
                condition=Q(priority__in=["low", "normal", "high", "critical"]), name="notification_priority_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notification_user_newest"),
            models.Index(
                fields=["user"], name="notification_unread", condition=Q(status__in=["pending", "sent", "delivered"])
            ),
            models.Index(fields=["scheduled_for"], name="notification_due", condition=Q(status="pending")),
            models.Index(fields=["notification_type"], name="notification_type"),
        ]

    def __str__(self) -> str:
        return self.title
