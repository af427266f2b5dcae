"""Papers end: reminders while there is time to renew them, and the state when the day has come. Periodic jobs."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import TravelDocument, TravelerDocument, UserDocument
from accounts.queries.documents import with_consent
from accounts.queries.letters import addressee_of, owner_of, paper_context
from accounts.states import DOCUMENT_CHECK
from travelplanner.core import clock, outbox, transitions
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict

logger = logging.getLogger(__name__)
DAYS_BEFORE = (180, 90, 30, 7)
CALENDAR = Actor.system("calendar")
WATCHED = ("pending", "verified")


def _watched() -> list[QuerySet[TravelDocument]]:
    """Papers of people who are still here."""
    return [
        UserDocument.objects.filter(state__in=WATCHED, user__status="active").select_related("user"),
        TravelerDocument.objects.filter(state__in=WATCHED, traveler__user__status="active").exclude(traveler__state="archived").select_related("traveler__user"),
    ]


def expire_documents(*, now: dt.datetime | None = None) -> str:
    """Mark what was good until a day that is over; a periodic job. A paper counts on its last day, everywhere on Earth."""
    now, moved = now or clock.now(), 0
    last = (now - dt.timedelta(hours=12)).date() - dt.timedelta(days=1)  # where the day ends last, that is at noon UTC of the next
    for rows in _watched():
        for row in rows.filter(expires_on__lte=last).order_by("pk").iterator(chunk_size=200):
            try:
                with transaction.atomic():
                    transitions.move(row, DOCUMENT_CHECK, "expired", actor=CALENDAR, reason="its last day is over", now=now)
                moved += 1
            except Conflict:
                logger.info("document %s changed while it was marked as expired", row.pk)
    return f"{moved} expired"


def remind_of_expiry(*, now: dt.datetime | None = None) -> str:
    """Mail the owner 180, 90, 30 and 7 days before; a periodic job.

    Guarantees: one mail for each of these, also with two workers at once (the row is claimed by an UPDATE on the reminder before) and after an
    interruption (claim and mail are one transaction). Of several that are due at once, as for a paper added late, the last alone is sent.
    """
    now, sent = now or clock.now(), 0
    today = now.date()
    for rows in _watched():
        soon = with_consent(rows).filter(expires_on__gte=today, expires_on__lte=today + dt.timedelta(days=max(DAYS_BEFORE)))
        not_yet = Q(pk__in=[])
        for days in DAYS_BEFORE:
            not_yet |= Q(expires_on__lte=today + dt.timedelta(days=days)) & (Q(reminded_days=None) | Q(reminded_days__gt=days))
        for row in soon.filter(not_yet).order_by("pk").iterator(chunk_size=200):
            sent += _remind(row, today=today, now=now)
    return f"{sent} reminded"


def _remind(row: TravelDocument, *, today: dt.date, now: dt.datetime) -> bool:
    if row.expires_on is None:
        return False
    left = (row.expires_on - today).days
    due = min(days for days in DAYS_BEFORE if left <= days)
    owner = owner_of(row)
    to = addressee_of(owner)
    with transaction.atomic():
        claimed = (
            type(row)
            .objects.filter(pk=row.pk, reminded_days=row.reminded_days, expires_on=row.expires_on, state__in=WATCHED)
            .update(reminded_days=due, reminded_at=now)
        )
        if not claimed or not to.wants_mail:
            return False
        outbox.enqueue_mail(
            template="document_expiring",
            recipient=owner.email,
            context={**paper_context(row, to), "expires_on": row.expires_on.isoformat()},
            dedupe_key=f"document_expiring:{row.pk}:{row.expires_on.isoformat()}:{due}",
            language=to.language,
        )
    return True
