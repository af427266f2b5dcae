"""What the pretended company tells us: small JSON messages, signed like Stripe's, so that everything can be tried on one machine."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from uuid import UUID

import requests
from django.conf import settings

from travelplanner.core import clock

from . import signatures
from .contract import Notice, NoticeRefused

logger = logging.getLogger(__name__)
HEADER = "Mock-Signature"
CLAIMS = {"charge.succeeded": "succeeded", "charge.failed": "declined"}


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def write(type_: str, about: str, object_id: str, charge: str) -> str:
    message = {"id": f"mock_evt_{type_}_{object_id}", "type": type_, "about": about, "object": object_id, "charge": charge, "created": int(clock.now().timestamp())}
    return json.dumps(message, separators=(",", ":"))


def send(event_id: str, body: str) -> bool:
    """POST to our own door; False when it wasn't taken."""
    content = body.encode()
    headers = {HEADER: signatures.sign(content, secret=settings.PAYMENTS.mock_webhook_secrets[0], now=clock.now()), "Content-Type": "application/json"}
    address = f"{settings.PUBLIC_URL}/api/payments/mock/webhook"
    try:
        return requests.post(address, data=content, headers=headers, timeout=settings.PAYMENTS.timeout, allow_redirects=False).status_code == 200
    except requests.RequestException as problem:
        logger.info("message %s of the mock gateway was not taken: %s", event_id, type(problem).__name__)
        return False


def read(body: bytes, headers: Mapping[str, str], now: dt.datetime) -> Notice:
    signatures.check(body, headers.get(HEADER.lower(), ""), secrets=settings.PAYMENTS.mock_webhook_secrets, now=now)
    try:
        message = json.loads(body)
        return Notice(
            event_id=str(message["id"])[:120],
            type=str(message["type"])[:80],
            about=str(message["about"]),
            object_id=str(message["object"])[:120],
            payment_id=as_uuid(str(message["charge"])),
            charge_reference="",
            claim=CLAIMS.get(message["type"], ""),
            happened_at=dt.datetime.fromtimestamp(int(message["created"]), dt.UTC),
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError, OSError):
        raise NoticeRefused("unreadable") from None
