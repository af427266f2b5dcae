"""Posting an event to a program of a user's: signed, to an address of the open internet, ten seconds, no redirects, a small answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from travelplanner.core import fetch
from travelplanner.core.outbox import Permanent

TIMEOUT = 10.0  # seconds, for all of it
MOST_BYTES = 64 * 1024  # of an answer; nothing of it is kept
NETWORK = fetch.INTERNET  # tests bring their own


@dataclass(frozen=True, slots=True)
class EventPost:
    """One try: `number` counts from 1, `at` is the moment that is signed."""

    url: str
    delivery_id: str
    number: int
    body: bytes
    secrets: tuple[str, ...] = field(repr=False)
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """The receiver took it (2xx)."""

    status: int
    milliseconds: int


class Undelivered(Exception):
    """Not taken: another status, or none at all (`code` of the fetch). Nothing of what the receiver said is kept."""

    def __init__(self, *, status: int | None = None, code: str = "", milliseconds: int = 0) -> None:
        self.status, self.code, self.milliseconds = status, code, milliseconds
        super().__init__(code or f"status {status}")


class Refused(Undelivered, Permanent):
    """Trying again is no use: the receiver is gone for good (410), or it is an address that we don't ask."""


def sign(body: bytes, *, at: dt.datetime, secrets: Sequence[str]) -> str:
    """The value of `Webhook-Signature`: `t=<unix seconds>`, then `v1=<hex>` by each secret: HMAC-SHA256 of `<t>.<body>`, its key the secret's text."""
    moment = int(at.timestamp())
    signed = f"{moment}.".encode() + body
    return ",".join([f"t={moment}", *(f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets)])


def post_event(post: EventPost) -> WebhookAnswer:
    """Post it once. Raises Undelivered, or Refused when a later try can't end otherwise. Touches no table: it runs on a thread of its own."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "TravelPlanner-Webhooks/1.0",
        "Webhook-Id": post.delivery_id,
        "Webhook-Attempt": str(post.number),
        "Webhook-Signature": sign(post.body, at=post.at, secrets=post.secrets),
    }
    began = time.monotonic()

    def taken() -> int:
        return int((time.monotonic() - began) * 1000)

    try:
        answer = fetch.fetch(post.url, method="POST", body=post.body, headers=headers, timeout=TIMEOUT, max_bytes=MOST_BYTES, network=NETWORK)
    except fetch.FetchRefused as refusal:
        raise Refused(code=refusal.code, milliseconds=taken()) from None
    except fetch.FetchFailed as failure:
        raise Undelivered(code=failure.code, milliseconds=taken()) from None
    if 200 <= answer.status < 300:
        return WebhookAnswer(answer.status, taken())
    if answer.status == 410:
        raise Refused(status=410, milliseconds=taken())
    raise Undelivered(status=answer.status, milliseconds=taken())
