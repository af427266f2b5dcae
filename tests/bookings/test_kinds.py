"""Kinds: what a service's details may be, what a booked line says of itself, the typed rows beside it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from bookings import kinds
from bookings.models import ActivityDetail, CarRentalDetail, FlightDetail, HotelDetail
from bookings.pricing.quote import Use, quote
from bookings.pricing.tariff import Tariff
from tests.bookings.steps import reserve
from tests.cast import actor_for
from tests.factories.bookings import choose, make_planned_trip, stop
from tests.factories.catalogue import ServiceFactory, SmallCatalogue
from tests.statements import counted
from travelplanner.core.actor import Actor
from trips.actions import catalogue as loader
from trips.models import Service, Trip

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)
NAMES = st.sampled_from(sorted({name for kind in kinds.KINDS.values() for name in kind.SERVICE["properties"]}))
UNITS = {"flight": "person", "hotel": "room_night", "activity": "person", "car_rental": "vehicle_day"}


def make_flight(catalogue: SmallCatalogue, **details: Any) -> Service:
    told = {"schema": "flight_v1", "origin": "DEL", "destination": "VNS", "airline": "Demo Air", "flight_number": "DA 412", "cabin": "economy"}
    return ServiceFactory(destination=catalogue.destination, type="flight", slug="demo-flight", name="Demo flight", list_price=Decimal(4000), times=["09:30"], minutes=85, details=told | details)


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_schema_when_named_then_it_carries_its_kind_and_version(kind: str) -> None:
    room = kinds.KINDS[kind]
    assert f"{kind}_v1" == room.NAME
    assert kinds.problems_of_service(kind, {}) == []
    assert kinds.problems_of_service(kind, {"schema": room.NAME, "weekend_percent": "20", "high_months": [12, 1], "high_percent": "-5.5"}) == []


@pytest.mark.parametrize(
    ("kind", "details", "word"),
    [
        ("flight", {"flight_number": "not a number"}, "flight_number"),
        ("flight", {"cabin": "roof"}, "premium_economy"),
        ("flight", {"departs_at": "2027-01-15T09:30"}, "zone"),
        ("flight", {"origin_zone": "Mars/Base"}, "time zone"),
        ("flight", {"schema": "flight_v2"}, "flight_v1"),
        ("hotel", {"room_typ": "suite"}, "room_typ"),
        ("hotel", {"weekend_percent": 20}, "weekend_percent"),
        ("hotel", {"weekend_percent": "-91"}, "-90"),
        ("hotel", {"high_months": [13]}, "high_months.0"),
        ("activity", {"location": "x" * 301}, "300"),
        ("car_rental", {"with_driver": "yes"}, "with_driver"),
        ("car_rental", [], "JSON object"),
    ],
)
def test_service_details_when_wrong_then_a_sentence_names_the_field(kind: str, details: Any, word: str) -> None:
    (sentence,) = kinds.problems_of_service(kind, details)
    assert word in sentence


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(sorted(kinds.KINDS)), details=JSON | st.dictionaries(NAMES, JSON, max_size=8), nights=st.integers(1, 60), people=st.integers(1, 40), timed=st.booleans())
def test_booked_details_when_a_supplier_wrote_anything_then_they_fit_their_schema(kind: str, details: Any, nights: int, people: int, timed: bool) -> None:
    from trips.models import Destination

    town = Destination(name="Varanasi", timezone="Asia/Kolkata")
    service = Service(type=kind, name="N" * 160, unit=UNITS[kind], destination=town, place=None, sleeps=2, minutes=90, details=details)
    tariff = Tariff(UNITS[kind], Decimal(100), "INR", sleeps=2, times=("09:30",) if timed else (), timezone="Asia/Kolkata")
    quoted = quote(tariff, Use(dt.date(2027, 1, 15), people, people, nights, "09:30" if timed else ""))
    told = kinds.details_of(service, quoted)
    assert kinds.problems_of_booked(kind, told) == []
    assert kinds.columns_of(service, quoted, told)


def test_reserve_when_every_kind_is_there_then_each_item_has_its_typed_row(actor: Actor, alice: User, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    day = trip.start_date
    lodging = [{"serviceId": str(catalogue.hotels[1].pk), "name": "x", "arrival": day.isoformat(), "departure": trip.end_date.isoformat(), "rooms": 1, "total": 5600, "currency": "INR"}]
    flight = make_flight(catalogue)
    choose(trip, stops=[stop(flight, day, "09:30"), stop(catalogue.activities[0], day, "10:00"), stop(catalogue.car, day + dt.timedelta(days=1), "09:00")], lodging=lodging, revision=2)
    booking = reserve(actor, trip)
    hotel, ticket, car, flown = HotelDetail.objects.get(), ActivityDetail.objects.get(), CarRentalDetail.objects.get(), FlightDetail.objects.get()
    assert (hotel.hotel_name, hotel.check_in, hotel.check_out, hotel.rooms, hotel.guests) == ("Demo Hotel standard", day, trip.end_date, 1, 2)
    assert hotel.address == "Varanasi"
    assert (ticket.activity_name, ticket.date, ticket.time, ticket.participants) == ("Demo Museum ticket", day, "10:00", 2)
    assert ticket.location == f"{catalogue.places[2].name}, Varanasi"
    assert (car.vehicle, car.vehicles, car.seats, car.with_driver, car.pick_up_place) == ("Demo Car with driver", 1, 4, True, "Varanasi")
    assert (flown.origin, flown.destination, flown.airline, flown.flight_number, flown.passengers) == ("DEL", "VNS", "Demo Air", "DA 412", 2)
    assert flown.departure_time is not None
    assert flown.arrival_time == flown.departure_time + dt.timedelta(minutes=85)
    details = booking.items.get(type="flight").details
    assert details["departureTime"] == f"{day.isoformat()}T09:30:00+05:30"
    assert details["arrivalTime"] == f"{day.isoformat()}T10:55:00+05:30"
    assert all(kinds.problems_of_booked(item.type, item.details) == [] for item in booking.items.all())


def test_reserve_when_many_of_a_kind_then_one_insert_per_kind(actor: Actor, alice: User, catalogue: SmallCatalogue) -> None:
    trip = make_planned_trip(alice, catalogue)
    days = [trip.start_date + dt.timedelta(days=n) for n in range(3)]
    choose(trip, stops=[stop(service, day, service.times[0]) for day in days for service in catalogue.activities], revision=2)
    with counted() as statements:
        reserve(actor, trip)
    inserts = [sql for sql in statements if "detail" in sql.split("(")[0] and sql.startswith("INSERT")]
    assert len(inserts) == 1
    assert ActivityDetail.objects.count() == 6


def test_flight_when_it_crosses_zones_then_each_end_has_its_own_clock(catalogue: SmallCatalogue) -> None:
    service = make_flight(catalogue, origin_zone="Asia/Kolkata", destination_zone="Europe/Paris")
    tariff = Tariff("person", Decimal(100), "INR", times=("09:30",), timezone="Asia/Kolkata")
    told = kinds.details_of(service, quote(tariff, Use(dt.date(2027, 1, 15), 1, 1, 1, "09:30")))
    assert told["departureTime"] == "2027-01-15T09:30:00+05:30"
    assert told["arrivalTime"] == "2027-01-15T06:25:00+01:00"


def test_admin_form_when_details_are_wrong_then_the_field_says_so(dana_page: Client, catalogue: SmallCatalogue) -> None:
    service = catalogue.hotels[0]
    url = reverse("admin:trips_service_change", args=[service.pk])
    form = dana_page.get(url).context["adminform"].form
    posted = {name: form.initial.get(name, "") if form.initial.get(name) is not None else "" for name in form.fields}
    posted |= {"times": "", "details": '{"room_typ": "suite"}', "active": "on"}
    answer = dana_page.post(url, posted)
    assert "room_typ" in str(answer.context["adminform"].form.errors["details"])
    answer = dana_page.post(url, posted | {"details": '{"schema": "hotel_v1", "room_type": "Garden suite"}'})
    assert answer.status_code == 302, answer.context and answer.context["adminform"].form.errors
    service.refresh_from_db()
    assert service.details["room_type"] == "Garden suite"


def test_catalogue_file_when_details_are_wrong_then_the_line_is_named(tmp_path: Any, monkeypatch: Any, catalogue: SmallCatalogue) -> None:
    import csv
    import shutil

    source = loader.DATA / "goa"
    folder = tmp_path / "goa"
    shutil.copytree(source, folder)
    rows = list(csv.DictReader((folder / "services.csv").open(encoding="utf-8")))
    for n, row in enumerate(rows):
        row["details"] = '{"room_typ": 1}' if n == 1 else ""
    with (folder / "services.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr(loader, "DATA", tmp_path)
    with pytest.raises(loader.BadCatalogueFile, match=r"services\.csv.*room_typ"):
        list(loader.load_catalogue(actor=Actor.system("test")))
    assert not Service.objects.filter(destination__slug="goa").exists()


def test_catalogue_when_loaded_then_every_service_names_its_schema(full_catalogue: None) -> None:
    found = Service.objects.all()
    assert found.count() > 100
    for service in found:
        assert service.details["schema"] == f"{service.type}_v1"
        assert kinds.problems_of_service(service.type, service.details) == []


def test_booking_api_when_items_have_kinds_then_details_are_typed_and_kept(alice: User, alice_api: Any, alices_trip: Trip) -> None:
    booking = reserve(actor_for(alice), alices_trip)
    items = alice_api.get(f"/api/bookings/{booking.reference}").json()["items"]
    hotel = next(item for item in items if item["type"] == "hotel")
    assert hotel["details"]["schema"] == "hotel_v1"
    assert hotel["details"]["address"] == "Varanasi"
