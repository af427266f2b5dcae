"""Why is this booking in this state? In a sentence, and with every table that knows something of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings.actions import settlement
from bookings.admin.story_cause import cause_of
from bookings.gateways.payments import ChargeResult, Outcome
from bookings.models import Booking, Dispute, GatewayEvent, SagaEntry, SupplierChange
from bookings.queries.booking_story import tell_booking
from tests.bookings.steps import pay, promise, reserve
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import ServiceFactory, SmallCatalogue
from tests.factories.office_money import tell_of_money
from tests.statements import counted
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from trips.models import Trip

STATEMENTS = 23


def sentence(booking: Booking) -> str:
    return cause_of(tell_booking(Booking.objects.get(pk=booking.pk)))


def test_story_when_much_happened_then_as_many_statements_as_for_little(actor: Actor, alice: User, catalogue: SmallCatalogue) -> None:
    sizes = []
    for items in (1, 6):
        trip = make_planned_trip(alice, catalogue)
        for _ in range(items):
            put_in_cart(trip, ServiceFactory(destination=catalogue.destination))
        booking = pay(actor, reserve(actor, trip))
        for number in range(items - 1):
            promise(booking.payments.get(), number + 1)
        with counted() as statements:
            tell_booking(booking)
        sizes.append(len(statements))
    assert sizes == [STATEMENTS, STATEMENTS]


def test_story_when_other_tables_know_something_then_each_is_shown(dana_page: Client, actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip))
    payment = booking.payments.get()
    tell_of_money(booking, 1)
    Dispute.objects.create(payment=payment, provider_reference="dp_1", amount=1, currency="INR", reason="fraudulent")
    GatewayEvent.objects.create(gateway="mock", event_id="ev_1", type="charge.disputed", payment=payment)
    text = dana_page.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()
    for said in ("Steps, and what takes them back", "Shares", "Disputes", "fraudulent", "charge.disputed", "Changes by suppliers", "Ring twice.", "Details of items", "DA 1", "Notifications"):
        assert said in text, said


def test_saga_when_steps_were_taken_back_then_says_so(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_declined")
    story = tell_booking(booking)
    said = {(row.step, row.event): story.taken_back(row) for row in story.saga}
    assert said["hold_places", "done"] == said["lock_budget", "done"] == "yes"
    assert said["charge", "begun"] == "no"
    made = pay(actor, reserve(actor, alices_trip))
    promise(made.payments.get(), 100)
    story = tell_booking(made)
    said = {(row.step, row.event): story.taken_back(row) for row in story.saga}
    assert said["charge", "done"] == "partly"
    assert said["hold_places", "done"] == said["confirm", "done"] == "no"


# --- the sentence -----------------------------------------------------------------------------------------------------
def test_cause_when_another_amount_was_taken_then_names_both(actor: Actor, alices_trip: Trip) -> None:
    booking = reserve(actor, alices_trip)
    settlement.settle_payment(actor=actor, payment_id=booking.payments.get().pk, result=ChargeResult(Outcome.SUCCEEDED, amount=Decimal(8000), currency="INR"), kind="ask")
    said = sentence(booking)
    assert "₹8,200" in said
    assert "took ₹8,000" in said
    assert "1 refund is not paid yet" in said


def test_cause_when_a_supplier_said_no_then_names_it_and_the_item(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_declined")
    item = booking.items.first()
    SagaEntry.objects.create(booking=booking, item=item, step="book_supplier", event="refused", reason="sold_out")
    said = sentence(booking)
    for part in (item.supplier_name, item.name, "book at the supplier", "sold_out"):
        assert part in said


def test_cause_when_it_waits_then_says_for_what(actor: Actor, alices_trip: Trip) -> None:
    booking = reserve(actor, alices_trip)
    assert "Nothing was charged yet." in sentence(booking)
    pay(actor, booking, "tok_timeout")
    assert "asked every minute" in sentence(booking)


@pytest.mark.usefixtures("books_are_broken")
def test_cause_when_cancelling_then_counts_the_answers(actor: Actor, alices_trip: Trip) -> None:
    booking = pay(actor, reserve(actor, alices_trip))
    items = list(booking.items.all())
    quote = booking.cancellation_quotes.create(state="confirmed", refund=1, fee=0, currency="INR", booking_version=1, expires_at=clock.now())
    for item, accepted in zip(items, (True, None, None), strict=True):
        quote.lines.create(item=item, refund=1, fee=0, currency="INR", refunded_by="x", back_by=clock.now().date(), why="free", accepted=accepted)
    Booking.objects.filter(pk=booking.pk).update(state="CANCELLING")
    assert "2 of 3 items wait for their suppliers" in sentence(booking)
    assert SupplierChange.objects.count() == 0
