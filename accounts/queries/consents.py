"""What someone agreed to."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Consent


def decisions(user_id: uuid.UUID, *, purpose: str = "") -> QuerySet[Consent]:
    """Every decision, newest first."""
    rows = Consent.objects.filter(user=user_id)
    return rows.filter(purpose=purpose) if purpose else rows


def standing(user_id: uuid.UUID) -> dict[str, Consent]:
    """Purpose -> the decision that counts; purposes never decided are missing. One statement."""
    newer = Consent.objects.filter(user=OuterRef("user"), purpose=OuterRef("purpose"), created_at__gt=OuterRef("created_at"))
    return {row.purpose: row for row in Consent.objects.filter(~Exists(newer), user=user_id)}


def has_consent(user_id: uuid.UUID, purpose: str) -> bool:
    """Whether the newest decision is a yes."""
    return bool(Consent.objects.filter(user=user_id, purpose=purpose).values_list("given", flat=True).first())
