"""Mail leaves after the transaction that decided it, once, and not for ever when it can't."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from tests.cast import actor_for
from travelplanner.core import clock, outbox
from travelplanner.core.errors import Conflict
from travelplanner.core.models import AuditEntry, OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def templates(settings: Any, tmp_path: Any) -> None:
    """A letter of our own, so that no app's wording is tested here."""
    folder = tmp_path / "emails"
    folder.mkdir()
    (folder / "letter_subject.txt").write_text("Hello\n {{ name }}")
    (folder / "letter.txt").write_text("Dear {{ name }}")
    (folder / "letter.html").write_text("<p>Dear {{ name }}</p>")
    for ending in ("_subject.txt", ".txt", ".html"):
        (folder / f"key{ending}").write_text("{{ name }} {{ url }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


def enqueue(key: str = "letter-1", name: str = "Alice") -> None:
    outbox.enqueue_mail(template="letter", recipient="alice@example.org", context={"name": name}, dedupe_key=key)


class Broken:
    """A mail server that refuses, as often as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int = 10**6) -> None:
        self.left = times
        self._send = outbox.EmailMultiAlternatives.send
        broken = self

        def send(message: Any, *args: Any, **kwargs: Any) -> Any:
            if broken.left > 0:
                broken.left -= 1
                raise ConnectionRefusedError("no mail server")
            return broken._send(message, *args, **kwargs)

        monkeypatch.setattr(outbox.EmailMultiAlternatives, "send", send)


def test_deliver_due_when_queued_then_sent_once_with_both_bodies() -> None:
    enqueue(name="<Alice> O'Hara")
    assert outbox.deliver_due() == "1 sent, 0 failed"
    assert outbox.deliver_due() == "0 sent, 0 failed"
    (letter,) = mail.outbox
    assert (letter.subject, letter.to, letter.body) == ("Hello <Alice> O'Hara", ["alice@example.org"], "Dear <Alice> O'Hara")
    assert letter.alternatives[0][0] == "<p>Dear &lt;Alice&gt; O&#x27;Hara</p>"
    assert OutboxMessage.objects.get().state == "sent"


def test_enqueue_when_repeated_with_the_same_key_then_one_mail() -> None:
    enqueue()
    enqueue()
    assert outbox.deliver_due() == "1 sent, 0 failed"


def test_enqueue_when_the_transaction_is_rolled_back_then_no_mail() -> None:
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert outbox.deliver_due() == "0 sent, 0 failed"


def test_deliver_due_when_the_server_refuses_then_later_again_with_longer_waits(monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    Broken(monkeypatch, times=2)
    enqueue()
    now = clock.now()
    assert outbox.deliver_due(now=now) == "0 sent, 1 failed"
    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts, message.last_error) == ("queued", 1, "ConnectionRefusedError: no mail server")
    first = message.next_attempt_at - now
    assert outbox.deliver_due(now=now + first - dt.timedelta(seconds=1)) == "0 sent, 0 failed"
    now += first
    outbox.deliver_due(now=now)
    second = OutboxMessage.objects.get().next_attempt_at - now
    assert second > first
    assert outbox.deliver_due(now=now + second) == "1 sent, 0 failed"
    assert len(mail.outbox) == 1


def test_deliver_due_when_attempts_are_used_up_then_dead_until_replayed(monkeypatch: pytest.MonkeyPatch, dana: Any, quiet_logs: None) -> None:
    broken = Broken(monkeypatch)
    enqueue()
    now = clock.now()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        outbox.deliver_due(now=now)
        now += dt.timedelta(hours=2)
    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts) == ("dead", outbox.MAX_ATTEMPTS)
    assert outbox.deliver_due(now=now) == "0 sent, 0 failed"

    broken.left = 0
    outbox.replay(actor=actor_for(dana), message_id=message.pk, now=now)
    assert outbox.deliver_due(now=now) == "1 sent, 0 failed"
    assert AuditEntry.objects.filter(actor_id=dana.pk, action="outbox.queued").exists()
    with pytest.raises(Conflict):
        outbox.replay(actor=actor_for(dana), message_id=message.pk)


def test_deliver_due_when_two_workers_look_at_once_then_one_claims() -> None:
    enqueue()
    first, second = OutboxMessage.objects.get(), OutboxMessage.objects.get()
    assert outbox._claim(first, now=clock.now())
    with pytest.raises(Conflict):
        outbox._claim(second, now=clock.now())


def test_deliver_due_when_the_claiming_worker_died_then_another_takes_over_after_the_lease() -> None:
    enqueue()
    now = clock.now()
    assert outbox._claim(OutboxMessage.objects.get(), now=now)
    assert outbox.deliver_due(now=now + outbox.LEASE - dt.timedelta(seconds=1)) == "0 sent, 0 failed"
    assert outbox.deliver_due(now=now + outbox.LEASE) == "1 sent, 0 failed"
    assert OutboxMessage.objects.get().attempts == 2


class SlowClock:
    """Each mail takes most of a lease; whatever else happens while it is sent is `meanwhile`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = clock.now() + dt.timedelta(minutes=1)
        self.meanwhile: list[Any] = []
        send, slow = outbox.EmailMultiAlternatives.send, self

        def send_slowly(message: Any, *args: Any, **kwargs: Any) -> Any:
            slow.moment += outbox.LEASE * 0.6
            if slow.meanwhile:
                slow.meanwhile.pop(0)()
            return send(message, *args, **kwargs)

        monkeypatch.setattr(clock, "now", lambda: slow.moment)
        monkeypatch.setattr(outbox.EmailMultiAlternatives, "send", send_slowly)


def test_deliver_due_when_the_batch_outlasts_a_lease_then_another_worker_finds_nothing_to_send_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowClock(monkeypatch)
    for number in range(4):
        enqueue(f"letter-{number}")
    found: list[str] = []

    def look() -> None:
        found.append(outbox.deliver_due(limit=1))

    slow.meanwhile = [lambda: None, lambda: None, look]  # the third mail: more than a lease after the batch began
    assert outbox.deliver_due() == "3 sent, 0 failed"
    assert found == ["1 sent, 0 failed"]  # the fourth, which nobody held
    assert len(mail.outbox) == 4
    assert set(OutboxMessage.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_deliver_due_when_one_message_is_taken_away_then_the_rest_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowClock(monkeypatch)
    for number in range(3):
        enqueue(f"letter-{number}")
    slow.meanwhile = [lambda: OutboxMessage.objects.filter(state="sending").update(state="dead")]
    assert outbox.deliver_due() == "2 sent, 0 failed"
    assert sorted(OutboxMessage.objects.values_list("state", flat=True)) == ["dead", "sent", "sent"]


TOKEN = "a-token-that-opens-a-door"


def stored_of_the_outbox() -> str:
    """Every column of every message, as the database holds them."""
    table = OutboxMessage._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in cursor.fetchall()])


def enqueue_key() -> None:
    outbox.enqueue_mail(
        template="key", recipient="bob@example.org", context={"name": "Bob"}, secrets={"url": f"https://x.example/join/{TOKEN}"}, dedupe_key="key-1"
    )


def test_secrets_when_queued_then_sealed_and_when_sent_then_gone() -> None:
    enqueue_key()
    assert TOKEN not in stored_of_the_outbox()
    assert outbox.deliver_due() == "1 sent, 0 failed"
    (letter,) = mail.outbox
    assert letter.body == f"Bob https://x.example/join/{TOKEN}"
    assert TOKEN in letter.alternatives[0][0]
    assert OutboxMessage.objects.filter(secrets=None).count() == 1
    assert TOKEN not in stored_of_the_outbox()


def test_secrets_when_the_first_try_fails_then_kept_sealed_for_the_next(monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    Broken(monkeypatch, times=1)
    enqueue_key()
    now = clock.now()
    assert outbox.deliver_due(now=now) == "0 sent, 1 failed"
    assert TOKEN not in stored_of_the_outbox()
    assert outbox.deliver_due(now=now + dt.timedelta(hours=1)) == "1 sent, 0 failed"
    assert TOKEN in mail.outbox[0].body


def test_secrets_when_moved_to_another_message_then_not_opened(quiet_logs: None) -> None:
    enqueue_key()
    outbox.enqueue_mail(template="key", recipient="charlie@example.org", context={"name": "Charlie"}, secrets={"url": "nothing"}, dedupe_key="key-2")
    victim, thief = OutboxMessage.objects.get(dedupe_key="key-1"), OutboxMessage.objects.get(dedupe_key="key-2")
    OutboxMessage.objects.filter(pk=thief.pk).update(secrets=victim.__dict__["secrets"])
    assert outbox.deliver_due() == "1 sent, 1 failed"
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"]]
    assert TOKEN not in OutboxMessage.objects.get(pk=thief.pk).last_error
