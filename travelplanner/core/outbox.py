"""The outbox: decided in a transaction, sent after it, with retries, back-off and dead letters."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from . import clock
from .actor import Actor
from .errors import Conflict
from .models import OutboxMessage
from .states import OUTBOX
from .transitions import move

logger = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=2)
MAX_ATTEMPTS = 8
KEPT_FOR = dt.timedelta(days=30)  # after sending: contexts hold names
SENDER = Actor.system("outbox")


def enqueue_mail(*, template: str, recipient: str, context: Mapping[str, Any], dedupe_key: str, language: str = "en") -> None:
    """Queue one mail inside the caller's transaction; the same `dedupe_key` twice is one mail.

    `template` names `templates/emails/<template>.txt`, `.html` and `_subject.txt`; `context` must be JSON.
    """
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(kind="mail", template=template, recipient=recipient, context=dict(context), dedupe_key=dedupe_key, language=language)],
        ignore_conflicts=True,
    )


def deliver_due(*, limit: int = 50, now: dt.datetime | None = None) -> str:
    """Send what is due; returns "n sent, m failed". Each message is claimed first, so that two workers send it once."""
    sent = failed = 0
    for _turn in range(limit):
        moment = now or clock.now()  # of this message: a lease counts from its own claim, however long the batch before it took
        message = _due(moment).first()
        if message is None:
            break
        try:
            if not _claim(message, now=moment):
                continue
            if _deliver(message, now=now):
                sent += 1
            else:
                failed += 1
        except Conflict:  # another worker has it, before our claim or after our lease; the rest of the batch is still ours to send
            logger.info("outbox message %s is another worker's", message.pk)
    return f"{sent} sent, {failed} failed"


def _due(now: dt.datetime) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(Q(state="queued", next_attempt_at__lte=now) | Q(state="sending", lease_until__lte=now)).order_by("next_attempt_at")


def _claim(message: OutboxMessage, *, now: dt.datetime) -> bool:
    """Take the message for this worker, in one UPDATE; False or Conflict when another has it. A lost lease (killed worker) is taken over."""
    lease: dict[str, Any] = {"lease_until": now + LEASE, "attempts": message.attempts + 1}
    if message.state == "queued":
        move(message, OUTBOX, "sending", actor=SENDER, now=now, **lease)
        return True
    if not OutboxMessage.objects.filter(pk=message.pk, state="sending", lease_until=message.lease_until).update(**lease):
        return False
    message.lease_until, message.attempts = lease["lease_until"], lease["attempts"]
    return True


def _deliver(message: OutboxMessage, *, now: dt.datetime | None) -> bool:
    """Send a claimed message and write down how it went. Raises Conflict when another worker wrote first."""
    try:
        _send_mail(message)
    except Exception as problem:  # the gateway's errors are many; each is a reason to try later
        _postpone(message, problem, now=now or clock.now())
        return False
    moment = clock.now()
    move(message, OUTBOX, "sent", actor=SENDER, now=now or moment, sent_at=moment, lease_until=None, last_error="")
    return True


def _postpone(message: OutboxMessage, problem: Exception, *, now: dt.datetime) -> None:
    logger.warning("outbox message %s failed: %s", message.pk, type(problem).__name__)
    error = f"{type(problem).__name__}: {problem}"[:500]
    if message.attempts >= MAX_ATTEMPTS:
        move(message, OUTBOX, "dead", actor=SENDER, reason="attempts used up", now=now, last_error=error, lease_until=None)
    else:
        wait = dt.timedelta(seconds=min(3600, 10 * 2**message.attempts))
        move(message, OUTBOX, "queued", actor=SENDER, reason="retry", now=now, last_error=error, lease_until=None, next_attempt_at=now + wait)


def _send_mail(message: OutboxMessage) -> None:
    with translation.override(message.language):
        base = f"emails/{message.template}"
        subject = " ".join(_plain(f"{base}_subject.txt", message.context).split())
        mail = EmailMultiAlternatives(subject=subject, body=_plain(f"{base}.txt", message.context), to=[message.recipient])
        mail.attach_alternative(render_to_string(f"{base}.html", message.context), "text/html")
    mail.extra_headers["Message-ID"] = f"<{message.pk}@travelplanner>"
    mail.send()


def _plain(template: str, context: Mapping[str, Any]) -> str:
    """Plain text is not HTML: a name keeps its apostrophe."""
    return get_template(template).template.render(Context(dict(context), autoescape=False))  # type: ignore[attr-defined]


def replay(*, actor: Actor, message_id: Any, now: dt.datetime | None = None) -> OutboxMessage:
    """Queue a dead letter again. Raises Conflict when it is not dead; recorded in the audit."""
    with transaction.atomic():
        message = OutboxMessage.objects.get(pk=message_id)
        move(message, OUTBOX, "queued", actor=actor, reason="replayed", now=now, attempts=0, next_attempt_at=now or clock.now())
    return message


def prune(*, now: dt.datetime | None = None) -> str:
    """Drop what was sent long ago (dead letters stay, for staff to replay); a periodic job."""
    gone, _detail = OutboxMessage.objects.filter(state="sent", sent_at__lte=(now or clock.now()) - KEPT_FOR).delete()
    return f"{gone} dropped"
