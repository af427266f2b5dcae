"""Promise 11 through the real actions: parts add up in currencies of 0, 2 and 3 decimals, and what a client says of prices changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from bookings.errors import PriceChanged
from bookings.gateways.payments.book import Book
from bookings.models import BookingItem, BudgetLock, LedgerEntry, Payment
from bookings.queries.confirmations import build_body
from bookings.queries.ledger import ledger_faults
from bookings.queries.statements import booking_balances, booking_lines
from tests.bookings.steps import pay, promise, reserve
from tests.factories.bookings import make_scarce_service, put_in_cart
from tests.factories.trips import TripFactory
from travelplanner.core import money
from travelplanner.core.actor import Actor
from trips.models import Trip

EXPONENTS = {"JPY": 0, "EUR": 2, "KWD": 3}
CURRENCY = st.sampled_from(sorted(EXPONENTS))
LINES = st.lists(st.tuples(CURRENCY, st.integers(1, 10**6), st.integers(1, 3)), min_size=1, max_size=3)


@pytest.fixture
def undone() -> Iterator[Any]:
    """Each example in a savepoint of its own, taken back."""

    class Undone:
        def __enter__(self) -> None:
            self.block = transaction.atomic()
            self.block.__enter__()

        def __exit__(self, *problem: Any) -> None:
            transaction.set_rollback(True)
            self.block.__exit__(*problem)

    return Undone


def make_trip(owner: User, currency: str, lines: list[tuple[str, int, int]]) -> Trip:
    trip: Trip = TripFactory(owner=owner, budget_currency=currency, budget_amount=None)
    for code, minor, quantity in lines:
        put_in_cart(trip, make_scarce_service(capacity=9, price=money.from_minor(minor, code), currency=code), quantity=quantity)
    return trip


def in_units(amount: Decimal, currency: str) -> bool:
    return amount == money.payable(amount, currency)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(currency=CURRENCY, lines=LINES, back=st.integers(1, 100))
def test_parts_when_booked_and_partly_given_back_then_add_up(
    alice: User, actor: Actor, gateway_book: Book, undone: Any, currency: str, lines: list[tuple[str, int, int]], back: int
) -> None:
    with undone():
        trip = make_trip(alice, currency, lines)
        reserved = reserve(actor, trip)
        items = list(reserved.items.all())
        total = sum((item.total for item in items), Decimal(0))
        assert total == reserved.total == BudgetLock.objects.get(trip=trip).held
        assert all(in_units(item.total, currency) and item.total == money.payable(item.supplier_amount * item.rate, currency) for item in items)
        booking = pay(actor, reserved)
        payment = booking.payments.get()
        assert booking.state == "CONFIRMED"
        assert total == payment.amount == payment.captured == BudgetLock.objects.get(trip=trip).spent
        charges = [charge for charge in gateway_book.all_charges() if charge.key == str(payment.pk)]
        assert [Decimal(charge.amount) for charge in charges] == ([total] if total else [])
        assert LedgerEntry.objects.filter(booking=booking, account="suppliers").aggregate(owed=Sum("amount"))["owed"] == -total
        assert Decimal(str(build_body(booking, [payment])["pricing"]["lockedBudget"])) == total
        part = min(total, back * money.payable_unit(currency))
        if part:  # of what cost nothing, nothing is given back
            promise(payment, part)
        payment.refresh_from_db()
        assert payment.refunded == part <= payment.captured
        balances = {account: amount for account, _currency, amount in booking_balances(booking.pk)}
        assert sum(balances.values()) == 0
        assert balances["suppliers"] == part - total
        assert [line.balance for line in booking_lines(booking.pk)][1::2] == [0] * (3 if part else 2)
        assert ledger_faults() == []


@pytest.mark.parametrize(("currency", "decimals"), sorted(EXPONENTS.items()))
def test_amounts_when_booked_then_have_their_currencys_decimals(alice: User, actor: Actor, alice_api: Any, currency: str, decimals: int) -> None:
    trip = make_trip(alice, currency, [(currency, 1234567, 3)])
    booking = pay(actor, reserve(actor, trip))
    assert booking.items.get().supplier_amount == Decimal(3 * 1234567).scaleb(-decimals)
    assert booking.total == {"JPY": 3703701, "EUR": Decimal("37037.01"), "KWD": Decimal("3703.700")}[currency]  # no fils that can't be charged
    shown = alice_api.get(f"/api/bookings/{booking.reference}").json()
    assert str(shown["lockedBudget"]["total"]) == str(shown["paymentDetails"]["amount"]) == str(shown["items"][0]["total"]) == str(booking.total.normalize() if decimals else 3703701)


def test_cart_when_the_client_names_a_price_then_the_tills_counts(alice_api: Any, alice: User) -> None:
    trip: Trip = TripFactory(owner=alice)
    service = make_scarce_service(capacity=9)
    line = alice_api.post(
        "/api/cart",
        {
            "service_id": str(service.pk), "booking_date": trip.start_date.isoformat(), "quantity": 2, "trip_id": trip.reference,
            "price": "1.00", "price_seen": {"amount": "1.00", "currency": "INR"}, "unit_price": 1, "total": 1, "currency": "JPY", "rate": "0.1",
        },
        HTTP_IDEMPOTENCY_KEY="cart-1",
    ).json()  # fmt: skip
    assert line["price_now"] == line["price_seen"] == {"amount": "180.00", "currency": "INR"}
    changed = alice_api.put(f"/api/cart/{line['id']}", {"price_seen": {"amount": "1", "currency": "INR"}, "total": 1}).json()
    assert changed["price_seen"] == {"amount": "180.00", "currency": "INR"}


def test_booking_when_the_client_names_amounts_then_the_tills_count(alice_api: Any, alice: User) -> None:
    trip: Trip = TripFactory(owner=alice)
    put_in_cart(trip, make_scarce_service(capacity=9), quantity=2)
    made = alice_api.post(
        "/api/bookings",
        {
            "tripId": trip.reference, "userContact": {"name": "Alice", "email": "alice@example.org"}, "payment": {"method": "mock"},
            "total": 1, "amount": "1.00", "currency": "JPY", "lockedBudget": {"total": 1}, "paymentDetails": {"amount": 1, "status": "SUCCESS"},
        },
        HTTP_IDEMPOTENCY_KEY="book-1",
    )  # fmt: skip
    assert made.status_code in (201, 400), made.content
    if made.status_code == 201:
        assert made.json()["lockedBudget"]["total"] == made.json()["paymentDetails"]["amount"] == 180
    assert {payment.amount for payment in Payment.objects.all()} <= {Decimal(180)}
    assert {(item.total, item.currency) for item in BookingItem.objects.all()} <= {(Decimal(180), "INR")}


def test_reserve_when_another_sum_is_agreed_to_then_asked_again(alice: User, actor: Actor) -> None:
    trip: Trip = TripFactory(owner=alice)
    put_in_cart(trip, make_scarce_service(capacity=9))
    for wrong in (Decimal(1), Decimal("90.01"), Decimal(0)):
        with pytest.raises(PriceChanged):
            reserve(actor, trip, accepted_total=wrong)
    assert reserve(actor, trip, accepted_total=Decimal(90)).total == Decimal(90)
