"""What a user agreed to, in which words, and when they took it back: append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from travelplanner.core import clock
from travelplanner.core.models import AppendOnlyModel, UUIDModel

PURPOSES = [
    ("terms", _("terms of use")),
    ("special_data", _("needs, diets and medical notes, to plan and book for them")),
    ("documents", _("papers, to check that they are good for a trip")),
    ("analytics", _("what I search and open, to make the product better")),
    ("marketing", _("mail about new things")),
]


class Consent(UUIDModel, AppendOnlyModel):
    """One row per decision; the newest of a purpose counts. `how`: page, api, sign_up."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=PURPOSES)
    text_version = models.CharField(max_length=20)  # of the words that were shown
    given = models.BooleanField()  # False: withdrawn
    how = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [models.CheckConstraint(condition=Q(purpose__in=[key for key, _label in PURPOSES]), name="consent_purpose_known")]
        indexes = [models.Index(fields=["user", "purpose", "-created_at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose} {'given' if self.given else 'withdrawn'}"
