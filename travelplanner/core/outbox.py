"""The outbox: decided in a transaction, sent after it, with retries, back-off and dead letters.

A kind of message says how it is sent (`register_kind`); mail is one. Claim, lease, back-off, dead letters and replay are the same for all.

A mail that opens a door (a link with a one-time token, a code) gives it as `secrets`, never in `context`:

    outbox.enqueue_mail(template="invitation", context={"inviter": name}, secrets={"url": f"{settings.PUBLIC_URL}/join/{token}"}, ...)

Secrets are sealed for their row as they are queued (they rotate with `rotate_keys`), opened for rendering alone, where the templates find
them beside the context, and dropped in the UPDATE that marks the message as sent. Only the token's SHA-256 stays, in the row it opens.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import translation

from . import clock, plain_rows
from .actor import Actor
from .errors import Conflict
from .failpoints import reach
from .mail_extras import extras_for
from .models import OutboxMessage
from .states import OUTBOX
from .transitions import move

logger = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=2)
MAX_ATTEMPTS = 8
LONGEST_PAUSE = 3600  # seconds
KEPT_FOR = dt.timedelta(days=30)  # after sending: contexts hold names
SENDER = Actor.system("outbox")


class Permanent(Exception):
    """Raised by a kind's `prepare` or `send`: no later try can end otherwise. The message is a dead letter at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went: `state` is what the message becomes (sent, queued, dead); `answer` is what `send` returned, `problem` what it raised."""

    state: str
    now: dt.datetime
    answer: Any = None
    problem: Exception | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How messages of one kind are sent.

    `prepare(actor=, message=, now=)` reads what `send` needs (without it, `send` is given the message); `send(prepared)` alone talks to the
    world; `settle(actor=, message=, outcome=)` writes what follows, in the transaction that moves the message. `side_by_side`: sent by
    `outbox_lanes`, several at a time on threads, so its `send` may touch no table; the others are sent one after the other.
    """

    name: str
    send: Callable[[Any], Any]
    prepare: Callable[..., Any] | None = None
    settle: Callable[..., None] | None = None
    side_by_side: bool = False


_kinds: dict[str, Kind] = {}


def register_kind(
    name: str,
    send: Callable[[Any], Any],
    *,
    prepare: Callable[..., Any] | None = None,
    settle: Callable[..., None] | None = None,
    side_by_side: bool = False,
) -> None:
    """Tell how messages of this kind are sent; see `Kind`. A message of a kind that nobody registered waits."""
    _kinds[name] = Kind(name, send, prepare, settle, side_by_side)


def kinds(*, side_by_side: bool | None = None) -> list[str]:
    """Names of the registered kinds."""
    return sorted(kind.name for kind in _kinds.values() if side_by_side in (None, kind.side_by_side))


@dataclass(frozen=True, slots=True)
class Wish:
    """A message to queue. `recipient` is an address, or the name of the lane in which messages wait for each other; `context` must be JSON."""

    kind: str
    recipient: str
    dedupe_key: str
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    secrets: Mapping[str, str] = field(default_factory=dict)
    at: dt.datetime | None = None  # not before; None = now


def enqueue_all(wishes: Sequence[Wish]) -> None:
    """Queue messages inside the caller's transaction, in one statement; the same `dedupe_key` twice is one message."""
    rows = [
        OutboxMessage(
            kind=wish.kind,
            template=wish.template,
            recipient=wish.recipient,
            context=dict(wish.context),
            dedupe_key=wish.dedupe_key,
            language=wish.language,
            secrets=dict(wish.secrets),
            next_attempt_at=wish.at or clock.now(),
        )
        for wish in wishes
    ]
    plain_rows.insert(rows, ignore_conflicts=True)


def enqueue(
    *,
    kind: str,
    recipient: str,
    dedupe_key: str,
    template: str = "",
    context: Mapping[str, Any] | None = None,
    language: str = "en",
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Queue one message of a kind inside the caller's transaction; see `Wish`."""
    enqueue_all([Wish(kind, recipient, dedupe_key, template, context or {}, language, secrets or {})])


def enqueue_mail(
    *,
    template: str,
    recipient: str,
    context: Mapping[str, Any],
    dedupe_key: str,
    language: str = "en",
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Queue one mail inside the caller's transaction; the same `dedupe_key` twice is one mail.

    `template` names `templates/emails/<template>.txt`, `.html` and `_subject.txt`; `context` must be JSON. `secrets`: see the module.
    """
    enqueue(
        kind="mail", template=template, recipient=recipient, context=context, dedupe_key=dedupe_key, language=language, secrets=secrets
    )


def deliver_due(*, limit: int = 50, now: dt.datetime | None = None) -> str:
    """Send what is due of the kinds that go one after the other (mail); returns "n sent, m failed".

    Each message is claimed first, so that two workers send it once.
    """
    sent = failed = 0
    names = kinds(side_by_side=False)
    for _turn in range(limit):
        # Of this message: a lease counts from its own claim, however long the batch before it took.
        moment = now or clock.now()
        message = due(moment, kinds=names).first()
        if message is None:
            break
        try:
            if not _claim(message, now=moment):
                continue
            if _deliver(message, now=now):
                sent += 1
            else:
                failed += 1
        except Conflict:
            # Another worker has it, before our claim or after our lease; the rest of the batch is still ours to send.
            logger.info("outbox message %s is another worker's", message.pk)
    return f"{sent} sent, {failed} failed"


def due(now: dt.datetime, *, kinds: Collection[str]) -> QuerySet[OutboxMessage]:
    """Messages whose time has come, or whose worker died; the longest waiting first."""
    return OutboxMessage.objects.filter(
        Q(state="queued", next_attempt_at__lte=now) | Q(state="sending", lease_until__lte=now), kind__in=kinds
    ).order_by("next_attempt_at", "created_at")


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


def claim(message: OutboxMessage, *, now: dt.datetime) -> bool:
    """Take a due message for this worker; False when another has it."""
    try:
        return _claim(message, now=now)
    except Conflict:
        return False


def prepared(message: OutboxMessage, *, now: dt.datetime) -> Any:
    """What the message's `send` is given. Raises whatever its `prepare` does; each is a reason like those of `send`."""
    kind = _kinds[message.kind]
    return message if kind.prepare is None else kind.prepare(actor=SENDER, message=message, now=now)


def sender_of(message: OutboxMessage) -> Callable[[Any], Any]:
    return _kinds[message.kind].send


def _deliver(message: OutboxMessage, *, now: dt.datetime | None) -> bool:
    """Send a claimed message and write down how it went. Raises Conflict when another worker wrote first."""
    reach("mail.claimed")
    try:
        answer = sender_of(message)(prepared(message, now=now or clock.now()))
        reach("mail.sent")
    except Exception as problem:  # the gateway's errors are many; each is a reason to try later
        return settle(message, now=now or clock.now(), problem=problem)
    return settle(message, now=now or clock.now(), answer=answer)


def pause_after(failures: int) -> dt.timedelta:
    """How long to wait after so many failures: 20 seconds, doubled each time, an hour at most."""
    return dt.timedelta(seconds=min(LONGEST_PAUSE, 10 * 2 ** min(failures, 20)))


def settle(message: OutboxMessage, *, now: dt.datetime, answer: Any = None, problem: Exception | None = None) -> bool:
    """Write down how a try of a claimed message went, with what its kind adds; True when it was sent. Raises Conflict when another worker
    wrote first."""
    if problem is not None:
        logger.warning("outbox message %s failed: %s", message.pk, type(problem).__name__)
    gone = isinstance(problem, Permanent)
    to = "sent" if problem is None else "dead" if gone or message.attempts >= MAX_ATTEMPTS else "queued"
    changes: dict[str, Any] = {"lease_until": None, "last_error": "" if problem is None else f"{type(problem).__name__}: {problem}"[:500]}
    reason = ""
    if to == "sent":
        changes |= {"sent_at": now, "secrets": None}
    elif to == "dead":
        reason = "no use to try again" if gone else "attempts used up"
    else:
        reason, changes["next_attempt_at"] = "retry", now + pause_after(message.attempts)
    kind = _kinds[message.kind]
    with transaction.atomic():
        move(message, OUTBOX, to, actor=SENDER, reason=reason, now=now, **changes)
        if kind.settle is not None:
            kind.settle(actor=SENDER, message=message, outcome=Outcome(to, now, answer, problem))
    return to == "sent"


def hold_back(*, kind: str, recipient: str, until: dt.datetime) -> int:
    """Leave a recipient alone: what waits for it waits until then at least. Returns how many messages that concerned."""
    return OutboxMessage.objects.filter(kind=kind, recipient=recipient, state="queued", next_attempt_at__lt=until).update(next_attempt_at=until)


def send_mail(message: OutboxMessage) -> None:
    """Render and send a message as a mail: kind `mail`, and for kinds that are mails too."""
    with translation.override(message.language):
        secrets: Any = message.secrets or {}  # a sealed column, opened here alone
        extras = extras_for(message.template, message.context)
        base, context = f"emails/{message.template}", {**message.context, **extras.context, **secrets}
        subject = " ".join(_plain(f"{base}_subject.txt", context).split())
        mail = EmailMultiAlternatives(subject=subject, body=_plain(f"{base}.txt", context), to=[message.recipient])
        mail.attach_alternative(render_to_string(f"{base}.html", context), "text/html")
        for file in extras.attachments:
            mail.attach(file.name, file.content, file.type)
    mail.extra_headers["Message-ID"] = f"<{message.pk}@travelplanner>"
    mail.send()


def _plain(template: str, context: Mapping[str, Any]) -> str:
    """Plain text is not HTML: a name keeps its apostrophe."""
    return Engine.get_default().get_template(template).render(Context(dict(context), autoescape=False))


def replay(*, actor: Actor, message_id: Any, now: dt.datetime | None = None) -> OutboxMessage:
    """Queue a dead letter again. Raises Conflict when it is not dead; recorded in the audit."""
    with transaction.atomic():
        message = OutboxMessage.objects.get(pk=message_id)
        move(
            message,
            OUTBOX,
            "queued",
            actor=actor,
            reason="replayed",
            now=now,
            attempts=0,
            next_attempt_at=now or clock.now(),
        )
    return message


def prune(*, now: dt.datetime | None = None) -> str:
    """Drop what was sent long ago (dead letters stay, for staff to replay); a periodic job."""
    gone, _detail = OutboxMessage.objects.filter(state="sent", sent_at__lte=(now or clock.now()) - KEPT_FOR).delete()
    return f"{gone} dropped"


register_kind("mail", send_mail)
