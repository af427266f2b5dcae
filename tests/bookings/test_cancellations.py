"""Cancelling by quote and confirm: what comes back, what is free again, what another company says to it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.actions.completion import complete_due
from bookings.actions.staff_payments import refund_by_staff
from bookings.gateways.payments.book import Book
from bookings.gateways.suppliers import ADAPTERS, SupplierAnswer, SupplierOutcome, SupplierRequest
from bookings.models import (
    Booking,
    BookingItem,
    BudgetLock,
    CancellationQuote,
    Dispute,
    Hold,
    LedgerEntry,
    Payment,
    Refund,
    SagaEntry,
)
from bookings.queries.cancellations import QuoteDetail
from bookings.queries.confirmations import get_confirmation
from bookings.queries.inventory import overbooked
from bookings.queries.ledger import ledger_faults
from tests.bookings.steps import pay, reserve, taken
from tests.bookings.suppliers import book, flight_trip, go_on_until_quiet
from tests.cast import actor_for
from tests.factories.bookings import make_scarce_service, put_in_cart
from tests.factories.trips import TripFactory
from tests.fakes.memory_supplier import DEAF, LOST, REFUSES, MemorySupplier
from travelplanner.core import clock, failpoints, outbox
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, Invalid, NotFound
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

pytestmark = pytest.mark.django_db
MINUTES = dt.timedelta(minutes=1)


@pytest.fixture
def booking(actor: Actor, alices_trip: Trip) -> Booking:
    """8200 INR: a room for two nights, tickets, a car."""
    return pay(actor, reserve(actor, alices_trip))


def cancel(actor: Actor, booking: Booking, items: list[BookingItem] | None = None, **more: Any) -> QuoteDetail:
    ids = [item.pk for item in items] if items is not None else None
    quote = quote_cancellation(actor=actor, reference=booking.reference, item_ids=ids, **more).quote
    return confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk, **more)


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(AppError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def given_back(gateway_book: Book) -> Decimal:
    return sum((Decimal(amount) for _key, _charge, amount in gateway_book.all_refunds()), Decimal(0))


def test_quote_when_asked_then_says_what_comes_back_from_whom_by_when_and_cancels_nothing(actor: Actor, booking: Booking) -> None:
    now = clock.now()
    detail = quote_cancellation(actor=actor, reference=booking.reference, now=now)
    assert (detail.quote.refund, detail.quote.fee, detail.quote.currency, detail.quote.whole) == (8200, 0, "INR", True)
    assert detail.quote.expires_at == now + 15 * MINUTES
    assert {(line.refunded_by, line.back_by, line.why) for line in detail.lines} == {
        ("Demo Test Supplier", (now + 15 * MINUTES).date() + dt.timedelta(days=10), "free")
    }
    assert all(line.refund + line.fee == line.item.total for line in detail.lines)
    booking.refresh_from_db()
    assert (booking.state, taken()) == ("CONFIRMED", 5)
    assert not Refund.objects.exists()


def test_confirm_when_all_is_cancelled_then_everything_is_free_and_all_money_goes_back_once(
    actor: Actor, booking: Booking, gateway_book: Book
) -> None:
    Trip.objects.filter(pk=booking.trip_id).update(budget_amount=9000)
    detail = cancel(actor, booking)
    booking.refresh_from_db()
    assert (detail.quote.state, booking.state, booking.saga_open) == ("done", "CANCELLED", False)
    assert set(booking.items.values_list("state", "payment_status")) == {("cancelled", "refunded")}
    assert set(Hold.objects.values_list("state", flat=True)) == {"released"}
    assert taken() == 0
    lock, trip = BudgetLock.objects.get(), Trip.objects.get(pk=booking.trip_id)
    assert (lock.held, lock.spent) == (0, 0)
    assert (trip.state, trip.locked_revision, trip.actual_spent) == ("planning", None, 0)
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.cause, refund.quote_id, refund.due_by) == (8200, "succeeded", "cancellation", detail.quote.pk, detail.lines[0].back_by)
    assert given_back(gateway_book) == 8200
    assert list(booking.transitions.values_list("to_state", flat=True))[-2:] == ["CANCELLING", "CANCELLED"]
    assert get_confirmation(actor, booking.reference).status == "CANCELLED"


def test_confirm_when_all_is_cancelled_then_the_trip_can_be_booked_anew(actor: Actor, booking: Booking) -> None:
    cancel(actor, booking)
    assert pay(actor, reserve(actor, Trip.objects.get(pk=booking.trip_id))).state == "CONFIRMED"


def test_confirm_when_one_item_is_cancelled_then_the_rest_stays_booked_and_locked(actor: Actor, booking: Booking, gateway_book: Book) -> None:
    car = booking.items.get(type="car_rental")
    detail = cancel(actor, booking, [car])
    booking.refresh_from_db()
    assert (detail.quote.whole, booking.state) == (False, "CONFIRMED")
    assert Counter(booking.items.values_list("state", flat=True)) == {"confirmed": 2, "cancelled": 1}
    assert BudgetLock.objects.get().spent == 6000
    trip = Trip.objects.get(pk=booking.trip_id)
    assert (trip.state, trip.locked_revision, trip.actual_spent) == ("booked", 1, 6000)
    assert given_back(gateway_book) == 2200
    assert taken() == 4
    cancel(actor, booking)  # and then the rest
    booking.refresh_from_db()
    assert (booking.state, given_back(gateway_book)) == ("CANCELLED", 8200)


def test_confirm_when_after_the_deadline_then_the_fee_stays_spent(actor: Actor, booking: Booking, gateway_book: Book) -> None:
    car = booking.items.get(type="car_rental")
    assert car.cancellation_deadline is not None
    late = car.cancellation_deadline + MINUTES
    BookingItem.objects.filter(pk=car.pk).update(cancellation_fee=Decimal("700.50"))
    detail = cancel(actor, booking, [car], now=late)
    assert [(line.refund, line.fee, line.why) for line in detail.lines] == [(Decimal("1499.50"), Decimal("700.50"), "after_deadline")]
    assert given_back(gateway_book) == Decimal("1499.50")
    assert BudgetLock.objects.get().spent == Decimal("6700.50")


def test_confirm_when_nothing_comes_back_then_cancelled_and_still_paid(actor: Actor, booking: Booking) -> None:
    booking.items.update(cancellable=False)
    detail = cancel(actor, booking)
    booking.refresh_from_db()
    assert (detail.quote.refund, booking.state, taken()) == (0, "CANCELLED", 0)
    assert set(booking.items.values_list("state", "payment_status")) == {("cancelled", "paid")}
    assert not Refund.objects.exists()
    assert BudgetLock.objects.get().spent == 8200  # it is spent, and bought nothing
    assert Trip.objects.get(pk=booking.trip_id).state == "planning"


def test_quote_when_some_of_it_has_begun_then_only_the_rest_can_be_cancelled(actor: Actor, booking: Booking) -> None:
    first = booking.items.get(type="hotel")
    midnight = dt.datetime.combine(first.starts_on, dt.time(), tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    detail = quote_cancellation(actor=actor, reference=booking.reference, now=midnight)
    assert {line.item.type for line in detail.lines} == {"activity", "car_rental"}
    assert not detail.quote.whole
    assert refusal(quote_cancellation, actor=actor, reference=booking.reference, item_ids=[first.pk], now=midnight) == "item_begun"
    assert refusal(quote_cancellation, actor=actor, reference=booking.reference, now=midnight + dt.timedelta(days=9)) == "nothing_to_cancel"


def test_quote_when_something_begins_soon_then_it_expires_with_that_start(actor: Actor, booking: Booking) -> None:
    first = booking.items.get(type="hotel")
    midnight = dt.datetime.combine(first.starts_on, dt.time(), tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    detail = quote_cancellation(actor=actor, reference=booking.reference, now=midnight - 5 * MINUTES)
    assert detail.quote.expires_at == midnight
    assert refusal(confirm_cancellation, actor=actor, reference=booking.reference, quote_id=detail.quote.pk, now=midnight) == "quote_expired"


def test_quote_when_not_the_owner_then_as_if_it_were_not_there(booking: Booking, charlie: User, dana: User, actor: Actor) -> None:
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    for other in (actor_for(charlie), actor_for(dana), Actor()):
        with pytest.raises(NotFound):
            quote_cancellation(actor=other, reference=booking.reference)
        with pytest.raises(NotFound):
            confirm_cancellation(actor=other, reference=booking.reference, quote_id=quote.pk)
    for reference in ("BK_20200101_01234567", booking.reference + "X", "\x00", "x" * 500):
        with pytest.raises(NotFound):
            quote_cancellation(actor=actor, reference=reference)


def test_quote_when_items_are_not_of_this_booking_then_invalid(actor: Actor, booking: Booking) -> None:
    for ids in ([], [uuid.uuid4()], [booking.items.all()[0].pk, uuid.uuid4()]):
        with pytest.raises(Invalid):
            quote_cancellation(actor=actor, reference=booking.reference, item_ids=ids)


def test_quote_when_it_is_not_confirmed_then_wrong_state(actor: Actor, alices_trip: Trip) -> None:
    waiting = reserve(actor, alices_trip)
    assert refusal(quote_cancellation, actor=actor, reference=waiting.reference) == "wrong_state"
    booking = pay(actor, waiting)
    item = booking.items.get(type="car_rental")
    cancel(actor, booking, [item])
    assert refusal(quote_cancellation, actor=actor, reference=booking.reference, item_ids=[item.pk]) == "wrong_state"
    cancel(actor, booking)
    assert refusal(quote_cancellation, actor=actor, reference=booking.reference) == "wrong_state"


def test_confirm_when_it_expired_was_replaced_or_the_terms_changed_then_nothing_is_cancelled(actor: Actor, booking: Booking) -> None:
    now = clock.now()
    first = quote_cancellation(actor=actor, reference=booking.reference, now=now).quote
    second = quote_cancellation(actor=actor, reference=booking.reference, now=now).quote

    def confirm(quote: CancellationQuote, moment: dt.datetime = now) -> str:
        return refusal(confirm_cancellation, actor=actor, reference=booking.reference, quote_id=quote.pk, now=moment)

    assert confirm(first) == "quote_replaced"
    assert confirm(second, now + 15 * MINUTES) == "quote_expired"
    Booking.objects.filter(pk=booking.pk).update(row_version=99)
    assert confirm(second) == "quote_changed"
    Booking.objects.filter(pk=booking.pk).update(row_version=booking.row_version)
    for changes in ({"cancellable": False}, {"cancellation_deadline": now - MINUTES, "cancellation_fee": 1}):
        item = BookingItem.objects.get(booking=booking, type="hotel")
        BookingItem.objects.filter(pk=item.pk).update(**changes)
        assert confirm(second) == "quote_changed"
        item.save()
    with pytest.raises(NotFound):
        confirm_cancellation(actor=actor, reference=booking.reference, quote_id=uuid.uuid4(), now=now)
    booking.refresh_from_db()
    assert (booking.state, taken(), Refund.objects.count()) == ("CONFIRMED", 5, 0)
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=second.pk, now=now)  # as it was: it counts


def test_confirm_when_pressed_again_then_the_same_result_and_nothing_twice(actor: Actor, booking: Booking, gateway_book: Book) -> None:
    first = cancel(actor, booking)
    again = confirm_cancellation(actor=actor, reference=booking.reference, quote_id=first.quote.pk, now=clock.now() + dt.timedelta(days=1))
    assert again == first
    assert len(gateway_book.all_refunds()) == Refund.objects.count() == 1
    assert OutboxMessage.objects.filter(template="booking_cancelled").count() == 1


def test_confirm_when_staff_gave_some_back_before_then_never_more_than_was_paid(
    actor: Actor, booking: Booking, dana: User, gateway_book: Book
) -> None:
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    refund_by_staff(actor=actor_for(dana), payment_id=Payment.objects.get().pk, amount=Decimal(1000), reason="The room was cold at night.")
    assert refusal(confirm_cancellation, actor=actor, reference=booking.reference, quote_id=quote.pk) == "quote_changed"
    detail = cancel(actor, booking)
    assert (detail.quote.refund, detail.quote.fee) == (7200, 1000)
    assert {line.why for line in detail.lines} == {"given_before"}
    assert given_back(gateway_book) == 8200


def test_mail_when_cancelled_then_says_what_comes_back_and_by_when_in_text_and_html(actor: Actor, booking: Booking) -> None:
    car = booking.items.get(type="car_rental")
    BookingItem.objects.filter(pk=car.pk).update(cancellable=False, name="Tom's <b>car</b>")
    OutboxMessage.objects.all().delete()
    detail = cancel(actor, booking)
    outbox.deliver_due()
    (message,) = mail.outbox
    html = str(message.alternatives[0][0])
    day = f"{detail.lines[0].back_by:%d}".lstrip("0")
    for text in (str(message.body), html):
        assert "₹6,000" in text
        assert "₹2,200" in text
        assert f"{day} " in text
    assert "Tom's <b>car</b>" in str(message.body)
    assert "Tom&#x27;s &lt;b&gt;car&lt;/b&gt;" in html
    assert message.subject.startswith("Cancelled: ")
    assert booking.reference in message.subject


@pytest.mark.parametrize(("currency", "unit"), [("JPY", "1"), ("KWD", "0.01")])
def test_confirm_when_the_currency_has_other_decimals_then_exact_to_what_can_be_moved(actor: Actor, currency: str, unit: str) -> None:
    trip = TripFactory(owner=User.objects.get(pk=actor.user_id), budget_currency=currency, budget_amount=None)
    step = Decimal(unit)
    for number in (1, 2):
        service = make_scarce_service(currency=currency, price=100 * step + number * step, cancel_hours=9999, cancel_fee_percent=Decimal(33))
        put_in_cart(trip, service)
    booking = pay(actor, reserve(actor, trip))
    detail = cancel(actor, booking)
    assert {line.why for line in detail.lines} == {"after_deadline"}
    assert detail.quote.refund + detail.quote.fee == booking.total == 203 * step
    assert Refund.objects.get().amount == detail.quote.refund == 136 * step  # 101 - 33, 102 - 34
    assert BudgetLock.objects.get().spent == detail.quote.fee


# --- parts at another company -----------------------------------------------------------------------------------------
class Generous(MemorySupplier):
    """Says how much it gives back, whatever its terms were."""

    amounts: dict[str, Decimal] = {}

    def cancel(self, request: SupplierRequest) -> SupplierAnswer:
        answer = super().cancel(request)
        if answer.outcome is SupplierOutcome.DONE and request.offer in self.amounts:
            return SupplierAnswer(answer.outcome, total=self.amounts[request.offer], currency=request.currency)
        return answer


@pytest.fixture
def flights(actor: Actor, alice: User, supplier: MemorySupplier) -> Booking:
    """A room of ours (5000) and two flights (4000, 4500) of another company."""
    return book(actor, flight_trip(alice))


def item_of(booking: Booking, offer: str) -> BookingItem:
    return booking.items.get(service__external_reference=offer)


def test_confirm_when_parts_are_elsewhere_then_cancelled_there_and_all_goes_back(
    actor: Actor, flights: Booking, supplier: MemorySupplier, gateway_book: Book
) -> None:
    detail = cancel(actor, flights)
    flights.refresh_from_db()
    assert (detail.quote.state, flights.state, flights.saga_open) == ("done", "CANCELLED", False)
    assert supplier.left() == []
    assert given_back(gateway_book) == detail.quote.refund == 13500
    assert taken() == 0


def test_confirm_when_a_supplier_refuses_then_that_item_stays_paid_and_the_rest_goes_through(
    actor: Actor, flights: Booking, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["home", "cancel"] = [REFUSES]
    detail = cancel(actor, flights)
    flights.refresh_from_db()
    assert (detail.quote.state, flights.state, flights.saga_open) == ("done", "CONFIRMED", False)
    home = item_of(flights, "home")
    assert (home.state, home.payment_status) == ("confirmed", "paid")
    assert {line.item_id: line.accepted for line in detail.lines}[home.pk] is False
    assert given_back(gateway_book) == 9000
    assert BudgetLock.objects.get().spent == 4500
    assert Trip.objects.get(pk=flights.trip_id).state == "booked"
    assert supplier.left() == ["booked"]
    again = cancel(actor, flights, [home])  # asked again later, it may agree
    flights.refresh_from_db()
    assert (again.quote.state, flights.state, given_back(gateway_book)) == ("done", "CANCELLED", 13500)


def test_confirm_when_every_supplier_refuses_then_the_quote_is_refused_and_all_stays_as_it_was(
    actor: Actor, flights: Booking, supplier: MemorySupplier
) -> None:
    home = item_of(flights, "home")
    supplier.script["home", "cancel"] = [REFUSES]
    detail = cancel(actor, flights, [home])
    flights.refresh_from_db()
    assert (detail.quote.state, flights.state) == ("refused", "CONFIRMED")
    assert not Refund.objects.exists()
    assert OutboxMessage.objects.get(template="booking_cancelled").context["refused"][0]["name"] == "Flight home"


@pytest.mark.parametrize("silence", [DEAF, LOST])
def test_confirm_when_a_supplier_is_silent_then_cancelling_until_it_answers(
    silence: str, actor: Actor, flights: Booking, supplier: MemorySupplier, gateway_book: Book
) -> None:
    supplier.script["out", "cancel"] = [silence]
    detail = cancel(actor, flights)
    flights.refresh_from_db()
    assert (detail.quote.state, flights.state, flights.saga_open) == ("confirmed", "CANCELLING", True)
    assert given_back(gateway_book) == 9500  # ours and the flight home are decided
    assert refusal(quote_cancellation, actor=actor, reference=flights.reference) == "wrong_state"
    go_on_until_quiet(clock.now() + 2 * MINUTES)
    flights.refresh_from_db()
    assert (flights.state, given_back(gateway_book), supplier.left()) == ("CANCELLED", 13500, [])
    assert CancellationQuote.objects.get().state == "done"


@pytest.mark.parametrize(("gives", "lost"), [("3000", 1000), ("4000", 0), ("4250.50", Decimal("-250.50")), ("0", 4000)])
def test_confirm_when_the_supplier_gives_another_amount_then_the_traveler_gets_the_quoted_one(
    gives: str, lost: Decimal, actor: Actor, alice: User, gateway_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Generous()
    company.amounts = {"out": Decimal(gives)}
    monkeypatch.setitem(ADAPTERS, "memory", lambda: company)
    booking = book(actor, flight_trip(alice))
    cancel(actor, booking, [item_of(booking, "out")])
    assert given_back(gateway_book) == 4000
    entries = LedgerEntry.objects.filter(account="losses").values_list("amount", flat=True)
    assert sum(entries, Decimal(0)) == lost
    assert ledger_faults() == []


@pytest.mark.parametrize("point", ["cancel.begun", "supplier.cancelled", "refund.begun", "refund.answered"])
def test_confirm_when_the_process_dies_at_any_point_then_the_jobs_finish_it(
    point: str, actor: Actor, flights: Booking, supplier: MemorySupplier, gateway_book: Book
) -> None:
    class Killed(BaseException):
        pass

    def die(reached: str) -> None:
        if reached == point:
            raise Killed

    quote = quote_cancellation(actor=actor, reference=flights.reference).quote
    failpoints.listen(die)
    try:
        with pytest.raises(Killed):
            confirm_cancellation(actor=actor, reference=flights.reference, quote_id=quote.pk)
    finally:
        failpoints.listen(None)
    assert ledger_faults() == []
    assert overbooked() == []
    go_on_until_quiet(clock.now() + 2 * MINUTES)
    flights.refresh_from_db()
    assert (flights.state, flights.saga_open, supplier.left()) == ("CANCELLED", False, [])
    assert given_back(gateway_book) == 13500
    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    assert OutboxMessage.objects.filter(template="booking_cancelled").count() == 1
    assert not SagaEntry.objects.filter(step="cancel_supplier", event="unknown").exists()


def test_confirm_when_several_paid_then_each_gets_its_part_back_to_the_unit(actor: Actor, alices_trip: Trip, bob: User, gateway_book: Book) -> None:
    from tests.bookings.shares import collect, join
    from tests.bookings.shares import pay as pay_share

    join(alices_trip, bob)
    booking = collect(actor, alices_trip)
    for share in booking.collection.shares.all():
        pay_share(actor if share.user_id in (actor.user_id, None) else actor_for(bob), share)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    car = booking.items.get(type="car_rental")
    cancel(actor, booking, [car])
    parts = sorted(Refund.objects.values_list("amount", flat=True))
    assert (sum(parts), len(parts)) == (2200, Payment.objects.filter(booking=booking).count())
    assert max(parts) - min(parts) <= 1
    cancel(actor, booking)
    assert given_back(gateway_book) == 8200
    assert all(payment.refunded == payment.captured for payment in Payment.objects.filter(booking=booking))


# --- completion -------------------------------------------------------------------------------------------------------
def end_of(booking: Booking) -> dt.datetime:
    """Midnight in Varanasi after the last day."""
    last = max(booking.items.values_list("ends_on", flat=True))
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))


def test_completion_when_the_last_day_is_over_there_then_items_and_booking_are_completed(booking: Booking) -> None:
    end = end_of(booking)
    complete_due(now=end - MINUTES)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert Counter(booking.items.values_list("state", flat=True)) == {"completed": 2, "confirmed": 1}  # the room's last day isn't over
    assert complete_due(now=end) == "1 completed"
    assert complete_due(now=end) == "0 completed"
    booking.refresh_from_db()
    assert booking.state == "COMPLETED"
    assert set(booking.items.values_list("state", "payment_status")) == {("completed", "paid")}


def test_completion_when_the_rest_was_cancelled_then_what_was_used_completes_it(actor: Actor, booking: Booking) -> None:
    rest = list(booking.items.exclude(type="hotel"))
    cancel(actor, booking, rest)
    complete_due(now=end_of(booking))
    booking.refresh_from_db()
    assert booking.state == "COMPLETED"
    assert refusal(quote_cancellation, actor=actor, reference=booking.reference) == "wrong_state"


def test_completion_when_the_last_open_item_is_cancelled_then_the_used_ones_complete_it(actor: Actor, booking: Booking) -> None:
    car = booking.items.get(type="car_rental")
    used = booking.items.exclude(pk=car.pk)
    earlier = car.starts_on - dt.timedelta(days=2)
    moment = dt.datetime.combine(car.starts_on - dt.timedelta(days=1), dt.time(1), tzinfo=dt.UTC)
    used.update(starts_on=earlier, ends_on=earlier)
    complete_due(now=moment)
    cancel(actor, booking, [car], now=moment)
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    complete_due(now=moment + MINUTES)
    booking.refresh_from_db()
    assert booking.state == "COMPLETED"


def test_completion_when_cancelled_or_being_cancelled_then_left_alone(actor: Actor, flights: Booking, supplier: MemorySupplier) -> None:
    supplier.script["out", "cancel"] = [DEAF]
    cancel(actor, flights)
    assert complete_due(now=end_of(flights) + dt.timedelta(days=3)) == "0 completed"
    checkout.reconcile_suppliers(now=clock.now() + 2 * MINUTES)
    assert complete_due(now=end_of(flights) + dt.timedelta(days=3)) == "0 completed"
    flights.refresh_from_db()
    assert flights.state == "CANCELLED"


def test_confirm_when_the_booking_was_completed_meanwhile_then_wrong_state(actor: Actor, booking: Booking) -> None:
    start = min(item.starts_on for item in booking.items.all())
    before = dt.datetime.combine(start, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=1)
    quote = quote_cancellation(actor=actor, reference=booking.reference, now=before).quote
    complete_due(now=end_of(booking))
    with pytest.raises(Conflict):
        confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk, now=before)
    assert not Refund.objects.exists()


# --- disputes ---------------------------------------------------------------------------------------------------------
def test_cancel_when_a_bank_looks_at_the_payment_then_no_money_goes_back_twice(actor: Actor, booking: Booking, dana: User) -> None:
    quote = quote_cancellation(actor=actor, reference=booking.reference).quote
    payment = Payment.objects.get()
    Dispute.objects.create(payment=payment, provider_reference="dp_1", amount=8200, currency="INR")
    assert refusal(confirm_cancellation, actor=actor, reference=booking.reference, quote_id=quote.pk) == "payment_disputed"
    assert refusal(quote_cancellation, actor=actor, reference=booking.reference) == "payment_disputed"
    assert refusal(refund_by_staff, actor=actor_for(dana), payment_id=payment.pk, amount=Decimal(5), reason="The room was cold.") == "payment_disputed"
    assert not Refund.objects.exists()
