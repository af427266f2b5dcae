"""Idempotency-Key: one request, one effect, the same answer byte for byte for 72 hours."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A key held by one request: good until its lease runs out and another request takes it over."""

    scope: str
    key: str
    lease_until: dt.datetime


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def claim(*, scope: str, key: str, body: bytes, now: dt.datetime | None = None) -> StoredAnswer | Claim:
    """Take the key for this request, or return the answer stored under it.

    Raises IdempotencyMismatch (same key, other body), Conflict (the first request still runs), Invalid (bad key).
    A claim whose lease ran out (its process died) is taken over.
    """
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise Invalid(_("Idempotency-Key must be 1 to 255 printable characters."), code="idempotency_key_invalid")
    now, mark = now or clock.now(), fingerprint(body)
    claimed = Claim(scope, key, now + LEASE)
    if _insert(claimed, mark, now):
        return claimed
    row = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if row is None:  # released between the two: the next try finds the key free
        raise Conflict(_("The same request is still running."), code="idempotency_running", extra={"retry_after": 1})
    if row.expires_at <= now:
        taken = IdempotencyKey.objects.filter(pk=row.pk, expires_at=row.expires_at).update(
            fingerprint=mark, status=None, body=b"", lease_until=claimed.lease_until, expires_at=now + KEPT_FOR
        )
        if taken:
            return claimed
        raise Conflict(_("The same request is still running."), code="idempotency_running")
    if row.fingerprint != mark:
        raise IdempotencyMismatch
    if row.status is not None:
        return StoredAnswer(row.status, crypto.decrypt(row.body), row.content_type)
    lost = IdempotencyKey.objects.filter(pk=row.pk, status=None, lease_until=row.lease_until)
    if row.lease_until <= now and lost.update(lease_until=claimed.lease_until):
        return claimed
    raise Conflict(_("The same request is still running."), code="idempotency_running", extra={"retry_after": 1})


# Plain SQL, because every POST with a key pays for it: one statement, where the ORM needs a transaction around an insert that may fail.
_CLAIM = """
    INSERT INTO core_idempotencykey (scope, "key", fingerprint, lease_until, body, content_type, created_at, expires_at) VALUES (%s, %s, %s, %s, %s, '', %s, %s)
    ON CONFLICT (scope, "key") DO NOTHING
"""


def _insert(claimed: Claim, mark: str, now: dt.datetime) -> bool:
    """Whether the key was free."""
    lease, made, end = (connection.ops.adapt_datetimefield_value(moment) for moment in (claimed.lease_until, now, now + KEPT_FOR))
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [claimed.scope, claimed.key, mark, lease, b"", made, end])
        return cursor.rowcount == 1


def _held(claimed: Claim) -> QuerySet[IdempotencyKey]:
    """The row, while it is still this request's: one that outlived its lease must not touch its successor's."""
    return IdempotencyKey.objects.filter(scope=claimed.scope, key=claimed.key, lease_until=claimed.lease_until, status=None)


def store(claimed: Claim, *, answer: StoredAnswer) -> None:
    """Keep the answer, encrypted."""
    _held(claimed).update(
        status=answer.status, body=crypto.encrypt(answer.body), content_type=answer.content_type
    )


def release(claimed: Claim) -> None:
    """Forget a claim whose request had no effect (an error of ours, a refusal before anything ran), so that it may be sent again."""
    _held(claimed).delete()


def forget(*, scope_prefix: str) -> None:
    """Drop kept answers whose scope begins so: who lost a thing must not have an old answer of it repeated."""
    IdempotencyKey.objects.filter(scope__startswith=scope_prefix).delete()


def prune(*, now: dt.datetime | None = None) -> str:
    """Drop expired keys; a periodic job."""
    gone, _detail = IdempotencyKey.objects.filter(expires_at__lte=now or clock.now()).delete()
    return f"{gone} dropped"
