"""Outbox, schedule and CSV cells in the staff admin."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from travelplanner.core import clock, figures, outbox, periodic
from travelplanner.core.actor import Actor
from travelplanner.core.admin.exchange import SafeCSV, neutral, original
from travelplanner.core.admin.records import HIDDEN, without_secrets
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from travelplanner.core.models import AuditEntry, OutboxMessage, PeriodicJob


def letter(state: str, number: int = 0) -> OutboxMessage:
    return OutboxMessage.objects.create(template="x", recipient="a@example.org", state=state, attempts=8, dedupe_key=f"{state}:{number}", last_error="refused")


def press(browser: Client, row: Any, name: str) -> Any:
    return browser.post(reverse(f"admin:core_{row._meta.model_name}_{name}", args=[row.pk]), {"_form_submitted": "True"}, follow=True)


def test_dead_letter_when_sent_again_then_queued_from_the_start(dana_page: Client, dana: User) -> None:
    message = letter("dead")
    assert "Queued again" in press(dana_page, message, "replay").content.decode()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert AuditEntry.objects.get(action="outbox.queued").actor == dana


def test_letter_when_it_is_not_dead_then_refused_with_a_sentence(dana_page: Client) -> None:
    message = letter("sent")
    answer = press(dana_page, message, "replay")
    assert answer.status_code == 200
    assert "can&#x27;t become queued" in answer.content.decode()


def test_letters_when_many_are_chosen_then_each_is_tried(dana_page: Client) -> None:
    rows = [letter("dead", 1), letter("dead", 2), letter("sent", 3)]
    data = {"action": "replay_selected", "_selected_action": [str(row.pk) for row in rows]}
    text = dana_page.post(reverse("admin:core_outboxmessage_changelist"), data, follow=True).content.decode()
    assert "2 done." in text
    assert "can&#x27;t become queued" in text
    assert OutboxMessage.objects.filter(state="queued").count() == 2


def test_job_when_run_now_then_due_and_run_by_the_worker_once(dana_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    monkeypatch.setitem(periodic._jobs, "probe", periodic.Job("probe", 3600, lambda: ran.append(1)))
    job = PeriodicJob.objects.create(name="probe", interval_seconds=3600, next_run_at=clock.now() + dt.timedelta(hours=1))
    assert "no worker is running" in press(dana_page, job, "run_now").content.decode()
    assert not ran, "nothing runs in the web process"
    assert periodic.run_due(names={"probe"}) == 1
    assert periodic.run_due(names={"probe"}) == 0
    assert ran == [1]
    assert AuditEntry.objects.get(action="periodicjob.made_due").object_id == str(job.pk)


def test_job_when_off_or_unknown_or_asked_by_a_traveler_then_refused(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(periodic._jobs, "probe", periodic.Job("probe", 60, lambda: None))
    PeriodicJob.objects.create(name="probe", interval_seconds=60, enabled=False)
    staff = Actor(user_id=alice.pk, is_staff=True)
    with pytest.raises(Conflict):
        periodic.make_due(actor=staff, name="probe")
    with pytest.raises(NotFound):
        periodic.make_due(actor=staff, name="no such job")
    with pytest.raises(NotAllowed):
        periodic.make_due(actor=Actor(user_id=alice.pk), name="probe")


def test_job_when_switched_off_in_its_form_then_audited_with_both_values(dana_page: Client) -> None:
    job = PeriodicJob.objects.create(name="probe", interval_seconds=60)
    assert dana_page.post(reverse("admin:core_periodicjob_change", args=[job.pk]), {}).status_code == 302
    job.refresh_from_db()
    assert not job.enabled
    entry = AuditEntry.objects.get(action="periodicjob.changed")
    assert (entry.before, entry.after) == ({"enabled": True}, {"enabled": False})


@pytest.mark.django_db
def test_figures_when_nothing_happened_then_are_empty() -> None:
    assert figures.outbox_figures().oldest_wait is None
    assert figures.schedule_figures().worker_alive is False


@pytest.mark.django_db
def test_figures_when_things_wait_and_fail_then_say_so() -> None:
    now = clock.now()
    letter("queued")
    letter("dead")
    OutboxMessage.objects.filter(state="queued").update(created_at=now - dt.timedelta(hours=2))
    PeriodicJob.objects.update_or_create(name=periodic.HEARTBEAT, defaults={"interval_seconds": 5, "last_finished_at": now, "next_run_at": now})
    PeriodicJob.objects.update_or_create(name="deliver_outbox", defaults={"interval_seconds": 5, "failures_in_row": 3, "next_run_at": now - dt.timedelta(hours=1)})
    queue, schedule = figures.outbox_figures(now=now), figures.schedule_figures(now=now)
    assert (queue.dead, queue.oldest_wait) == (1, dt.timedelta(hours=2))
    assert schedule.worker_alive
    assert [job.name for job in schedule.failing] == ["deliver_outbox"]
    assert "deliver_outbox" in [job.name for job in schedule.late]
    assert outbox.MAX_ATTEMPTS == 8


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=HYPERLINK(\"x\")", "-", "+", "-2+3+cmd|' /C calc'!A0"])
def test_cell_when_a_spreadsheet_would_run_it_then_neutral_and_back(cell: str) -> None:
    assert neutral(cell).startswith("'")
    assert original(neutral(cell)) == cell


@pytest.mark.parametrize("cell", ["", "plain", "-83.0128", "+12", "-1e3", "12.50", "it's", "a=b", "'quoted'"])
def test_cell_when_harmless_then_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell
    assert original(cell) == cell


def test_csv_when_written_and_read_then_the_same_rows() -> None:
    import tablib

    rows = [("=cmd()", "-1.5"), ("Café, \"Zoë\"", "@x")]
    text = SafeCSV().export_data(tablib.Dataset(*rows, headers=["name", "value"]))
    assert "'=cmd()" in text
    assert list(SafeCSV(encoding="utf-8-sig").create_dataset(text.encode())) == rows


def test_context_when_it_opens_doors_then_masked() -> None:
    shown = without_secrets({"name": "Alice", "resetLink": "https://x", "items": [{"code": "A1", "title": "Boat"}], "token": ""})
    assert shown == {"name": "Alice", "resetLink": HIDDEN, "items": [{"code": HIDDEN, "title": "Boat"}], "token": ""}
