"""Promises 1 to 6: scarce things are sold once, money moves once. Each race has a twin without its protection, which must lose."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import budget_locks, checkout, places, reservation
from bookings.actions.budget_locks import hold_budget
from bookings.errors import OverBudget
from bookings.gateways.payments.book import Book
from bookings.models import Booking, BudgetLock, CartItem, Hold, LedgerEntry, Payment, Refund, ServiceSlot
from bookings.queries.inventory import overbooked
from tests.cast import actor_for, token_for
from tests.concurrency.crowd import Gate, run_together, tally
from tests.factories.bookings import CONTACT, make_scarce_service, put_in_cart
from tests.factories.people import UserFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.api import idempotency
from travelplanner.core.models import OutboxMessage
from trips.models import Service, Trip

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
START = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).date()


def make_crowd(size: int) -> list[tuple[Actor, Trip]]:
    """People with a trip each."""
    users = User.objects.bulk_create(User(email=f"{uuid.uuid4().hex}@example.org", password="!") for _ in range(size))
    trips = Trip.objects.bulk_create(
        Trip(owner=user, title="Race", start_date=START, end_date=START, budget_amount=Decimal(100000), budget_currency="INR") for user in users
    )
    return [(Actor(user_id=user.pk), trip) for user, trip in zip(users, trips, strict=True)]


def want(crowd: list[tuple[Actor, Trip]], *services: Service) -> None:
    """Everyone has one unit of each service in the cart, every second person in the opposite order."""
    CartItem.objects.bulk_create(
        CartItem(
            user_id=actor.user_id, trip=trip, service=service, booking_date=START, price_seen=service.list_price, currency=service.currency,
            created_at=dt.datetime(2026, 1, 1, minute=position, tzinfo=dt.UTC),
        )
        for n, (actor, trip) in enumerate(crowd)
        for position, service in enumerate(services if n % 2 else services[::-1])
    )  # fmt: skip


def booking(actor: Actor, trip: Trip) -> Callable[[], Booking]:
    return lambda: checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=CONTACT)


def gated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first twenty bookings have all read the places before one of them takes any."""
    gate, real = Gate(20), reservation.ensure_slots

    def read_together(**kwargs: Any) -> Any:
        needs = real(**kwargs)
        gate.pass_through()
        return needs

    monkeypatch.setattr(reservation, "ensure_slots", read_together)


def test_last_place_when_two_hundred_book_it_then_one_has_it(gateway_book: Book) -> None:
    """Twenty rounds, each with a place and two hundred people of its own."""
    for round_number in range(1, 21):
        crowd = make_crowd(200)
        want(crowd, make_scarce_service(capacity=1))
        with pytest.MonkeyPatch.context() as patch:
            gated(patch)
            results = tally(run_together([booking(actor, trip) for actor, trip in crowd]))
        assert results == {"CONFIRMED": 1, "no_places": 199}
        assert Booking.objects.count() == len(gateway_book.all_charges()) == OutboxMessage.objects.count() == round_number
    assert overbooked() == []
    assert list(ServiceSlot.objects.values_list("taken", flat=True)) == [1] * 20


def test_last_place_when_unguarded_then_it_is_sold_more_than_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PLACES_ARE_GUARDED = False
    crowd = make_crowd(60)
    want(crowd, make_scarce_service(capacity=1))
    gated(monkeypatch)
    results = tally(run_together([booking(actor, trip) for actor, trip in crowd]))
    assert results["CONFIRMED"] > 1
    assert overbooked() != []


@pytest.mark.usefixtures("books_are_broken")  # budget alone is held, for no booking
def test_budget_when_fifty_lock_at_once_then_eleven_fit() -> None:
    ((actor, trip),) = make_crowd(1)
    results = run_together([lambda: hold_budget(actor=actor, trip=trip, amount=Decimal("90.00"), ceiling=Decimal("1000.00"))] * 50)
    assert [type(result) for result in results if result is not None] == [OverBudget] * 39
    lock = BudgetLock.objects.get()
    assert (lock.held, lock.spent) == (Decimal("990.000"), Decimal(0))


def test_budget_when_unguarded_then_more_are_told_yes_than_fit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BUDGET_IS_GUARDED = False
    gate, real = Gate(20), budget_locks._read

    def read_together(trip: Trip) -> BudgetLock:
        lock = real(trip)
        gate.pass_through()
        return lock

    monkeypatch.setattr(budget_locks, "_read", read_together)
    ((actor, trip),) = make_crowd(1)
    results = run_together([lambda: hold_budget(actor=actor, trip=trip, amount=Decimal("90.00"), ceiling=Decimal("1000.00"))] * 50)
    granted = results.count(None)
    assert granted > 11
    assert BudgetLock.objects.get().held != granted * Decimal("90.00")


def test_budget_when_whole_bookings_compete_then_holds_equal_the_ledger(gateway_book: Book) -> None:
    ((actor, trip),) = make_crowd(1)
    Trip.objects.update(budget_amount=Decimal("1000.00"))
    services = [make_scarce_service(capacity=5) for _ in range(4)]

    def keep_buying(service: Service) -> int:
        bought = 0
        for _ in range(200):
            CartItem.objects.bulk_create(
                [CartItem(user_id=actor.user_id, trip=trip, service=service, booking_date=START, price_seen=90, currency="INR")], ignore_conflicts=True
            )
            try:
                bought += checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=CONTACT).state == "CONFIRMED"
            except OverBudget:
                return bought
            except Exception as refused:
                if getattr(refused, "code", "") not in ("booking_open", "already_booked", "nothing_to_book", "no_places", "wrong_state"):
                    raise
                time.sleep(0.005)
        return bought

    results = run_together([lambda service=service: keep_buying(service) for service in services], workers=4)
    assert all(isinstance(result, int) for result in results), results
    lock = BudgetLock.objects.get()
    spent = sum(Booking.objects.filter(state="CONFIRMED").values_list("total", flat=True))
    assert lock.held == 0
    assert lock.spent == spent == sum(LedgerEntry.objects.filter(account="gateway").values_list("amount", flat=True))
    assert spent <= 1000
    assert sum(Decimal(line.amount) for line in gateway_book.all_charges()) == spent
    assert overbooked() == []


def test_carts_when_in_opposite_order_then_no_deadlock() -> None:
    crowd = make_crowd(60)
    services = [make_scarce_service(capacity=100) for _ in range(4)]
    want(crowd, *services)
    assert tally(run_together([booking(actor, trip) for actor, trip in crowd])) == {"CONFIRMED": 60}
    assert list(ServiceSlot.objects.values_list("taken", flat=True)) == [60] * 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; rows can't wait for each other")
@pytest.mark.usefixtures("quiet_logs")
def test_carts_when_slots_are_taken_in_the_carts_order_then_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control on PostgreSQL alone: it locks rows, so that their order matters. On SQLite a transaction has the whole database from its
    BEGIN IMMEDIATE on; no order of rows can make two wait for each other, and this control could not fail. SQLite's own is the next test."""

    def in_cart_order(needs: Any) -> Any:
        for need in needs:
            yield need
            time.sleep(0.02)

    monkeypatch.setattr(places, "_by_slot", in_cart_order)
    crowd = make_crowd(20)
    want(crowd, *[make_scarce_service(capacity=100) for _ in range(2)])
    results = tally(run_together([booking(actor, trip) for actor, trip in crowd]))
    assert any("deadlock" in word for word in results), results


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no deferred transactions; its control is the test above")
@pytest.mark.usefixtures("quiet_logs")
def test_carts_when_transactions_begin_by_reading_then_the_database_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control on SQLite: without IMMEDIATE a transaction that read can't write once another has, and no time-out helps it."""

    def begin_deferred(self: Any) -> None:
        self.cursor().execute("BEGIN")

    monkeypatch.setattr(type(connections["default"]), "_start_transaction_under_autocommit", begin_deferred)
    crowd = make_crowd(24)
    want(crowd, *[make_scarce_service(capacity=100) for _ in range(2)])
    results = tally(run_together([booking(actor, trip) for actor, trip in crowd]))
    assert any("locked" in word for word in results), results


def faults(gateway_book: Book) -> list[str]:
    """Bookings that have neither a place nor their money, or both."""
    found = []
    for row in Booking.objects.all():
        charged = [line for line in gateway_book.all_charges() if line.key == str(row.payments.get().pk) and line.status == "succeeded"]
        refunded = list(Refund.objects.filter(payment__booking=row, state="succeeded").values_list("amount", flat=True))
        holds = set(Hold.objects.filter(item__booking=row).values_list("state", flat=True))
        seen = (row.state, len(charged), refunded, holds)
        kept = seen == ("CONFIRMED", 1, [], {"consumed"})
        let_go = seen in (("EXPIRED", 1, [row.total], {"released"}), ("EXPIRED", 0, [], {"released"}))
        if not kept and not let_go:
            found.append(f"{seen}")
    return found


def ends_while_paying(monkeypatch: pytest.MonkeyPatch, size: int) -> list[Callable[[], Any]]:
    """Payments whose holds end just after the gateway took the money and before its answer is written down."""
    crowd = make_crowd(size)
    want(crowd, make_scarce_service(capacity=size))
    reserved = [checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT) for actor, trip in crowd]
    over = max(row.hold_expires_at for row in reserved) + dt.timedelta(seconds=1)
    real = checkout.settle_payment

    def settle_late(**kwargs: Any) -> Booking:
        checkout.expire_due(now=over)
        return real(**kwargs)

    monkeypatch.setattr(checkout, "settle_payment", settle_late)
    return [lambda actor=actor, row=row: checkout.pay_booking(actor=actor, reference=row.reference) for (actor, _trip), row in zip(crowd, reserved, strict=True)]


def test_hold_when_it_ends_between_charge_and_answer_then_refunded_in_full(gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    results = tally(run_together(ends_while_paying(monkeypatch, 20)))
    assert set(results) <= {"EXPIRED", "hold_expired"}
    assert results["EXPIRED"] >= 1
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(hours=1))
    assert faults(gateway_book) == []
    assert Refund.objects.filter(state="succeeded").count() == results["EXPIRED"]
    assert overbooked() == []


@pytest.mark.usefixtures("quiet_logs")
def test_hold_when_unguarded_and_it_ends_between_charge_and_answer_then_neither(gateway_book: Book, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: money is taken for places that were given back, and goes nowhere; not even by asking the gateway later."""
    settings.HOLDS_ARE_GUARDED = False
    run_together(ends_while_paying(monkeypatch, 20))
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(hours=1))
    lost = faults(gateway_book)
    assert lost
    assert all(fault.startswith("('EXPIRED', 1, [],") for fault in lost)


def test_hold_when_it_ends_while_paying_then_confirmed_or_refunded(gateway_book: Book) -> None:
    crowd = make_crowd(30)
    want(crowd, make_scarce_service(capacity=30))
    reserved = [checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT) for actor, trip in crowd]
    over = max(row.hold_expires_at for row in reserved) + dt.timedelta(seconds=1)
    payments: list[Callable[[], Any]] = [
        lambda actor=actor, row=row: checkout.pay_booking(actor=actor, reference=row.reference) for (actor, _trip), row in zip(crowd, reserved, strict=True)
    ]
    run_together([call for payment in payments for call in (payment, lambda: checkout.expire_due(now=over, limit=3))])
    checkout.expire_due(now=over)
    checkout.reconcile_unknown(now=over + dt.timedelta(minutes=2))
    assert faults(gateway_book) == []
    assert overbooked() == []
    gateway = sum(LedgerEntry.objects.filter(account="gateway").values_list("amount", flat=True))
    assert gateway == sum(Booking.objects.filter(state="CONFIRMED").values_list("total", flat=True))


def test_payment_when_settled_by_many_at_once_then_counts_once(gateway_book: Book) -> None:
    ((actor, trip),) = make_crowd(1)
    want([(actor, trip)], make_scarce_service(capacity=3))
    row = checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT)
    results = tally(run_together([lambda: checkout.pay_booking(actor=actor, reference=row.reference)] * 20))
    assert set(results) <= {"CONFIRMED", "wrong_state"}
    assert results["CONFIRMED"] >= 1
    assert [line.status for line in gateway_book.all_charges()] == ["succeeded"]
    assert Payment.objects.get().state == "succeeded"
    assert OutboxMessage.objects.count() == 1
    assert LedgerEntry.objects.count() == 4


class Asking:
    """Alice's one wish to book, sent under one key as often as somebody likes."""

    def __init__(self) -> None:
        self.alice = UserFactory(email="alice@example.org")
        trip = Trip.objects.create(owner=self.alice, title="Race", start_date=START, end_date=START, budget_currency="INR")
        put_in_cart(trip, make_scarce_service(capacity=50))
        self.headers = {"Authorization": f"Bearer {token_for(self.alice)}", "Idempotency-Key": uuid.uuid4().hex}
        self.body = {"tripId": trip.reference, "userContact": {"name": "Alice", "email": "alice@example.org"}}

    def send(self, **more: Any) -> tuple[int, bytes]:
        answer = APIClient(headers=self.headers).post("/api/bookings", {**self.body, **more}, format="json")
        return answer.status_code, answer.content


def test_idempotency_key_when_sent_fifty_times_then_one_booking_and_one_charge(gateway_book: Book) -> None:
    asking = Asking()
    results = run_together([asking.send] * 50)
    assert {status for status, _content in results} <= {201, 409}, results
    assert len({content for status, content in results if status == 201}) == 1
    assert all(b"idempotency_running" in content for status, content in results if status == 409)
    assert asking.send() == next(result for result in results if result[0] == 201)
    assert Booking.objects.count() == 1
    assert [line.status for line in gateway_book.all_charges()] == ["succeeded"]
    assert asking.send(x=1)[0] == 422
    assert actor_for(asking.alice).user_id == Booking.objects.get().user_id


@pytest.mark.usefixtures("quiet_logs")
def test_idempotency_key_when_nobody_claims_it_then_repetitions_are_told_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the claim in the database, who asks again hears of a conflict with the booking that is its own."""
    monkeypatch.setattr(idempotency, "claim", lambda *, scope, key, **_more: idempotency.Claim(scope, key, clock.now()))
    monkeypatch.setattr(reservation, "_known", lambda *args: None)
    asking = Asking()
    results = run_together([asking.send] * 20)
    assert any(status != 201 and b"idempotency_running" not in content for status, content in results)
    assert asking.send() not in results
