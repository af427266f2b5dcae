"""Webhooks: what gateways tell us, and what we tell programs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.states import GATEWAY_EVENT, WEBHOOK_DELIVERY
from travelplanner.core import clock
from travelplanner.core.models import AppendOnlyModel, TimestampedModel
from travelplanner.core.sealed import SealedTextField


class GatewayEvent(TimestampedModel):
    """A signed message of a gateway, kept once by its own id. A hint and never a fact: what follows is asked of the gateway."""

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True)  # the gateway's name of what it is about
    payment = models.ForeignKey(
        "bookings.Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="gateway_events"
    )
    facts = models.JSONField(default=dict, blank=True)  # ids, amounts, codes; never a payer's data
    happened_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, default=GATEWAY_EVENT.initial, choices=GATEWAY_EVENT.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            GATEWAY_EVENT.constraint("gateway_event"),
            models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once"),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="gateway_event_due", condition=Q(state="received"))]

    def __str__(self) -> str:
        return f"{self.gateway} {self.type}"


class WebhookEndpoint(TimestampedModel):
    """Where a user's program wants to be told. Two secrets sign while one is being replaced; both are sealed for this row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=500)  # erasable, as is the description
    description = models.CharField(max_length=120, blank=True)
    events = models.JSONField(default=list)  # names of bookings.announced.EVENTS; empty = all
    secret = SealedTextField()
    previous_secret = SealedTextField()
    previous_secret_until = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    disabled_reason = models.CharField(max_length=60, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # kept without address and secrets: its log is append-only
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-created_at", "id")
        indexes = [models.Index(fields=["user"], name="webhook_endpoint_user", condition=Q(enabled=True))]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(TimestampedModel):
    """One event for one endpoint: the exact body that is signed and sent, and how that went. `id` is the delivery's name to the receiver."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField(default=uuid.uuid4)
    event = models.CharField(max_length=40)
    body = models.TextField()
    booking = models.ForeignKey("bookings.Booking", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default=WEBHOOK_DELIVERY.initial, choices=WEBHOOK_DELIVERY.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "id")
        verbose_name_plural = "webhook deliveries"
        constraints = [
            WEBHOOK_DELIVERY.constraint("webhook_delivery"),
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_event_once"),
        ]
        indexes = [models.Index(fields=["endpoint", "-created_at"], name="webhook_delivery_newest")]

    def __str__(self) -> str:
        return f"{self.event} {self.state}"


class WebhookAttempt(AppendOnlyModel):
    """The delivery log: each try, what was answered, how long it took. `status` None = no answer, `error` says why."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.PROTECT, related_name="log")
    number = models.PositiveSmallIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=80, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.error}"
