"""What the planner is offered, and what is left on a date."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bookings.models import CapacityRule, PriceRule, ServiceSlot
from bookings.queries.inventory import list_departures, overbooked
from tests.factories.catalogue import ServiceFactory, SmallCatalogue
from tests.statements import counted
from trips.models import Service
from trips.registries import Offer, OfferRequest, offers_for

ARRIVAL = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).date()
DEPARTURE = ARRIVAL + dt.timedelta(days=2)


def offers(catalogue: SmallCatalogue, people: int = 2, arrival: dt.date = ARRIVAL, departure: dt.date = DEPARTURE) -> list[Offer]:
    return list(offers_for(OfferRequest(catalogue.destination.pk, arrival, departure, people)))


def of(found: list[Offer], service: Service) -> list[Offer]:
    return [offer for offer in found if offer.service_id == service.pk]


def test_offers_when_asked_then_beds_for_the_stretch_and_tickets_for_every_date(catalogue: SmallCatalogue) -> None:
    found = offers(catalogue)
    (bed,) = of(found, catalogue.hotels[1])
    assert (bed.date, bed.nights, bed.units, bed.total, bed.left) == (ARRIVAL, 2, 1, Decimal(5600), 10)
    tickets = of(found, catalogue.activities[0])
    assert {(offer.date, offer.time) for offer in tickets} == {(ARRIVAL + dt.timedelta(days=i), time) for i in range(3) for time in ("10:00", "14:00")}
    assert {(offer.units, offer.total) for offer in tickets} == {(2, Decimal(400))}
    assert [offer.total for offer in found] == sorted(offer.total for offer in found)


def test_offers_when_party_grows_then_units_follow(catalogue: SmallCatalogue) -> None:
    found = offers(catalogue, people=5)
    assert of(found, catalogue.hotels[0])[0].units == 3
    assert of(found, catalogue.car)[0].units == 2
    assert of(found, catalogue.activities[0])[0].units == 5


@pytest.mark.usefixtures("books_are_broken")  # slots that are taken by nobody
def test_offers_when_sold_out_or_withdrawn_then_not_offered(catalogue: SmallCatalogue) -> None:
    ServiceSlot.objects.create(service=catalogue.hotels[0], date=ARRIVAL + dt.timedelta(days=1), capacity=3, taken=3, price=1200, currency="INR")
    ServiceSlot.objects.create(service=catalogue.activities[0], date=ARRIVAL, time="10:00", capacity=3, taken=2, price=200, currency="INR")
    Service.objects.filter(pk=catalogue.car.pk).update(active=False)
    found = offers(catalogue)
    assert of(found, catalogue.hotels[0]) == []
    assert of(found, catalogue.car) == []
    assert (ARRIVAL, "10:00") not in {(offer.date, offer.time) for offer in of(found, catalogue.activities[0])}
    catalogue.hotels[1].supplier.__class__.objects.update(active=False)
    assert offers(catalogue) == []


def test_offers_when_rules_match_then_price_and_places_follow(catalogue: SmallCatalogue) -> None:
    PriceRule.objects.create(service=catalogue.hotels[1], name="season", percent=Decimal(50), months=[ARRIVAL.month], weekdays=[ARRIVAL.weekday()])
    CapacityRule.objects.create(service=catalogue.hotels[1], name="works", capacity=4, valid_from=ARRIVAL, valid_until=ARRIVAL)
    (bed,) = of(offers(catalogue), catalogue.hotels[1])
    assert (bed.total, bed.left) == (Decimal(2800) * Decimal("1.5") + 2800, 4)


@pytest.mark.parametrize(
    ("people", "shift", "nights"), [(0, 0, 2), (100, 0, 2), (2, -60, 2), (2, 900, 2), (2, 0, -1)], ids=["nobody", "crowd", "past", "far", "backwards"]
)
def test_offers_when_nothing_can_be_sold_then_empty(catalogue: SmallCatalogue, people: int, shift: int, nights: int) -> None:
    arrival = ARRIVAL + dt.timedelta(days=shift)
    assert offers(catalogue, people, arrival, arrival + dt.timedelta(days=nights)) == []


def test_offers_when_destination_is_unknown_then_empty(db: None) -> None:
    assert offers_for(OfferRequest(uuid.uuid4(), ARRIVAL, DEPARTURE, 2)) == ()


def test_offers_when_day_trip_then_no_beds(catalogue: SmallCatalogue) -> None:
    found = offers(catalogue, departure=ARRIVAL)
    assert found
    assert {offer.type for offer in found} == {"activity", "car_rental"}


@pytest.mark.parametrize("rows", [1, 30])
def test_offers_when_read_then_three_statements_for_any_number(catalogue: SmallCatalogue, rows: int) -> None:
    for _ in range(rows):
        PriceRule.objects.create(service=ServiceFactory(destination=catalogue.destination), name="more", percent=Decimal(5))
    with counted() as statements:
        offers(catalogue)
    assert len(statements) <= 3, statements


@pytest.mark.usefixtures("books_are_broken")  # slots that are taken by nobody
def test_departures_when_listed_then_slots_win_over_rules(catalogue: SmallCatalogue) -> None:
    service = Service.objects.select_related("destination").get(pk=catalogue.activities[0].pk)
    ServiceSlot.objects.create(service=service, date=ARRIVAL, time="14:00", capacity=5, taken=4, price=Decimal(333), currency="INR")
    with counted() as statements:
        first, second, *_rest = list_departures(service, ARRIVAL, DEPARTURE)
    assert (first.time, first.price, first.left) == ("10:00", Decimal(200), 10)
    assert (second.time, second.price, second.left) == ("14:00", Decimal(333), 1)
    assert len(statements) == 2


def test_departures_when_past_or_backwards_then_empty(catalogue: SmallCatalogue) -> None:
    service = Service.objects.select_related("destination").get(pk=catalogue.car.pk)
    assert list_departures(service, ARRIVAL - dt.timedelta(days=400), ARRIVAL - dt.timedelta(days=300)) == ()
    assert list_departures(service, DEPARTURE, ARRIVAL) == ()
    assert len(list_departures(service, ARRIVAL, ARRIVAL + dt.timedelta(days=10_000))) < 550


def test_slot_when_more_is_taken_than_there_is_then_the_database_refuses(catalogue: SmallCatalogue) -> None:
    slot = ServiceSlot.objects.create(service=catalogue.car, date=ARRIVAL, capacity=2, price=1, currency="INR")
    for taken in (3, -1):
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceSlot.objects.filter(pk=slot.pk).update(taken=taken)


@pytest.mark.usefixtures("books_are_broken")  # slots that are taken by nobody
def test_overbooked_when_taken_has_no_holds_then_it_says_so(catalogue: SmallCatalogue) -> None:
    slot = ServiceSlot.objects.create(service=catalogue.car, date=ARRIVAL, capacity=2, taken=1, price=1, currency="INR")
    assert overbooked() == [(slot.pk, 2, 1, 0)]
