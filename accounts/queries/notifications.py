"""Notifications as their reader may see them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q, QuerySet

from accounts import rules
from accounts.models import Notification
from travelplanner.core import clock, reads
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


def notification_rows(actor: Actor, *, unread: bool | None = None, now: dt.datetime | None = None) -> reads.Listing:
    """`list_notifications`, for the API."""
    return reads.Listing(_listed, unread, actor=actor, now=now or clock.now())


def _listed(unread: bool | None, *, actor: Actor, now: dt.datetime) -> QuerySet[Notification]:
    return list_notifications(actor, unread=unread, now=now)


def count_unread(user_id: uuid.UUID, *, now: dt.datetime | None = None) -> int:
    """One statement, by the partial index of unread ones."""
    return reads.count(_unread, user_id=user_id, now=now or clock.now())


def _unread(*, user_id: uuid.UUID, now: dt.datetime) -> QuerySet[Notification]:
    return Notification.objects.filter(Q(scheduled_for=None) | Q(scheduled_for__lte=now), user_id=user_id, status__in=UNREAD)


def get_notification(actor: Actor, notification_id: uuid.UUID, *, now: dt.datetime | None = None, lock: bool = False) -> Notification:
    """One of the actor's, dismissed ones too, else NotFound. `lock` inside a transaction that will change it."""
    rows = Notification.objects.select_for_update(of=("self",)) if lock else Notification.objects.all()
    due = Q(scheduled_for=None) | Q(scheduled_for__lte=now or clock.now())
    row = rows.filter(rules.mine(actor), due, pk=notification_id).first()
    if row is None:
        raise NotFound
    return row
