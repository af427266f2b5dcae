"""What we tell people: noted with what it is about, shown in the app, mailed where it matters, read or dismissed."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Notification
from accounts.queries.letters import addressee_of
from accounts.queries.notifications import UNREAD, get_notification, visible
from accounts.states import NOTIFICATION
from travelplanner.core import clock, outbox, plain_rows
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed
from travelplanner.core.models import OutboxMessage
from travelplanner.core.transitions import move, move_all

logger = logging.getLogger(__name__)
KIND = "notification"  # of its mails in the outbox
SYSTEM = Actor.system("notifications")
KEPT_FOR = dt.timedelta(days=365)


def notify_user(
    *,
    actor: Actor,
    user_id: uuid.UUID,
    notification_type: str,
    title: str,
    message: str,
    dedupe_key: str,
    priority: str = "normal",
    action_url: str = "",
    by_mail: bool = False,
    trip_id: uuid.UUID | None = None,
    booking_id: uuid.UUID | None = None,
    scheduled_for: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Note something to tell a user, inside the caller's transaction, in one statement; the same `dedupe_key` twice is told once.

    Title and message are in the user's language; `action_url` is a path of ours. Shown from `scheduled_for` on (None: at once);
    `by_mail` mails it too, by the periodic job, unless the user takes no mail.
    """
    row = Notification(
        user_id=user_id,
        trip_id=trip_id,
        booking_id=booking_id,
        notification_type=notification_type,
        priority=priority,
        title=title,
        message=message,
        action_url=action_url,
        channels={"in_app": True, "email": by_mail},
        dedupe_key=dedupe_key,
        scheduled_for=scheduled_for,
        created_at=now or clock.now(),
    )
    plain_rows.insert([row], ignore_conflicts=True)


def deliver_notifications(*, limit: int = 200, now: dt.datetime | None = None) -> str:
    """Mark what is due as out, and queue the mails of those that are mailed; a periodic job. Returns "n out, m by mail"."""
    now = now or clock.now()
    due = Notification.objects.filter(Q(scheduled_for=None) | Q(scheduled_for__lte=now), status="pending")
    rows = list(due.select_related("user").order_by("created_at", "id")[:limit])
    mailed = [row for row in rows if row.channels.get("email")]
    shown = [row for row in rows if not row.channels.get("email")]
    sent = 0
    try:
        move_all(shown, NOTIFICATION, "sent", actor=SYSTEM, now=now, sent_at=now, delivery_status={"in_app": "delivered"})
        sent += len(shown)
    except Conflict:  # its reader was quicker with one of them; the others are found again at the next turn
        logger.info("a notification was read or sent meanwhile")
    letters = 0
    for row in mailed:
        try:
            letters += _send_out(row, now)
            sent += 1
        except Conflict:
            logger.info("notification %s is another worker's", row.pk)
    return f"{sent} out, {letters} by mail"


def _send_out(row: Notification, now: dt.datetime) -> int:
    """Move one that is mailed, with its mail queued in the same transaction; 0 when its reader takes no mail."""
    to = addressee_of(row.user)
    wanted = to.wants_mail and bool(row.user.email)
    status = {"in_app": "delivered", "email": "queued" if wanted else "not_wanted"}
    with transaction.atomic():
        move(row, NOTIFICATION, "sent", actor=SYSTEM, now=now, sent_at=now, delivery_status=status)
        if wanted:
            outbox.enqueue(
                kind=KIND,
                template="notification",
                recipient=row.user.email,
                language=to.language,
                context={
                    "name": to.name,
                    "title": row.title,
                    "message": row.message,
                    "url": settings.PUBLIC_URL + (row.action_url or "/account/notifications"),
                    "notification": str(row.pk),
                },
                dedupe_key=f"notification:{row.pk}",
            )
    return int(wanted)


def note_mail(*, actor: Actor, message: OutboxMessage, outcome: outbox.Outcome) -> None:
    """Write down how a notification's mail went; called by the outbox inside its transaction. A mail that arrived makes it delivered."""
    row = Notification.objects.filter(pk=message.context.get("notification")).first()
    if row is None or outcome.state == "queued":
        return
    status = {**row.delivery_status, "email": "sent" if outcome.state == "sent" else "failed"}
    if outcome.state == "sent" and row.status == "sent":
        move(row, NOTIFICATION, "delivered", actor=actor, now=outcome.now, delivery_status=status)
    else:
        Notification.objects.filter(pk=row.pk).update(delivery_status=status)


def read_notification(*, actor: Actor, notification_id: uuid.UUID, now: dt.datetime | None = None) -> Notification:
    """Mark one as read; again changes nothing. Raises NotFound (another's, not shown yet), Conflict (dismissed)."""
    return _close(actor, notification_id, "read", now or clock.now())


def dismiss_notification(*, actor: Actor, notification_id: uuid.UUID, now: dt.datetime | None = None) -> Notification:
    """Put one away; it leaves the list. Again changes nothing. Raises NotFound."""
    return _close(actor, notification_id, "dismissed", now or clock.now())


def _close(actor: Actor, notification_id: uuid.UUID, to: str, now: dt.datetime) -> Notification:
    changes: dict[str, Any] = {"read_at": now} if to == "read" else {}
    with transaction.atomic():
        row = get_notification(actor, notification_id, now=now, lock=True)
        if row.status == to:
            return row
        if row.status in ("pending", "failed") and to == "read":  # seen in the app before its turn: no mail is needed any more
            _make_seen([row], actor, now)
        move(row, NOTIFICATION, to, actor=actor, now=now, **changes)
    return row


def _make_seen(rows: list[Notification], actor: Actor, now: dt.datetime) -> None:
    failed = [row for row in rows if row.status == "failed"]
    move_all(failed, NOTIFICATION, "pending", actor=actor, reason="seen in the app", now=now)
    move_all(rows, NOTIFICATION, "sent", actor=actor, reason="seen in the app", now=now, sent_at=now, delivery_status={"in_app": "delivered"})


def read_all_notifications(*, actor: Actor, limit: int = 1000, now: dt.datetime | None = None) -> int:
    """Mark all that the actor can see as read (the newest `limit`); returns how many were unread. Raises NotAllowed when signed out."""
    if not actor.is_user:
        raise NotAllowed
    now = now or clock.now()
    with transaction.atomic():
        rows = list(visible(actor, now).filter(status__in=UNREAD).select_for_update().order_by("-created_at", "id")[:limit])
        fresh = [row for row in rows if row.status == "pending"]
        _make_seen(fresh, actor, now)
        for status in ("sent", "delivered"):
            move_all([row for row in rows if row.status == status], NOTIFICATION, "read", actor=actor, now=now, read_at=now)
    return len(rows)


def prune_notifications(*, now: dt.datetime | None = None) -> str:
    """Drop what is a year old: it was told; a periodic job."""
    gone, _detail = Notification.objects.filter(created_at__lte=(now or clock.now()) - KEPT_FOR).delete()
    return f"{gone} dropped"
