"""Reserve, pay, confirm, fail, expire, reconcile: what each leaves behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.cart import fill_from_itinerary
from bookings.actions.checkout import PaymentWish
from bookings.errors import BookingOpen, NoPlaces, OverBudget, PriceChanged
from bookings.gateways.payments import ChargeResult, MockGateway, Outcome
from bookings.gateways.payments.book import Book
from bookings.models import (
    Booking,
    BookingItem,
    BudgetLock,
    CartItem,
    Confirmation,
    Hold,
    LedgerEntry,
    Payment,
    PriceRule,
    Refund,
    ServiceSlot,
)
from bookings.queries.inventory import overbooked
from tests.cast import actor_for
from tests.factories.bookings import CONTACT, bed, choose, make_planned_trip, make_scarce_service, put_in_cart, stop
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SmallCatalogue
from tests.factories.trips import TripFactory
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, IdempotencyMismatch, Invalid, NotAllowed, NotFound
from travelplanner.core.models import OutboxMessage
from trips.models import Trip

LATER = dt.timedelta(minutes=16)


@pytest.fixture
def actor(alice: User) -> Actor:
    return actor_for(alice)


@pytest.fixture(autouse=True)
def _books_balance(db: None) -> Iterator[None]:
    """After every test: nothing oversold, journals balanced, what is held is held once."""
    yield
    assert overbooked() == []
    journals: dict[Any, Decimal] = {}
    for entry in LedgerEntry.objects.all():
        journals[entry.journal] = journals.get(entry.journal, Decimal(0)) + entry.amount
    assert set(journals.values()) <= {Decimal(0)}
    for lock in BudgetLock.objects.all():
        opened = Booking.objects.filter(trip=lock.trip, state__in=["INITIATED", "PAYMENT_PENDING"])
        kept = Booking.objects.filter(trip=lock.trip, state__in=["CONFIRMED", "COMPLETED"])
        assert lock.held == sum((booking.total for booking in opened), Decimal(0))
        assert lock.spent == sum((booking.total for booking in kept), Decimal(0))


def reserve(actor: Actor, trip: Trip, **kwargs: Any) -> Booking:
    return checkout.reserve_booking(actor=actor, trip_reference=trip.reference, contact=CONTACT, **kwargs)


def pay(actor: Actor, booking: Booking, token: str = "", **kwargs: Any) -> Booking:
    return checkout.pay_booking(actor=actor, reference=booking.reference, wish=PaymentWish(token=token), **kwargs)


def taken() -> int:
    return sum(ServiceSlot.objects.values_list("taken", flat=True))


def free_again(booking: Booking, to: str) -> None:
    booking.refresh_from_db()
    assert booking.state == to
    assert set(booking.items.values_list("state", "payment_status")) == {("cancelled", "failed")}
    assert set(Hold.objects.values_list("state", flat=True)) == {"released"}
    assert taken() == 0
    assert BudgetLock.objects.get().held == 0
    assert Trip.objects.get(pk=booking.trip_id).locked_revision is None


def test_reserve_when_free_then_held_locked_and_nothing_charged(actor: Actor, alices_trip: Trip, gateway_book: Book, settings: Any) -> None:
    booking = reserve(actor, alices_trip)
    assert booking.state == "PAYMENT_PENDING"
    assert booking.hold_expires_at - booking.locked_at == settings.HOLD_TIME
    assert (booking.total, booking.currency, booking.itinerary_revision) == (Decimal(8200), "INR", 1)
    assert BudgetLock.objects.get().held == Decimal(8200)
    assert set(Hold.objects.values_list("state", flat=True)) == {"active"}
    assert taken() == 5
    assert Payment.objects.get().state == "created"
    assert gateway_book.all_charges() == []
    assert Trip.objects.get().locked_revision == 1


def test_reserve_when_lines_have_types_then_items_say_what_they_are(actor: Actor, alices_trip: Trip) -> None:
    booking = reserve(actor, alices_trip)
    hotel = booking.items.get(type="hotel")
    assert hotel.details["schema"] == "hotel_v1"
    assert (hotel.details["rooms"], hotel.details["nights"], hotel.ends_on) == (1, 2, alices_trip.end_date)
    assert hotel.cancellation_deadline is not None
    assert hotel.cancellation_fee == Decimal(2800)
    ticket = booking.items.get(type="activity")
    assert (ticket.time, ticket.quantity, ticket.participants) == ("10:00", 2, 2)


def test_reserve_when_cart_has_lines_then_these_and_not_the_itinerary(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    booking = reserve(actor, alices_trip)
    assert [item.name for item in booking.items.all()] == ["Demo Boat ride"]


def test_reserve_when_over_budget_then_says_by_how_much_and_holds_nothing(actor: Actor, alices_trip: Trip) -> None:
    Trip.objects.update(budget_amount=Decimal("8000.50"))
    with pytest.raises(OverBudget) as refused:
        reserve(actor, alices_trip)
    assert refused.value.extra == {"over": "199.50", "ceiling": "8000.50", "used": "0.00", "currency": "INR"}
    assert not Booking.objects.exists()
    assert taken() == 0


def test_reserve_when_budget_fits_to_the_cent_then_held(actor: Actor, alice: User) -> None:
    trip = TripFactory(owner=alice, budget_amount=Decimal("0.30"))
    put_in_cart(trip, make_scarce_service(price=Decimal("0.10")))
    first = pay(actor, reserve(actor, trip))
    put_in_cart(trip, make_scarce_service(price=Decimal("0.20")))
    second = pay(actor, reserve(actor, trip))  # as floats 0.1 + 0.2 is more than 0.3
    assert (first.state, second.state) == ("CONFIRMED", "CONFIRMED")
    assert BudgetLock.objects.get().spent == Decimal("0.300")


def test_reserve_when_no_ceiling_then_anything_fits(actor: Actor, alices_trip: Trip) -> None:
    Trip.objects.update(budget_amount=None)
    assert reserve(actor, alices_trip).state == "PAYMENT_PENDING"


def test_reserve_when_sold_out_then_names_the_line(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    ServiceSlot.objects.create(service=catalogue.activities[0], date=alices_trip.start_date, time="10:00", capacity=3, taken=2, price=200, currency="INR")
    with pytest.raises(NoPlaces) as refused:
        reserve(actor, alices_trip)
    line = refused.value.extra["lines"][0]
    assert (line["name"], line["wanted"], line["left"], line["time"]) == ("Demo Museum ticket", 2, 1, "10:00")
    assert not Booking.objects.exists()
    ServiceSlot.objects.all().delete()


def test_reserve_when_last_place_goes_meanwhile_then_no_places_and_all_undone(
    actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bookings.actions import reservation

    real = reservation.ensure_slots

    def someone_is_faster(**kwargs: Any) -> Any:
        needs = real(**kwargs)
        ServiceSlot.objects.filter(service=catalogue.car).update(capacity=0)
        return needs

    monkeypatch.setattr(reservation, "ensure_slots", someone_is_faster)
    with pytest.raises(NoPlaces) as refused:
        reserve(actor, alices_trip)
    assert [(line["name"], line["left"]) for line in refused.value.extra["lines"]] == [("Demo Car with driver", 0)]
    assert not Booking.objects.exists()
    assert not BookingItem.objects.exists()
    assert not BudgetLock.objects.exists()
    assert taken() == 0


def test_reserve_when_price_moved_since_the_cart_then_asks_with_old_and_new(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    put_in_cart(alices_trip, catalogue.car)
    PriceRule.objects.create(service=catalogue.car, name="more", percent=Decimal(10))
    with pytest.raises(PriceChanged) as refused:
        reserve(actor, alices_trip)
    line = refused.value.extra["lines"][0]
    assert (line["old"]["amount"], line["new"]["amount"]) == ("2200.00", "2420.00")
    assert refused.value.extra["total"] == {"amount": "2420.00", "currency": "INR"}
    with pytest.raises(PriceChanged):
        reserve(actor, alices_trip, accepted_total=Decimal("2300"))  # agreed to another sum
    assert not Booking.objects.exists()
    assert reserve(actor, alices_trip, accepted_total=Decimal("2420")).total == Decimal("2420.00")


def test_reserve_when_price_moves_between_reading_and_writing_then_asks(
    actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bookings.actions import reservation

    real = reservation.ensure_slots

    def staff_raises_the_price(**kwargs: Any) -> Any:
        needs = real(**kwargs)
        ServiceSlot.objects.filter(service=catalogue.car).update(price=Decimal(3000))
        return needs

    monkeypatch.setattr(reservation, "ensure_slots", staff_raises_the_price)
    with pytest.raises(PriceChanged) as refused:
        reserve(actor, alices_trip)
    line = refused.value.extra["lines"][0]
    assert (line["old"]["amount"], line["new"]["amount"], refused.value.extra["total"]["amount"]) == ("2200.00", "3000.00", "9000.00")
    assert not Booking.objects.exists()


def test_reserve_when_one_is_open_then_conflict_names_it(actor: Actor, alices_trip: Trip) -> None:
    booking = reserve(actor, alices_trip)
    with pytest.raises(BookingOpen) as refused:
        reserve(actor, alices_trip)
    assert refused.value.extra == {"bookingId": booking.reference}


def test_reserve_when_same_request_key_then_same_booking(actor: Actor, alices_trip: Trip, alice: User, catalogue: SmallCatalogue) -> None:
    first = reserve(actor, alices_trip, request_key="k1")
    assert reserve(actor, alices_trip, request_key="k1").pk == first.pk
    with pytest.raises(IdempotencyMismatch):
        reserve(actor, make_planned_trip(alice, catalogue), request_key="k1")


def test_reserve_when_itinerary_is_booked_already_then_only_the_cart_adds(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    pay(actor, reserve(actor, alices_trip))
    with pytest.raises(Conflict) as refused:
        reserve(actor, alices_trip)
    assert refused.value.code == "already_booked"
    put_in_cart(alices_trip, catalogue.activities[1], time="06:00")
    assert pay(actor, reserve(actor, alices_trip)).state == "CONFIRMED"
    assert BudgetLock.objects.get().spent == Decimal(8650)


def test_reserve_when_nothing_chosen_then_conflict(actor: Actor, alice: User) -> None:
    with pytest.raises(Conflict) as refused:
        reserve(actor, TripFactory(owner=alice))
    assert refused.value.code == "nothing_to_book"


def test_reserve_when_not_mine_then_not_found_and_sample_not_allowed(alices_trip: Trip, charlie: User) -> None:
    with pytest.raises(NotFound):
        reserve(actor_for(charlie), alices_trip)
    Trip.objects.update(sample=True)
    with pytest.raises(NotAllowed):
        reserve(actor_for(charlie), alices_trip)
    with pytest.raises(NotAllowed):
        reserve(Actor(visitor="someone"), alices_trip)


@pytest.mark.parametrize("contact", [("", "a@example.org", ""), ("A", "nobody", ""), ("A\nB", "a@example.org", ""), ("A", "a@example.org", "1" * 33), ("A" * 201, "a@example.org", "")])
def test_reserve_when_contact_is_unfit_then_invalid(actor: Actor, alices_trip: Trip, contact: tuple[str, str, str]) -> None:
    with pytest.raises(Invalid):
        checkout.reserve_booking(actor=actor, trip_reference=alices_trip.reference, contact=checkout.Contact(*contact))
    assert not Booking.objects.exists()


def test_reserve_when_supplier_sells_in_another_currency_then_rate_is_frozen(actor: Actor, alice: User) -> None:
    paris = DestinationFactory(slug="paris", currency="EUR", timezone="Europe/Paris")
    trip = TripFactory(owner=alice, budget_currency="INR")
    hotel = ServiceFactory(hotel=True, destination=paris, list_price=Decimal("99.90"))
    choose(trip, lodging=[bed(hotel, trip)])
    item = reserve(actor, trip).items.get()
    assert (item.supplier_amount, item.supplier_currency, item.currency) == (Decimal("199.80"), "EUR", "INR")
    assert item.rate_date is not None
    assert item.total == (Decimal("199.80") * item.rate).quantize(Decimal("0.01"))


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


def test_reserve_when_price_moved_since_the_plan_then_asks(actor: Actor, alice: User, catalogue: SmallCatalogue) -> None:
    trip = TripFactory(owner=alice)
    choose(
        trip,
        revision=1,
        lodging=[{**bed(catalogue.hotels[1], trip), "total": 5600, "currency": "INR"}],
        stops=[{**stop(catalogue.activities[0], trip.start_date, "10:00"), "servicePrice": {"amount": "350.00", "currency": "INR"}}],
    )
    with pytest.raises(PriceChanged) as refused:
        reserve(actor, trip)
    assert [(line["old"]["amount"], line["new"]["amount"]) for line in refused.value.extra["lines"]] == [("350.00", "400.00")]
    cart = fill_from_itinerary(actor=actor, trip_reference=trip.reference)
    assert {line.item.service_id: line.price_changed for line in cart.lines} == {catalogue.hotels[1].pk: False, catalogue.activities[0].pk: True}
    assert reserve(actor, trip, accepted_total=Decimal(6000)).total == Decimal(6000)


def test_reserve_when_the_plan_names_strange_services_then_they_are_left_out(actor: Actor, alice: User, catalogue: SmallCatalogue) -> None:
    trip = TripFactory(owner=alice)
    off_sale = ServiceFactory(destination=catalogue.destination, active=False)
    choose(
        trip,
        stops=[
            stop(off_sale, trip.start_date, "10:00"),
            {**stop(catalogue.car, trip.start_date, "09:00"), "serviceId": "not-a-uuid"},
            {**stop(catalogue.hotels[0], trip.start_date, "20:00"), "kind": "lodging"},
            {**stop(catalogue.activities[0], trip.start_date, "10:20"), "serviceTime": None},
        ],
    )
    items = reserve(actor, trip).items.all()
    assert [(item.name, item.time) for item in items] == [("Demo Museum ticket", "10:00")]


def test_reconcile_command_when_run_then_finishes_what_was_begun(actor: Actor, alices_trip: Trip, capsys: pytest.CaptureFixture[str]) -> None:
    booking = pay(actor, reserve(actor, alices_trip), "tok_hang_up")
    call_command("reconcile")
    booking.refresh_from_db()
    assert booking.state == "CONFIRMED"
    assert capsys.readouterr().out.split("\n")[:3] == ["0 expired", "1 settled, 0 refunded", "no slot is oversold"]


def test_reconcile_command_when_a_slot_is_wrong_then_fails(catalogue: SmallCatalogue) -> None:
    slot = ServiceSlot.objects.create(service=catalogue.car, date=dt.date(2027, 1, 1), capacity=2, taken=1, price=1, currency="INR")
    with pytest.raises(CommandError):
        call_command("reconcile")
    slot.delete()
