"""Messages to many receivers go out beside each other: a slow one holds up its own alone, a dead one is left in peace."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator

import pytest
from django.core import mail

from travelplanner.core import clock, outbox, outbox_lanes
from travelplanner.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
KIND = "parcel"


class Carrier:
    """Carries parcels: to each recipient as it was told, and notes who carried what at once."""

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.slow: dict[str, float] = {}
        self.broken: dict[str, Exception] = {}
        self.settled: list[tuple[str, str]] = []
        self.under_way: dict[str, int] = {}
        self.crowded: set[str] = set()
        self._lock = threading.Lock()

    def send(self, parcel: tuple[str, str]) -> str:
        recipient, key = parcel
        with self._lock:
            self.under_way[recipient] = self.under_way.get(recipient, 0) + 1
            if self.under_way[recipient] > 1:
                self.crowded.add(recipient)
        time.sleep(self.slow.get(recipient, 0))
        with self._lock:
            self.under_way[recipient] -= 1
            if recipient in self.broken:
                raise self.broken[recipient]
            self.carried.append(key)
        return key

    def prepare(self, *, actor: object, message: OutboxMessage, now: dt.datetime) -> tuple[str, str]:
        if message.template == "unknown":
            raise outbox.Permanent("nobody")
        return message.recipient, message.dedupe_key

    def settle(self, *, actor: object, message: OutboxMessage, outcome: outbox.Outcome) -> None:
        self.settled.append((message.dedupe_key, outcome.state))


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    made = Carrier()
    monkeypatch.setattr(outbox, "_kinds", dict(outbox._kinds))
    outbox.register_kind(KIND, made.send, prepare=made.prepare, settle=made.settle, side_by_side=True)
    return made


def queue(recipient: str, *keys: str, template: str = "") -> None:
    outbox.enqueue_all([outbox.Wish(kind=KIND, recipient=recipient, dedupe_key=key, template=template) for key in keys])


def test_deliver_when_one_receiver_is_slow_then_the_others_are_served_meanwhile(carrier: Carrier) -> None:
    carrier.slow = {"slow": 0.2}
    queue("slow", "s1", "s2")
    queue("quick", "q1", "q2", "q3")
    queue("other", "o1")
    assert outbox_lanes.deliver_side_by_side() == "6 sent, 0 failed"
    assert carrier.carried.index("q3") < carrier.carried.index("s1")
    assert carrier.carried.index("o1") < carrier.carried.index("s1")
    assert carrier.carried[-1] == "s2"
    assert carrier.crowded == set()


def test_deliver_when_there_is_one_thread_then_the_slow_one_is_waited_for(carrier: Carrier) -> None:
    """The control: without threads the order is the queue's."""
    carrier.slow = {"slow": 0.05}
    queue("slow", "s1")
    queue("quick", "q1")
    assert outbox_lanes.deliver_side_by_side(at_once=1) == "2 sent, 0 failed"
    assert carrier.carried == ["s1", "q1"]


def test_deliver_when_a_receiver_fails_then_it_is_asked_once_in_the_turn(carrier: Carrier, quiet_logs: None) -> None:
    carrier.broken = {"dead": ConnectionRefusedError("nobody there")}
    queue("dead", "d1", "d2", "d3")
    queue("quick", "q1")
    assert outbox_lanes.deliver_side_by_side() == "1 sent, 1 failed"
    assert sorted(OutboxMessage.objects.filter(recipient="dead").values_list("attempts", flat=True)) == [0, 0, 1]


def test_deliver_when_the_turn_is_over_then_nothing_new_is_begun(carrier: Carrier) -> None:
    queue("quick", "q1", "q2")
    assert outbox_lanes.deliver_side_by_side(turn=0) == "0 sent, 0 failed"
    assert outbox_lanes.deliver_side_by_side(limit=1) == "1 sent, 0 failed"


def test_deliver_when_sending_is_no_use_then_a_dead_letter_at_once(carrier: Carrier, quiet_logs: None) -> None:
    carrier.broken = {"gone": outbox.Permanent("gone")}
    queue("gone", "g1")
    queue("quick", "q1", template="unknown")
    assert outbox_lanes.deliver_side_by_side() == "0 sent, 2 failed"
    assert set(OutboxMessage.objects.values_list("state", "attempts")) == {("dead", 1)}
    assert sorted(carrier.settled) == [("g1", "dead"), ("q1", "dead")]


def test_deliver_when_a_mail_waits_too_then_each_job_does_its_own(carrier: Carrier) -> None:
    queue("quick", "q1")
    assert outbox.deliver_due() == "0 sent, 0 failed"
    assert carrier.carried == []
    assert mail.outbox == []
    assert outbox_lanes.deliver_side_by_side() == "1 sent, 0 failed"


def test_hold_back_when_asked_then_what_waits_for_that_receiver_waits_longer(carrier: Carrier) -> None:
    queue("dead", "d1")
    queue("quick", "q1")
    until = clock.now() + dt.timedelta(minutes=5)
    assert outbox.hold_back(kind=KIND, recipient="dead", until=until) == 1
    assert outbox_lanes.deliver_side_by_side() == "1 sent, 0 failed"
    assert outbox_lanes.deliver_side_by_side(now=until) == "1 sent, 0 failed"


def test_deliver_when_nobody_registered_the_kind_then_it_waits(carrier: Carrier) -> None:
    outbox.enqueue(kind="letter by pigeon", recipient="x", dedupe_key="p1")
    assert outbox.deliver_due() == "0 sent, 0 failed"
    assert outbox_lanes.deliver_side_by_side() == "0 sent, 0 failed"
    assert OutboxMessage.objects.get().state == "queued"


def test_deliver_when_the_worker_died_then_another_takes_over_after_the_lease(carrier: Carrier) -> None:
    queue("quick", "q1")
    now = clock.now()
    assert outbox.claim(OutboxMessage.objects.get(), now=now)
    assert outbox_lanes.deliver_side_by_side(now=now + outbox.LEASE - dt.timedelta(seconds=1)) == "0 sent, 0 failed"
    assert outbox_lanes.deliver_side_by_side(now=now + outbox.LEASE) == "1 sent, 0 failed"
