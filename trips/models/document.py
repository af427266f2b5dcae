"""The immutable documents of seed 000, one row per revision, stored as the very text that is served."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import orjson
from django.db import models

from travelplanner.core import clock
from travelplanner.core.models import AppendOnlyModel, TimestampedModel, UUIDModel
from travelplanner.core.sealed import SealedJSONField

# kind -> (name of the schema today, source as printed)
KINDS = {
    "intent": ("intent_v1", "traveler"),
    "budget": ("budget_ml_v1", "budget_predictor"),
    "research": ("agent_v1", "research"),
    "candidates": ("optimizer_v1", "planning_engine"),
    "final": ("final_v1", "planning_engine"),
}


class Document(UUIDModel, AppendOnlyModel):
    """`text` is the JSON as served; `basis` names the revisions it came from, e.g. {"intent": 1}.

    It holds no personal data and nobody's private ceiling: those live in PrivateWish and are joined for readers who may see them.
    """

    trip = models.ForeignKey("trips.Trip", on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    version = models.CharField(max_length=20)
    revision = models.PositiveIntegerField()
    source = models.CharField(max_length=40)
    basis = models.JSONField(default=dict)
    text = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("trip", "kind", "-revision")
        constraints = [
            models.UniqueConstraint(fields=["trip", "kind", "revision"], name="document_revision_once"),
            models.CheckConstraint(condition=models.Q(kind__in=list(KINDS)), name="document_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.revision}"

    @cached_property
    def body(self) -> dict[str, Any]:
        return orjson.loads(self.text)


class PrivateWish(TimestampedModel):
    """The private side of an intent: the money one is ready to spend and the party's needs. Erasable."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="wish")
    budget_minimum = models.DecimalField(max_digits=15, decimal_places=3, null=True, blank=True)
    budget_maximum = models.DecimalField(max_digits=15, decimal_places=3, null=True, blank=True)
    budget_currency = models.CharField(max_length=3)
    constraints = models.JSONField(default=dict, blank=True)
    sentence = models.CharField(max_length=500, blank=True)
    parties = SealedJSONField()  # candidates' revision -> what the party needed then (trips/queries/party.py), named by nobody

    def __str__(self) -> str:
        return f"wish of {self.document_id}"
