"""What happened to a booking is told once, to its owner and to the programs they named, in their language, for a few statements."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import translation

from accounts.actions.notifications import deliver_notifications
from accounts.models import Notification, User, UserProfile
from bookings import announced, announced_words
from bookings.actions import checkout, webhook_endpoints
from bookings.actions.announcements import announce
from bookings.actions.checkout import Contact, PaymentWish
from bookings.models import Booking, WebhookDelivery
from tests.cast import actor_for
from tests.statements import counted
from travelplanner.core import clock, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def listen(alice: User, number: int = 1) -> None:
    for each in range(number):
        webhook_endpoints.add_endpoint(actor=actor_for(alice), url=f"https://hooks.example.org/{each}")


@pytest.fixture
def booking(alice: User, alices_trip: Trip) -> Booking:
    """Confirmed, through the checkout."""
    contact = Contact("Alice Example", alice.email, "")
    made = checkout.book_trip(actor=actor_for(alice), trip_reference=alices_trip.reference, contact=contact)
    assert made.state == "CONFIRMED"
    return Booking.objects.select_related("trip").get(pk=made.pk)


def test_booking_when_confirmed_then_its_owner_is_told_in_the_app_and_has_one_mail(alice: User, booking: Booking) -> None:
    note = Notification.objects.get(user=alice)
    assert (note.notification_type, note.priority, note.booking_id, note.trip_id) == ("booking.confirmed", "normal", booking.pk, booking.trip_id)
    assert note.action_url == f"/bookings/{booking.reference}"
    assert booking.reference in note.message
    assert booking.trip.title in note.title
    assert deliver_notifications() == "1 out, 0 by mail"
    outbox.deliver_due()
    assert len(mail.outbox) == 1  # the confirmation, which is the event's own mail


def test_booking_when_failed_then_told_by_mail_too(alice: User, alices_trip: Trip) -> None:
    listen(alice)
    contact = Contact("Alice Example", alice.email, "")
    wish = PaymentWish(token="tok_declined")
    made = checkout.book_trip(actor=actor_for(alice), trip_reference=alices_trip.reference, contact=contact, wish=wish)
    assert made.state == "FAILED"
    assert Notification.objects.get(user=alice).channels == {"in_app": True, "email": True}
    assert deliver_notifications() == "1 out, 1 by mail"
    outbox.deliver_due()
    (letter,) = mail.outbox
    assert made.reference in letter.body
    assert f"/bookings/{made.reference}" in letter.body
    assert json.loads(WebhookDelivery.objects.get().body)["data"]["facts"] == {"code": "card_declined"}


def test_event_when_announced_twice_then_told_once(alice: User, booking: Booking) -> None:
    listen(alice, 2)
    for _time in range(2):
        announce(actor=SYSTEM, booking=booking, event="refund.paid", now=clock.now(), facts={"refundId": "RF_1", "amount": "5.00"})
    announce(actor=SYSTEM, booking=booking, event="refund.paid", now=clock.now(), facts={"refundId": "RF_2", "amount": "5.00"})
    assert Notification.objects.filter(notification_type="refund.paid").count() == 2
    assert WebhookDelivery.objects.filter(event="refund.paid").count() == 4
    assert OutboxMessage.objects.filter(kind="webhook").count() == 4
    assert WebhookDelivery.objects.values("event_id").distinct().count() == 2


def test_event_when_the_transaction_is_rolled_back_then_nobody_is_told(alice: User, booking: Booking) -> None:
    listen(alice)
    before = Notification.objects.count()
    with transaction.atomic():
        announce(actor=SYSTEM, booking=booking, event="booking.completed", now=clock.now())
        transaction.set_rollback(True)
    assert Notification.objects.count() == before
    assert not WebhookDelivery.objects.exists()
    assert not OutboxMessage.objects.filter(kind="webhook").exists()


@pytest.mark.parametrize(("programs", "most"), [(0, 2), (1, 4), (10, 4)])
def test_event_when_announced_then_few_statements_however_many_listen(alice: User, booking: Booking, programs: int, most: int) -> None:
    listen(alice, programs)
    with counted() as statements:
        announce(actor=SYSTEM, booking=booking, event="booking.completed", now=clock.now())
    assert len(statements) == most
    assert WebhookDelivery.objects.count() == programs


def test_words_when_the_booking_was_made_in_hindi_then_in_hindi_whatever_is_spoken_now(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: list[Any] = []

    def words(*args: Any, **kwargs: Any) -> tuple[str, str]:
        spoken.append(translation.get_language())
        return "शीर्षक", "संदेश"

    monkeypatch.setattr("bookings.actions.announcements.words_of", words)
    for language in ("hi", "en", "xx"):
        booking.language = language
        announce(actor=SYSTEM, booking=booking, event="booking.completed", now=clock.now(), facts={"for": language})
    assert spoken == ["hi", "en", "en"]
    assert translation.get_language() == "en"
    assert Notification.objects.filter(title="शीर्षक").count() == 3


def test_words_when_read_then_each_event_has_a_title_and_a_message_without_gaps() -> None:
    assert set(announced_words.TITLES) == set(announced_words.MESSAGES) == set(announced.EVENTS)
    for event in announced.EVENTS:
        title, message = announced_words.words_of(event, {}, trip="100% Goa", reference="BK_1")
        assert "100% Goa" in title
        assert "BK_1" in message
        assert not re.search(r"%\(", title + message)
    for kind in announced_words.CHANGES:
        assert announced_words.words_of("booking.changed", {"kind": kind}, trip="", reference="BK_1") != announced_words.words_of(
            "booking.changed", {"kind": "else"}, trip="", reference="BK_1"
        )
    assert len(announced_words.words_of("booking.failed", {}, trip="x" * 300, reference="BK_1")[0]) == 255


def test_event_when_unknown_then_refused(booking: Booking) -> None:
    with pytest.raises(KeyError):
        announce(actor=SYSTEM, booking=booking, event="booking.exploded", now=clock.now())


def test_mail_when_its_reader_takes_none_then_told_in_the_app_alone(alice: User, booking: Booking) -> None:
    UserProfile.objects.update_or_create(user=alice, defaults={"notification_preferences": {"email": False}})
    announce(actor=SYSTEM, booking=booking, event="payment.disputed", now=clock.now())
    assert deliver_notifications() == "2 out, 0 by mail"
    note = Notification.objects.get(notification_type="payment.disputed")
    assert note.delivery_status == {"in_app": "delivered", "email": "not_wanted"}
