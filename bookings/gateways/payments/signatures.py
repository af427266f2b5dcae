"""Signatures over a message's raw bytes, with the moment of sending inside: `t=<seconds>,v1=<hex>` as Stripe writes it.

https://docs.stripe.com/webhooks#verify-manually
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence

from .contract import NoticeRefused

TOLERANCE = dt.timedelta(seconds=300)
MOST_SIGNATURES = 10


def sign(body: bytes, *, secret: str, now: dt.datetime) -> str:
    """The header of a message that is sent now."""
    moment = int(now.timestamp())
    return f"t={moment},v1={_digest(body, secret, moment)}"


def check(body: bytes, header: str, *, secrets: Sequence[str], now: dt.datetime) -> None:
    """Raises NoticeRefused unless one of the secrets signed these bytes within TOLERANCE of now, before or after."""
    parts = [part.partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name.strip() == "t"]
    given = [value.strip() for name, _, value in parts if name.strip() == "v1"][:MOST_SIGNATURES]
    if len(moments) != 1 or not moments[0].isascii() or not moments[0].isdecimal() or len(moments[0]) > 12:
        raise NoticeRefused("bad_signature")
    moment = int(moments[0])
    wanted = [_digest(body, secret, moment) for secret in secrets]
    if True not in [hmac.compare_digest(one.encode(), other.encode()) for one in wanted for other in given]:  # a list: each is compared
        raise NoticeRefused("bad_signature")
    if abs(now.timestamp() - moment) > TOLERANCE.total_seconds():
        raise NoticeRefused("stale")


def _digest(body: bytes, secret: str, moment: int) -> str:
    return hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
