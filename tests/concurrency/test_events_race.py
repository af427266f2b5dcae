"""Promise 9 at once: one message a hundred times and from many doors, two workers at the same queue. The twin without its guard must lose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bookings.actions import checkout, gateway_events
from bookings.gateways.payments.book import Book
from bookings.models import Booking, GatewayEvent, LedgerEntry, Payment, PaymentAttempt
from tests.bookings.companies import stripe_takes_payments, tell
from tests.cast import actor_for
from tests.concurrency.crowd import run_together
from tests.factories.bookings import CONTACT, make_planned_trip
from tests.factories.catalogue import SmallCatalogue, make_catalogue
from tests.factories.people import UserFactory
from tests.fakes import stripe_server
from tests.fakes.stripe_server import FakeStripe
from travelplanner.core.models import OutboxMessage

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stripe(settings: Any, gateway_book: Book) -> Iterator[FakeStripe]:
    with stripe_takes_payments(settings) as fake:
        yield fake


@pytest.fixture
def booking(stripe: FakeStripe) -> Booking:
    """Paid on Stripe's page, and nobody here knows it yet."""
    catalogue: SmallCatalogue = make_catalogue()
    alice = UserFactory(email="alice@example.org")
    actor, trip = actor_for(alice), make_planned_trip(alice, catalogue)
    made = checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT)
    checkout.pay_booking(actor=actor, reference=made.reference)
    stripe.pay_page(next(iter(stripe.sessions)))
    return made


def tell_often(stripe: FakeStripe, times: int = 100) -> list[int]:
    """The same bytes from many at once, while two workers work them off."""
    body = stripe.event("checkout.session.completed", next(iter(stripe.sessions.values())))
    signature = stripe_server.sign(body)
    calls: list[Any] = [lambda: tell("stripe", body, signature).status_code] * times
    for place in range(10, times, 20):
        calls.insert(place, gateway_events.handle_due)
    answers = run_together(calls, workers=12)
    gateway_events.handle_due()
    return [answer for answer in answers if not isinstance(answer, str)]


def settled_once(booking: Booking) -> None:
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert GatewayEvent.objects.count() == 1
    assert GatewayEvent.objects.get().state == "handled"
    assert OutboxMessage.objects.filter(template="booking_confirmed").count() == 1
    assert LedgerEntry.objects.filter(account="gateway").count() == 1


def test_message_when_it_comes_a_hundred_times_at_once_then_one_row_one_state_one_mail(stripe: FakeStripe, booking: Booking) -> None:
    assert set(tell_often(stripe)) == {200}
    settled_once(booking)
    assert len(stripe.taken) == 1


def test_message_when_repeated_without_the_guard_then_it_counts_again(stripe: FakeStripe, booking: Booking, settings: Any) -> None:
    """The twin: each delivery is a message of its own, and is believed each time."""
    settings.EVENTS_ARE_GUARDED = False
    tell_often(stripe, times=30)
    with pytest.raises(AssertionError):
        settled_once(booking)
    assert PaymentAttempt.objects.filter(kind="event").count() > 1


def test_payment_when_page_message_and_reconciler_ask_at_once_then_settled_once(stripe: FakeStripe, booking: Booking) -> None:
    """Saleor's race: the browser comes back while the message is handled."""
    body = stripe.event("payment_intent.succeeded", next(iter(stripe.intents.values())))
    tell("stripe", body, stripe_server.sign(body))
    actor = actor_for(booking.user)
    asks = [lambda: checkout.pay_booking(actor=actor, reference=booking.reference).state] * 8
    run_together([*asks, gateway_events.handle_due, gateway_events.handle_due], workers=10)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert Payment.objects.get().state == "succeeded"
    assert LedgerEntry.objects.filter(account="gateway").count() == 1
    assert OutboxMessage.objects.filter(template="booking_confirmed").count() == 1
