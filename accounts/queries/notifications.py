"""Notifications as their reader may see them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q, QuerySet

from accounts import rules
from accounts.models import Notification
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import NotFound

UNREAD = ("pending", "sent", "delivered")


def visible(actor: Actor, now: dt.datetime) -> QuerySet[Notification]:
    """The actor's own that are due and not put away; none for someone unknown."""
    return Notification.objects.filter(rules.mine(actor), Q(scheduled_for=None) | Q(scheduled_for__lte=now)).exclude(status="dismissed")


def list_notifications(actor: Actor, *, unread: bool | None = None, now: dt.datetime | None = None) -> QuerySet[Notification]:
    """Newest first; `unread` True or False filters."""
    rows = visible(actor, now or clock.now())
    if unread is not None:
        rows = rows.filter(status__in=UNREAD) if unread else rows.exclude(status__in=UNREAD)
    return rows.order_by("-created_at", "id")


def count_unread(user_id: uuid.UUID, *, now: dt.datetime | None = None) -> int:
    """One statement, by the partial index of unread ones."""
    due = Q(scheduled_for=None) | Q(scheduled_for__lte=now or clock.now())
    return Notification.objects.filter(due, user_id=user_id, status__in=UNREAD).count()


def get_notification(actor: Actor, notification_id: uuid.UUID, *, now: dt.datetime | None = None, lock: bool = False) -> Notification:
    """One of the actor's, dismissed ones too, else NotFound. `lock` inside a transaction that will change it."""
    rows = Notification.objects.select_for_update(of=("self",)) if lock else Notification.objects.all()
    due = Q(scheduled_for=None) | Q(scheduled_for__lte=now or clock.now())
    row = rows.filter(rules.mine(actor), due, pk=notification_id).first()
    if row is None:
        raise NotFound
    return row
