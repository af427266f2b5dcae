"""Who uses what is booked: named by those who book, stored per item, told in booking, confirmation and admin; the price doesn't look at it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Traveler, User
from bookings.models import Booking, BookingItem, BookingTraveler
from bookings.queries.booked_names import booked_names
from tests.cast import api_for, page_for
from tests.chance import without_chance
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import SmallCatalogue
from tests.factories.travelers import bring, make_traveler
from tests.statements import counted
from tests.trips.planned import assert_error
from trips.models import Trip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_balance")]
CONTACT = {"name": "Alice Example", "email": "alice@example.org"}


def book(client: APIClient, trip: Trip, key: str = "one", **more: Any) -> Any:
    return client.post("/api/bookings", {"tripId": trip.reference, "userContact": CONTACT, **more}, headers={"Idempotency-Key": key})


def named(body: dict[str, Any]) -> list[list[tuple[Any, str, str, str]]]:
    return [[(who["travelerId"], who["firstName"], who["lastName"], who["type"]) for who in item["travelers"]] for item in body["items"]]


def test_booking_when_nobody_is_named_then_as_before(alice_api: APIClient, alices_trip: Trip) -> None:
    body = book(alice_api, alices_trip).json()
    assert body["bookingState"]["current"] == "CONFIRMED"
    assert set(map(tuple, named(body))) == {()}
    assert BookingTraveler.objects.count() == 0


def test_booking_when_travelers_are_named_then_stored_with_each_item_and_told(alice: User, alice_api: APIClient, alices_trip: Trip) -> None:
    child = make_traveler(alice, "Mini", date_of_birth=alices_trip.start_date - dt.timedelta(days=3000))
    answer = book(alice_api, alices_trip, travelers=[{"travelerId": str(child.pk), "type": "senior"}, {"firstName": " Gast ", "lastName": "Freund", "type": "adult"}])
    assert answer.status_code == 201, answer.content
    body = answer.json()
    both = [(str(child.pk), "Mini", "Rao", "child"), (None, "Gast", "Freund", "adult")]
    assert named(body) == [both[: item["participants"]] for item in body["items"]]
    assert alice_api.get(f"/api/bookings/{body['bookingId']}").json()["items"] == body["items"]
    page = page_for(alice).get(f"/bookings/{body['bookingId']}").content.decode()
    assert "Mini Rao and Gast Freund" in page
    assert booked_names(alices_trip.pk)[child.pk][0].name == "Mini Rao"


def test_booking_when_named_or_not_then_the_same_price(alice: User, alice_api: APIClient, bob: User, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    plain = book(api_for(bob), make_planned_trip(bob, catalogue)).json()
    infant = make_traveler(alice, "Baby", date_of_birth=alices_trip.start_date - dt.timedelta(days=100))
    body = book(alice_api, alices_trip, travelers=[{"travelerId": str(infant.pk)}]).json()
    assert body["paymentDetails"]["amount"] == plain["paymentDetails"]["amount"]


def test_booking_when_sent_again_then_the_same_answer_and_nobody_twice(alice: User, alice_api: APIClient, alices_trip: Trip) -> None:
    asha = make_traveler(alice)
    first, again = (book(alice_api, alices_trip, travelers=[{"travelerId": str(asha.pk)}]) for _ in range(2))
    assert (first.content, again["Idempotency-Replayed"]) == (again.content, "true")
    assert BookingTraveler.objects.count() == BookingItem.objects.count()
    other = book(alice_api, alices_trip, travelers=[{"firstName": "Somebody else"}])
    assert_error(other, 422)


@pytest.mark.parametrize(
    "travelers",
    [
        [{"firstName": "A"}, {"firstName": "B"}, {"firstName": "C"}],
        [{"firstName": ""}],
        [{"lastName": "Rao"}],
        [{"firstName": "A\u0007B"}],
        [{"firstName": "x" * 101}],
        [{"firstName": "A", "type": "dog"}],
        [{"travelerId": "x"}],
        [{"travelerId": "00000000-0000-0000-0000-000000000000"}],
        "Asha",
        [None],
        {},
    ],
)
def test_booking_when_travelers_do_not_fit_then_400_and_nothing_is_held(alice_api: APIClient, alices_trip: Trip, travelers: Any) -> None:
    body = assert_error(book(alice_api, alices_trip, travelers=travelers), 400)
    assert "travelers" in body["fields"]
    assert Booking.objects.count() == 0


def test_booking_when_the_traveler_is_anothers_or_archived_or_twice_then_refused_like_none(alice: User, bob: User, alice_api: APIClient, alices_trip: Trip) -> None:
    mine = make_traveler(alice)
    for number, travelers in enumerate(([make_traveler(bob, "Dev")], [make_traveler(alice, "Gone", state="archived")], [Traveler()], [mine, mine])):
        body = assert_error(book(alice_api, alices_trip, f"k{number}", travelers=[{"travelerId": str(who.pk)} for who in travelers]), 400)
        assert "Dev" not in without_chance(str(body))
        expected = "You named the same traveler twice." if len(travelers) > 1 else "This is not one of your travelers."
        assert body["fields"]["travelers"] == [expected]
    assert Booking.objects.count() == 0


def test_reservation_when_travelers_are_named_then_two_statements_more_for_any_number(alice: User, alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    def count(trip: Trip, key: str, travelers: list[Traveler]) -> int:
        with counted() as found:
            assert book(alice_api, trip, key, travelers=[{"travelerId": str(who.pk)} for who in travelers]).status_code == 201
        return len(found)

    people = [make_traveler(alice, f"Asha{n}") for n in range(2)]
    trips = [make_planned_trip(alice, catalogue, start_date=alices_trip.start_date + dt.timedelta(days=7 * n)) for n in range(1, 5)]
    count(trips[3], "warm", [])
    none, one, two = (count(trips[n], f"n{n}", people[:n]) for n in range(3))
    assert one == two == none + 2


def test_names_when_the_passport_says_otherwise_then_readiness_blocks_until_it_is_corrected(alice: User, alice_api: APIClient, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    asha = make_traveler(alice)
    bring(alices_trip, asha)
    book(alice_api, alices_trip, travelers=[{"travelerId": str(asha.pk)}])
    path = f"/api/trips/{alices_trip.reference}/readiness"
    assert alice_api.get(path).json()["ready"] is True
    BookingTraveler.objects.update(first_name="Aisha")
    found = alice_api.get(path).json()["travelers"][0]["findings"]
    assert found[0]["code"] == "booked_name_differs"


def hold(page: Client, trip: Trip, **fields: str) -> Any:
    return page.post(f"/trips/{trip.reference}/book/reserve", {"name": "Alice", "email": "alice@example.org", "request_key": "k", **fields})


def test_checkout_when_opened_then_asks_who_travels_with_those_who_come_along_filled_in(alice: User, alice_page: Client, alices_trip: Trip) -> None:
    asha, _other = make_traveler(alice), make_traveler(alice, "Ravi")
    bring(alices_trip, asha)
    page = alice_page.get(f"/trips/{alices_trip.reference}/book").content.decode()
    assert "Who travels?" in page
    assert f'<option value="{asha.pk}" selected>Asha Rao</option>' in page
    assert "Ravi Rao" in page
    answer = hold(alice_page, alices_trip, **{"who-0-who": str(asha.pk), "who-1-first": "Gast", "who-1-last": "Freund", "who-1-kind": "child"})
    assert answer.status_code == 302, answer.content.decode()
    assert set(BookingTraveler.objects.values_list("first_name", "traveler_type")) == {("Asha", "adult"), ("Gast", "child")}


def test_checkout_when_nobody_is_named_then_it_goes_on(alice_page: Client, alices_trip: Trip) -> None:
    assert hold(alice_page, alices_trip).status_code == 302
    assert BookingTraveler.objects.count() == 0


def test_checkout_when_a_name_can_not_be_read_then_what_was_typed_stays_and_nothing_is_held(bob: User, alice_page: Client, alices_trip: Trip) -> None:
    for who in (str(make_traveler(bob, "Dev").pk), "x"):
        answer = hold(alice_page, alices_trip, **{"who-0-who": who, "who-1-first": "Gast"})
        assert answer.status_code == 400
        assert 'value="Gast"' in answer.content.decode()
        assert "Dev" not in without_chance(answer.content.decode())
    assert Booking.objects.count() == 0


def test_checkout_when_someone_is_not_ready_then_it_asks_to_go_on_knowingly(alice: User, alice_page: Client, alices_trip: Trip, catalogue: SmallCatalogue) -> None:
    bring(alices_trip, make_traveler(alice, nationality=""))
    page = alice_page.get(f"/trips/{alices_trip.reference}/book").content.decode()
    assert "The nationality is missing" in page
    assert 'name="go_on"' in page
    refused = hold(alice_page, alices_trip)
    assert refused.status_code == 409
    assert "Not everybody is ready to travel." in refused.content.decode()
    assert Booking.objects.count() == 0
    assert hold(alice_page, alices_trip, go_on="yes").status_code == 302
    assert Booking.objects.count() == 1


def test_program_when_someone_is_not_ready_then_booking_goes_on_all_the_same(alice: User, alice_api: APIClient, alices_trip: Trip) -> None:
    """A program asks /readiness itself; paying is never stopped behind anyone's back."""
    bring(alices_trip, make_traveler(alice, nationality=""))
    assert book(alice_api, alices_trip).json()["bookingState"]["current"] == "CONFIRMED"


def test_hold_when_it_ran_out_then_the_same_people_are_named_again(alice: User, alice_page: Client, alices_trip: Trip) -> None:
    asha = make_traveler(alice)
    first = hold(alice_page, alices_trip, **{"who-0-who": str(asha.pk), "who-1-first": "Gast"})
    Booking.objects.update(hold_expires_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    page = alice_page.get(first["Location"]).content.decode()
    assert f'name="who-0-who" value="{asha.pk}"' in page
    assert 'name="who-1-first" value="Gast"' in page


def test_admin_when_an_item_is_opened_then_who_travels_is_there(alice: User, alice_api: APIClient, alices_trip: Trip, dana_page: Client) -> None:
    book(alice_api, alices_trip, travelers=[{"firstName": "Gast", "lastName": "Freund"}])
    item = BookingItem.objects.first()
    assert item is not None
    assert "Gast" in dana_page.get(f"/admin/bookings/bookingitem/{item.pk}/change/").content.decode()
    assert "Gast Freund" in dana_page.get("/admin/bookings/bookingtraveler/").content.decode()


def test_reservation_when_names_are_written_with_joiners_then_booked_as_they_are(alice_page: Client, alices_trip: Trip) -> None:
    answer = hold(alice_page, alices_trip, **{"name": "می\u200cنا", "who-0-first": "ශ්\u200dරී", "who-0-last": "Rao", "who-0-kind": "adult"})
    assert answer.status_code == 302, answer.content.decode()
    assert BookingTraveler.objects.values_list("first_name", flat=True).distinct().get() == "ශ්\u200dරී"
    assert Booking.objects.get().contact_name == "می\u200cنا"
