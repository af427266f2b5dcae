"""What people are told: shown when it is due, counted in the header, read, dismissed; nobody else's."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.actions import notifications
from accounts.models import Notification, User
from accounts.queries.notifications import count_unread
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core import clock, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
LIST = "/api/notifications"
SYSTEM = Actor.system("test")


def tell(user: User, key: str = "n1", **more: Any) -> Notification:
    values = {"notification_type": "booking.failed", "title": f"Title {key}", "message": f"Message {key}", "action_url": "/bookings"} | more
    notifications.notify_user(actor=SYSTEM, user_id=user.pk, dedupe_key=key, **values)
    return Notification.objects.get(dedupe_key=key)


# --- noted and delivered --------------------------------------------------------------------------------------------
def test_notify_when_repeated_then_told_once_in_one_statement(alice: User) -> None:
    tell(alice)
    with counted() as statements:
        notifications.notify_user(actor=SYSTEM, user_id=alice.pk, dedupe_key="n1", notification_type="x", title="t", message="m")
    assert len(statements) == 1
    assert Notification.objects.get().title == "Title n1"


def test_deliver_when_due_then_out_and_not_a_second_time(alice: User) -> None:
    for number in range(5):
        tell(alice, f"n{number}")
    with counted() as statements:
        assert notifications.deliver_notifications() == "5 out, 0 by mail"
    assert len(statements) <= 4
    assert notifications.deliver_notifications() == "0 out, 0 by mail"
    assert set(Notification.objects.values_list("status", flat=True)) == {"sent"}


def test_deliver_when_scheduled_then_neither_shown_nor_sent_before_its_time(alice: User, alice_api: APIClient) -> None:
    now = clock.now()
    row = tell(alice, scheduled_for=now + dt.timedelta(hours=1), by_mail=True)
    assert notifications.deliver_notifications(now=now) == "0 out, 0 by mail"
    assert alice_api.get(LIST).json() | {"results": []} == {"count": 0, "next": None, "previous": None, "unread_count": 0, "results": []}
    assert alice_api.post(f"{LIST}/{row.pk}/read").status_code == 404
    assert count_unread(alice.pk, now=now + dt.timedelta(hours=2)) == 1
    assert notifications.deliver_notifications(now=now + dt.timedelta(hours=2)) == "1 out, 1 by mail"


def test_mail_when_sent_then_the_notification_is_delivered(alice: User) -> None:
    row = tell(alice, by_mail=True, title="It's <off>")
    assert notifications.deliver_notifications() == "1 out, 1 by mail"
    assert outbox.deliver_due() == "1 sent, 0 failed"
    (letter,) = mail.outbox
    assert (letter.subject, letter.to) == ("It's <off>", [alice.email])
    assert "Message n1" in letter.body
    assert "/bookings" in letter.body
    assert "It&#x27;s &lt;off&gt;" in letter.alternatives[0][0]
    row.refresh_from_db()
    assert (row.status, row.delivery_status) == ("delivered", {"in_app": "delivered", "email": "sent"})


def test_mail_when_read_meanwhile_then_stays_read(alice: User) -> None:
    row = tell(alice, by_mail=True)
    notifications.deliver_notifications()
    notifications.read_notification(actor=actor_for(alice), notification_id=row.pk)
    outbox.deliver_due()
    row.refresh_from_db()
    assert (row.status, row.delivery_status["email"]) == ("read", "sent")


def test_mail_when_read_before_its_turn_then_not_sent(alice: User) -> None:
    row = tell(alice, by_mail=True)
    notifications.read_notification(actor=actor_for(alice), notification_id=row.pk)
    assert notifications.deliver_notifications() == "0 out, 0 by mail"
    assert not OutboxMessage.objects.exists()


def test_mail_when_it_can_not_be_sent_then_said_so_and_still_in_the_app(alice: User, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    row = tell(alice, by_mail=True)
    notifications.deliver_notifications()

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError("no mail server")

    with monkeypatch.context() as patched:
        patched.setattr(outbox.EmailMultiAlternatives, "send", refuse)
        now = clock.now()
        for _attempt in range(outbox.MAX_ATTEMPTS):
            outbox.deliver_due(now=now)
            now += dt.timedelta(hours=2)
    row.refresh_from_db()
    assert (row.status, row.delivery_status["email"]) == ("sent", "failed")
    outbox.replay(actor=SYSTEM, message_id=OutboxMessage.objects.get().pk, now=now)
    assert outbox.deliver_due(now=now) == "1 sent, 0 failed"
    row.refresh_from_db()
    assert (row.status, row.delivery_status["email"]) == ("delivered", "sent")


def test_prune_when_a_year_old_then_gone(alice: User) -> None:
    tell(alice)
    assert notifications.prune_notifications(now=clock.now() + dt.timedelta(days=364)) == "0 dropped"
    assert notifications.prune_notifications(now=clock.now() + dt.timedelta(days=366)) == "1 dropped"


# --- by program -----------------------------------------------------------------------------------------------------
def test_list_when_read_then_newest_first_with_the_count_of_unread(alice: User, alice_api: APIClient) -> None:
    rows = [tell(alice, f"n{number}") for number in range(4)]
    notifications.deliver_notifications()
    alice_api.post(f"{LIST}/{rows[0].pk}/read")
    alice_api.post(f"{LIST}/{rows[1].pk}/dismiss")
    page = alice_api.get(LIST, {"page_size": 2}).json()
    assert (page["count"], page["unread_count"]) == (3, 2)
    assert [row["title"] for row in page["results"]] == ["Title n3", "Title n2"]
    assert [row["title"] for row in alice_api.get(LIST, {"unread": "false"}).json()["results"]] == ["Title n0"]
    unread = alice_api.get(LIST, {"unread": "true"}).json()
    assert (unread["count"], {row["unread"] for row in unread["results"]}) == (2, {True})
    assert alice_api.get(LIST, {"unread": "perhaps"}).status_code == 400


def test_read_when_repeated_then_the_first_time_counts(alice: User, alice_api: APIClient) -> None:
    row = tell(alice)
    first = alice_api.post(f"{LIST}/{row.pk}/read").json()
    assert (first["status"], first["unread"]) == ("read", False)
    assert first["read_at"]
    assert alice_api.post(f"{LIST}/{row.pk}/read").json()["read_at"] == first["read_at"]
    assert alice_api.post(f"{LIST}/{row.pk}/dismiss").json()["status"] == "dismissed"
    assert alice_api.post(f"{LIST}/{row.pk}/dismiss").status_code == 200
    assert alice_api.post(f"{LIST}/{row.pk}/read").status_code == 409


def test_read_all_when_some_are_new_then_all_read_in_few_statements(alice: User, bob: User, alice_api: APIClient) -> None:
    for number in range(6):
        tell(alice, f"a{number}")
        if number == 2:
            notifications.deliver_notifications()
    tell(bob, "b1")
    with counted() as statements:
        answer = alice_api.post(f"{LIST}/read-all")
    assert answer.json() == {"read": 6}
    assert len(statements) <= 9
    assert alice_api.post(f"{LIST}/read-all").json() == {"read": 0}
    assert (count_unread(alice.pk), count_unread(bob.pk)) == (0, 1)


def test_everything_when_charlie_asks_then_as_if_it_did_not_exist(alice: User, charlie_api: APIClient, charlie_page: Client, api: APIClient) -> None:
    row = tell(alice)
    for way in ("read", "dismiss"):
        assert charlie_api.post(f"{LIST}/{row.pk}/{way}").status_code == charlie_api.post(f"{LIST}/{uuid.uuid4()}/{way}").status_code == 404
        assert charlie_page.post(reverse(f"accounts:notification_{way}", args=[row.pk])).status_code == 404
    assert charlie_page.post(reverse("accounts:notification_open", args=[row.pk])).status_code == 404
    assert charlie_api.get(LIST).json()["count"] == 0
    assert "Title n1" not in charlie_page.get(reverse("accounts:notifications")).content.decode()
    assert api.get(LIST).status_code == 401
    row.refresh_from_db()
    assert row.status == "pending"


# --- by page --------------------------------------------------------------------------------------------------------
def test_header_when_something_is_unread_then_the_bell_says_how_many_by_one_statement(alice: User, alice_page: Client, page: Client) -> None:
    def seen() -> tuple[list[str], str]:
        with counted() as statements:
            text = alice_page.get("/help").content.decode()
        return [sql for sql in statements if "accounts_notification" in sql], text

    seen()
    counts, text = seen()
    assert len(counts) == 1
    assert "COUNT(" in counts[0]
    assert "bell-count" not in text
    for number in range(101):
        tell(alice, f"n{number}")
    counts, text = seen()
    assert len(counts) == 1
    assert "99+" in text
    with counted() as signed_out:
        assert "bell" not in page.get("/help").content.decode()
    assert not any("accounts_notification" in sql for sql in signed_out)


def test_page_when_used_without_script_then_read_opened_and_dismissed(alice: User, alice_page: Client) -> None:
    rows = [tell(alice, f"n{number}") for number in range(4)]
    where = reverse("accounts:notifications")
    assert "4 are unread." in alice_page.get(where).content.decode()
    opened = alice_page.post(reverse("accounts:notification_open", args=[rows[0].pk]))
    assert (opened.status_code, opened["Location"]) == (302, "/bookings")
    alice_page.post(reverse("accounts:notification_read", args=[rows[1].pk]))
    shown = alice_page.post(reverse("accounts:notification_dismiss", args=[rows[2].pk]), follow=True).content.decode()
    assert "1 is unread." in shown
    assert "Title n2" not in shown
    assert "Title n1" in shown
    unread = alice_page.get(where, {"unread": "1"}).content.decode()
    assert "Title n3" in unread
    assert "Title n1" not in unread
    assert "You have seen everything." in alice_page.post(reverse("accounts:notifications_read_all"), follow=True).content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""])
def test_open_when_the_target_is_not_ours_then_stays_here(alice: User, alice_page: Client, target: str) -> None:
    row = tell(alice, action_url=target)
    assert alice_page.post(reverse("accounts:notification_open", args=[row.pk]))["Location"] == reverse("accounts:notifications")


def test_page_when_long_then_paged_with_as_many_statements(alice: User, alice_page: Client) -> None:
    tell(alice)
    alice_page.get(reverse("accounts:notifications"))

    def statements() -> int:
        with counted() as found:
            assert alice_page.get(reverse("accounts:notifications")).status_code == 200
        return len(found)

    few = statements()
    for number in range(40):
        tell(alice, f"m{number}")
    assert statements() == few <= 6


def test_titles_when_they_hold_markup_then_escaped(alice: User, alice_page: Client) -> None:
    tell(alice, title="<b>Trip</b>", message="<script>x</script>")
    text = alice_page.get(reverse("accounts:notifications")).content.decode()
    assert "<b>Trip" not in text
    assert "&lt;script&gt;x" in text
