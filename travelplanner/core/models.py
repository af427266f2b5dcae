"""Tables that every app stands on: time stamps, append-only rows, outbox, idempotency, audit, schedule."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from . import clock
from .sealed import SealedJSONField
from .states import OUTBOX


class UUIDModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class TimestampedModel(UUIDModel):
    """UUID key and aware times of making and last change."""

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class AppendOnlyModel(models.Model):
    """Rows that are written once. Database triggers refuse UPDATE and DELETE (see `append_only` and `guards`)."""

    append_only: ClassVar[bool] = True

    class Meta:
        abstract = True


class TransitionRecord(AppendOnlyModel):
    """History of a state; concrete tables add `subject`, a real foreign key."""

    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.from_state} -> {self.to_state}"


class AuditEntry(AppendOnlyModel):
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=64)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object"), models.Index(fields=["-created_at"], name="audit_created")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}"


class OutboxMessage(TimestampedModel):
    """Something to send after the transaction that decided it: mail now; notifications and webhooks later."""

    kind = models.CharField(max_length=20, default="mail")
    template = models.CharField(max_length=80)
    recipient = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=10, default="en")
    context = models.JSONField(default=dict, blank=True)
    secrets = SealedJSONField()  # what opens a door (tokens in links); gone once sent
    state = models.CharField(max_length=12, default=OUTBOX.initial, choices=OUTBOX.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    dedupe_key = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = [OUTBOX.constraint("outbox")]
        indexes = [models.Index(fields=["next_attempt_at"], name="outbox_due", condition=Q(state__in=["queued", "sending"]))]

    def __str__(self) -> str:
        return f"{self.kind} {self.template}"


class IdempotencyKey(models.Model):
    """One request that must count once: claimed with a lease, then answered byte for byte again for 72 hours."""

    scope = models.CharField(max_length=200)  # user, method, path
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the body
    lease_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.BinaryField(default=b"", blank=True)  # encrypted
    content_type = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["expires_at"], name="idempotency_expiry")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key[:12]}"


class PeriodicJob(models.Model):
    """One line of the schedule; a worker claims a due row by moving `next_run_at`."""

    name = models.CharField(max_length=80, unique=True)
    interval_seconds = models.PositiveIntegerField()
    enabled = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(default=clock.now)
    last_started_at = models.DateTimeField(null=True, blank=True)
    last_finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_result = models.CharField(max_length=200, blank=True)
    failures_in_row = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)
        indexes = [models.Index(fields=["next_run_at"], name="periodic_due", condition=Q(enabled=True))]

    def __str__(self) -> str:
        return self.name
