"""The plan put into the cart again: what Alice set of a line stays; what the plan moved follows; what was changed is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import cart
from bookings.models import Booking, CartItem
from bookings.queries.checkout_sheet import load_sheet
from tests.bookings.pages import book_url, contact, words
from tests.bookings.pages import field as hidden
from tests.bookings.steps import reserve
from tests.cast import actor_for
from tests.factories.bookings import bed, choose, stop
from tests.factories.catalogue import SmallCatalogue
from tests.factories.trips import TripFactory
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict
from trips.models import Trip

pytestmark = pytest.mark.django_db
relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TIMES = {"ticket": ("10:00", "14:00"), "boat": ("06:00", "17:00"), "car": ("",)}
SLOTS = st.tuples(st.sampled_from(sorted(TIMES)), st.integers(0, 3), st.integers(0, 1)).map(lambda one: (one[0], one[1], TIMES[one[0]][one[2] % len(TIMES[one[0]])]))
PLANS = st.lists(SLOTS, min_size=1, max_size=5, unique=True)


@dataclass
class Touch:
    """What the traveler does to one line."""

    people: int | None = None
    requests: str | None = None
    day: int | None = None
    time: int | None = None
    out: bool = False
    which: int = field(default=0)


TOUCHES = st.lists(
    st.builds(
        Touch, people=st.none() | st.integers(1, 4), requests=st.none() | st.sampled_from(["window", "no nuts"]), day=st.none() | st.integers(0, 5),
        time=st.none() | st.integers(0, 1), out=st.booleans(), which=st.integers(0, 9),
    ),
    max_size=4,
)  # fmt: skip


def services(catalogue: SmallCatalogue) -> dict[str, Any]:
    return {"ticket": catalogue.activities[0], "boat": catalogue.activities[1], "car": catalogue.car}


def plan(trip: Trip, catalogue: SmallCatalogue, slots: list[tuple[str, int, str]], revision: int) -> None:
    known = services(catalogue)
    stops = [stop(known[kind], trip.start_date + dt.timedelta(days=day), time or "09:00") for kind, day, time in slots]
    choose(trip, revision=revision, stops=stops, lodging=[])


def slot_of(trip: Trip, item: CartItem, catalogue: SmallCatalogue) -> tuple[str, int, str]:
    kind = next(kind for kind, service in services(catalogue).items() if service.pk == item.service_id)
    return kind, (item.booking_date - trip.start_date).days, item.time


def own_of(item: CartItem) -> tuple[Any, ...]:
    return item.quantity, item.participants, item.special_requests


def rows(trip: Trip) -> dict[Any, CartItem]:
    return {item.pk: item for item in CartItem.objects.filter(trip=trip)}


def use(trip: Trip, catalogue: SmallCatalogue, actor: Actor, touches: list[Touch]) -> tuple[set[Any], set[Any]]:
    """Do it; returns the rows whose date and whose departure were chosen by hand."""
    dates, times = set(), set()
    for touch in touches:
        items = sorted(rows(trip).values(), key=lambda item: (item.booking_date, item.time, str(item.service_id)))
        if not items:
            break
        item = items[touch.which % len(items)]
        if touch.out:
            cart.remove_line(actor=actor, item_id=item.pk)
            continue
        changes: dict[str, Any] = {}
        if touch.people is not None:
            units = -(-touch.people // item.service.sleeps) if item.service.unit != "person" else touch.people
            changes |= {"participants": touch.people, "quantity": units}
        if touch.requests is not None:
            changes["special_requests"] = touch.requests
        if touch.day is not None:
            changes["booking_date"] = trip.start_date + dt.timedelta(days=touch.day)
        if touch.time is not None and item.service.times:
            changes["time"] = item.service.times[touch.time]
        if not changes:
            continue
        try:
            changed = cart.change_line(actor=actor, item_id=item.pk, changes=changes).item
        except Conflict:  # another line has that date and departure
            continue
        if changed.booking_date != item.booking_date:
            dates.add(item.pk)
        if changed.time != item.time:
            times.add(item.pk)
    return dates, times


@relaxed
@example(before=[("ticket", 0, "10:00")], after=[("ticket", 2, "14:00")], touches=[Touch(people=1, requests="window")])
@example(before=[("ticket", 0, "10:00"), ("ticket", 1, "10:00")], after=[("ticket", 1, "10:00"), ("ticket", 2, "10:00")], touches=[Touch(people=1), Touch(people=3, which=1)])
@example(before=[("car", 0, "")], after=[("car", 1, "")], touches=[Touch(day=4)])
@example(before=[("ticket", 0, "10:00")], after=[("ticket", 2, "10:00"), ("ticket", 2, "14:00")], touches=[Touch(time=1)])
@example(before=[("ticket", 0, "10:00")], after=[("ticket", 2, "10:00"), ("ticket", 5, "10:00")], touches=[Touch(day=5)])
@example(before=[("ticket", 0, "10:00")], after=[("ticket", 2, "10:00"), ("ticket", 5, "14:00")], touches=[Touch(day=5, time=1)])
@example(before=[("boat", 0, "06:00")], after=[("boat", 0, "06:00")], touches=[Touch(out=True)])
@given(before=PLANS, after=PLANS, touches=TOUCHES)
def test_fill_when_the_plan_changed_then_what_the_traveler_set_stays_and_all_is_told(
    alice: User, catalogue: SmallCatalogue, before: list[Any], after: list[Any], touches: list[Touch]
) -> None:
    actor = actor_for(alice)
    CartItem.all_rows.filter(user=alice).delete()  # the example before this one filled it
    trip = TripFactory(owner=alice)
    plan(trip, catalogue, before, 1)
    cart.fill_from_itinerary(actor=actor, trip_reference=trip.reference)
    dates, times = use(trip, catalogue, actor, touches)
    had = rows(trip)
    plan(trip, catalogue, after, 2)
    filled = cart.fill_from_itinerary(actor=actor, trip_reference=trip.reference)
    have = rows(trip)
    assert {line.item.pk for line in filled.lines} == set(have)

    for pk in had.keys() & have.keys():
        mine, now = had[pk], have[pk]
        assert own_of(now) == own_of(mine)  # the party is the same: nobody but Alice has changed a number
        was, slot = slot_of(trip, mine, catalogue), slot_of(trip, now, catalogue)
        if was != slot:  # only to where the plan has it now, but for the part of it that she chose herself
            assert [one for one in after if one[0] == slot[0] and (slot[1] == one[1] or pk in dates) and (slot[2] == one[2] or pk in times)]
        if pk in dates:
            assert now.booking_date == mine.booking_date
        if pk in times:
            assert now.time == mine.time
    for pk in had.keys() - have.keys():  # gone: the new plan has fewer of it
        assert pk not in {one.item_id for one in filled.changes if one.outcome != "removed"}
        assert had[pk].planned_as
    for pk in have.keys() - had.keys():
        assert slot_of(trip, have[pk], catalogue) in after

    told = {one.item_id: one for one in filled.changes}
    assert len(told) == len(filled.changes)
    moved = {pk for pk in had.keys() & have.keys() if slot_of(trip, had[pk], catalogue) != slot_of(trip, have[pk], catalogue)}
    assert {pk for pk, one in told.items() if one.outcome == "moved"} == moved
    assert {pk for pk, one in told.items() if one.outcome == "added"} == have.keys() - had.keys()
    assert {pk for pk, one in told.items() if one.outcome == "removed"} == had.keys() - have.keys()

    sheet = load_sheet(actor, trip.reference)
    assert sheet is not None
    assert not sheet.moved
    assert all(line.item_id for line in sheet.lines)  # whatever the plan has stands in the cart, or was taken out
    again = cart.fill_from_itinerary(actor=actor, trip_reference=trip.reference)
    assert again.changes == ()
    assert {pk: item.row_version for pk, item in rows(trip).items()} == {pk: item.row_version for pk, item in have.items()}


def test_fill_when_the_party_grew_then_lines_as_planned_follow_and_those_that_were_set_stay(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    ticket = CartItem.objects.get(service=catalogue.activities[0])
    cart.change_line(actor=actor, item_id=ticket.pk, changes={"participants": 1, "quantity": 1})
    Trip.objects.filter(pk=alices_trip.pk).update(traveler_count=3)
    filled = cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    people = {line.item.service.name: (line.item.quantity, line.item.participants) for line in filled.lines}
    assert people == {"Demo Hotel standard": (2, 3), "Demo Museum ticket": (1, 1), "Demo Car with driver": (1, 3)}
    assert {(one.outcome, one.name) for one in filled.changes} == {("changed", "Demo Hotel standard"), ("changed", "Demo Car with driver")}


def test_fill_when_a_stay_grew_then_its_nights_follow_and_nights_that_were_set_stay(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    alices_trip.end_date += dt.timedelta(days=1)
    choose(alices_trip, revision=2, lodging=[bed(catalogue.hotels[1], alices_trip)])
    (line,) = cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference).lines
    assert line.item.nights == 3
    cart.change_line(actor=actor, item_id=line.item.pk, changes={"nights": 1})
    alices_trip.end_date += dt.timedelta(days=1)
    choose(alices_trip, revision=3, lodging=[bed(catalogue.hotels[1], alices_trip)])
    (line,) = cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference).lines
    assert line.item.nights == 1


def test_fill_when_a_price_was_agreed_to_then_it_stays_agreed(actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    catalogue.car.list_price += 100
    catalogue.car.save()
    item = CartItem.objects.get(service=catalogue.car)
    cart.accept_price(actor=actor, item_id=item.pk, price=catalogue.car.list_price)
    filled = cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    assert not filled.price_changed


def test_fill_over_the_api_when_the_plan_moved_then_the_answer_says_what_changed(alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    fill = ("/api/cart/from-itinerary", {"tripId": alices_trip.reference})
    first = alice_api.post(*fill).json()
    assert {one["outcome"] for one in first["changes"]} == {"added"}
    ticket = next(line for line in first["results"] if line["time"])
    alice_api.put(f"/api/cart/{ticket['id']}", {"quantity": 1, "participants": 1, "special_requests": "window"})
    day = alices_trip.start_date + dt.timedelta(days=1)
    choose(alices_trip, revision=2, stops=[stop(catalogue.activities[0], day, "14:00")], lodging=[bed(catalogue.hotels[1], alices_trip)])
    second = alice_api.post(*fill).json()
    told = {(one["outcome"], one["name"]): one for one in second["changes"]}
    assert set(told) == {("moved", "Demo Museum ticket"), ("removed", "Demo Car with driver")}
    moved = told["moved", "Demo Museum ticket"]
    assert moved["item_id"] == ticket["id"]
    assert moved["before"] == {"booking_date": alices_trip.start_date.isoformat(), "time": "10:00", "nights": 1, "quantity": 1, "participants": 1}
    assert moved["after"] == {"booking_date": day.isoformat(), "time": "14:00", "nights": 1, "quantity": 1, "participants": 1}
    line = next(line for line in second["results"] if line["id"] == ticket["id"])
    assert (line["special_requests"], line["price_seen"]["amount"]) == ("window", "200.00")
    assert alice_api.post(*fill).json()["changes"] == []


def test_fill_when_the_cart_has_no_room_then_told_and_nothing_changes(actor: Actor, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart, "MOST_LINES", 2)
    with pytest.raises(Conflict) as refused:
        cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    assert refused.value.code == "cart_full"
    assert not CartItem.objects.exists()


# --- the page -------------------------------------------------------------------------------------------------------------------
def moved_by_a_day(alice_page: Client, trip: Trip, catalogue: SmallCatalogue) -> None:
    """One ticket instead of two; then the plan moves the museum to the next day."""
    answer = alice_page.get(book_url(trip))
    html = answer.content.decode()
    key = html[html.index("<h3>Demo Museum ticket</h3>") :].split('name="line" value="', 1)[1].split('"', 1)[0]
    alice_page.post(book_url(trip, "/line"), {"do": "change", "line": key, "people": "1", "time": "10:00"})
    day = trip.start_date + dt.timedelta(days=1)
    choose(trip, revision=2, stops=[stop(catalogue.activities[0], day, "10:00"), stop(catalogue.car, day, "09:00")], lodging=[bed(catalogue.hotels[1], trip)])


def test_checkout_when_the_plan_moved_a_changed_line_then_it_stands_there_once_and_can_follow(
    alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue
) -> None:
    moved_by_a_day(alice_page, alices_trip, catalogue)
    page = alice_page.get(book_url(alices_trip))
    said = words(page)
    assert "Three things to book" in said
    assert "Your plan has moved since you chose this." in said
    answer = alice_page.post(book_url(alices_trip, "/line"), {"do": "follow"}, follow=True)
    assert "Demo Museum ticket: moved to where the plan has it." in words(answer)
    assert "Your plan has moved" not in words(answer)
    item = CartItem.objects.get()
    assert (item.booking_date, item.time, item.quantity) == (alices_trip.start_date + dt.timedelta(days=1), "10:00", 1)
    version = item.row_version
    alice_page.post(book_url(alices_trip, "/line"), {"do": "follow"})
    item.refresh_from_db()
    assert item.row_version == version


def test_hold_when_the_plan_moved_a_changed_line_then_it_is_booked_once(alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    moved_by_a_day(alice_page, alices_trip, catalogue)
    alice_page.post(book_url(alices_trip, "/reserve"), contact(total=hidden(alice_page.get(book_url(alices_trip)), "total")))
    booked = Booking.objects.get().items.filter(service=catalogue.activities[0])
    assert [(item.starts_on, item.quantity) for item in booked] == [(alices_trip.start_date, 1)]


def test_reserve_when_nothing_of_the_cart_is_planned_elsewhen_then_as_ever(actor: Actor, alices_trip: Trip) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    assert reserve(actor, alices_trip, with_plan=True).items.count() == 3


def test_fill_when_what_was_taken_out_moved_then_it_stays_out_and_comes_back_as_it_was(alice: User, catalogue: SmallCatalogue) -> None:
    """A no holds for the same thing elsewhen."""
    actor, trip = actor_for(alice), TripFactory(owner=alice)
    plan(trip, catalogue, [("ticket", 0, "10:00"), ("boat", 1, "06:00")], 1)
    cart.fill_from_itinerary(actor=actor, trip_reference=trip.reference)
    ticket = CartItem.objects.get(service=catalogue.activities[0])
    cart.change_line(actor=actor, item_id=ticket.pk, changes={"participants": 1, "quantity": 1, "special_requests": "window"})
    cart.remove_line(actor=actor, item_id=ticket.pk)
    plan(trip, catalogue, [("ticket", 0, "14:00"), ("boat", 1, "06:00")], 2)
    assert cart.fill_from_itinerary(actor=actor, trip_reference=trip.reference).changes == ()
    sheet = load_sheet(actor, trip.reference)
    assert sheet is not None
    (left,) = sheet.left_out
    assert [item.name for item in reserve(actor, trip).items.all()] == ["Demo Boat ride"]
    back = cart.take_from_plan(actor=actor, trip_reference=trip.reference, key=left.key)
    assert (back.pk, back.time, own_of(back)) == (ticket.pk, "14:00", (1, 1, "window"))
    assert not CartItem.all_rows.filter(taken_out=True).exists()
