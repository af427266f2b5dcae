"""A cancellation that runs on while a supplier hasn't answered: what the confirmation says, and what a bank may do meanwhile."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.gateways.payments.book import Book
from bookings.models import Booking, Dispute, Payment
from bookings.queries.confirmations import get_confirmation
from tests.bookings.suppliers import book, flight_trip, go_on_until_quiet, money_at
from tests.fakes.memory_supplier import DEAF, MemorySupplier
from travelplanner.core import clock
from travelplanner.core.actor import Actor

pytestmark = pytest.mark.django_db


def cancelling(actor: Actor, alice: User, supplier: MemorySupplier, *, whole: bool) -> Booking:
    """A room of ours (5000) and two flights (4000, 4500); the supplier of the flights doesn't hear that "out" is given back."""
    booking = book(actor, flight_trip(alice))
    supplier.script["out", "cancel"] = [DEAF]
    items = None if whole else [booking.items.get(service__external_reference="out").pk]
    quote = quote_cancellation(actor=actor, reference=booking.reference, item_ids=items).quote
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk)
    booking.refresh_from_db()
    assert booking.state == "CANCELLING"
    return booking


def test_cancellation_when_a_dispute_is_lost_while_a_supplier_is_asked_then_it_ends_and_nothing_goes_back_twice(
    actor: Actor, alice: User, supplier: MemorySupplier, gateway_book: Book
) -> None:
    booking = cancelling(actor, alice, supplier, whole=True)
    assert money_at(gateway_book) == (13500, 9500)
    Dispute.objects.create(payment=Payment.objects.get(), provider_reference="dp_1", amount=4000, currency="INR", state="lost")
    go_on_until_quiet(clock.now() + dt.timedelta(minutes=2))
    booking.refresh_from_db()
    assert (booking.state, booking.saga_open, money_at(gateway_book)) == ("CANCELLED", False, (13500, 9500))


@pytest.mark.parametrize(("whole", "status"), [(False, "ACTIVE"), (True, "CANCELLED")])
def test_confirmation_when_a_part_is_being_cancelled_then_it_stands_for_the_rest(
    whole: bool, status: str, actor: Actor, alice: User, supplier: MemorySupplier
) -> None:
    booking = cancelling(actor, alice, supplier, whole=whole)
    assert get_confirmation(actor, booking.reference).status == status
