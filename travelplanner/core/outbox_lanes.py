"""Sending messages to many receivers beside each other, so that a slow one holds up its own alone.

Each recipient is a lane: at most one of its messages is under way from this worker. Network calls run on a few threads, which touch no
table; claims and results are written by the calling thread. A recipient that failed isn't asked again in the same turn, and its kind
may hold back what waits for it (`outbox.hold_back`): ten thousand messages to a dead receiver cost one try per pause, not ten thousand.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from . import clock, outbox
from .errors import Conflict
from .failpoints import reach
from .models import OutboxMessage

logger = logging.getLogger(__name__)
AT_ONCE = 8
TURN = 20.0  # seconds in which new sends are begun; those under way end by their own time limit
LIMIT = 500


@dataclass(slots=True)
class _Turn:
    now: dt.datetime | None
    under_way: dict[Future[Any], OutboxMessage] = field(default_factory=dict)
    resting: set[str] = field(default_factory=set)  # recipients that failed in this turn
    sent: int = 0
    failed: int = 0
    begun: int = 0

    def moment(self) -> dt.datetime:
        return self.now or clock.now()

    def closed(self) -> list[str]:
        return sorted(self.resting | {message.recipient for message in self.under_way.values()})


def deliver_side_by_side(
    *, now: dt.datetime | None = None, at_once: int = AT_ONCE, turn: float = TURN, limit: int = LIMIT
) -> str:
    """Send what is due of the kinds registered as `side_by_side`; returns "n sent, m failed". Two workers send each message once.

    New sends are begun for `turn` seconds at most, `at_once` at a time, one at a time per recipient.
    """
    names = outbox.kinds(side_by_side=True)
    state, ends = _Turn(now), time.monotonic() + turn
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="outbox") as pool:
        while True:
            while len(state.under_way) < at_once and state.begun < limit and time.monotonic() < ends:
                message = outbox.due(state.moment(), kinds=names).exclude(recipient__in=state.closed()).first()
                if message is None:
                    break
                _begin(pool, state, message)
            if not state.under_way:
                return f"{state.sent} sent, {state.failed} failed"
            # Not for ever: what became due meanwhile, for a recipient that is free, needn't wait for a slow one.
            done, _waiting = wait(state.under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                _end(state, state.under_way.pop(future), answer=future)


def _begin(pool: ThreadPoolExecutor, state: _Turn, message: OutboxMessage) -> None:
    state.begun += 1
    if not outbox.claim(message, now=state.moment()):
        logger.info("outbox message %s is another worker's", message.pk)
        return
    reach("mail.claimed")
    try:
        what = outbox.prepared(message, now=state.moment())
    except Exception as problem:  # nobody to send it to any more, or a row that can't be read: settled like a failed try
        _settle(state, message, problem=problem)
        return
    state.under_way[pool.submit(outbox.sender_of(message), what)] = message


def _end(state: _Turn, message: OutboxMessage, *, answer: Future[Any]) -> None:
    problem = answer.exception()
    if problem is not None and not isinstance(problem, Exception):
        raise problem
    reach("mail.sent")
    _settle(state, message, answer=None if problem else answer.result(), problem=problem)


def _settle(state: _Turn, message: OutboxMessage, *, answer: Any = None, problem: Exception | None = None) -> None:
    if problem is not None and not isinstance(problem, outbox.Permanent):
        state.resting.add(message.recipient)
    try:
        if outbox.settle(message, now=state.moment(), answer=answer, problem=problem):
            state.sent += 1
        else:
            state.failed += 1
    except Conflict:  # our lease had ended and another worker wrote first
        logger.info("outbox message %s is another worker's", message.pk)
