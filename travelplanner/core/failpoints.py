"""Named moments at which a process may be killed, to show that nothing is lost when it is. Silent unless a test or `manage.py chaos` listens.

A point stands where a crash would hurt: between what is committed here and what happens elsewhere. Names are stable; `POINTS` says what is
true at each. Nothing in production listens, and `listen` refuses outside of local mode.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

POINTS = {
    "reserve.before_commit": "places and budget are taken in a transaction that isn't committed",
    "reserve.committed": "places and budget are held, nothing was charged",
    "supplier.held": "a supplier holds its part, our row doesn't say so yet",
    "charge.begun": "the intent to charge is committed, the gateway wasn't asked",
    "charge.answered": "the gateway has answered, our rows don't say so yet",
    "settle.before_commit": "the answer is written in a transaction that isn't committed",
    "settle.committed": "the answer is committed",
    "supplier.booked": "a supplier has booked its part, our row doesn't say so yet",
    "confirm.before_commit": "the confirmation is written in a transaction that isn't committed",
    "cancel.begun": "the cancellation is committed, no supplier was asked",
    "supplier.cancelled": "a supplier has cancelled its part, our row doesn't say so yet",
    "refund.begun": "the refund is committed, the gateway wasn't asked",
    "refund.answered": "the gateway has given the money back, our rows don't say so yet",
    "mail.claimed": "a message is claimed and wasn't sent",
    "mail.sent": "a message was sent, our row doesn't say so yet",
}

_listener: Callable[[str], None] | None = None


def reach(name: str) -> None:
    """Say that this moment is reached."""
    if _listener is not None:
        _listener(name)


def listen(listener: Callable[[str], None] | None) -> None:
    """Call `listener` with each point's name as it is reached; None = nobody. Local mode and tests only."""
    global _listener
    if listener is not None and not settings.LOCAL:
        raise RuntimeError("failpoints are for local mode")
    _listener = listener
