"""The audit trail: who did what to which row, without personal data, written in the transaction of the deed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from . import clock, plain_rows
from .actor import Actor
from .models import AuditEntry


def record(
    *,
    actor: Actor,
    action: str,
    row: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Write one AuditEntry. `before` and `after` hold changed facts, never personal data."""
    record_all(actor=actor, action=action, rows=[row], before=before, after=after, now=now)


def record_all(
    *,
    actor: Actor,
    action: str,
    rows: Sequence[models.Model],
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: dt.datetime | None = None,
) -> None:
    """One AuditEntry per row for the same deed, in one statement."""
    record_each(actor=actor, action=action, changes=[(row, before or {}, after or {}) for row in rows], now=now)


def record_each(
    *,
    actor: Actor,
    action: str,
    changes: Sequence[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]],
    now: dt.datetime | None = None,
) -> None:
    """One AuditEntry per (row, before, after), in one statement."""
    plain_rows.insert(
        AuditEntry(
            actor_id=actor.user_id,
            actor_label=actor.label,
            action=action,
            object_type=row._meta.label_lower,
            object_id=str(row.pk),
            before=dict(before),
            after=dict(after),
            request_id=actor.request_id,
            created_at=now or clock.now(),
        )
        for row, before, after in changes
    )
