"""Reserving: places held, budget locked, prices asked about; all or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.cart import fill_from_itinerary
from bookings.errors import AlreadyBooked, BookingOpen, NoPlaces, OverBudget, PriceChanged
from bookings.gateways.payments.book import Book
from bookings.models import (
    Booking,
    BookingItem,
    BudgetLock,
    CartItem,
    Hold,
    Payment,
    PriceRule,
    ServiceSlot,
)
from bookings.queries.checkout_sheet import load_sheet
from tests.bookings.steps import LATER, free_again, pay, reserve, taken
from tests.cast import actor_for
from tests.factories.bookings import bed, choose, make_planned_trip, make_scarce_service, put_in_cart, stop
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SmallCatalogue
from tests.factories.trips import TripFactory
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, IdempotencyMismatch, Invalid, NotAllowed, NotFound
from trips.actions.trips import archive_trip, change_trip
from trips.models import Trip

pytestmark = pytest.mark.usefixtures("books_balance")


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


def test_reserve_when_only_the_cart_is_booked_then_the_trip_is_locked_too(actor: Actor, alice: User) -> None:
    trip = TripFactory(owner=alice, budget_amount=Decimal(500))
    put_in_cart(trip, make_scarce_service())
    booking = reserve(actor, trip)
    trip.refresh_from_db()
    assert (trip.locked_revision, booking.itinerary_revision) == (0, None)
    with pytest.raises(Conflict):
        archive_trip(actor=actor, reference=trip.reference)
    with pytest.raises(Conflict) as refused:
        change_trip(actor=actor, reference=trip.reference, row_version=trip.row_version, budget_maximum=Decimal(50))
    assert refused.value.code == "budget_locked"
    pay(actor, booking)
    trip.refresh_from_db()
    assert (trip.state, trip.locked_revision) == ("booked", 0)


def test_reserve_when_only_the_cart_was_held_and_expired_then_the_trip_is_free_again(actor: Actor, alice: User) -> None:
    trip = TripFactory(owner=alice)
    put_in_cart(trip, make_scarce_service())
    booking = reserve(actor, trip)
    checkout.expire_due(now=booking.locked_at + LATER)
    free_again(booking, "EXPIRED")


def test_reserve_when_a_line_is_booked_already_then_refused_by_name(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    pay(actor, reserve(actor, alices_trip))
    put_in_cart(alices_trip, catalogue.activities[0], quantity=2, time="10:00")  # a second tab that stood open
    with pytest.raises(AlreadyBooked) as refused:
        reserve(actor, alices_trip)
    assert (refused.value.code, refused.value.extra) == ("already_booked", {"names": ["Demo Museum ticket"]})
    assert Booking.objects.count() == 1


def test_reserve_when_the_same_line_was_held_and_given_back_then_can_be_had(actor: Actor, alices_trip: Trip) -> None:
    pay(actor, reserve(actor, alices_trip), "tok_declined")
    assert pay(actor, reserve(actor, alices_trip)).state == "CONFIRMED"


def test_fill_when_part_is_booked_then_only_the_rest_and_nothing_after_it(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    put_in_cart(alices_trip, catalogue.activities[0], quantity=2, time="10:00")
    pay(actor, reserve(actor, alices_trip))
    cart = fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    assert {line.item.service_id for line in cart.lines} == {catalogue.hotels[1].pk, catalogue.car.pk}
    sheet = load_sheet(actor, alices_trip.reference)
    assert sheet is not None
    assert sheet.left_out == ()
    pay(actor, reserve(actor, alices_trip))
    with pytest.raises(Conflict) as refused:
        fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    assert refused.value.code == "already_booked"
    assert not CartItem.objects.exists()


def test_reserve_when_sample_then_refused_before_any_slot_is_made(actor: Actor, alices_trip: Trip) -> None:
    Trip.objects.update(sample=True)
    with pytest.raises(NotAllowed):
        reserve(actor, alices_trip)
    assert not ServiceSlot.objects.exists()
