"""Two tabs, one cart: whatever one of them does between two statements of the other, both are answered as if they had come one after the other."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.actions import cart, cart_merge, checkout
from bookings.models import CartItem
from bookings.queries.cart import CartLine, get_cart
from bookings.queries.planned import line_key
from bookings.queries.wished import WishedLine
from tests.cast import actor_for
from tests.concurrency.crowd import run_together, tally
from tests.factories.bookings import CONTACT, choose, make_planned_trip, stop
from tests.factories.catalogue import SmallCatalogue, make_catalogue
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, NotFound
from trips.models import Trip

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
Tab = Callable[[], Any]


class World:
    """Alice, her trip with its plan, and what is on sale."""

    def __init__(self, alice: User) -> None:
        self.catalogue: SmallCatalogue = make_catalogue()
        self.actor: Actor = actor_for(alice)
        self.trip: Trip = make_planned_trip(alice, self.catalogue)
        self.ticket = self.catalogue.activities[0]

    def add(self, **more: Any) -> tuple[CartLine, bool]:
        wish = {"service_id": self.catalogue.car.pk, "booking_date": self.trip.start_date, "participants": 2, "trip_reference": self.trip.reference, **more}
        return cart.add_line(actor=self.actor, **wish)

    def take(self) -> CartItem:
        key = line_key(self.ticket.pk, self.trip.start_date, "10:00")
        return cart.take_from_plan(actor=self.actor, trip_reference=self.trip.reference, key=key)

    def fill(self) -> Any:
        return cart.fill_from_itinerary(actor=self.actor, trip_reference=self.trip.reference)

    def clear(self) -> int:
        return cart.clear_cart(actor=self.actor)


@pytest.fixture
def world(alice: User) -> World:
    return World(alice)


def in_between(monkeypatch: pytest.MonkeyPatch, at: str, first: Tab, second: Tab, module: Any = cart) -> list[Any]:
    """What both tabs are told when the second acts while the first stands between two statements: just before its `at`, or as soon as it may."""
    told: list[Any] = []
    other = threading.Thread(target=lambda: told.extend(run_together([second], workers=1)))
    real, begun = getattr(module, at), threading.Event()

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs) if at.startswith(("_check", "steps")) else None  # these read: what they say is acted upon afterwards
        if not begun.is_set():
            begun.set()
            other.start()
            other.join(timeout=1.5)  # behind the lock it waits for the first; without, it is done by now
        return found if at.startswith(("_check", "steps")) else real(*args, **kwargs)

    monkeypatch.setattr(module, at, interrupted)
    (one,) = run_together([first], workers=1)
    assert begun.is_set()
    other.join(timeout=30)
    return [one, *told]


def set_while_taken_out(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    line, _new = world.add()
    return in_between(monkeypatch, "_write", lambda: world.add(participants=3), lambda: cart.remove_line(actor=world.actor, item_id=line.item.pk))


def added_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    return in_between(monkeypatch, "_check_room", world.add, world.add)


def put_back_while_cleared(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    cart.remove_line(actor=world.actor, item_id=world.take().pk)
    return in_between(monkeypatch, "_write", world.take, world.clear)


def taken_from_plan_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    return in_between(monkeypatch, "_check_room", world.take, world.take)


def filled_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    return in_between(monkeypatch, "steps_to_follow", world.fill, world.fill)


def merged_while_added(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """At sign-in, with the cart of the browser that nobody was signed in on."""
    wish = WishedLine(world.catalogue.car.pk, world.trip.start_date, participants=2)

    def merge() -> Any:
        return cart_merge.merge_lines(actor=world.actor, lines=[wish])

    return in_between(monkeypatch, "_row", merge, lambda: world.add(trip_reference=""), cart_merge)


RACES = [set_while_taken_out, added_twice, put_back_while_cleared, taken_from_plan_twice, filled_twice, merged_while_added]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_tabs_when_one_acts_between_the_others_statements_then_both_are_answered(world: World, monkeypatch: pytest.MonkeyPatch, race: Any) -> None:
    told = race(world, monkeypatch)
    assert not [one for one in told if isinstance(one, BaseException)], told


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_tabs_when_unguarded_then_somebody_is_told_an_error(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, race: Any) -> None:
    """The control: the same statements, each on its own. 404 to who only adds, or two rows where one may be."""
    settings.CARTS_ARE_GUARDED = False
    told = race(world, monkeypatch)
    assert [one for one in told if isinstance(one, BaseException)], told


def two_more(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(cart, "MOST_LINES", 1)
    return in_between(monkeypatch, "_check_room", world.add, lambda: world.add(booking_date=world.trip.end_date))


def test_room_when_two_tabs_take_the_last_then_one_is_told_that_the_cart_is_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _line, second = two_more(world, monkeypatch)
    assert isinstance(second, Conflict)
    assert second.code == "cart_full"
    assert CartItem.objects.count() == 1


def test_room_when_unguarded_then_the_cart_holds_more_than_it_may(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.CARTS_ARE_GUARDED = False
    two_more(world, monkeypatch)
    assert CartItem.objects.count() == 2


def test_line_when_it_is_gone_then_whoever_changes_it_is_told_so_and_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    line, _new = world.add()
    remove = lambda: cart.remove_line(actor=world.actor, item_id=line.item.pk)  # noqa: E731  # named for the crowd, said once
    change = lambda: cart.change_line(actor=world.actor, item_id=line.item.pk, changes={"participants": 3})  # noqa: E731  # named for the crowd, said once
    changed, removed = in_between(monkeypatch, "_write", change, remove)
    assert (changed.item.participants, removed) == (3, None)
    assert isinstance(run_together([change], workers=1)[0], NotFound)


def test_plan_when_another_is_chosen_while_it_is_put_into_the_cart_then_the_new_one_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is read before the lock; what counts is the one that is chosen once it is held."""
    real, moved = cart.lines_of_itinerary, []

    def read_then_changed(trip: Trip) -> Any:
        found = real(trip)
        if not moved:
            moved.append(choose(world.trip, revision=2, stops=[stop(world.ticket, world.trip.end_date, "14:00")], lodging=[]))
        return found

    monkeypatch.setattr(cart, "lines_of_itinerary", read_then_changed)
    (line,) = world.fill().lines
    assert (line.item.booking_date, line.item.time) == (world.trip.end_date, "14:00")


def test_tabs_when_many_do_anything_at_once_then_no_error_but_what_is_true(world: World) -> None:
    """Five tabs, and a payment of the trip among them: each is told a line, or that it is gone, full or booked by now; nothing waits for ever."""
    services = [world.catalogue.car, *world.catalogue.hotels]
    dates = [world.trip.start_date + dt.timedelta(days=days) for days in range(3)]

    def tab(seed: int) -> Tab:
        chance = random.Random(seed)

        def some_line() -> Any:
            items = [line.item.pk for line in get_cart(world.actor).lines]
            return chance.choice(items) if items else None

        def act() -> list[str]:
            said = []
            for _step in range(12):
                one = some_line()
                wish = {"service_id": chance.choice(services).pk, "booking_date": chance.choice(dates), "participants": 2, "nights": 1}
                deeds: list[Tab] = [
                    lambda wish=wish: world.add(**wish),
                    lambda wish=wish: world.add(**wish, trip_reference=""),
                    world.take,
                    world.fill,
                    lambda: cart.follow_plan(actor=world.actor, trip_reference=world.trip.reference),
                    lambda one=one: cart.remove_line(actor=world.actor, item_id=one, remember=True),
                    lambda one=one: cart.change_line(actor=world.actor, item_id=one, changes={"booking_date": chance.choice(dates), "participants": chance.randint(1, 2)}),
                    lambda one=one: cart.assign_trip(actor=world.actor, item_id=one, trip_reference=chance.choice(["", world.trip.reference])),
                    lambda: cart_merge.merge_lines(actor=world.actor, lines=[WishedLine(world.catalogue.car.pk, chance.choice(dates), participants=3)]),
                    world.clear,
                ]
                try:
                    chance.choices(deeds, weights=[4, 3, 3, 2, 1, 3, 3, 2, 2, 1])[0]()
                except AppError as refused:
                    said.append(refused.code)
            return said

        return act

    pay = lambda: checkout.book_trip(actor=world.actor, trip_reference=world.trip.reference, contact=CONTACT)  # noqa: E731  # named for the crowd, said once
    told = run_together([tab(1), tab(2), pay, tab(3), tab(4), pay, tab(5)], workers=7)
    codes = {code for one in told if isinstance(one, list) for code in one}
    assert codes <= {"not_found", "line_exists", "already_booked", "nothing_chosen"}, codes
    paid = tally([one for one in told if not isinstance(one, list)])
    assert set(paid) <= {"CONFIRMED", "PAYMENT_PENDING", "nothing_to_book", "already_booked", "booking_open", "no_places", "cart_unfit", "price_changed", "wrong_state", "basket_changed"}, paid
