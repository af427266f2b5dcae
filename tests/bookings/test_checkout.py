"""Pay, confirm, fail, expire, reconcile: what each leaves behind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import PaymentWish
from bookings.actions.staff_payments import refund_by_staff
from bookings.gateways.payments import ChargeResult, MockGateway, Outcome, RefundRequest
from bookings.gateways.payments.book import Book
from bookings.models import (
    Booking,
    CartItem,
    Confirmation,
    LedgerEntry,
    Payment,
    Refund,
    ServiceSlot,
)
from tests.bookings.steps import LATER, free_again, pay, promise, reserve, taken
from tests.cast import actor_for
from tests.factories.bookings import CONTACT, make_planned_trip, make_scarce_service, put_in_cart
from tests.factories.catalogue import SmallCatalogue
from tests.factories.trips import TripFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("books_balance")


def test_pay_when_it_succeeds_then_confirmed_and_cart_emptied(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    put_in_cart(alices_trip, catalogue.car)
    kept = put_in_cart(make_planned_trip(alices_trip.owner, catalogue), catalogue.car)
    booking = pay(actor, reserve(actor, alices_trip))
    assert booking.state == "CONFIRMED"
    assert set(booking.items.values_list("state", "payment_status")) == {("confirmed", "paid")}
    assert list(CartItem.objects.all()) == [kept]
    assert Confirmation.objects.get().body["pricing"] == {"lockedBudget": "2200.000", "currency": "INR", "perDay": "733.33"}
    assert OutboxMessage.objects.get().recipient == CONTACT.email
    sums = {account: sum(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True)) for account in ("gateway", "travelers", "suppliers")}
    assert sums == {"gateway": 2200, "travelers": 0, "suppliers": -2200}


def test_pay_when_declined_then_failed_and_everything_is_free_again(actor: Actor, alices_trip: Trip, gateway_book: Book) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_insufficient_funds")
    free_again(booking, "FAILED")
    assert booking.failure_code == "insufficient_funds"
    assert Payment.objects.get().state == "failed"
    assert not LedgerEntry.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert pay(actor, reserve(actor, alices_trip)).state == "CONFIRMED"  # and it may be tried again
    assert [line.status for line in gateway_book.all_charges()].count("succeeded") == 1


def test_pay_when_3ds_is_asked_then_pending_until_approved(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_three_d_secure")
    assert booking.state == "PAYMENT_PENDING"
    assert Payment.objects.get().next_action["type"] == "three_d_secure"
    assert pay(actor, booking).state == "PAYMENT_PENDING"  # only asking changes nothing
    assert pay(actor, booking, approved=True).state == "CONFIRMED"


def test_pay_when_3ds_is_refused_then_failed(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_three_d_secure")
    booking = pay(actor, booking, approved=False)
    free_again(booking, "FAILED")
    assert booking.failure_code == "authentication_failed"


def test_pay_when_processing_then_pending_and_reconcile_confirms(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_processing")
    assert (booking.state, Payment.objects.get().state) == ("PAYMENT_PENDING", "pending")
    checkout.reconcile_unknown(now=booking.locked_at + dt.timedelta(minutes=2))
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"


@pytest.mark.parametrize("token", ["tok_timeout", "tok_gateway_error", "tok_hang_up"])
def test_pay_when_the_gateway_is_silent_then_unknown_never_failed(actor: Actor, alices_trip: Trip, token: str) -> None:
    booking = pay(actor, reserve(actor, alices_trip), token)
    assert (booking.state, Payment.objects.get().state) == ("PAYMENT_PENDING", "unknown")
    assert taken() == 5


def test_reconcile_when_it_hung_up_after_charging_then_confirmed_once(actor: Actor, alices_trip: Trip, gateway_book: Book) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_hang_up")
    for minutes in (2, 4):
        checkout.reconcile_unknown(now=booking.locked_at + dt.timedelta(minutes=minutes))
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert [line.status for line in gateway_book.all_charges()] == ["succeeded"]
    assert OutboxMessage.objects.count() == 1


def test_reconcile_when_it_never_arrived_then_waits_and_is_cancelled_after_the_hold(actor: Actor, alices_trip: Trip, gateway_book: Book) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_timeout")
    checkout.reconcile_unknown(now=booking.locked_at + dt.timedelta(minutes=2))
    assert Payment.objects.get().state == "unknown"
    checkout.expire_due(now=booking.locked_at + LATER)
    free_again(booking, "EXPIRED")
    assert Payment.objects.get().state == "unknown"  # only the gateway can say
    checkout.reconcile_unknown(now=booking.locked_at + LATER + dt.timedelta(minutes=2))
    assert Payment.objects.get().state == "failed"
    assert [(line.status, line.code) for line in gateway_book.all_charges()] == [("declined", "cancelled")]


def test_pay_when_it_never_arrived_then_the_payer_may_try_again(actor: Actor, alices_trip: Trip, gateway_book: Book) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_gateway_error")
    assert pay(actor, booking, "tok_success").state == "CONFIRMED"
    assert len(gateway_book.all_charges()) == 1


def test_pay_when_the_process_died_after_the_intent_then_the_same_request_goes_on(actor: Actor, alices_trip: Trip, gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*args: Any, **kwargs: Any) -> ChargeResult:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MockGateway, "charge", dies)
        with pytest.raises(KeyboardInterrupt):
            checkout.book_trip(actor=actor, trip_reference=alices_trip.reference, contact=CONTACT, request_key="k")
    assert Payment.objects.get().state == "pending"
    booking = checkout.book_trip(actor=actor, trip_reference=alices_trip.reference, contact=CONTACT, request_key="k")
    assert booking.state == "CONFIRMED"
    assert len(gateway_book.all_charges()) == 1


def test_pay_when_the_process_died_after_the_charge_then_reconcile_confirms(actor: Actor, alices_trip: Trip, gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(**kwargs: Any) -> Booking:
        raise KeyboardInterrupt

    booking = reserve(actor, alices_trip)
    with monkeypatch.context() as patch:
        patch.setattr(checkout, "settle_payment", dies)
        with pytest.raises(KeyboardInterrupt):
            pay(actor, booking)
    checkout.reconcile_unknown(now=booking.locked_at + dt.timedelta(minutes=3))
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert len(gateway_book.all_charges()) == 1


def test_pay_when_the_hold_ended_then_expired_and_nothing_charged(actor: Actor, alices_trip: Trip, gateway_book: Book) -> None:
    booking = reserve(actor, alices_trip)
    with pytest.raises(Conflict) as refused:
        pay(actor, booking, now=booking.locked_at + LATER)
    assert refused.value.code == "hold_expired"
    free_again(booking, "EXPIRED")
    assert gateway_book.all_charges() == []


def test_pay_when_the_hold_ends_while_paying_then_refunded_in_full(actor: Actor, alices_trip: Trip, gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = reserve(actor, alices_trip)
    real = MockGateway.charge

    def slow(self: MockGateway, request: Any) -> ChargeResult:
        checkout.expire_due(now=booking.locked_at + LATER)
        return real(self, request)

    monkeypatch.setattr(MockGateway, "charge", slow)
    booking = pay(actor, booking)
    free_again(booking, "EXPIRED")
    assert Payment.objects.get().state == "succeeded"
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (Decimal(8200), "succeeded")
    assert [(key, amount) for key, _charge, amount in gateway_book.all_refunds()] == [(str(refund.pk), "8200.00")]
    sums = {account: sum(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True)) for account in ("gateway", "travelers", "refunds")}
    assert sums == {"gateway": 0, "travelers": 0, "refunds": 0}
    assert not Confirmation.objects.exists()
    checkout.reconcile_unknown(now=booking.locked_at + LATER * 2)
    assert Refund.objects.count() == len(gateway_book.all_refunds()) == 1


def test_pay_when_the_refund_gets_no_answer_then_sent_again_once(actor: Actor, alices_trip: Trip, gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_hang_up")
    checkout.expire_due(now=booking.locked_at + LATER)
    with monkeypatch.context() as patch:
        patch.setattr(MockGateway, "refund", lambda self, request: ChargeResult(Outcome.UNKNOWN, "gateway_timeout"))
        checkout.reconcile_unknown(now=booking.locked_at + LATER * 2)
    assert Refund.objects.get().state == "unknown"
    checkout.reconcile_unknown(now=booking.locked_at + LATER * 3)
    assert Refund.objects.get().state == "succeeded"
    assert len(gateway_book.all_refunds()) == 1


def test_pay_when_confirmed_already_then_conflict(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip))
    with pytest.raises(Conflict):
        pay(actor, booking)


def test_pay_when_anothers_then_not_found(actor: Actor, alices_trip: Trip, charlie: User) -> None:
    booking = reserve(actor, alices_trip)
    with pytest.raises(NotFound):
        pay(actor_for(charlie), booking)


@pytest.mark.parametrize("wish", [PaymentWish("cash"), PaymentWish(token="tok_nothing"), PaymentWish("card", card_number="4111111111111111")])
def test_book_when_method_is_unknown_then_nothing_is_held(actor: Actor, alices_trip: Trip, wish: PaymentWish) -> None:
    with pytest.raises(Invalid):
        checkout.book_trip(actor=actor, trip_reference=alices_trip.reference, contact=CONTACT, wish=wish)
    assert not Booking.objects.exists()


def test_book_when_it_costs_nothing_then_confirmed_without_the_gateway(actor: Actor, alice: User, gateway_book: Book) -> None:
    trip = TripFactory(owner=alice)
    put_in_cart(trip, make_scarce_service(price=Decimal(0)))
    assert pay(actor, reserve(actor, trip)).state == "CONFIRMED"
    assert gateway_book.all_charges() == []


def test_expire_when_due_twice_then_once(actor: Actor, alices_trip: Trip) -> None:
    booking = reserve(actor, alices_trip)
    assert checkout.expire_due(now=booking.locked_at) == "0 expired"
    assert checkout.expire_due(now=booking.locked_at + LATER) == "1 expired"
    assert checkout.expire_due(now=booking.locked_at + LATER) == "0 expired"
    free_again(booking, "EXPIRED")
    assert Payment.objects.get().state == "failed"


def test_gateway_when_called_then_outside_of_any_transaction(
    actor: Actor, transactional_db: None, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = MockGateway.charge

    def watched(self: MockGateway, request: Any) -> ChargeResult:
        seen.append(connection.in_atomic_block)
        return real(self, request)

    monkeypatch.setattr(MockGateway, "charge", watched)
    assert pay(actor, reserve(actor, alices_trip)).state == "CONFIRMED"
    assert seen == [False]


def test_reconcile_command_when_run_then_finishes_what_was_begun(actor: Actor, alices_trip: Trip, capsys: pytest.CaptureFixture[str]) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_hang_up")
    call_command("reconcile")
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert capsys.readouterr().out.split("\n")[:3] == ["0 expired", "1 settled, 0 refunded", "0 of 0 closed"]


def test_reconcile_command_when_a_slot_is_wrong_then_fails(catalogue: SmallCatalogue) -> None:
    slot = ServiceSlot.objects.create(service=catalogue.car, date=dt.date(2027, 1, 1), capacity=2, taken=1, price=1, currency="INR")
    with pytest.raises(CommandError):
        call_command("reconcile")
    slot.delete()


@pytest.mark.parametrize("approved", [True, False])
def test_pay_when_an_approval_comes_before_any_charge_then_conflict_and_nothing_charged(
    actor: Actor, alices_trip: Trip, gateway_book: Book, approved: bool
) -> None:
    booking = reserve(actor, alices_trip)
    with pytest.raises(Conflict) as refused:
        checkout.pay_booking(actor=actor, reference=booking.reference, approved=approved)
    assert refused.value.code == "nothing_to_approve"
    assert gateway_book.all_charges() == []
    assert Payment.objects.get().state == "created"


def test_expire_when_one_booking_is_broken_then_the_others_end(
    actor: Actor, alice: User, alices_trip: Trip, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = reserve(actor, alices_trip), reserve(actor, make_planned_trip(alice, catalogue))
    real = checkout.end_unpaid

    def stumbles(*, booking: Booking, **kwargs: Any) -> bool:
        if booking.pk == broken.pk:
            raise Conflict
        return real(booking=booking, **kwargs)

    monkeypatch.setattr(checkout, "end_unpaid", stumbles)
    assert checkout.expire_due(now=other.locked_at + LATER) == "1 expired"
    other.refresh_from_db()
    assert other.state == "EXPIRED"
    assert str(broken.pk) in caplog.text


def test_reconcile_when_one_payment_or_refund_is_broken_then_the_others_settle(
    actor: Actor, alice: User, alices_trip: Trip, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = pay(actor, reserve(actor, alices_trip), "tok_hang_up").payments.get()
    other = pay(actor, reserve(actor, make_planned_trip(alice, catalogue)), "tok_hang_up")
    made = pay(actor, reserve(actor, make_planned_trip(alice, catalogue))).payments.get()
    refunds = [promise(made, 1) for _ in range(2)]
    real_ask, real_send = checkout.resolve_payment, checkout.send_refund

    def ask(*, payment: Payment, **kwargs: Any) -> Outcome:
        if payment.pk == broken.pk:
            raise RuntimeError
        return real_ask(payment=payment, **kwargs)

    def send(*, refund_id: Any, **kwargs: Any) -> str:
        if refund_id == refunds[0].pk:
            raise RuntimeError
        return real_send(refund_id=refund_id, **kwargs)

    monkeypatch.setattr(checkout, "resolve_payment", ask)
    monkeypatch.setattr(checkout, "send_refund", send)
    Refund.objects.exclude(pk=refunds[1].pk).update(created_at=other.locked_at - dt.timedelta(minutes=1))
    checkout.reconcile_unknown(now=other.locked_at + dt.timedelta(minutes=2))
    other.refresh_from_db()
    refunds[1].refresh_from_db()
    assert (other.state, refunds[1].state) == ("CONFIRMED", "succeeded")
    assert str(broken.pk) in caplog.text
    assert str(refunds[0].pk) in caplog.text


def test_refunds_when_one_stays_pending_then_it_keeps_no_other_waiting(booked: Booking, dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bank may take days, and there may be more of those than a turn of the job has room for."""
    now, payment, gives = clock.now(), Payment.objects.get(), MockGateway.refund
    monkeypatch.setattr(MockGateway, "refund", lambda gateway, request: ChargeResult(Outcome.UNKNOWN))
    first, second = (
        refund_by_staff(actor=actor_for(dana), payment_id=payment.pk, amount=Decimal(amount), reason="The room was cold.", now=now + dt.timedelta(seconds=amount))
        for amount in (1, 2)
    )

    def slowly(gateway: MockGateway, request: RefundRequest) -> ChargeResult:
        return ChargeResult(Outcome.PROCESSING) if request.refund_id == first.pk else gives(gateway, request)

    monkeypatch.setattr(MockGateway, "refund", slowly)
    for minute in (1, 2):
        checkout.reconcile_unknown(now=now + dt.timedelta(minutes=minute), limit=1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("pending", "succeeded")


def test_expire_when_another_company_is_slow_then_all_places_are_free_before_it_is_asked(
    actor: Actor, alice: User, alices_trip: Trip, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for trip in (alices_trip, make_planned_trip(alice, catalogue)):
        reserve(actor, trip)
    waiting: list[int] = []

    def slow(**_what: Any) -> None:
        waiting.append(Booking.objects.filter(state="PAYMENT_PENDING").count())
        raise ConnectionError

    monkeypatch.setattr(checkout, "follow", slow)
    assert checkout.expire_due(now=clock.now() + LATER) == "2 expired"
    assert (waiting, taken()) == ([0, 0], 0)
