"""Papers end: each reminder once, in the owner's language, without a number; the state when the day is over everywhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db.models.query import QuerySet

from accounts.actions import document_reminders, documents
from accounts.actions.document_reminders import DAYS_BEFORE, expire_documents, remind_of_expiry
from accounts.models import Consent, Traveler, TravelerDocument, User, UserDocument, UserProfile
from tests.cast import actor_for
from tests.chance import without_chance
from tests.concurrency.crowd import Gate, run_together
from tests.factories.papers import NUMBER, paper
from travelplanner.core import outbox, periodic
from travelplanner.core.models import OutboxMessage

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


def in_days(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def later(days: int) -> dt.datetime:
    return NOW + dt.timedelta(days=days)


def test_reminders_when_the_days_pass_then_one_mail_at_each_and_none_between(alice: User) -> None:
    row = paper(alice, expires_on=in_days(200), now=NOW)
    sent: list[int] = []
    for day in range(215):
        remind_of_expiry(now=later(day))
        remind_of_expiry(now=later(day) + dt.timedelta(hours=5))
        if OutboxMessage.objects.count() > len(sent):
            sent.append(200 - day)
    assert tuple(sent) == DAYS_BEFORE
    row.refresh_from_db()
    assert row.reminded_days == 7


def test_reminders_when_days_were_missed_then_the_last_alone(alice: User) -> None:
    paper(alice, expires_on=in_days(20), now=NOW)
    assert remind_of_expiry(now=NOW) == "1 reminded"
    assert remind_of_expiry(now=NOW) == "0 reminded"
    assert UserDocument.objects.get().reminded_days == 30
    assert OutboxMessage.objects.count() == 1


def test_reminder_when_the_days_are_changed_then_counted_anew(alice: User) -> None:
    row = paper(alice, expires_on=in_days(20), now=NOW)
    remind_of_expiry(now=NOW)
    documents.change_document(actor=actor_for(alice), document_id=row.pk, row_version=1, values={"expires_on": in_days(170)}, now=NOW)
    assert UserDocument.objects.get().reminded_days is None
    assert remind_of_expiry(now=NOW) == "1 reminded"
    assert UserDocument.objects.get().reminded_days == 180


def test_letter_when_sent_then_in_the_owners_language_and_without_a_number(alice: User) -> None:
    UserProfile.objects.create(user=alice, preferred_language="hi")
    traveler = Traveler.objects.create(user=alice, first_name="Asha", last_name="Rao")
    row = paper(alice, traveler=traveler, expires_on=in_days(7), now=NOW)
    remind_of_expiry(now=NOW)
    message = OutboxMessage.objects.get()
    assert (message.language, message.recipient) == ("hi", "alice@example.org")
    assert not any(part in without_chance(str(message.context)) for part in (NUMBER, "1234567", "4567"))
    outbox.deliver_due()
    text = str(mail.outbox[0].body) + mail.outbox[0].subject + str(mail.outbox[0].alternatives)
    assert f"/account/travelers/{traveler.pk}/documents/{row.pk}" in text
    assert "Asha Rao" in text
    assert "4567" not in without_chance(text)


@pytest.mark.parametrize("case", ["rejected", "expired", "no date", "suspended", "archived", "no mail", "no consent", "removed"])
def test_reminder_when_there_is_no_reason_for_one_then_none(alice: User, case: str) -> None:
    traveler = Traveler.objects.create(user=alice, first_name="Asha")
    row = paper(alice, traveler=traveler, expires_on=None if case == "no date" else in_days(7), now=NOW)
    if case in ("rejected", "expired"):
        TravelerDocument.objects.update(state=case)
    elif case == "suspended":
        User.objects.filter(pk=alice.pk).update(status="suspended")
    elif case == "archived":
        Traveler.objects.update(state="archived")
    elif case == "no mail":
        UserProfile.objects.create(user=alice, notification_preferences={"email": False})
    elif case == "no consent":
        Consent.objects.create(user=alice, purpose="documents", text_version="2026-11", given=False, how="page")
    elif case == "removed":
        documents.remove_document(actor=actor_for(alice), traveler_id=traveler.pk, document_id=row.pk)
    assert remind_of_expiry(now=NOW) == "0 reminded"
    assert not OutboxMessage.objects.exists()


def test_expiry_when_the_last_day_is_over_everywhere_then_expired_with_history(alice: User) -> None:
    row = paper(alice, expires_on=TODAY, now=NOW)
    over = dt.datetime.combine(in_days(1), dt.time(12, 0), dt.UTC)
    assert expire_documents(now=over - dt.timedelta(minutes=1)) == "0 expired", "in Honolulu it is still that day"
    assert expire_documents(now=over) == "1 expired"
    assert expire_documents(now=over) == "0 expired"
    row.refresh_from_db()
    assert row.state == "expired"
    assert row.checks.get().actor_label == "calendar"
    documents.change_document(actor=actor_for(alice), document_id=row.pk, row_version=row.row_version, values={"country": "FRA"}, now=over)
    row.refresh_from_db()
    assert row.state == "expired", "it is over still"
    documents.change_document(actor=actor_for(alice), document_id=row.pk, row_version=row.row_version, values={"expires_on": in_days(900)}, now=over)
    row.refresh_from_db()
    assert row.state == "pending"


def test_jobs_when_listed_then_the_worker_knows_them() -> None:
    assert {"expire_documents", "remind_of_expiring_documents"} <= set(periodic.registered())


def two_workers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Both have read the row before either writes."""
    gate, remind = Gate(2), document_reminders._remind

    def held(row: Any, **kwargs: Any) -> bool:
        gate.pass_through()
        return remind(row, **kwargs)

    monkeypatch.setattr(document_reminders, "_remind", held)
    return run_together([lambda: remind_of_expiry(now=NOW)] * 2, workers=2)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_reminder_when_two_workers_are_at_it_then_one_mail(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    paper(alice, expires_on=in_days(7), now=NOW)
    assert sorted(two_workers(monkeypatch)) == ["0 reminded", "1 reminded"]
    assert OutboxMessage.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_reminder_when_the_claim_does_not_name_the_reminder_before_then_both_say_they_sent(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    plain = QuerySet.filter

    def unconditional(self: Any, *args: Any, **kwargs: Any) -> Any:
        if "reminded_days" in kwargs:
            kwargs = {"pk": kwargs["pk"]}
        return plain(self, *args, **kwargs)

    paper(alice, expires_on=in_days(7), now=NOW)
    monkeypatch.setattr(QuerySet, "filter", unconditional)

    assert two_workers(monkeypatch) == ["1 reminded", "1 reminded"]
