"""What a party can have: by kind, destination, place, dates and price; only what has room, priced for all of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import User
from bookings.models import CapacityRule, CartItem, PriceRule, ServiceSlot
from bookings.pricing.quote import Use
from bookings.queries import search
from bookings.queries.inventory import load_stock
from bookings.queries.search import Wish, search_services
from bookings.web import services as services_page
from tests.factories.bookings import make_planned_trip
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SmallCatalogue
from tests.statements import counted
from travelplanner.core import clock
from trips.models import Service

DAY = (dt.datetime.now(dt.UTC) + dt.timedelta(days=40)).date()


def ask(api: APIClient, **query: Any) -> list[dict[str, Any]]:
    answer = api.get("/api/services", {name.rstrip("_"): value for name, value in query.items()})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def names(rows: list[dict[str, Any]]) -> set[str]:
    return {row["name"] for row in rows}


def take(service: Service, day: dt.date, units: int, time: str = "") -> ServiceSlot:
    """Leave so many fewer of a slot (by its capacity: what is taken has holds, and every test's end counts them)."""
    return ServiceSlot.objects.create(service=service, date=day, time=time, capacity=service.capacity - units, price=service.list_price, currency=service.currency)


def test_search_when_a_night_is_full_then_that_bed_is_left_out(api: APIClient, catalogue: SmallCatalogue) -> None:
    take(catalogue.hotels[0], DAY + dt.timedelta(days=1), 10)
    stay = {"type": "hotel", "from_": DAY, "until": DAY + dt.timedelta(days=3), "people": 2}
    assert names(ask(api, **stay)) == {"Demo Hotel standard", "Demo Hotel luxury"}
    assert names(ask(api, **stay | {"until": DAY + dt.timedelta(days=1)})) == {hotel.name for hotel in catalogue.hotels}


def test_search_when_dated_then_price_units_and_places_are_the_partys(api: APIClient, catalogue: SmallCatalogue) -> None:
    take(catalogue.hotels[1], DAY, 7)
    row = next(row for row in ask(api, type="hotel", from_=DAY, until=DAY + dt.timedelta(days=2), people=3) if row["name"] == "Demo Hotel standard")
    assert row["party_price"] == {"amount": "11200.00", "currency": "INR"}  # 2 rooms x 2 nights x 2800
    assert (row["units"], row["left"], row["nights"], row["first_date"]) == (2, 3, 2, DAY.isoformat())


def test_search_when_one_departure_is_full_then_the_other_is_offered(api: APIClient, catalogue: SmallCatalogue) -> None:
    boat = catalogue.activities[1]
    take(boat, DAY, 5, "06:00")
    row = next(row for row in ask(api, type="activity", date=DAY, people=2) if row["name"] == boat.name)
    assert (row["time"], row["left"]) == ("17:00", 6)
    assert [one["left"] for one in row["on_date"]] == [1, 6]
    take(boat, DAY, 5, "17:00")
    assert boat.name not in names(ask(api, type="activity", date=DAY, people=2))
    assert boat.name in names(ask(api, type="activity", date=DAY, people=1))
    assert boat.name in names(ask(api, type="activity", from_=DAY, until=DAY + dt.timedelta(days=1), people=2))


def test_search_when_a_rule_shrinks_capacity_then_it_counts(api: APIClient, catalogue: SmallCatalogue) -> None:
    CapacityRule.objects.create(service=catalogue.car, name="repair", months=[DAY.month], capacity=1)
    assert catalogue.car.name in names(ask(api, date=DAY, people=4))
    assert catalogue.car.name not in names(ask(api, date=DAY, people=5))
    CapacityRule.objects.update(months=[DAY.month % 12 + 1])
    assert catalogue.car.name in names(ask(api, date=DAY, people=5))


def test_search_when_ordered_by_price_then_cheapest_for_the_party_first_and_no_gap_between_pages(api: APIClient, catalogue: SmallCatalogue) -> None:
    for n in range(30):
        ServiceFactory(destination=catalogue.destination, slug=f"many-{n}", name=f"Many {n:02}", list_price=Decimal(100 + n % 3))
    seen: list[dict[str, Any]] = []
    for page in (1, 2, 3, 4):
        seen += ask(api, date=DAY, people=2, ordering="price", page=page, page_size=10)
    assert len({row["id"] for row in seen}) == len(seen) == 36
    prices = [Decimal(row["party_price"]["amount"]) for row in seen]
    assert prices == sorted(prices)
    assert [Decimal(row["party_price"]["amount"]) for row in ask(api, date=DAY, people=2, ordering="-price", page_size=100)] == sorted(prices, reverse=True)


def test_search_when_a_limit_is_given_then_nothing_above_it_in_any_currency(api: APIClient, catalogue: SmallCatalogue) -> None:
    paris = DestinationFactory(slug="paris", name="Paris", currency="EUR", timezone="Europe/Paris", country="FRA")
    ServiceFactory(destination=paris, name="Louvre", list_price=Decimal(22), currency="EUR")
    assert names(ask(api, date=DAY, people=2, max_price="900")) == {"Demo Museum ticket", "Demo Boat ride", "Louvre"}
    assert names(ask(api, date=DAY, people=2, max_price="43.99", currency="EUR")) == {"Demo Museum ticket", "Demo Boat ride"} | {
        row["name"] for row in ask(api, type="hotel", date=DAY, people=2, max_price="43.99", currency="EUR")
    } | {row["name"] for row in ask(api, type="car_rental", date=DAY, people=2, max_price="43.99", currency="EUR")}
    assert names(ask(api, max_price="449")) == {"Demo Museum ticket", "Louvre"}


def test_search_when_by_place_then_visits_to_it(api: APIClient, catalogue: SmallCatalogue) -> None:
    place = catalogue.places[2]
    assert names(ask(api, place=place.slug)) == names(ask(api, place=str(place.pk))) == {"Demo Museum ticket"}
    assert ask(api, place="nowhere") == []


def test_search_when_dates_lie_outside_the_sale_then_nothing_is_found(api: APIClient, catalogue: SmallCatalogue) -> None:
    today = dt.datetime.now(dt.UTC).date()
    assert ask(api, date=today - dt.timedelta(days=2)) == []
    assert ask(api, date=today + dt.timedelta(days=600)) == []
    assert ask(api, type="hotel", date=DAY, people=99) == []  # fifty rooms aren't there


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date=tomorrow", "date"),
        ("from=2027-01-05&until=2027-01-04", "until"),
        ("from=2027-01-05&until=2027-04-04", "until"),
        ("until=2027-01-04", "from"),
        ("date=2027-01-04&from=2027-01-04", "date"),
        ("people=0", "people"),
        ("people=100", "people"),
        ("people=two", "people"),
        ("max_price=-1", "max_price"),
        ("max_price=NaN", "max_price"),
        ("currency=XXX", "currency"),
        ("ordering=owner", "ordering"),
        ("type=castle", "type"),
    ],
)
def test_search_when_a_filter_is_bad_then_400_names_it(api: APIClient, catalogue: SmallCatalogue, query: str, field: str) -> None:
    answer = api.get(f"/api/services?{query}")
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_search_when_an_offer_was_made_for_one_party_then_it_is_not_listed(api: APIClient, catalogue: SmallCatalogue) -> None:
    Service.objects.filter(pk=catalogue.car.pk).update(external_reference="off_123")
    assert catalogue.car.name not in names(ask(api)) | names(ask(api, date=DAY)) | names(ask(api, date=DAY, ordering="price"))


@pytest.mark.parametrize("query", [{}, {"date": DAY}, {"from": DAY, "until": DAY + dt.timedelta(days=5), "people": 2}, {"date": DAY, "ordering": "price"}, {"destination": "varanasi", "date": DAY, "max_price": "5000"}])
def test_search_when_there_are_two_hundred_services_then_no_more_statements(api: APIClient, catalogue: SmallCatalogue, query: dict[str, Any]) -> None:
    PriceRule.objects.create(service=catalogue.car, name="weekend", weekdays=[5], percent=10)
    take(catalogue.car, DAY, 1)
    api.get("/api/services", query)
    with counted() as few:
        api.get("/api/services", query)
    supplier = catalogue.car.supplier
    services = Service.objects.bulk_create(
        ServiceFactory.build(supplier=supplier, destination=catalogue.destination, slug=f"many-{n}", name=f"Many {n:03}", times=["10:00"] if n % 2 else []) for n in range(200)
    )
    PriceRule.objects.bulk_create(PriceRule(service=service, name="season", months=[DAY.month], percent=20) for service in services)
    CapacityRule.objects.bulk_create(CapacityRule(service=service, name="season", months=[DAY.month], capacity=5) for service in services)
    ServiceSlot.objects.bulk_create(ServiceSlot(service=one, date=DAY, time="10:00" if one.times else "", capacity=7, price=500, currency="INR") for one in services)
    with counted() as many:
        answer = api.get("/api/services", query)
    assert answer.json()["count"] >= 200
    assert len(many) <= len(few) <= 8


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_search_when_compared_with_the_till_then_prices_and_places_agree(catalogue: SmallCatalogue, data: st.DataObject) -> None:
    PriceRule.objects.all().delete()
    CapacityRule.objects.all().delete()
    ServiceSlot.objects.all().delete()
    services = [*catalogue.hotels, *catalogue.activities, catalogue.car]
    days = [DAY + dt.timedelta(days=n) for n in range(4)]
    for service in services:
        if data.draw(st.booleans()):
            PriceRule.objects.create(service=service, name="w", weekdays=data.draw(st.lists(st.integers(0, 6), unique=True, max_size=3)), percent=data.draw(st.integers(-40, 60)))
        if data.draw(st.booleans()):
            CapacityRule.objects.create(service=service, name="c", weekdays=data.draw(st.lists(st.integers(0, 6), unique=True, max_size=3)), capacity=data.draw(st.integers(0, 8)))
        if data.draw(st.booleans()):
            day, time = data.draw(st.sampled_from(days)), data.draw(st.sampled_from(service.times or [""]))
            ServiceSlot.objects.create(service=service, date=day, time=time, capacity=data.draw(st.integers(0, 12)), price=data.draw(st.integers(1, 9000)), currency="INR")
    people, nights = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 3))
    last = DAY + dt.timedelta(days=nights)
    for ordering in ("name", "price"):
        found = {one.service.pk: one.offer for one in search_services(Wish(first=DAY, last=last, people=people, ordering=ordering))[0:100]}
        stock = load_stock(services, DAY, last)
        for service in services:
            units = people if service.unit == "person" else -(-people // service.sleeps)
            starts = [DAY] if service.unit == "room_night" else days[: nights + 1]
            quotes = [stock.quote(service.pk, Use(day, units, people, nights, time)) for day in starts for time in service.times or [""]]
            having = [quoted for quoted in quotes if quoted.fits]
            assert (service.pk in found) == bool(having)
            if having:
                offer = found[service.pk]
                assert offer is not None
                assert offer.total == min(quoted.total for quoted in having)
                same = next(quoted for quoted in having if (quoted.use.first, quoted.use.time) == (offer.first, offer.time))
                assert (offer.total, offer.left, offer.units) == (same.total, same.left, same.use.quantity)


@pytest.mark.parametrize("query", [{"ordering": "name"}, {"ordering": "price"}, {"ordering": "price", "max_price": "99999"}])
def test_search_when_there_is_more_than_is_looked_at_then_cut_and_the_cheapest_are_among_it(catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch, query: dict[str, Any]) -> None:
    wish = Wish(destination="varanasi", first=DAY, last=DAY + dt.timedelta(days=2), people=2, ordering=query["ordering"], max_price=Decimal(query["max_price"]) if "max_price" in query else None)
    whole = search_services(wish)
    assert not whole.cut
    monkeypatch.setattr(search, "MOST_CANDIDATES", len(whole))
    assert not search_services(wish).cut
    monkeypatch.setattr(search, "MOST_CANDIDATES", 2)
    few = search_services(wish)
    assert (few.cut, len(few)) == (True, 2)
    if query["ordering"] == "price":
        assert few[0:1][0].service == min((one.service for one in whole[0:100]), key=lambda row: (row.list_price, row.name))


@pytest.mark.parametrize(("query", "cut"), [({"date": DAY.isoformat()}, True), ({"ordering": "-price"}, True), ({"max_price": "99999"}, True), ({}, False)])
def test_search_when_programs_ask_for_more_than_is_looked_at_then_told_that_it_is_cut(
    api: APIClient, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch, query: dict[str, str], cut: bool
) -> None:
    """Without dates, limit and order by price everything is counted, and nothing cut."""
    assert api.get("/api/services", {"people": "2", **query}).json()["cut"] is False
    monkeypatch.setattr(search, "MOST_CANDIDATES", 2)
    assert api.get("/api/services", {"people": "2", **query}).json()["cut"] is cut
    assert api.get("/api/services", {"people": "2", "type": "car_rental", **query}).json()["cut"] is False


def test_search_when_paged_then_every_page_has_its_own_prices(catalogue: SmallCatalogue) -> None:
    for service in (*catalogue.hotels, *catalogue.activities):
        PriceRule.objects.create(service=service, name="season", months=[DAY.month], percent=50)
    wish = Wish(destination="varanasi", first=DAY, people=1)
    found = search_services(wish)
    whole = [(one.service.pk, one.offer) for one in found[0:100]]
    assert [(one.service.pk, one.offer) for at in range(len(found)) for one in found[at : at + 1]] == whole


# --- the page ---------------------------------------------------------------------------------------------------------------
def test_page_when_nothing_is_said_then_list_prices_and_a_way_to_dates(page: Client, catalogue: SmallCatalogue) -> None:
    html = page.get("/services").content.decode()
    assert "These are list prices." in html
    assert "Add to cart" not in html


def test_page_when_dated_then_cards_have_the_partys_price_and_can_be_added(page: Client, catalogue: SmallCatalogue) -> None:
    query = {"destination": "varanasi", "type": "hotel", "date_from": DAY, "until": DAY + dt.timedelta(days=2), "people": 3}
    html = page.get("/services", query).content.decode()
    assert "₹11,200" in html
    assert html.count("Add to cart") == 3


def test_page_when_nothing_fits_then_it_says_what_to_try(page: Client, catalogue: SmallCatalogue) -> None:
    assert "Try other dates" in page.get("/services", {"date_from": DAY, "people": 99}).content.decode()


@pytest.mark.parametrize("query", ["date_from=x", "until=2027-01-01", "people=0", "type=castle", "destination=nowhere", "date_from=2027-01-03&until=2027-01-01"])
def test_page_when_a_field_is_bad_then_it_is_named_and_nothing_is_searched(page: Client, catalogue: SmallCatalogue, query: str) -> None:
    answer = page.get(f"/services?{query}")
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode() or "_error" in answer.content.decode()


def test_page_when_for_a_trip_then_its_dates_party_and_town_are_filled_in(alice: User, alice_page: Client, page: Client, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    html = alice_page.get(f"/services?trip={trip.reference}").content.decode()
    assert f'value="{trip.start_date.isoformat()}"' in html
    assert trip.title in html
    assert html.count("Add to cart") >= 5
    assert trip.title not in page.get(f"/services?trip={trip.reference}").content.decode()
    post = {"do": "add", "service": catalogue.car.pk, "date": trip.start_date, "people": 2, "nights": 1, "time": "", "trip": trip.reference, "next": "/services?people=2"}
    answer = alice_page.post("/cart/change", post)
    assert (answer.status_code, answer["Location"]) == (302, "/services?people=2")
    assert CartItem.objects.get().trip == trip
    assert alice_page.post("/cart/change", post | {"next": "https://evil.example/"})["Location"] == "/cart"


def test_page_when_there_is_more_than_is_looked_at_then_it_says_so(page: Client, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"destination": "varanasi", "date_from": DAY, "people": 1}
    assert "all there is" not in page.get("/services", query).content.decode()
    for module in (search, services_page):
        monkeypatch.setattr(module, "MOST_CANDIDATES", 2)
    by_name = page.get("/services", query).content.decode()
    assert "all there is" in by_name
    assert "only the first 2 by name" in by_name
    assert "only the 2 with the lowest list prices" in page.get("/services", {**query, "ordering": "price"}).content.decode()


def test_page_when_asked_for_again_and_again_then_429_with_when_to_come_back_and_counted_with_the_apis(page: Client, api: APIClient, catalogue: SmallCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "open", "3/minute")
    assert api.get("/api/services").status_code == 200
    assert [page.get("/services").status_code, page.head("/services?people=2").status_code] == [200, 200]
    refused = page.get("/services")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert "text/html" in refused["Content-Type"]
    assert "Too many requests" in refused.content.decode()
    assert api.get("/api/services").status_code == 429


def test_page_when_the_first_day_is_over_then_said_at_the_field_and_nothing_searched(page: Client, catalogue: SmallCatalogue) -> None:
    """Not "nothing is free": nothing ever is, in the past."""
    today = clock.now().date()
    answer = page.get(f"/services?date_from={today - dt.timedelta(days=2)}&until={today}&people=2")
    assert answer.status_code == 400
    assert answer.context["form"].errors == {"date_from": ["This day is over. Choose today or later."]}
    yesterday = page.get(f"/services?date_from={today - dt.timedelta(days=1)}&until={today}&people=2")
    assert yesterday.status_code == 200  # west of here it is today
