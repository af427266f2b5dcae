"""What happened to a booking, told to its owner (in the app) and to the programs that asked for it (webhooks)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import translation

from accounts.actions.notifications import notify_user
from bookings.actions.webhook_deliveries import queue_deliveries
from bookings.announced import EVENTS, LOUD, MAILED
from bookings.announced_words import words_of
from bookings.models import Booking
from travelplanner.core.actor import Actor
from travelplanner.core.lines import harmless

NAMESPACE = uuid.UUID("5b0e5f0a-3d0c-4c3e-9a63-6a1d7f0f5d11")  # of event ids: the same happening has the same id, whoever reports it


def announce(
    *, actor: Actor, booking: Booking, event: str, now: dt.datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Note the event for all who are told, inside the caller's transaction (its trip is locked). `event` is a key of EVENTS; `facts` is JSON
    without personal data. The same event of the same booking and facts twice is told once.

    Costs two statements, four when a program listens; nothing outside is asked. Records the notification, deliveries, outbox messages.
    """
    facts, priority = dict(facts or {}), EVENTS[event]
    by_mail = priority in LOUD and event not in MAILED
    event_id = uuid.uuid5(NAMESPACE, json.dumps([event, str(booking.pk), facts], sort_keys=True, cls=DjangoJSONEncoder))
    trip = booking.trip
    language = booking.language if booking.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        title, message = words_of(event, facts, trip=harmless(trip.title, "") if by_mail else trip.title, reference=booking.reference)
    notify_user(
        actor=actor,
        user_id=booking.user_id,
        notification_type=event,
        priority=priority,
        title=title,
        message=message,
        action_url=reverse("bookings:confirmation", args=[booking.reference]),
        by_mail=by_mail,
        dedupe_key=f"event:{event_id}",
        trip_id=trip.pk,
        booking_id=booking.pk,
        now=now,
    )
    data = {"booking": booking.reference, "trip": trip.reference, "state": booking.state, "facts": facts}
    queue_deliveries(
        actor=actor, user_id=booking.user_id, event=event, event_id=event_id, data=data, booking_id=booking.pk, now=now
    )
