"""Events reach the programs that asked: signed, logged, tried again, given up, replayed; and never an address inside."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from accounts.actions.notifications import deliver_notifications
from accounts.models import Notification, User
from bookings.actions import webhook_deliveries, webhook_endpoints
from bookings.actions.announcements import announce
from bookings.actions.checkout import Contact, reserve_booking
from bookings.gateways import webhooks
from bookings.models import Booking, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.bookings.test_webhook_signature import is_ours
from tests.cast import actor_for
from tests.fakes.receiver import PUBLIC, URL, Receiver
from travelplanner.core import clock, outbox, outbox_lanes
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotAllowed, NotFound
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()
    monkeypatch.setattr(webhooks, "NETWORK", made.network)
    yield made
    made.close()


@pytest.fixture
def endpoint(alice: User) -> webhook_endpoints.Shown:
    return webhook_endpoints.add_endpoint(actor=actor_for(alice), url=URL)


@pytest.fixture
def booking(alice: User, alices_trip: Trip) -> Booking:
    """Held, not paid: nothing was announced yet."""
    return reserve_booking(actor=actor_for(alice), trip_reference=alices_trip.reference, contact=Contact("Alice Example", alice.email, ""))


def deliver(now: dt.datetime | None = None) -> str:
    return outbox_lanes.deliver_side_by_side(now=now)


def ping(endpoint: webhook_endpoints.Shown) -> WebhookDelivery:
    user = User.objects.get(pk=endpoint.endpoint.user_id)
    return webhook_deliveries.send_ping(actor=actor_for(user), endpoint_id=endpoint.endpoint.pk)


def test_event_when_announced_then_posted_signed_without_personal_data(receiver: Receiver, endpoint: Any, booking: Booking) -> None:
    announce(actor=SYSTEM, booking=booking, event="booking.failed", now=clock.now(), facts={"code": "declined"})
    assert receiver.taken == []  # nothing outside before the worker's turn
    assert deliver() == "1 sent, 0 failed"
    (taken,) = receiver.taken
    body = json.loads(taken.body)
    assert body["event"] == "booking.failed"
    assert body["api_version"] == "1.0"
    assert dt.datetime.fromisoformat(body["created_at"])
    assert body["data"] == {"booking": booking.reference, "trip": booking.trip.reference, "state": "PAYMENT_PENDING", "facts": {"code": "declined"}}
    assert booking.contact_email.encode() not in taken.body
    assert b"Alice" not in taken.body
    delivery = WebhookDelivery.objects.get()
    assert (taken.headers["webhook-id"], taken.headers["webhook-attempt"]) == (str(delivery.pk), "1")
    assert is_ours(taken.body, taken.headers["webhook-signature"], endpoint.secret)
    assert body["id"] == str(delivery.event_id)
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert delivery.delivered_at
    log = WebhookAttempt.objects.get()
    assert (log.number, log.status, log.error) == (1, 200, "")


def test_event_when_endpoints_chose_others_or_are_off_then_only_those_who_asked(receiver: Receiver, alice: User, charlie: User, booking: Booking) -> None:
    actor = actor_for(alice)
    webhook_endpoints.add_endpoint(actor=actor, url="http://hooks.example.org/all")
    webhook_endpoints.add_endpoint(actor=actor, url="http://hooks.example.org/failed", events=["booking.failed"])
    webhook_endpoints.add_endpoint(actor=actor, url="http://hooks.example.org/refunds", events=["refund.paid"])
    off = webhook_endpoints.add_endpoint(actor=actor, url="http://hooks.example.org/off").endpoint
    webhook_endpoints.change_endpoint(actor=actor, endpoint_id=off.pk, row_version=None, changes={"enabled": False})
    webhook_endpoints.add_endpoint(actor=actor_for(charlie), url="http://hooks.example.org/charlie")
    announce(actor=SYSTEM, booking=booking, event="booking.failed", now=clock.now())
    assert deliver() == "2 sent, 0 failed"
    assert sorted(receiver.paths) == ["/all", "/failed"]


def test_delivery_when_the_receiver_fails_then_tried_again_with_longer_waits(receiver: Receiver, endpoint: Any, quiet_logs: None) -> None:
    receiver.statuses = [500, 503]
    ping(endpoint)
    now = clock.now()
    assert deliver(now) == "0 sent, 1 failed"
    message = OutboxMessage.objects.get()
    first = message.next_attempt_at - now
    assert deliver(now + first - dt.timedelta(seconds=1)) == "0 sent, 0 failed"
    now += first
    assert deliver(now) == "0 sent, 1 failed"
    second = OutboxMessage.objects.get().next_attempt_at - now
    assert second > first
    assert deliver(now + second) == "1 sent, 0 failed"
    assert list(WebhookAttempt.objects.values_list("number", "status")) == [(1, 500), (2, 503), (3, 200)]
    assert WebhookDelivery.objects.get().attempts == 3
    assert WebhookEndpoint.objects.get().failures_in_row == 0
    bodies = {(taken.body, taken.headers["webhook-id"]) for taken in receiver.taken}
    assert len(bodies) == 1
    assert [taken.headers["webhook-attempt"] for taken in receiver.taken] == ["1", "2", "3"]


def give_up(now: dt.datetime) -> dt.datetime:
    for _attempt in range(outbox.MAX_ATTEMPTS):
        deliver(now)
        now += dt.timedelta(hours=2)
    return now


def test_delivery_when_attempts_are_used_up_then_dead_until_its_owner_replays_it(receiver: Receiver, endpoint: Any, alice: User, quiet_logs: None) -> None:
    receiver.status = 500
    delivery = ping(endpoint)
    now = give_up(clock.now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, OutboxMessage.objects.get().state) == ("dead", 8, "dead")
    receiver.status = 204
    webhook_deliveries.replay_delivery(actor=actor_for(alice), endpoint_id=endpoint.endpoint.pk, delivery_id=delivery.pk, now=now)
    assert deliver(now) == "1 sent, 0 failed"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 9)


def test_replay_when_delivered_then_the_same_body_under_the_same_id_again(receiver: Receiver, endpoint: Any, alice: User, dana: User) -> None:
    delivery = ping(endpoint)
    where = {"endpoint_id": endpoint.endpoint.pk, "delivery_id": delivery.pk}
    with pytest.raises(Conflict):  # it still waits
        webhook_deliveries.replay_delivery(actor=actor_for(alice), **where)
    deliver()
    webhook_deliveries.replay_delivery(actor=actor_for(alice), **where)
    deliver()
    webhook_deliveries.replay_by_staff(actor=actor_for(dana), delivery_id=delivery.pk)
    deliver()
    assert len(receiver.taken) == 3
    assert len({(taken.body, taken.headers["webhook-id"]) for taken in receiver.taken}) == 1
    with pytest.raises(NotAllowed):
        webhook_deliveries.replay_by_staff(actor=actor_for(alice), delivery_id=delivery.pk)


def test_replay_when_another_asks_then_not_found(receiver: Receiver, endpoint: Any, charlie: User) -> None:
    delivery = ping(endpoint)
    deliver()
    with pytest.raises(NotFound):
        webhook_deliveries.replay_delivery(actor=actor_for(charlie), endpoint_id=endpoint.endpoint.pk, delivery_id=delivery.pk)


def test_endpoint_when_it_answers_410_then_off_and_its_owner_told(receiver: Receiver, endpoint: Any, alice: User, quiet_logs: None) -> None:
    receiver.status = 410
    ping(endpoint)
    ping(endpoint)
    now = clock.now()
    assert deliver(now) == "0 sent, 2 failed"  # the second is given up unasked
    assert len(receiver.taken) == 1
    row = WebhookEndpoint.objects.get()
    assert (row.enabled, row.disabled_reason, row.failures_in_row) == (False, "the receiver answered 410", 1)
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("dead", 1), ("dead", 0)}
    note = Notification.objects.get(user=alice)
    assert (note.notification_type, note.priority) == ("webhook.switched_off", "high")
    assert URL in note.message
    assert deliver_notifications() == "1 out, 1 by mail"
    outbox.deliver_due()
    assert mail.outbox[0].to == [alice.email]


def test_endpoint_when_twenty_deliveries_fail_in_a_row_then_off(receiver: Receiver, endpoint: Any, alice: User, quiet_logs: None) -> None:
    receiver.status = 500
    for _number in range(3):
        ping(endpoint)
    now = clock.now()
    for _turn in range(webhook_deliveries.MOST_FAILURES - 1):
        deliver(now)
        now += dt.timedelta(hours=2)
    assert WebhookEndpoint.objects.get().enabled
    deliver(now)
    row = WebhookEndpoint.objects.get()
    assert (row.enabled, row.disabled_reason, row.failures_in_row) == (False, "too many failures", 20)
    assert Notification.objects.filter(user=alice).count() == 1
    deliver(now + dt.timedelta(hours=2))
    assert len(receiver.taken) == 20
    on = webhook_endpoints.change_endpoint(actor=actor_for(alice), endpoint_id=row.pk, row_version=None, changes={"enabled": True})
    assert (on.failures_in_row, on.disabled_reason) == (0, "")


def test_endpoint_when_it_fails_then_all_that_waits_for_it_waits(receiver: Receiver, endpoint: Any, alice: User, quiet_logs: None) -> None:
    other = webhook_endpoints.add_endpoint(actor=actor_for(alice), url="http://hooks.example.org/other")
    receiver.statuses = [500]
    for _number in range(4):
        ping(endpoint)
    now = clock.now()
    assert deliver(now) == "0 sent, 1 failed"
    ping(other)
    assert deliver(now + dt.timedelta(seconds=2)) == "1 sent, 0 failed"  # of the other endpoint; the first is left alone
    assert receiver.paths == ["/in", "/other"]
    assert deliver(now + dt.timedelta(seconds=21)) == "4 sent, 0 failed"


def test_receiver_when_slow_then_mails_and_other_receivers_do_not_wait(receiver: Receiver, endpoint: Any, alice: User, monkeypatch: pytest.MonkeyPatch, quiet_logs: None) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.15)
    receiver.delay = 0.3
    ping(endpoint)
    outbox.enqueue_mail(
        template="notification", recipient="bob@example.org", dedupe_key="m", context={"name": "Bob", "title": "T", "message": "M", "url": "https://x.example"}
    )
    assert outbox.deliver_due() == "1 sent, 0 failed"  # a job of its own: it doesn't look at webhooks
    assert len(mail.outbox) == 1
    assert deliver() == "0 sent, 1 failed"
    log = WebhookAttempt.objects.get()
    assert (log.status, log.error) == (None, "too_slow")
    assert 100 <= log.milliseconds < 2000


def test_endpoint_when_one_event_after_the_other_then_one_at_a_time(receiver: Receiver, endpoint: Any) -> None:
    receiver.delay = 0.02
    for _number in range(4):
        ping(endpoint)
    assert deliver() == "4 sent, 0 failed"
    assert receiver.most_at_once == 1


# --- where it may lead ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_delivery_when_the_name_leads_inside_then_nobody_is_asked(receiver: Receiver, endpoint: Any, inside: str, quiet_logs: None) -> None:
    receiver.names = {"hooks.example.org": [[inside]]}
    ping(endpoint)
    assert deliver() == "0 sent, 1 failed"
    assert (receiver.taken, receiver.dialled) == ([], [])
    assert WebhookAttempt.objects.get().error == "private_address"
    assert WebhookDelivery.objects.get().state == "dead"


def test_delivery_when_the_name_is_rebound_then_only_the_checked_address_is_asked(receiver: Receiver, endpoint: Any, quiet_logs: None) -> None:
    """Public at the first look, inside at the next: within a delivery there is one look, and the next delivery looks anew."""
    receiver.names = {"hooks.example.org": [[PUBLIC], ["127.0.0.1"]]}
    ping(endpoint)
    ping(endpoint)
    assert deliver() == "1 sent, 1 failed"
    assert receiver.dialled == [PUBLIC]
    assert len(receiver.taken) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_delivery_when_the_receiver_redirects_inside_then_not_followed(receiver: Receiver, endpoint: Any, status: int, quiet_logs: None) -> None:
    receiver.status, receiver.location = status, "http://127.0.0.1/admin"
    ping(endpoint)
    assert deliver() == "0 sent, 1 failed"
    assert receiver.dialled == [PUBLIC]
    assert receiver.paths == ["/in"]
    assert WebhookAttempt.objects.get().status == status


def test_delivery_when_the_address_was_stored_before_the_rules_then_checked_at_sending(receiver: Receiver, endpoint: Any, quiet_logs: None) -> None:
    WebhookEndpoint.objects.update(url="http://127.0.0.1/in")
    ping(endpoint)
    assert deliver() == "0 sent, 1 failed"
    assert (receiver.dialled, WebhookAttempt.objects.get().error) == ([], "private_address")


# --- secrets --------------------------------------------------------------------------------------------------------
def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {WebhookEndpoint._meta.db_table}")
        return str([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in cursor.fetchall()])


def test_rotation_when_asked_then_both_sign_for_a_day_and_then_the_new_one_alone(receiver: Receiver, endpoint: Any, alice: User) -> None:
    now = clock.now()
    made = webhook_endpoints.rotate_secret(actor=actor_for(alice), endpoint_id=endpoint.endpoint.pk, now=now)
    assert made.secret != endpoint.secret
    ping(endpoint)
    deliver()
    later = now + dt.timedelta(hours=24, seconds=1)
    webhook_deliveries.send_ping(actor=actor_for(alice), endpoint_id=endpoint.endpoint.pk, now=later)
    deliver(later)
    first, second = (taken.headers["webhook-signature"] for taken in receiver.taken)
    assert is_ours(receiver.taken[0].body, first, endpoint.secret)
    assert is_ours(receiver.taken[0].body, first, made.secret)
    assert (first.count("v1="), second.count("v1=")) == (2, 1)
    assert second == webhooks.sign(receiver.taken[1].body, at=later, secrets=[made.secret])
    assert webhook_endpoints.forget_old_secrets(now=now + dt.timedelta(hours=23)) == "0 wiped"
    assert webhook_endpoints.forget_old_secrets(now=later) == "1 wiped"
    row = WebhookEndpoint.objects.get()
    assert (row.secret, row.previous_secret, row.previous_secret_until) == (made.secret, "", None)


def test_secrets_when_stored_then_sealed_and_their_keys_rotate(receiver: Receiver, endpoint: Any, alice: User, settings: Any) -> None:
    made = webhook_endpoints.rotate_secret(actor=actor_for(alice), endpoint_id=endpoint.endpoint.pk)
    before = stored()
    assert endpoint.secret not in before
    assert made.secret not in before
    settings.FIELD_KEYS = ["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=", *settings.FIELD_KEYS]
    call_command("rotate_keys", verbosity=0)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    row = WebhookEndpoint.objects.get()
    assert (row.secret, row.previous_secret) == (made.secret, endpoint.secret)
    assert stored() != before
    ping(endpoint)
    assert deliver() == "1 sent, 0 failed"


def test_endpoint_when_removed_then_nothing_is_sent_and_address_and_secrets_are_gone(receiver: Receiver, endpoint: Any, alice: User, quiet_logs: None) -> None:
    ping(endpoint)
    deliver()
    ping(endpoint)
    webhook_endpoints.remove_endpoint(actor=actor_for(alice), endpoint_id=endpoint.endpoint.pk)
    assert deliver() == "0 sent, 1 failed"
    assert len(receiver.taken) == 1
    row = WebhookEndpoint.objects.get()
    assert (row.url, row.secret, row.previous_secret, row.enabled) == ("", "", "", False)
    with pytest.raises(NotFound):
        webhook_endpoints.remove_endpoint(actor=actor_for(alice), endpoint_id=row.pk)
