"""Several workers, one outbox: each message goes out once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from accounts.actions.notifications import notify_user
from accounts.models import Notification, User
from tests.concurrency.crowd import Gate, run_together
from tests.factories.people import UserFactory
from travelplanner.core import outbox, outbox_lanes
from travelplanner.core.actor import Actor
from travelplanner.core.models import OutboxMessage

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WORKERS = 4
LANES = 12


def sent_by_several_workers(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Every worker has looked at its first message before any claims one; each message is in a lane of its own."""
    carried: list[str] = []
    monkeypatch.setattr(outbox, "_kinds", dict(outbox._kinds))
    outbox.register_kind("parcel", carried.append, prepare=lambda *, actor, message, now: message.dedupe_key, side_by_side=True)
    outbox.enqueue_all([outbox.Wish(kind="parcel", recipient=f"lane {number}", dedupe_key=f"p{number}") for number in range(LANES)])
    gate, begin = Gate(WORKERS), outbox_lanes._begin

    def begin_after_all_have_looked(*arguments: Any) -> None:
        gate.pass_through()
        begin(*arguments)

    monkeypatch.setattr(outbox_lanes, "_begin", begin_after_all_have_looked)
    results = run_together([outbox_lanes.deliver_side_by_side] * WORKERS, workers=WORKERS)
    assert not [result for result in results if isinstance(result, Exception)], results
    return Counter(carried)


def test_messages_when_several_workers_send_then_each_once(monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    assert sent_by_several_workers(monkeypatch) == {f"p{number}": 1 for number in range(LANES)}
    assert set(OutboxMessage.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_messages_when_nobody_claims_then_some_go_out_twice(monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    """The control: whoever looks, sends."""
    claim = outbox.claim

    def unguarded(message: OutboxMessage, *, now: Any) -> bool:
        claim(message, now=now)
        return True

    monkeypatch.setattr(outbox, "claim", unguarded)
    assert max(sent_by_several_workers(monkeypatch).values()) > 1


def test_notification_when_told_by_many_at_once_then_one_row() -> None:
    user: User = UserFactory(email="alice@example.org")

    def tell() -> None:
        notify_user(actor=Actor.system("test"), user_id=user.pk, notification_type="x", title="t", message="m", dedupe_key="once")

    results = run_together([tell] * 8, workers=8)
    assert results == [None] * 8
    assert Notification.objects.count() == 1
