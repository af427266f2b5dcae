"""Trips with parts of another company, and what must be left of them: everything once, or nothing anywhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import PaymentWish
from bookings.gateways.payments.book import Book
from bookings.models import Booking, BookingItem, BudgetLock, CartItem, Hold, LedgerEntry, Payment, Refund, ServiceSlot
from tests.factories.bookings import CONTACT, put_in_cart
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SupplierFactory
from tests.factories.trips import TripFactory
from tests.fakes.memory_supplier import MemorySupplier
from travelplanner.core.actor import Actor
from trips.models import Trip


def flight_trip(owner: User) -> Trip:
    """A room of ours for two nights and two flights of another company, "out" and "home", in the cart. Costs 5000 + 4000 + 4500 INR."""
    trip = TripFactory(owner=owner)
    town = DestinationFactory(slug="varanasi", name="Varanasi")
    put_in_cart(trip, ServiceFactory(destination=town, hotel=True, capacity=5), nights=2, participants=2)
    company = SupplierFactory(name="Test Airways", adapter="memory")
    for name, price, day in (("out", 4000, trip.start_date), ("home", 4500, trip.end_date)):
        flight = ServiceFactory(
            destination=town, supplier=company, type="flight", unit="party", sleeps=2, capacity=1, list_price=Decimal(price), name=f"Flight {name}",
            external_reference=name, sold_on=day, times=[],
        )  # fmt: skip
        put_in_cart(trip, flight, day=day, participants=2)
    return trip


def book(actor: Actor, trip: Trip, token: str = "", **more: Any) -> Booking:
    return checkout.book_trip(actor=actor, trip_reference=trip.reference, contact=CONTACT, wish=PaymentWish(token=token), **more)


def go_on_until_quiet(now: dt.datetime, rounds: int = 4) -> None:
    """What the periodic jobs do, a few times over, as of `now`."""
    for step in range(rounds):
        moment = now + dt.timedelta(seconds=step)
        checkout.expire_due(now=moment)
        checkout.reconcile_unknown(now=moment, asked_after=dt.timedelta(0))
        checkout.reconcile_suppliers(now=moment, asked_after=dt.timedelta(0))


def leftovers(trip: Trip, supplier: MemorySupplier, of: Booking | None = None) -> dict[str, Any]:
    """What an attempt left anywhere: empty, or all or nothing doesn't hold."""
    bookings = Booking.objects.filter(trip=trip)
    kept = set(BookingItem.objects.filter(booking__in=[of] if of else bookings).values_list("pk", flat=True))
    lock = BudgetLock.objects.filter(trip=trip).first()
    sums: dict[str, Decimal] = {}
    for entry in LedgerEntry.objects.filter(booking__in=bookings):
        sums[entry.account] = sums.get(entry.account, Decimal(0)) + entry.amount
    found = {
        "places": sum(ServiceSlot.objects.filter(holds__item__in=kept).values_list("taken", flat=True)),
        "holds": Hold.objects.filter(item__in=kept).exclude(state="released").count(),
        "budget": lock.held + lock.spent if lock else 0,
        "orders": sorted(state for item, state in supplier.orders.items() if item in kept and state != "cancelled"),
        "money": sum((payment.captured - payment.refunded for payment in Payment.objects.filter(booking__in=bookings)), Decimal(0)),
        "refunds": Refund.objects.filter(payment__booking__in=bookings).exclude(state="succeeded").count(),
        "ledger": {account: total for account, total in sums.items() if total},
        "open": bookings.filter(saga_open=True).count(),
        "states": sorted(set(bookings.values_list("state", flat=True)) - {"FAILED", "EXPIRED"}),
        "locked": Trip.objects.get(pk=trip.pk).locked_revision,
    }
    return {name: value for name, value in found.items() if value}


def money_at(gateway: Book) -> tuple[Decimal, Decimal]:
    """What the gateway took and gave back, by its own book."""
    charged = sum((Decimal(one.amount) for one in gateway.all_charges() if one.status == "succeeded"), Decimal(0))
    return charged, sum((Decimal(amount) for _key, _charge, amount in gateway.all_refunds()), Decimal(0))


def back_to_nothing(trip: Trip, supplier: MemorySupplier, gateway: Book) -> None:
    """Nothing is left at us, at the supplier, at the gateway."""
    assert leftovers(trip, supplier) == {}
    assert supplier.left() == []
    charged, refunded = money_at(gateway)
    assert charged == refunded
    assert CartItem.objects.filter(trip=trip).count() == 3  # the traveler's wish is still there


def confirmed_once(booking: Booking, supplier: MemorySupplier, gateway: Book) -> None:
    """One booking, one charge, one order each, and nothing open."""
    assert booking.state == "CONFIRMED"
    assert not Booking.objects.get(pk=booking.pk).saga_open
    assert set(booking.items.values_list("state", "payment_status")) == {("confirmed", "paid")}
    assert supplier.left() == ["booked", "booked"]
    assert all(count == 1 for count in supplier.made.values())
    payment = Payment.objects.get(booking=booking)
    assert (payment.captured, payment.refunded) == (booking.total, 0)
    assert money_at(gateway) == (booking.total, 0)
