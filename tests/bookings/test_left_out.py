"""What was left out of a trip or cancelled can be put back, whether anything else is in the cart or not; by page and by program alike."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.actions import cart
from bookings.actions.cancellations import confirm_cancellation, quote_cancellation
from bookings.models import Booking, CartItem
from tests.bookings import pages
from tests.bookings.pages import book_url, contact, field, hold, words
from tests.bookings.steps import pay, reserve
from tests.factories.bookings import put_in_cart
from tests.factories.catalogue import SmallCatalogue
from travelplanner.core.actor import Actor
from trips.models import Trip

pytestmark = pytest.mark.django_db
TICKET, CAR = "Demo Museum ticket", "Demo Car with driver"


@pytest.fixture
def without_car(actor: Actor, alices_trip: Trip) -> Booking:
    """Booked and paid, but for the car, which Alice took out before; nothing is in her cart any more."""
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    cart.remove_line(actor=actor, item_id=CartItem.objects.get(service__name=CAR).pk)
    booking = pay(actor, reserve(actor, alices_trip))
    assert not CartItem.objects.exists()
    return booking


def cancel(actor: Actor, booking: Booking, name: str) -> None:
    quote = quote_cancellation(actor=actor, reference=booking.reference, item_ids=[booking.items.get(name=name).pk]).quote
    confirm_cancellation(actor=actor, reference=booking.reference, quote_id=quote.pk)


def left_out(client: APIClient, trip: Trip) -> dict[str, str]:
    answer = client.get(f"/api/trips/{trip.reference}/left-out")
    assert answer.status_code == 200, answer.content
    return {one["name"]: one["key"] for one in answer.json()["leftOut"]}


def test_checkout_when_booked_with_an_empty_cart_then_what_was_left_out_can_be_put_back_and_booked(alice_page: Client, alices_trip: Trip, without_car: Booking) -> None:
    page = alice_page.get(book_url(alices_trip))
    assert page.status_code == 200
    said = words(page)
    assert said.count("Put it back") == 1
    assert "This trip is booked. What you left out can be put back." in said
    assert f"/bookings/{without_car.reference}" in page.content.decode()
    assert 'name="request_key"' not in page.content.decode()  # there is nothing to hold yet
    back = alice_page.post(book_url(alices_trip, "/line"), {"do": "restore", "line": field(page, "line")}, follow=True)
    assert f"{CAR} is back." in words(back)
    more = hold(alice_page, alices_trip)
    assert [item.name for item in more.items.all()] == [CAR]
    pages.pay(alice_page, more)
    assert alice_page.get(book_url(alices_trip))["Location"] == f"/bookings/{more.reference}"  # nothing is left


def test_checkout_when_a_booked_thing_was_cancelled_then_it_can_be_put_back_with_an_empty_cart(alice_page: Client, actor: Actor, alices_trip: Trip, booked: Booking) -> None:
    assert alice_page.get(book_url(alices_trip)).status_code == 302
    cancel(actor, booked, TICKET)
    assert "Put it back" in words(alice_page.get(book_url(alices_trip)))
    said = words(alice_page.get(f"/bookings/{booked.reference}"))
    assert "Put something back" in said


def test_confirmation_when_nothing_was_left_out_then_nothing_is_offered(alice_page: Client, booked: Booking) -> None:
    assert "Put something back" not in words(alice_page.get(f"/bookings/{booked.reference}"))


def test_checkout_when_only_the_cart_was_booked_then_the_plan_can_still_be(alice_page: Client, actor: Actor, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    put_in_cart(alices_trip, catalogue.activities[1], quantity=2, time="06:00")
    pay(actor, reserve(actor, alices_trip))  # as a program does: the cart alone
    assert "Three things to book" in words(alice_page.get(book_url(alices_trip)))
    assert hold(alice_page, alices_trip).items.count() == 3


def test_reserve_when_an_old_page_is_pressed_after_all_is_booked_then_said_so(alice_page: Client, alices_trip: Trip, booked: Booking) -> None:
    answer = alice_page.post(book_url(alices_trip, "/reserve"), contact(total="8200"), follow=True)
    assert answer.redirect_chain == [(f"/bookings/{booked.reference}", 302)]
    assert "This itinerary is booked already." in words(answer)
    assert Booking.objects.count() == 1


def test_api_when_something_was_left_out_of_a_booked_trip_then_a_program_puts_it_back_and_books_it(alice_api: APIClient, alices_trip: Trip, without_car: Booking) -> None:
    key = left_out(alice_api, alices_trip)[CAR]
    where = f"/api/trips/{alices_trip.reference}/left-out"
    back = alice_api.post(where, {"key": key})
    assert (back.status_code, back.json()["service"]["name"], back.json()["trip_id"]) == (200, CAR, alices_trip.reference)
    again = alice_api.post(where, {"key": key})
    assert (again.status_code, again.json()["id"], again["ETag"]) == (200, back.json()["id"], back["ETag"])
    assert left_out(alice_api, alices_trip) == {}
    wish = {"tripId": alices_trip.reference, "userContact": {"name": "Alice", "email": "alice@example.org"}}
    booked = alice_api.post("/api/bookings", wish, headers={"Idempotency-Key": "more"}).json()
    assert [item["name"] for item in booked["items"]] == [CAR]


def test_api_when_the_key_is_not_known_then_400_and_when_the_trip_is_anothers_404(alice_api: APIClient, charlie_api: APIClient, alices_trip: Trip, without_car: Booking) -> None:
    where = f"/api/trips/{alices_trip.reference}/left-out"
    for key in ("x", "../..", "0" * 40):
        assert alice_api.post(where, {"key": key}).status_code == 400
        assert charlie_api.post(where, {"key": key}).status_code == 404
    assert alice_api.post(where, {"key": ["a"]}).status_code == 400
    assert alice_api.post(where, {}).status_code == 400
    assert charlie_api.get(where).status_code == 404
    assert charlie_api.post(where, {"key": left_out(alice_api, alices_trip)[CAR]}).status_code == 404


def test_line_when_another_tab_was_faster_then_the_page_says_so_and_shows_what_there_is(
    alice: User, alice_page: Client, actor: Actor, alices_trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart.fill_from_itinerary(actor=actor, trip_reference=alices_trip.reference)
    page = alice_page.get(book_url(alices_trip))
    item = CartItem.objects.get(service__name=TICKET)
    html = page.content.decode()
    key = html[html.index(f"<h3>{TICKET}</h3>") :].split('name="line" value="', 1)[1].split('"', 1)[0]
    real = cart.change_line

    def changed_elsewhere(**wanted: object) -> object:
        cart.clear_cart(actor=actor)
        return real(**wanted)

    monkeypatch.setattr("bookings.web.checkout.cart.change_line", changed_elsewhere)
    answer = alice_page.post(book_url(alices_trip, "/line"), {"do": "change", "line": key, "people": "1", "time": "10:00"})
    assert answer.status_code == 409
    assert "This was changed elsewhere at this moment." in words(answer)
    assert not CartItem.objects.filter(pk=item.pk).exists()
