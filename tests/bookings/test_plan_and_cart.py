"""What the traveler planned and what they put into the cart come to the checkout together; what they took out stays out."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import cart
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.actions.cart_merge import merge_lines
from bookings.actions.checkout import expire_due
from bookings.errors import BookingOpen
from bookings.models import Booking, CartItem, Hold
from bookings.queries.cart import get_cart
from bookings.queries.checkout_sheet import load_sheet
from bookings.queries.planned import line_key, planned_things
from bookings.queries.wished import WishedLine
from tests.bookings import pages
from tests.bookings.pages import book_url, contact, field, hold, pay_url, words
from tests.bookings.steps import LATER, pay, reserve, taken
from tests.cast import actor_for
from tests.factories.bookings import bed, choose, make_planned_trip, stop
from tests.factories.catalogue import SmallCatalogue
from tests.statements import HEADER, counted
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, NotFound
from trips.models import Document, Trip

pytestmark = pytest.mark.django_db
HOTEL, TICKET, CAR, BOAT = "Demo Hotel standard", "Demo Museum ticket", "Demo Car with driver", "Demo Boat ride"
PLAN = {HOTEL, TICKET, CAR}


@pytest.fixture
def extra(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> CartItem:
    """A boat ride from the search, for a trip whose plan doesn't have it."""
    return add(actor, alices_trip, catalogue.activities[1])


def add(actor: Actor, trip: Trip, service: object, **more: object) -> CartItem:
    wish = {"booking_date": trip.start_date, "participants": 2, "time": service.times[0] if service.times else "", **more}
    return cart.add_line(actor=actor, service_id=service.pk, trip_reference=trip.reference, **wish)[0].item


def seen(actor: Actor, trip: Trip) -> tuple[set[str], set[str]]:
    """Names to book, and names left out. No name stands there twice."""
    sheet = load_sheet(actor, trip.reference)
    assert sheet is not None
    names = [line.service.name for line in sheet.lines] + [thing.name for thing in sheet.left_out]
    assert len(names) == len(set(names)), names
    return {line.service.name for line in sheet.lines}, {thing.name for thing in sheet.left_out}


def key_of(actor: Actor, trip: Trip, name: str) -> str:
    sheet = load_sheet(actor, trip.reference)
    assert sheet is not None
    return next(one.key for one in sheet.lines if one.service.name == name)


def press(page: Client, trip: Trip, do: str, name: str, **fields: str) -> str:
    sheet = load_sheet(actor_for(trip.owner), trip.reference)
    assert sheet is not None
    keys = {line.service.name: line.key for line in sheet.lines} | {thing.name: thing.key for thing in sheet.left_out}
    return words(page.post(book_url(trip, "/line"), {"do": do, "line": keys[name], **fields}, follow=True))


def cancel(actor: Actor, booking: Booking, name: str) -> None:
    quote = quote_cancellation(actor=actor, reference=booking.reference, item_ids=[booking.items.get(name=name).pk]).quote
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk)


# --- the plan and an extra ------------------------------------------------------------------------------------------------------
def test_checkout_when_one_line_was_added_to_the_cart_then_the_plan_comes_along_and_nothing_is_left_out(
    alice_page: Client, alices_trip: Trip, extra: CartItem
) -> None:
    said = words(alice_page.get(book_url(alices_trip)))
    assert "Four things to book" in said
    assert "left out" not in said.lower()
    assert "To pay ₹9,100" in said  # 8,200 of the plan and 2 x 450
    assert CartItem.objects.count() == 1  # reading writes nothing
    booking = hold(alice_page, alices_trip)
    assert set(booking.items.values_list("name", flat=True)) == PLAN | {BOAT}
    assert booking.total == Decimal(9100)


def test_checkout_when_a_merged_line_is_put_to_the_trip_then_the_plan_comes_along(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    merge_lines(actor=actor, lines=[WishedLine(catalogue.activities[1].pk, alices_trip.start_date, catalogue.activities[1].times[0], participants=2)])
    cart.assign_trip(actor=actor, item_id=CartItem.objects.get().pk, trip_reference=alices_trip.reference)
    assert seen(actor, alices_trip) == (PLAN | {BOAT}, set())


def test_checkout_when_the_extra_is_what_the_plan_has_then_it_stands_there_once(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    add(actor, alices_trip, catalogue.activities[0], time="10:00", participants=3)
    assert seen(actor, alices_trip) == (PLAN, set())


def test_checkout_when_read_with_plan_and_extra_then_few_statements(alice_page: Client, alices_trip: Trip, extra: CartItem) -> None:
    alice_page.get(book_url(alices_trip))
    with counted() as statements:
        assert alice_page.get(book_url(alices_trip)).status_code == 200
    assert len(statements) <= 9 + 2 + HEADER, statements  # the plan's and the cart's stock are read apart; two ask who is signed in


# --- what was taken out ---------------------------------------------------------------------------------------------------------
def test_line_when_taken_out_beside_an_extra_then_only_that_is_left_out_and_can_be_put_back(
    alice_page: Client, actor: Actor, alices_trip: Trip, extra: CartItem
) -> None:
    assert f"{TICKET} is left out." in press(alice_page, alices_trip, "remove", TICKET)
    assert seen(actor, alices_trip) == ({HOTEL, CAR, BOAT}, {TICKET})
    assert f"{TICKET} is back." in press(alice_page, alices_trip, "restore", TICKET)
    assert seen(actor, alices_trip) == (PLAN | {BOAT}, set())


def test_line_when_an_extra_is_left_out_then_it_can_be_put_back_too(alice_page: Client, actor: Actor, alices_trip: Trip, extra: CartItem) -> None:
    press(alice_page, alices_trip, "remove", BOAT)
    assert seen(actor, alices_trip) == (PLAN, {BOAT})
    assert not CartItem.objects.exists()
    press(alice_page, alices_trip, "restore", BOAT)
    assert seen(actor, alices_trip) == (PLAN | {BOAT}, set())
    assert CartItem.objects.get().pk == extra.pk


def test_line_when_an_extra_is_taken_out_of_the_cart_then_it_is_gone_and_the_plan_stays(actor: Actor, alices_trip: Trip, extra: CartItem) -> None:
    cart.remove_line(actor=actor, item_id=extra.pk)
    assert seen(actor, alices_trip) == (PLAN, set())
    assert not CartItem.all_rows.exists()


def test_line_when_its_time_was_changed_then_it_still_is_the_planned_one(alice_page: Client, actor: Actor, alices_trip: Trip) -> None:
    press(alice_page, alices_trip, "change", TICKET, people="2", time="14:00")
    assert seen(actor, alices_trip) == (PLAN, set())
    press(alice_page, alices_trip, "remove", TICKET)
    assert seen(actor, alices_trip) == (PLAN - {TICKET}, {TICKET})
    press(alice_page, alices_trip, "restore", TICKET)
    assert seen(actor, alices_trip) == (PLAN, set())
    assert CartItem.objects.get().time == "14:00"  # as it was when it was taken out
    assert set(hold(alice_page, alices_trip).items.values_list("name", flat=True)) == PLAN


def test_line_when_its_date_was_changed_in_the_cart_then_it_still_is_the_planned_one(actor: Actor, alices_trip: Trip) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    ticket = CartItem.objects.get(service__name=TICKET)
    cart.change_line(actor=actor, item_id=ticket.pk, changes={"booking_date": alices_trip.start_date + dt.timedelta(days=1)})
    assert seen(actor, alices_trip) == (PLAN, set())


def test_line_when_it_goes_to_another_trip_then_its_plan_offers_it_again(actor: Actor, alice: User, alices_trip: Trip) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    ticket = CartItem.objects.get(service__name=TICKET)
    cart.change_line(actor=actor, item_id=ticket.pk, changes={"trip_reference": ""})
    assert CartItem.objects.get(pk=ticket.pk).planned_as == ""
    assert seen(actor, alices_trip) == (PLAN, set())


def test_line_when_another_takes_the_time_of_one_that_was_taken_out_then_it_may(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    cart.remove_line(actor=actor, item_id=CartItem.objects.get(service__name=TICKET).pk)
    later = add(actor, alices_trip, catalogue.activities[0], time="14:00")
    assert cart.change_line(actor=actor, item_id=later.pk, changes={"time": "10:00"}).item.time == "10:00"
    assert seen(actor, alices_trip) == (PLAN, set())


def test_line_when_everything_was_taken_out_then_nothing_comes_back_by_itself(alice_page: Client, actor: Actor, alices_trip: Trip) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    for item in CartItem.objects.all():
        cart.remove_line(actor=actor, item_id=item.pk)
    assert seen(actor, alices_trip) == (set(), PLAN)
    said = words(alice_page.get(book_url(alices_trip)))
    assert said.count("Put it back") == 3
    with pytest.raises(Conflict) as refused:
        reserve(actor, alices_trip)
    assert refused.value.code == "nothing_to_book"


def test_checkout_when_the_plan_changed_after_a_line_was_touched_then_what_is_new_comes_along(
    alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    press(alice_page, alices_trip, "remove", CAR)
    stops = [stop(catalogue.activities[0], alices_trip.start_date, "10:00"), stop(catalogue.activities[1], alices_trip.start_date, "16:00")]
    stops.append(stop(catalogue.car, alices_trip.start_date + dt.timedelta(days=1), "09:00"))
    choose(alices_trip, revision=2, stops=stops, lodging=[bed(catalogue.hotels[1], alices_trip)])
    assert seen(actor, alices_trip) == ({HOTEL, TICKET, BOAT}, {CAR})


# --- what is booked -------------------------------------------------------------------------------------------------------------
def test_checkout_when_the_plan_is_booked_then_an_extra_stands_alone(alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    pay(actor, reserve(actor, alices_trip))
    add(actor, alices_trip, catalogue.activities[1])
    assert seen(actor, alices_trip) == ({BOAT}, set())
    assert [item.name for item in hold(alice_page, alices_trip).items.all()] == [BOAT]


def test_checkout_when_it_was_booked_at_another_time_than_planned_then_never_offered_twice(
    alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    press(alice_page, alices_trip, "change", TICKET, people="2", time="14:00")
    pay(actor, hold(alice_page, alices_trip))
    add(actor, alices_trip, catalogue.activities[1])
    assert seen(actor, alices_trip) == ({BOAT}, set())


def test_checkout_when_something_booked_was_cancelled_then_it_is_left_out_and_can_be_booked_again(
    alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    cancel(actor, pay(actor, reserve(actor, alices_trip)), TICKET)
    add(actor, alices_trip, catalogue.activities[1])
    assert seen(actor, alices_trip) == ({BOAT}, {TICKET})
    press(alice_page, alices_trip, "restore", TICKET)
    assert seen(actor, alices_trip) == ({BOAT, TICKET}, set())


def test_checkout_when_left_out_and_the_rest_is_booked_then_it_stays_left_out(
    alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    press(alice_page, alices_trip, "remove", CAR)
    pay(actor, hold(alice_page, alices_trip))
    add(actor, alices_trip, catalogue.activities[1])
    assert seen(actor, alices_trip) == ({BOAT}, {CAR})


def test_checkout_when_a_hold_is_open_then_pressing_again_leads_to_it(actor: Actor, alices_trip: Trip, extra: CartItem) -> None:
    reserve(actor, alices_trip, with_plan=True)
    with pytest.raises(BookingOpen):
        reserve(actor, alices_trip, with_plan=True)


# --- the same over the API ------------------------------------------------------------------------------------------------------
def test_api_when_the_itinerary_is_put_into_a_cart_with_an_extra_then_the_extra_stays(alice_api: APIClient, alices_trip: Trip, extra: CartItem) -> None:
    lines = alice_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference}).json()["results"]
    assert {line["service"]["name"] for line in lines} == PLAN | {BOAT}
    assert str(extra.pk) in {line["id"] for line in lines}


def test_api_when_a_line_was_deleted_then_the_itinerary_brings_it_back_only_when_asked_for(alice_api: APIClient, alices_trip: Trip) -> None:
    fill = ("/api/cart/from-itinerary", {"tripId": alices_trip.reference})
    ticket = next(line for line in alice_api.post(*fill).json()["results"] if line["service"]["name"] == TICKET)
    assert alice_api.delete(f"/api/cart/{ticket['id']}").status_code == 204
    assert alice_api.delete(f"/api/cart/{ticket['id']}").status_code == 404
    assert alice_api.put(f"/api/cart/{ticket['id']}", {"participants": 1}).status_code == 404
    assert {line["service"]["name"] for line in alice_api.get("/api/cart").json()["results"]} == PLAN - {TICKET}
    assert alice_api.post(*fill).json()["count"] == 2
    wish = {"service_id": ticket["service_id"], "booking_date": ticket["booking_date"], "time": ticket["time"], "trip_id": alices_trip.reference}
    assert alice_api.post("/api/cart", wish).status_code == 201
    assert alice_api.post("/api/cart", wish).status_code == 200
    assert alice_api.post(*fill).json()["count"] == 3


def test_api_when_the_cart_is_emptied_then_the_plan_is_whole_again(alice_api: APIClient, actor: Actor, alices_trip: Trip) -> None:
    lines = alice_api.post("/api/cart/from-itinerary", {"tripId": alices_trip.reference}).json()["results"]
    alice_api.delete(f"/api/cart/{lines[0]['id']}")
    assert alice_api.delete("/api/cart").status_code == 204
    assert not CartItem.all_rows.exists()
    assert seen(actor, alices_trip) == (PLAN, set())


def test_api_when_a_trip_with_a_cart_is_booked_then_only_the_carts_lines(actor: Actor, alices_trip: Trip, extra: CartItem) -> None:
    assert [item.name for item in reserve(actor, alices_trip).items.all()] == [BOAT]


# --- only what the page showed --------------------------------------------------------------------------------------------------
def marks(page: Client, trip: Trip) -> dict[str, object]:
    """What the page's button would send of what it shows."""
    answer = page.get(book_url(trip))
    return {"total": field(answer, "total"), "shown": re.findall(r'name="shown" value="([^"]+)"', answer.content.decode())}


def test_reserve_when_the_plan_changed_at_the_same_price_since_the_page_was_read_then_told_and_nothing_is_held(
    alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    sent = marks(alice_page, alices_trip)
    assert len(sent["shown"]) == 3
    day = alices_trip.start_date + dt.timedelta(days=1)
    stops = [stop(catalogue.activities[0], day, "14:00"), stop(catalogue.car, day, "09:00")]  # an editor moved the ticket; the sum is the same
    choose(alices_trip, revision=2, stops=stops, lodging=[bed(catalogue.hotels[1], alices_trip)])
    refused = alice_page.post(book_url(alices_trip, "/reserve"), contact(**sent))
    assert refused.status_code == 409
    assert "What there is to book has changed" in words(refused)
    assert not Booking.objects.exists()
    key = contact(**marks(alice_page, alices_trip))
    first = alice_page.post(book_url(alices_trip, "/reserve"), key)
    assert first["Location"] == pay_url(Booking.objects.get())
    pay(actor_for(alices_trip.owner), Booking.objects.get())
    assert alice_page.post(book_url(alices_trip, "/reserve"), key)["Location"] == first["Location"]  # the same press again


def test_again_when_the_plan_changed_since_it_was_held_then_told_else_the_same_is_held_again(
    alice_page: Client, actor: Actor, alices_trip: Trip, extra: CartItem, catalogue: SmallCatalogue
) -> None:
    declined = pages.pay(alice_page, hold(alice_page, alices_trip), "declined")
    shown = re.findall(r'name="shown" value="([^"]+)"', declined.content.decode())
    assert len(shown) == 4
    sent = contact(total=field(declined, "total"), shown=shown)
    again = alice_page.post(book_url(alices_trip, "/reserve"), sent)
    assert again["Location"] == pay_url(Booking.objects.latest("created_at"))
    pages.pay(alice_page, Booking.objects.latest("created_at"), "declined")
    day = alices_trip.start_date + dt.timedelta(days=1)
    stops = [stop(catalogue.activities[0], day, "14:00"), stop(catalogue.car, day, "09:00")]
    choose(alices_trip, revision=2, stops=stops, lodging=[bed(catalogue.hotels[1], alices_trip)])
    refused = alice_page.post(book_url(alices_trip, "/reserve"), {**sent, "request_key": "anew"})
    assert refused.status_code == 409
    assert "What there is to book has changed" in words(refused)


def test_checkout_when_the_departures_changed_after_a_line_was_moved_then_page_and_booking_have_the_same(
    alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    choose(alices_trip, revision=2, stops=[stop(catalogue.activities[0], alices_trip.start_date, "10:00")], lodging=[])
    press(alice_page, alices_trip, "change", TICKET, people="2", time="14:00")
    catalogue.activities[0].times = ["10:30", "14:00"]  # what the plan names, 10:00, is no more
    catalogue.activities[0].save()
    assert list(hold(alice_page, alices_trip).items.values_list("name", "time")) == [(TICKET, "14:00")]


# --- bought elsewhen ------------------------------------------------------------------------------------------------------------
def test_checkout_when_of_two_days_one_was_left_out_and_the_other_was_moved_then_the_bought_one_is_not_offered(
    actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    ticket, first = catalogue.activities[0], alices_trip.start_date
    choose(alices_trip, revision=2, stops=[stop(ticket, first, "10:00"), stop(ticket, first + dt.timedelta(days=1), "10:00")], lodging=[])
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    early, late = CartItem.objects.order_by("booking_date")
    cart.remove_line(actor=actor, item_id=early.pk)
    cart.change_line(actor=actor, item_id=late.pk, changes={"time": "14:00"})
    pay(actor, reserve(actor, alices_trip))
    add(actor, alices_trip, catalogue.activities[1])
    sheet = load_sheet(actor, alices_trip.reference)
    assert sheet is not None
    assert [line.service.name for line in sheet.lines] == [BOAT]
    assert [thing.first for thing in sheet.left_out] == [first]


def test_fill_when_a_planned_thing_was_bought_at_another_time_then_it_does_not_come_again(actor: Actor, alices_trip: Trip) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    cart.change_line(actor=actor, item_id=CartItem.objects.get(service__name=TICKET).pk, changes={"time": "14:00"})
    cart.remove_line(actor=actor, item_id=CartItem.objects.get(service__name=CAR).pk)
    pay(actor, reserve(actor, alices_trip))
    assert cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference).lines == ()
    assert seen(actor, alices_trip) == (set(), {CAR})


def test_pay_when_an_extra_was_taken_out_while_it_was_held_then_it_is_bought_and_nowhere_left_out(
    alice_page: Client, actor: Actor, alices_trip: Trip, extra: CartItem
) -> None:
    booking = hold(alice_page, alices_trip)
    cart.remove_line(actor=actor, item_id=extra.pk, remember=True)
    pay(actor, booking)
    assert seen(actor, alices_trip) == (set(), set())
    assert not CartItem.all_rows.exists()


# --- edges ----------------------------------------------------------------------------------------------------------------------
def test_take_when_the_plan_has_no_such_thing_or_the_trip_is_anothers_then_not_found(actor: Actor, charlie: User, alices_trip: Trip) -> None:
    key = key_of(actor, alices_trip, TICKET)
    for who, wanted in ((actor, "x"), (actor_for(charlie), key)):
        with pytest.raises(NotFound):
            cart.take_from_plan(actor=who, trip_reference=alices_trip.reference, key=wanted)
    first = cart.take_from_plan(actor=actor, trip_reference=alices_trip.reference, key=key)
    assert cart.take_from_plan(actor=actor, trip_reference=alices_trip.reference, key=key) == first
    assert len(get_cart(actor, trip=alices_trip).lines) == 1


def test_line_when_the_plan_no_longer_fits_the_party_then_it_can_be_left_out(alice_page: Client, actor: Actor, alice: User, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    choose(trip, revision=2, lodging=[bed(catalogue.hotels[1], trip), {**bed(catalogue.hotels[0], trip), "rooms": 400}])
    cheap = catalogue.hotels[0].name
    assert seen(actor, trip) == ({HOTEL, cheap}, set())
    press(alice_page, trip, "remove", cheap)
    assert seen(actor, trip) == ({HOTEL}, {cheap})


def test_line_when_many_were_taken_out_then_the_newest_are_remembered_and_a_full_cart_takes_none_back(
    monkeypatch: pytest.MonkeyPatch, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    monkeypatch.setattr(cart, "MOST_LINES", 2)
    for days in range(3):
        item = add(actor, alices_trip, catalogue.activities[1], booking_date=alices_trip.start_date + dt.timedelta(days=days))
        cart.remove_line(actor=actor, item_id=item.pk, remember=True)
    sheet = load_sheet(actor, alices_trip.reference)
    assert sheet is not None
    assert [thing.first for thing in sheet.left_out] == [alices_trip.start_date + dt.timedelta(days=days) for days in (1, 2)]
    for service in (catalogue.activities[0], catalogue.car):
        add(actor, alices_trip, service)
    with pytest.raises(Conflict) as refused:
        cart.take_from_plan(actor=actor, trip_reference=alices_trip.reference, key=sheet.left_out[0].key)
    assert refused.value.code == "cart_full"


def test_take_when_a_moved_line_that_was_taken_out_has_its_place_then_it_comes(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    ticket, first = catalogue.activities[0], alices_trip.start_date
    choose(alices_trip, revision=2, stops=[stop(ticket, first, "10:00"), stop(ticket, first, "14:00")], lodging=[])
    keys = [line_key(ticket.pk, first, time) for time in ("10:00", "14:00")]
    moved = cart.take_from_plan(actor=actor, trip_reference=alices_trip.reference, key=keys[0]).pk
    cart.change_line(actor=actor, item_id=moved, changes={"time": "14:00"})
    cart.remove_line(actor=actor, item_id=moved)
    taken = cart.take_from_plan(actor=actor, trip_reference=alices_trip.reference, key=keys[1]).pk
    assert CartItem.objects.get(pk=taken).time == "14:00"


@pytest.mark.parametrize("how", ["open", "expired", "paid"])
def test_reserve_when_the_same_key_comes_again_then_its_own_booking_and_nothing_more(actor: Actor, alices_trip: Trip, extra: CartItem, how: str) -> None:
    first = reserve(actor, alices_trip, with_plan=True, request_key="k")
    if how == "paid":
        pay(actor, first)
    later = first.created_at + (LATER if how == "expired" else dt.timedelta())
    if how == "expired":
        expire_due(now=later)
    assert reserve(actor, alices_trip, with_plan=True, request_key="k", now=later).pk == first.pk
    assert Booking.objects.count() == 1
    assert taken() == (0 if how == "expired" else sum(hold.quantity for hold in Hold.objects.all()))


def test_things_when_the_document_names_garbage_then_they_are_passed_over(alices_trip: Trip) -> None:
    body = Document.objects.get(trip=alices_trip, kind="final").body
    assert len(planned_things(body)) == 3
    body["lodging"][0]["serviceId"] = "not-a-uuid"
    assert len(planned_things(body)) == 2


def test_migration_when_undone_then_what_was_taken_out_does_not_come_back_into_the_cart(actor: Actor, alices_trip: Trip, extra: CartItem) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    cart.remove_line(actor=actor, item_id=CartItem.objects.get(service__name=TICKET).pk)
    import_module("bookings.migrations.0017_cart_from_plan").forget_marks(apps, connection.schema_editor())
    assert set(CartItem.all_rows.values_list("service__name", flat=True)) == {HOTEL, CAR, BOAT}
