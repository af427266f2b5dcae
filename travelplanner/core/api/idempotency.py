"""Idempotency-Key: one request, one effect, the same answer byte for byte for 72 hours."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .. import clock, crypto
from ..errors import Conflict, IdempotencyMismatch, Invalid
from ..models import IdempotencyKey

LEASE = dt.timedelta(seconds=60)
KEPT_FOR = dt.timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer given before: status, exact bytes, content type."""

    status: int
    body: bytes
    content_type: str


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def claim(*, scope: str, key: str, body: bytes, now: dt.datetime | None = None) -> StoredAnswer | None:
    """Take the key for this request, or return the answer stored under it.

    Raises IdempotencyMismatch (same key, other body), Conflict (the first request still runs), Invalid (bad key).
    A claim whose lease ran out (its process died) is taken over.
    """
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise Invalid(_("Idempotency-Key must be 1 to 255 printable characters."), code="idempotency_key_invalid")
    now, mark = now or clock.now(), fingerprint(body)
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(scope=scope, key=key, fingerprint=mark, lease_until=now + LEASE, expires_at=now + KEPT_FOR)
        return None
    except IntegrityError:
        row = IdempotencyKey.objects.get(scope=scope, key=key)
    if row.expires_at <= now:
        taken = IdempotencyKey.objects.filter(pk=row.pk, expires_at=row.expires_at).update(
            fingerprint=mark, status=None, body=b"", lease_until=now + LEASE, expires_at=now + KEPT_FOR
        )
        if taken:
            return None
        raise Conflict(_("The same request is still running."), code="idempotency_running")
    if row.fingerprint != mark:
        raise IdempotencyMismatch
    if row.status is not None:
        return StoredAnswer(row.status, crypto.decrypt(row.body), row.content_type)
    if row.lease_until <= now and IdempotencyKey.objects.filter(pk=row.pk, status=None, lease_until=row.lease_until).update(lease_until=now + LEASE):
        return None
    raise Conflict(_("The same request is still running."), code="idempotency_running", extra={"retry_after": 1})


def store(*, scope: str, key: str, answer: StoredAnswer) -> None:
    """Keep the answer, encrypted."""
    IdempotencyKey.objects.filter(scope=scope, key=key).update(
        status=answer.status, body=crypto.encrypt(answer.body), content_type=answer.content_type
    )


def release(*, scope: str, key: str) -> None:
    """Forget a claim whose request had no effect (an error of ours, a refusal before anything ran), so that it may be sent again."""
    IdempotencyKey.objects.filter(scope=scope, key=key, status=None).delete()


def prune(*, now: dt.datetime | None = None) -> str:
    """Drop expired keys; a periodic job."""
    gone, _detail = IdempotencyKey.objects.filter(expires_at__lte=now or clock.now()).delete()
    return f"{gone} dropped"
