"""Promises 11 and 12 under load: refunds never pass what was captured, one cancellation however many confirm it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from bookings.actions import cancellations, checkout, refunds
from bookings.actions.budget_locks import unspend_budget
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.actions.completion import complete_due
from bookings.gateways.payments.book import Book
from bookings.models import Booking, BookingItem, BudgetLock, CancellationQuote, Payment, Refund, ServiceSlot
from bookings.queries.inventory import overbooked
from bookings.queries.ledger import ledger_faults
from tests.concurrency.crowd import Gate, run_together, tally
from tests.factories.bookings import CONTACT, make_scarce_service, put_in_cart
from tests.factories.people import UserFactory
from tests.factories.trips import TripFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
RACE, FIFTY = Actor.system("race"), Decimal("50.00")


def make_booking(items: int = 2) -> tuple[Actor, Booking]:
    """`items` tickets at 90 each, paid."""
    user: User = UserFactory()
    actor = Actor(user_id=user.pk)
    trip = TripFactory(owner=user)
    for _ in range(items):
        put_in_cart(trip, make_scarce_service(capacity=3))
    booking = checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=CONTACT)
    assert booking.state == "CONFIRMED"
    return actor, booking


def refunding(payment_id: Any, gate: Gate | None = None) -> Callable[[], Any]:
    def refund() -> Any:
        payment = Payment.objects.select_related("booking").get(pk=payment_id)
        if gate is not None:
            gate.pass_through()
        with transaction.atomic():
            refund = refunds.open_refund(actor=RACE, payment=payment, amount=FIFTY, cause="staff", reason="race", now=clock.now(), owed_by="suppliers")
            unspend_budget(actor=RACE, trip_id=payment.booking.trip_id, amount=FIFTY)
            return refund

    return refund


def test_refunds_when_twenty_race_for_one_payment_then_never_more_than_was_captured() -> None:
    _actor, booking = make_booking()
    payment = Payment.objects.get(booking=booking)
    results = tally(run_together([refunding(payment.pk, Gate(20))] * 20))
    assert results == {"created": 3, "refund_too_large": 17}  # 3 x 50 of 180
    payment.refresh_from_db()
    assert payment.refunded == sum(Refund.objects.values_list("amount", flat=True)) == 150


@pytest.mark.usefixtures("books_are_broken")
def test_refunds_when_unguarded_then_only_the_database_stops_them(settings: Any) -> None:
    settings.REFUNDS_ARE_GUARDED = False
    _actor, booking = make_booking()
    payment = Payment.objects.get(booking=booking)
    gate = Gate(20)
    results = run_together([refunding(payment.pk, gate)] * 20)
    promised = sum(Refund.objects.values_list("amount", flat=True))
    assert promised > 180 or any(isinstance(result, IntegrityError) for result in results)


def test_confirm_when_two_tabs_press_at_once_then_one_cancellation_and_one_refund(gateway_book: Book) -> None:
    actor, booking = make_booking()
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    gate = Gate(10)

    def press() -> Any:
        gate.pass_through()
        return confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk).quote

    assert tally(run_together([press] * 10)) == {"done": 10}
    assert [Decimal(amount) for _key, _charge, amount in gateway_book.all_refunds()] == [180]
    assert OutboxMessage.objects.filter(template="booking_cancelled").count() == 1
    assert Booking.objects.get().state == "CANCELLED"
    assert BudgetLock.objects.get().spent == 0
    assert set(ServiceSlot.objects.values_list("taken", flat=True)) == {0}
    assert (overbooked(), ledger_faults()) == ([], [])


@pytest.mark.usefixtures("books_are_broken")
def test_confirm_when_lock_and_condition_are_off_then_it_is_begun_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: no transaction, no lock, and a state is written whatever it was. Two tabs that both read the offer both cancel."""
    actor, booking = make_booking()
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    gate, check = Gate(2), cancellations._check_offer

    def check_together(*args: Any) -> None:
        check(*args)
        gate.pass_through()

    def write_anyway(row: Any, machine: Any, to: str, *, actor: Actor, now: dt.datetime, reason: str = "", **changes: Any) -> None:
        type(row).objects.filter(pk=row.pk).update(state=to, **changes)
        row.history_model.objects.create(subject=row, from_state=row.state, to_state=to, actor_id=actor.user_id, reason=reason, created_at=now)
        row.state = to

    monkeypatch.setattr(cancellations, "transaction", SimpleNamespace(atomic=nullcontext))
    monkeypatch.setattr(cancellations, "_locked", lambda actor, reference: Booking.objects.select_related("trip").get(reference=reference))
    monkeypatch.setattr(cancellations, "_offer", lambda booking, quote_id: CancellationQuote.objects.get(pk=quote_id))
    monkeypatch.setattr(cancellations, "_check_offer", check_together)
    monkeypatch.setattr(cancellations, "move", write_anyway)
    results = tally(run_together([lambda: confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk).quote] * 2))
    assert booking.transitions.filter(to_state="CANCELLING").count() == 2
    assert results != {"done": 2}


def test_quotes_when_many_ask_at_once_then_one_is_the_newest() -> None:
    actor, booking = make_booking()
    gate = Gate(10)

    def ask() -> Any:
        gate.pass_through()
        return quote_cancellation(actor=actor, reference=booking.reference).quote

    run_together([ask] * 10)
    states = sorted(CancellationQuote.objects.values_list("state", flat=True))
    assert states == ["offered"] + ["replaced"] * 9


@pytest.mark.parametrize("round_number", range(2))
def test_cancel_when_it_races_with_completion_then_one_of_them_happens(round_number: int, gateway_book: Book) -> None:
    actor, booking = make_booking()
    before = clock.now()
    quote = quote_cancellation(actor=actor, reference=booking.reference, now=before).quote
    after = dt.datetime.combine(max(BookingItem.objects.values_list("ends_on", flat=True)) + dt.timedelta(days=2), dt.time(), tzinfo=dt.UTC)
    gate = Gate(6)

    def cancel() -> Any:
        gate.pass_through()
        return confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk, now=before).quote

    def complete() -> Any:
        gate.pass_through()
        return complete_due(now=after)

    run_together([cancel, complete] * 3)
    booking.refresh_from_db()
    states = set(booking.items.values_list("state", flat=True))
    assert (booking.state, states, len(gateway_book.all_refunds())) in [("CANCELLED", {"cancelled"}, 1), ("COMPLETED", {"completed"}, 0)]
    assert (overbooked(), ledger_faults()) == ([], [])


def test_cancel_when_two_items_of_one_booking_are_cancelled_at_once_then_sums_stay_right(gateway_book: Book) -> None:
    """Each needs a newer quote than the other's: in the end all is cancelled, each item once."""
    actor, booking = make_booking(items=4)

    def cancel_one(item: BookingItem) -> Callable[[], Any]:
        def run() -> Any:
            for _attempt in range(200):
                try:
                    quote = quote_cancellation(actor=actor, reference=booking.reference, item_ids=[item.pk]).quote
                    return confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk).quote
                except Exception as refused:
                    if getattr(refused, "code", "") not in ("quote_replaced", "quote_changed", "wrong_state"):
                        raise
            return None

        return run

    results = run_together([cancel_one(item) for item in booking.items.all()], workers=4)
    assert tally(results) == {"done": 4}
    booking.refresh_from_db()
    assert booking.state == "CANCELLED"
    assert sum(Decimal(amount) for _key, _charge, amount in gateway_book.all_refunds()) == 360
    assert Trip.objects.get().actual_spent == 0
    assert (overbooked(), ledger_faults()) == ([], [])
