"""Flights of another company for a trip: found, put into one cart, sold once on one date until they end, and only to whom an airline could know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Traveler, User
from bookings.actions import cart, checkout, offers
from bookings.actions.checkout import NamedTraveler
from bookings.errors import OfferGone, PriceChanged
from bookings.gateways.payments.book import Book
from bookings.models import Booking, CartItem, ItemDocument
from bookings.queries.cart import get_cart
from bookings.queries.offers import offers_for
from tests.bookings.suppliers import go_on_until_quiet
from tests.factories.bookings import CONTACT, make_planned_trip, put_in_cart
from tests.factories.catalogue import ServiceFactory, SmallCatalogue
from tests.fakes.duffel_server import TOKEN, Company, duffel
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotFound
from trips.models import Service, Trip
from trips.queries import catalogue as on_sale
from trips.registries import OfferRequest

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def company(settings: Any) -> Iterator[Company]:
    with duffel() as running:
        settings.DUFFEL_URL, settings.DUFFEL_TOKEN = running.url, TOKEN
        yield running


@pytest.fixture
def trip(alice: User, catalogue: SmallCatalogue) -> Trip:
    made = make_planned_trip(alice, catalogue, origin_city="Delhi")
    return made


@pytest.fixture
def pair(alice: User) -> list[NamedTraveler]:
    people = [
        Traveler.objects.create(user=alice, first_name=first, last_name="Example", type="adult", date_of_birth=dt.date(1990, 1, 2), gender=gender)
        for first, gender in (("Alice", "female"), ("Bob", "male"))
    ]
    return [NamedTraveler(one.pk) for one in people]


def found(actor: Actor, trip: Trip, **more: Any) -> tuple[offers.FoundOffer, ...]:
    return offers.search_offers(
        actor=actor, trip_reference=trip.reference, **{"origin": "DEL", "destination": "VNS", "first": trip.start_date, **more}
    )


def chosen(actor: Actor, trip: Trip, **more: Any) -> CartItem:
    return offers.choose_offer(actor=actor, trip_reference=trip.reference, key=found(actor, trip, **more)[0].key).item


def wish(actor: Actor, trip: Trip, travelers: list[NamedTraveler]) -> dict[str, Any]:
    return {"actor": actor, "trip_reference": trip.reference, "contact": CONTACT, "travelers": travelers}


def test_a_program_finds_flights_and_puts_one_into_the_cart_once(alice_api: APIClient, trip: Trip, company: Company) -> None:
    path = f"/api/trips/{trip.reference}/flights"
    answer = alice_api.get(path, {"origin": "DEL", "destination": "VNS", "date": trip.start_date.isoformat(), "return": trip.end_date.isoformat()})
    assert answer.status_code == 200, answer.content
    first = answer.json()["results"][0]
    assert first["price"] == {"amount": 4000.0, "currency": "INR"} or first["price"]["currency"] == "INR"
    assert first["departure"].endswith("+05:30")
    assert first["people"] == 2

    made = [alice_api.post(path, {"offerId": first["offerId"]}) for _twice in range(2)]

    assert [one.status_code for one in made] == [201, 201]
    assert CartItem.objects.get().service.unit == "party"
    assert Service.objects.filter(external_reference=first["offerId"].partition(":")[2]).count() == 1


def test_flights_without_a_company_are_said_to_be_off_and_have_no_page(alice_api: APIClient, alice_page: Client, trip: Trip) -> None:
    asked = {"origin": "DEL", "destination": "VNS", "date": trip.start_date.isoformat()}

    answer = alice_api.get(f"/api/trips/{trip.reference}/flights", asked)

    assert (answer.status_code, answer.json()["error"]) == (409, "supplier_off")
    assert alice_page.get(f"/trips/{trip.reference}/flights").status_code == 404
    assert "/flights" not in alice_page.get(f"/trips/{trip.reference}/book").content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"origin": "DE"}, "origin"),
        ({"destination": "DEL"}, "destination"),
        ({"first": dt.date(2020, 1, 1)}, "date"),
        ({"last": dt.date(2020, 1, 1)}, "return"),
        ({"child_ages": (1,)}, "childAges"),
        ({"child_ages": (7, 8)}, "childAges"),
    ],
)
def test_a_search_that_can_not_be_meant_is_refused_by_field(more: dict[str, Any], field: str, actor: Actor, trip: Trip, company: Company) -> None:
    with pytest.raises(Invalid) as refused:
        found(actor, trip, **more)

    assert list(refused.value.fields) == [field]
    assert company.counts == {}


def test_a_search_when_the_company_is_silent_says_so(actor: Actor, trip: Trip, company: Company) -> None:
    company.fail("POST /air/offer_requests", "reset")

    with pytest.raises(Conflict) as silent:
        found(actor, trip)

    assert silent.value.code == "supplier_silent"


def test_an_offer_is_nobody_elses(actor: Actor, trip: Trip, company: Company, bob: User, catalogue: SmallCatalogue) -> None:
    """Not in the public list, not among the planner's offers, not for another cart."""
    service = chosen(actor, trip).service
    request = OfferRequest(destination_id=service.destination_id, arrival=trip.start_date, departure=trip.end_date, people=2)

    assert service.pk not in {row.pk for row in on_sale.services()}
    assert service.pk not in {offer.service_id for offer in offers_for(request)}
    with pytest.raises(Invalid):
        cart.add_line(actor=Actor(user_id=bob.pk), service_id=service.pk, booking_date=trip.start_date, participants=2)
    with pytest.raises(NotFound):
        offers.search_offers(actor=Actor(user_id=bob.pk), trip_reference=trip.reference, origin="DEL", destination="VNS", first=trip.start_date)


def test_an_offer_is_sold_on_its_date_to_its_party_and_until_it_ends(actor: Actor, trip: Trip, company: Company) -> None:
    item = chosen(actor, trip)

    with pytest.raises(Invalid):
        cart.change_line(actor=actor, item_id=item.pk, changes={"booking_date": trip.end_date})
    with pytest.raises(Invalid):
        cart.change_line(actor=actor, item_id=item.pk, changes={"participants": 1})
    assert get_cart(actor).bookable
    assert get_cart(actor, now=clock.now() + 31 * MINUTE).lines[0].problem == "offer_expired"


def test_a_booking_without_the_names_that_an_airline_wants_is_refused_before_anything_is_held(
    actor: Actor, trip: Trip, company: Company, pair: list[NamedTraveler]
) -> None:
    chosen(actor, trip)
    nameless = checkout.Contact("Alice Example", "alice@example.org", "98765")
    Traveler.objects.filter(pk=pair[1].traveler_id).update(date_of_birth=None)

    for travelers, contact, fields in (
        ([], CONTACT, ["travelers"]),
        ([pair[0], NamedTraveler(None, "Guest", "Example")], CONTACT, ["travelers"]),
        (pair, CONTACT, ["travelers"]),
        (pair[:1], nameless, ["travelers", "phone"]),
    ):
        with pytest.raises(Invalid) as refused:
            checkout.reserve_booking(**{**wish(actor, trip, travelers), "contact": contact})
        assert list(refused.value.fields) == fields

    assert not Booking.objects.exists()
    assert company.counts["POST /air/orders"] == 0


@pytest.mark.parametrize("instant", [False, True])
@pytest.mark.parametrize("fault", ["", "hang_up", "error", "timeout", "reset"])
def test_a_trip_with_a_room_and_a_flight_is_booked_whole_whatever_the_line_does(
    fault: str, instant: bool, actor: Actor, trip: Trip, company: Company, pair: list[NamedTraveler], gateway_book: Book, books_balance: None, quiet_logs: None
) -> None:
    company.instant_only = instant
    put_in_cart(trip, ServiceFactory(destination=trip.destinations.get().destination, hotel=True), nights=2, participants=2)
    chosen(actor, trip)
    if fault:
        company.fail("POST /air/orders" if instant else "POST /air/payments", fault)

    booking = checkout.book_trip(**wish(actor, trip, pair))
    go_on_until_quiet(clock.now() + 4 * MINUTE)

    booking.refresh_from_db()
    assert (booking.state, booking.saga_open) == ("CONFIRMED", False)
    assert len(company.paid_orders()) == len(company.orders) == 1
    assert len(gateway_book.all_charges()) == 1
    item = booking.items.get(adapter="duffel")
    assert item.supplier_reference in company.orders
    assert set(ItemDocument.objects.filter(item=item).values_list("kind", flat=True)) == {"other", "ticket"} or fault == "hang_up"
    assert not any(word in str(item.provider_response) for word in ("Alice", "Bob", "example.org"))


@pytest.mark.parametrize(("route", "said"), [("POST /air/orders", "offer_no_longer_available"), ("POST /air/payments", "seat_no_longer_available")])
def test_a_trip_when_the_airline_says_no_goes_back_whole(
    route: str, said: str, actor: Actor, trip: Trip, company: Company, pair: list[NamedTraveler], gateway_book: Book, books_balance: None
) -> None:
    chosen(actor, trip)
    company.fail(route, said)
    if route.endswith("orders"):
        with pytest.raises(OfferGone):
            checkout.book_trip(**wish(actor, trip, pair))
        assert get_cart(actor).lines[0].problem == "offer_expired"
    else:
        assert checkout.book_trip(**wish(actor, trip, pair)).state == "FAILED"

    assert company.open_orders() == []
    assert [amount for _key, _charge, amount in gateway_book.all_refunds()] == ([] if route.endswith("orders") else ["4000.00"])


def test_a_price_that_moved_is_asked_about_and_booked_when_agreed(actor: Actor, trip: Trip, company: Company, pair: list[NamedTraveler]) -> None:
    item = chosen(actor, trip)
    company.offers[item.service.external_reference]["total_amount"] = "4150.00"

    with pytest.raises(PriceChanged) as moved:
        checkout.book_trip(**wish(actor, trip, pair))
    agreed = checkout.book_trip(**wish(actor, trip, pair), accepted_total=offers.Decimal(str(moved.value.extra["total"]["amount"])))

    assert (agreed.state, agreed.total) == ("CONFIRMED", offers.Decimal("4150"))
    assert company.paid_orders()[0]["total_amount"] == "4150.00"


def test_offers_that_ended_are_forgotten_and_what_was_booked_stays(actor: Actor, trip: Trip, company: Company, pair: list[NamedTraveler]) -> None:
    booked = chosen(actor, trip).service
    checkout.book_trip(**wish(actor, trip, pair))
    left = chosen(actor, trip, first=trip.end_date).service

    assert offers.prune_offers(now=clock.now() + dt.timedelta(days=1)) == "0 forgotten"
    assert offers.prune_offers(now=clock.now() + dt.timedelta(days=8)) == "1 forgotten"

    assert set(Service.objects.exclude(external_reference="").values_list("pk", flat=True)) == {booked.pk} != {left.pk}


def test_the_page_finds_flights_and_puts_one_into_the_cart(alice_page: Client, trip: Trip, company: Company) -> None:
    path = f"/trips/{trip.reference}/flights"
    form = alice_page.get(path).content.decode()
    assert 'value="VNS"' in form
    put_in_cart(trip, ServiceFactory(destination=trip.destinations.get().destination, hotel=True), nights=2, participants=2)
    assert f'href="{path}"' in alice_page.get(f"/trips/{trip.reference}/book").content.decode()

    shown = alice_page.get(path, {"origin": "del", "destination": "VNS", "date": trip.start_date.isoformat(), "back": "", "ages": ""}).content.decode()
    key = shown.split('name="offer" value="')[1].split('"')[0]
    added = alice_page.post(path, {"offer": key})

    assert "06:15" in shown
    assert (added.status_code, added["Location"]) == (302, f"/trips/{trip.reference}/book")
    assert CartItem.objects.get(service__type="flight").trip_id == trip.pk
    assert alice_page.get(path, {"origin": "D", "destination": "VNS", "date": "x"}).status_code == 400
    assert alice_page.post(path, {"offer": "duffel:gone"}).status_code == 409
