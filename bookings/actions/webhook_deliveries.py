"""What is told to programs: events written down for each endpoint that listens, sent by the outbox, tried again, replayed.

The outbox sends messages of the kind `webhook` beside each other, one at a time per endpoint (`outbox_lanes`): `prepare` and `settle` are
the database's part around `gateways.webhooks.post_event`, which alone talks to the receiver.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions.notifications import notify_user
from accounts.queries.letters import addressee_of
from bookings.gateways.webhooks import EventPost, Undelivered, WebhookAnswer
from bookings.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from bookings.queries.webhooks import get_delivery, get_endpoint
from bookings.states import WEBHOOK_DELIVERY
from travelplanner.core import audit, clock, outbox, reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from travelplanner.core.models import OutboxMessage
from travelplanner.core.transitions import move

API_VERSION = "1.0"
KIND = "webhook"
PING = "ping"
MOST_FAILURES = 20  # in a row; then the endpoint is switched off
REASONS = {"failures": "too many failures", "gone": "the receiver answered 410"}
DELIVERY_NAMES = uuid.UUID("0c3c8a0e-7a4f-4f1e-8a53-2f2b0cf0a9d4")

def queue_deliveries(
    *, actor: Actor, user_id: uuid.UUID, event: str, event_id: uuid.UUID, data: Mapping[str, Any], booking_id: uuid.UUID | None, now: dt.datetime
) -> int:
    """Write one delivery and one outbox message for each of the user's enabled endpoints that asked for `event`; returns how many listen.

    Inside the caller's transaction. One statement, three when someone listens; the same `event_id` twice is one delivery for each.
    """
    listening = [row for row in reads.rows(_enabled, user_id=user_id) if not row.events or event in row.events]
    if listening:
        _queue(listening, event, event_id, data, booking_id, now)
    return len(listening)


def _enabled(*, user_id: uuid.UUID) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(user=user_id, enabled=True).only("pk", "events")


def _queue(
    endpoints: list[WebhookEndpoint], event: str, event_id: uuid.UUID, data: Mapping[str, Any], booking_id: uuid.UUID | None, now: dt.datetime
) -> list[WebhookDelivery]:
    body = {"id": str(event_id), "event": event, "created_at": now.isoformat(), "api_version": API_VERSION, "data": data}
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    rows = [
        WebhookDelivery(
            # By its endpoint and event: a repeated announcement names the delivery that is there already.
            pk=uuid.uuid5(DELIVERY_NAMES, f"{endpoint.pk}:{event_id}"),
            endpoint=endpoint,
            event_id=event_id,
            event=event,
            body=text,
            booking_id=booking_id,
            created_at=now,
        )
        for endpoint in endpoints
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    outbox.enqueue_all(
        [
            outbox.Wish(kind=KIND, template=event, recipient=str(row.endpoint_id), context={"delivery": str(row.pk)}, dedupe_key=f"webhook:{row.pk}", at=now)
            for row in rows
        ]
    )
    return rows


def send_ping(*, actor: Actor, endpoint_id: uuid.UUID, now: dt.datetime | None = None) -> WebhookDelivery:
    """Queue a test event for one's own endpoint. Raises NotFound, Conflict (`disabled`)."""
    now = now or clock.now()
    with transaction.atomic():
        endpoint = get_endpoint(actor, endpoint_id)
        if not endpoint.enabled:
            raise Conflict(_("This endpoint is switched off. Switch it on first."), code="disabled")
        (row,) = _queue([endpoint], PING, uuid.uuid4(), {"message": "It works."}, None, now)
    return row


def replay_delivery(*, actor: Actor, endpoint_id: uuid.UUID, delivery_id: uuid.UUID, now: dt.datetime | None = None) -> WebhookDelivery:
    """Send one's own delivery again, the same body under the same id. Raises NotFound, Conflict (it still waits, or the endpoint is off)."""
    now = now or clock.now()
    with transaction.atomic():
        return _replay(actor, get_delivery(actor, endpoint_id, delivery_id, lock=True), now)


def replay_by_staff(*, actor: Actor, delivery_id: uuid.UUID, now: dt.datetime | None = None) -> WebhookDelivery:
    """`replay_delivery` for anyone's, by staff. Raises NotAllowed, NotFound, Conflict; recorded in the audit."""
    if not actor.is_staff:
        raise NotAllowed
    now = now or clock.now()
    with transaction.atomic():
        row = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("endpoint").filter(pk=delivery_id).first()
        if row is None:
            raise NotFound
        return _replay(actor, row, now)


def _replay(actor: Actor, row: WebhookDelivery, now: dt.datetime) -> WebhookDelivery:
    if not row.endpoint.enabled:
        raise Conflict(_("This endpoint is switched off. Switch it on first."), code="disabled")
    dead = OutboxMessage.objects.filter(kind=KIND, state="dead", recipient=str(row.endpoint_id), context__delivery=str(row.pk)).first()
    move(row, WEBHOOK_DELIVERY, "queued", actor=actor, reason="replayed", now=now, delivered_at=None)
    if dead is not None:
        outbox.replay(actor=actor, message_id=dead.pk, now=now)
    else:
        key = f"webhook:{row.pk}:{row.attempts}"
        outbox.enqueue_all(
            [outbox.Wish(kind=KIND, template=row.event, recipient=str(row.endpoint_id), context={"delivery": str(row.pk)}, dedupe_key=key, at=now)]
        )
    return row


def prepare_delivery(*, actor: Actor, message: OutboxMessage, now: dt.datetime) -> EventPost:
    """What is to be posted for a claimed message, signed as of `now`. Raises Permanent when there is nobody to post it to any more."""
    row = WebhookDelivery.objects.select_related("endpoint").filter(pk=message.context.get("delivery")).first()
    if row is None:
        raise outbox.Permanent("no such delivery")
    endpoint = row.endpoint
    if not endpoint.enabled:
        raise outbox.Permanent("the endpoint is switched off")
    secrets = [str(endpoint.secret)]
    if endpoint.previous_secret_until is not None and now < endpoint.previous_secret_until:
        secrets.append(str(endpoint.previous_secret))
    return EventPost(
        url=endpoint.url, delivery_id=str(row.pk), number=row.attempts + 1, body=row.body.encode(), secrets=tuple(secret for secret in secrets if secret), at=now
    )


def settle_delivery(*, actor: Actor, message: OutboxMessage, outcome: outbox.Outcome) -> None:
    """Write down how a post went, in the outbox's transaction: the log's row, the delivery's state, the endpoint's failures in a row.

    A failing endpoint is left alone for a while with all that waits for it; after 20 failures in a row, or a 410, it is switched off and its
    owner told. What was never asked (switched off meanwhile) counts neither as an attempt nor as a failure.
    """
    row = WebhookDelivery.objects.filter(pk=message.context.get("delivery")).first()
    if row is None:
        return
    answer, problem = outcome.answer, outcome.problem
    asked = isinstance(answer, WebhookAnswer) or isinstance(problem, Undelivered)
    if isinstance(answer, WebhookAnswer):
        _log(row, answer.status, "", answer.milliseconds, outcome.now)
        WebhookEndpoint.objects.filter(pk=row.endpoint_id).exclude(failures_in_row=0).update(failures_in_row=0)
    elif isinstance(problem, Undelivered):
        _log(row, problem.status, problem.code, problem.milliseconds, outcome.now)
        _count_failure(actor, row, gone=problem.status == 410, now=outcome.now)
    if outcome.state == "sent" and row.state != "delivered":
        move(row, WEBHOOK_DELIVERY, "delivered", actor=actor, now=outcome.now, attempts=row.attempts + 1, delivered_at=outcome.now)
    elif outcome.state == "dead" and row.state == "queued":
        reason = str(problem)[:200]
        move(row, WEBHOOK_DELIVERY, "dead", actor=actor, reason=reason, now=outcome.now, attempts=row.attempts + int(asked))
    elif asked:
        WebhookDelivery.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, updated_at=outcome.now)


def _log(row: WebhookDelivery, status: int | None, error: str, milliseconds: int, now: dt.datetime) -> None:
    WebhookAttempt.objects.create(delivery=row, number=row.attempts + 1, status=status, error=error, milliseconds=milliseconds, created_at=now)


def _count_failure(actor: Actor, row: WebhookDelivery, *, gone: bool, now: dt.datetime) -> None:
    WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(failures_in_row=F("failures_in_row") + 1)
    endpoint = WebhookEndpoint.objects.select_related("user").get(pk=row.endpoint_id)
    if endpoint.enabled and (gone or endpoint.failures_in_row >= MOST_FAILURES):
        _switch_off(actor, endpoint, "gone" if gone else "failures", now)
    else:
        outbox.hold_back(kind=KIND, recipient=str(endpoint.pk), until=now + outbox.pause_after(endpoint.failures_in_row))


def _switch_off(actor: Actor, endpoint: WebhookEndpoint, why: str, now: dt.datetime) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk, enabled=True).update(
        enabled=False, disabled_reason=REASONS[why], row_version=F("row_version") + 1, updated_at=now
    )
    audit.record(actor=actor, action="webhook_endpoint.switched_off", row=endpoint, after={"reason": REASONS[why]}, now=now)
    with translation.override(addressee_of(endpoint.user).language):
        words = {"url": endpoint.url}
        title = _("A webhook is switched off")
        if why == "gone":
            message = _("%(url)s answered that it is gone for good, so we send nothing there any more. You can switch it on again.") % words
        else:
            message = _("%(url)s did not take %(number)d deliveries in a row, so we send nothing there any more. When it works again, switch it on.") % {
                **words,
                "number": endpoint.failures_in_row,
            }
    notify_user(
        actor=actor,
        user_id=endpoint.user_id,
        notification_type="webhook.switched_off",
        priority="high",
        title=title,
        message=message,
        action_url=reverse("bookings:webhook", args=[endpoint.pk]),
        by_mail=True,
        dedupe_key=f"webhook_off:{endpoint.pk}:{endpoint.row_version}",
        now=now,
    )
