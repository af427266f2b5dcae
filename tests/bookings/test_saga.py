"""Line 3 of issue 4, promises 4, 7 and 8 across suppliers: a hotel of ours and two flights of another company, all of them or none.

The other company is played in memory; `test_saga_killed` kills the process in between.
"""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from bookings.actions import checkout, supplier_steps
from bookings.actions.checkout import PaymentWish
from bookings.errors import NoPlaces, PriceChanged
from bookings.gateways.payments.book import Book
from bookings.models import Booking, Payment, Refund
from tests.bookings.suppliers import back_to_nothing, book, confirmed_once, flight_trip, go_on_until_quiet, leftovers
from tests.cast import actor_for
from tests.factories.bookings import CONTACT
from tests.fakes.memory_supplier import DEAF, DEARER, LOST, NO, REFUSES, SLOW, MemorySupplier
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from trips.models import Trip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_balance")]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def two_flights(alice: User) -> Trip:
    return flight_trip(alice)


def test_a_trip_with_two_flights_when_all_goes_well_is_confirmed_with_one_order_each(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    booking = book(actor, two_flights)

    confirmed_once(booking, supplier, gateway_book)
    references = set(booking.items.exclude(adapter="").values_list("supplier_reference", flat=True))
    assert len(references) == 2
    assert all(reference.startswith("ORD-") for reference in references)
    assert booking.items.get(adapter="").supplier_reference == ""


@pytest.mark.parametrize("flight", ["out", "home"])
def test_a_trip_when_a_flight_can_not_be_held_holds_nothing_and_charges_nothing(
    flight: str, actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script[flight, "hold"] = [NO]

    with pytest.raises(NoPlaces) as refused:
        book(actor, two_flights)

    assert refused.value.extra["lines"][0]["name"].lower().endswith(flight)
    back_to_nothing(two_flights, supplier, gateway_book)
    assert gateway_book.all_charges() == []


@pytest.mark.parametrize("token", ["tok_declined", "tok_insufficient_funds"])
def test_a_trip_when_the_card_is_declined_gives_both_flights_back(
    token: str, actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    booking = book(actor, two_flights, token)

    assert booking.state == "FAILED"
    back_to_nothing(two_flights, supplier, gateway_book)
    assert len(supplier.orders) == 2


@pytest.mark.parametrize("flight", ["out", "home"])
def test_a_trip_when_a_flight_can_not_be_booked_gives_all_back_and_all_the_money(
    flight: str, actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script[flight, "book"] = [NO]

    booking = book(actor, two_flights)

    assert booking.state == "FAILED"
    back_to_nothing(two_flights, supplier, gateway_book)
    payment = Payment.objects.get()
    assert payment.refunded == payment.captured == booking.total
    assert Refund.objects.get().cause == "supplier"


def test_a_trip_when_taking_back_is_switched_off_leaves_orders_behind(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, settings: Any
) -> None:
    """The control of this file: without compensation the same refusal leaves an order and a hold at the supplier."""
    settings.SUPPLIERS_ARE_TAKEN_BACK = False
    supplier.script["home", "book"] = [NO]

    book(actor, two_flights)
    go_on_until_quiet(clock.now() + 3 * MINUTE)

    assert supplier.left() != []


@pytest.mark.parametrize(("flight", "step", "does"), [(f, s, d) for f, s, d in itertools.product(("out", "home"), ("book",), (LOST, DEAF, SLOW))])
def test_a_trip_when_an_answer_never_comes_is_confirmed_by_reconcile_with_one_order_each(
    flight: str, step: str, does: str, actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script[flight, step] = [does]

    booking = book(actor, two_flights)
    assert booking.state == "PAYMENT_PENDING"
    call_command("reconcile", stdout=StringIO())

    booking.refresh_from_db()
    confirmed_once(booking, supplier, gateway_book)


@pytest.mark.parametrize(("flight", "does"), list(itertools.product(("out", "home"), (LOST, DEAF, SLOW))))
def test_a_trip_when_the_answer_to_a_hold_never_comes_gives_all_back(
    flight: str, does: str, actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script[flight, "hold"] = [does]

    with pytest.raises(Conflict) as silent:
        book(actor, two_flights)
    call_command("reconcile", stdout=StringIO())

    assert silent.value.code == "supplier_silent"
    back_to_nothing(two_flights, supplier, gateway_book)
    assert gateway_book.all_charges() == []


@pytest.mark.parametrize("does", [DEAF, LOST])
def test_a_cancellation_when_its_answer_never_comes_is_asked_again(
    does: str, actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["out", "cancel"] = [does, does]

    booking = book(actor, two_flights, "tok_declined")
    booking.refresh_from_db()
    assert booking.saga_open
    go_on_until_quiet(clock.now() + 3 * MINUTE)

    back_to_nothing(two_flights, supplier, gateway_book)


def test_a_cancellation_when_the_supplier_refuses_is_final_and_named_by_reconcile(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, quiet_logs: None
) -> None:
    supplier.script["out", "cancel"] = [REFUSES]

    booking = book(actor, two_flights, "tok_declined")
    said = StringIO()
    call_command("reconcile", stdout=said)

    booking.refresh_from_db()
    assert not booking.saga_open
    assert supplier.left() == ["held"]
    assert "1 item is left at its supplier" in said.getvalue()
    assert booking.reference in said.getvalue()


def test_a_supplier_when_it_stays_silent_loses_patience_and_all_goes_back(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["home", "book"] = [SLOW] * 50
    booking = book(actor, two_flights)
    now = clock.now()

    go_on_until_quiet(now + 29 * MINUTE, rounds=1)
    booking.refresh_from_db()
    assert booking.state == "PAYMENT_PENDING"
    go_on_until_quiet(now + 31 * MINUTE)

    booking.refresh_from_db()
    assert booking.state == "FAILED"
    back_to_nothing(two_flights, supplier, gateway_book)


def test_a_hold_at_another_price_is_given_back_and_the_new_price_is_asked_about(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["home", "hold"] = [DEARER]

    with pytest.raises(PriceChanged) as moved:
        book(actor, two_flights)
    back_to_nothing(two_flights, supplier, gateway_book)

    agreed = Decimal(str(moved.value.extra["total"]["amount"]))
    booking = checkout.book_trip(**_wish(actor, two_flights), accepted_total=agreed)
    assert booking.state == "CONFIRMED"
    assert booking.total == agreed
    assert supplier.left() == ["booked", "booked"]


def test_a_hold_that_ends_while_the_supplier_thinks_takes_its_late_answer_back(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    """A supplier takes so long to hold that the booking has ended meanwhile, and its places were cancelled there before they were held."""

    def ended(step: str, request: Any) -> None:
        if step == "hold" and request.offer == "home":
            checkout.expire_due(now=clock.now() + 20 * MINUTE)

    supplier.while_asked = ended
    booking = book(actor, two_flights)

    assert booking.state == "EXPIRED"
    go_on_until_quiet(clock.now() + 30 * MINUTE)
    back_to_nothing(two_flights, supplier, gateway_book)


def test_a_hold_that_ends_while_paying_is_refunded_in_full_and_the_flights_go_back(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    booking = checkout.reserve_booking(**_wish(actor, two_flights))
    checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(token="tok_hang_up"))
    later = clock.now() + 20 * MINUTE

    checkout.expire_due(now=later)
    checkout.reconcile_unknown(now=later)
    go_on_until_quiet(later)

    booking.refresh_from_db()
    assert booking.state == "EXPIRED"
    back_to_nothing(two_flights, supplier, gateway_book)
    assert Refund.objects.get().state == "succeeded"


def test_a_paid_booking_whose_supplier_thinks_is_not_ended_by_the_clock(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["out", "book"] = [SLOW]
    booking = book(actor, two_flights)
    later = clock.now() + 20 * MINUTE

    checkout.expire_due(now=later)
    go_on_until_quiet(later)

    booking.refresh_from_db()
    confirmed_once(booking, supplier, gateway_book)


def test_a_lost_call_is_not_made_again_while_it_may_be_under_way(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.settles_after = 3 * MINUTE
    supplier.script["out", "book"] = [DEAF]
    booking = book(actor, two_flights)
    now = clock.now()

    go_on_until_quiet(now + 2 * MINUTE)
    assert supplier.calls["out", "book"] == 1
    go_on_until_quiet(now + 4 * MINUTE)

    assert supplier.calls["out", "book"] == 2
    booking.refresh_from_db()
    confirmed_once(booking, supplier, gateway_book)


def test_a_hold_whose_answer_was_lost_is_looked_for_until_it_can_not_come_any_more(
    actor: Actor, two_flights: Trip, supplier: MemorySupplier, gateway_book: Book
) -> None:
    """Nothing is there when the cancellation asks first; the order comes into being a minute later, and goes back too."""
    supplier.settles_after = 3 * MINUTE
    supplier.script["out", "hold"] = [DEAF]
    with pytest.raises(Conflict):
        book(actor, two_flights)
    booking = Booking.objects.get()
    assert booking.saga_open

    supplier.orders[booking.items.get(name__iendswith="out").pk] = "held"
    go_on_until_quiet(clock.now() + MINUTE * 2)

    back_to_nothing(two_flights, supplier, gateway_book)


def test_a_refusal_that_was_written_is_not_asked_again(actor: Actor, two_flights: Trip, supplier: MemorySupplier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process died between the supplier's no and closing the booking: the no still counts."""
    supplier.script["home", "book"] = [NO]
    with monkeypatch.context() as dying:
        dying.setattr(supplier_steps, "_fail", _die)
        with pytest.raises(KeyboardInterrupt):
            book(actor, two_flights)

    go_on_until_quiet(clock.now() + 3 * MINUTE)

    assert supplier.calls["home", "book"] == 1
    assert Booking.objects.get().state == "FAILED"
    assert leftovers(two_flights, supplier) == {}


def test_two_trips_with_the_same_supplier_do_not_disturb_each_other(actor: Actor, alice: User, bob: User, supplier: MemorySupplier, gateway_book: Book) -> None:
    first, second = flight_trip(alice), flight_trip(bob)
    supplier.script["home", "book"] = [NO]

    lost, kept = book(actor, first), book(actor_for(bob), second)

    assert (lost.state, kept.state) == ("FAILED", "CONFIRMED")
    assert supplier.left() == ["booked", "booked"]
    assert leftovers(first, supplier, of=lost) == {}


def _die(*_args: Any, **_kwargs: Any) -> None:
    raise KeyboardInterrupt


def _wish(actor: Actor, trip: Trip) -> dict[str, Any]:
    return {"actor": actor, "trip_reference": trip.reference, "contact": CONTACT}

