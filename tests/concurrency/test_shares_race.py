"""Shares that are paid at the same moment, by the same or by several people, and at the moment when the time is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bookings.actions import checkout, collections
from bookings.gateways.payments.book import Book
from bookings.models import Booking, Confirmation, Payment, PaymentShare
from bookings.queries.inventory import overbooked
from tests.bookings.shares import collect, given_back, join, money_at_rest
from tests.cast import actor_for
from tests.concurrency.crowd import run_together, tally
from tests.factories.bookings import make_scarce_service, put_in_cart
from tests.factories.people import UserFactory
from tests.factories.trips import TripFactory
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.models import OutboxMessage

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
Paying = list[Callable[[], Any]]


def open_one(companions: int = 2) -> tuple[Booking, list[tuple[Actor, PaymentShare]]]:
    """A collection of an owner and their companions, with who pays which share."""
    trip = TripFactory(budget_amount=None)
    people = [trip.owner, *(UserFactory() for _ in range(companions))]
    for person in people[1:]:
        join(trip, person)
    put_in_cart(trip, make_scarce_service(capacity=5, price=Decimal(100)))
    booking = collect(actor_for(trip.owner), trip)
    shares = {share.user_id: share for share in PaymentShare.objects.filter(collection__booking=booking)}
    return booking, [(actor_for(person), shares[person.pk]) for person in people]


def paying(booking: Booking, actor: Actor, share: PaymentShare) -> Callable[[], Any]:
    return lambda: collections.pay_share(actor=actor, reference=booking.reference, share_id=share.pk)


def fault(booking: Booking) -> str:
    """What is wrong with a collection that is over: empty when all is booked and kept, or nothing is and all went back."""
    booking.refresh_from_db()
    if booking.payments.filter(state__in=("pending", "unknown")).exists():
        return "a payment that nobody can decide"
    states = set(PaymentShare.objects.filter(collection__booking=booking).values_list("state", flat=True))
    payments = booking.payments.filter(state="succeeded")
    kept = booking.state == "CONFIRMED" and states == {"paid"} and sum(payments.values_list("captured", flat=True)) == booking.total
    back = booking.state == "EXPIRED" and states <= {"dropped", "given_back"} and given_back(booking)
    return "" if (kept and not payments.filter(refunded__gt=0).exists()) or back else f"{booking.state} {sorted(states)} {list(payments.values_list('captured', 'refunded'))}"


def test_one_share_when_paid_twice_at_once_then_charged_once(gateway_book: Book) -> None:
    booking, ((owner, _own), (bob, his), *_rest) = open_one()
    results = tally(run_together([paying(booking, bob, his), paying(booking, owner, his)] * 8, workers=8))
    assert set(results) <= {"PAYMENT_PENDING", "share_paid"}, results
    assert [(line.status, line.amount) for line in gateway_book.all_charges()] == [("succeeded", "33.33")]
    assert Payment.objects.filter(share=his).count() == 1
    assert PaymentShare.objects.get(pk=his.pk).state == "paid"


def test_all_shares_when_paid_at_once_then_booked_once(gateway_book: Book) -> None:
    booking, payers = open_one(companions=5)
    results = tally(run_together([paying(booking, actor, share) for actor, share in payers for _twice in range(2)], workers=8))
    assert set(results) <= {"PAYMENT_PENDING", "CONFIRMED", "share_paid", "wrong_state"}, results
    assert fault(booking) == ""
    assert Confirmation.objects.count() == OutboxMessage.objects.filter(template="booking_confirmed").count() == 1
    assert len(gateway_book.all_charges()) == 6
    assert money_at_rest(gateway_book) == (100, 100)


def ends_while_the_last_is_paid(monkeypatch: pytest.MonkeyPatch, count: int) -> tuple[list[Booking], Paying]:
    """Collections whose last share is charged just when the time is over: after the gateway took the money, before that is written down."""
    opened = [open_one(companions=1) for _ in range(count)]
    for booking, ((actor, share), _last) in opened:
        paying(booking, actor, share)()
    over = max(booking.hold_expires_at for booking, _payers in opened if booking.hold_expires_at) + dt.timedelta(seconds=1)
    real = checkout.settle_payment

    def settle_late(**kwargs: Any) -> Booking:
        checkout.expire_due(now=over)
        return real(**kwargs)

    monkeypatch.setattr(checkout, "settle_payment", settle_late)
    return [booking for booking, _payers in opened], [paying(booking, *payers[1]) for booking, payers in opened]


def test_last_share_when_the_time_ends_between_charge_and_answer_then_all_goes_back(gateway_book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    bookings, calls = ends_while_the_last_is_paid(monkeypatch, 8)
    results = tally(run_together(calls, workers=8))
    assert set(results) <= {"EXPIRED", "hold_expired"}, results
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(hours=25))
    assert [fault(booking) for booking in bookings] == [""] * len(bookings)
    assert money_at_rest(gateway_book) == (0, 0)
    assert overbooked() == []


@pytest.mark.usefixtures("quiet_logs")
def test_last_share_when_unguarded_and_the_time_ends_between_then_money_is_kept_for_nothing(gateway_book: Book, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the answer is taken as if the places were still held; the last payer's money is neither a booking nor given back."""
    settings.HOLDS_ARE_GUARDED = False
    bookings, calls = ends_while_the_last_is_paid(monkeypatch, 4)
    run_together(calls, workers=4)
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(hours=25))
    assert any(fault(booking) for booking in bookings)
    ledger, gateway = money_at_rest(gateway_book)
    assert gateway > 0
    assert ledger < gateway


def test_shares_when_paid_while_the_time_ends_then_booked_or_all_back(gateway_book: Book) -> None:
    opened = [open_one(companions=1) for _ in range(10)]
    over = max(booking.hold_expires_at for booking, _payers in opened if booking.hold_expires_at) + dt.timedelta(seconds=1)
    calls: Paying = []
    for booking, payers in opened:
        calls += [paying(booking, *payers[0]), paying(booking, *payers[1]), lambda: checkout.expire_due(now=over, limit=2)]
    run_together(calls, workers=8)
    checkout.expire_due(now=over)
    checkout.reconcile_unknown(now=over + dt.timedelta(minutes=2))
    assert [fault(booking) for booking, _payers in opened] == [""] * len(opened)
    kept = sum(Booking.objects.filter(state="CONFIRMED").values_list("total", flat=True), Decimal(0))
    assert money_at_rest(gateway_book) == (kept, kept)
    assert overbooked() == []


def test_last_share_when_paid_while_the_owner_closes_then_one_of_both_and_no_money_lost(gateway_book: Book) -> None:
    opened = [open_one(companions=1) for _ in range(6)]
    for booking, (first, _last) in opened:
        paying(booking, *first)()
    calls: Paying = []
    for booking, ((owner, _own), last) in opened:
        calls += [paying(booking, *last), lambda owner=owner, booking=booking: collections.close_collection(actor=owner, reference=booking.reference)]
    run_together(calls, workers=6)
    checkout.reconcile_unknown(now=clock.now() + dt.timedelta(minutes=5))
    for booking, _payers in opened:
        booking.refresh_from_db()
        assert booking.state == "CONFIRMED" or (booking.state == "FAILED" and given_back(booking)), fault(booking)
    kept = sum(Booking.objects.filter(state="CONFIRMED").values_list("total", flat=True), Decimal(0))
    assert money_at_rest(gateway_book) == (kept, kept)
