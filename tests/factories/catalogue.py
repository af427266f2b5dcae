"""A small catalogue of invented places, close to the real Varanasi, for tests that need something to plan and sell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import factory

from trips.models import ClimateMonth, Destination, Place, Service, Source, Supplier


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    slug = factory.Sequence(lambda n: f"test/source-{n}")
    title = "A page that was opened"
    url = "https://example.org/page"
    opened_on = "2026-01-15"
    kind = "official"


class DestinationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Destination
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"town-{n}")
    name = factory.LazyAttribute(lambda town: town.slug.replace("-", " ").title())
    aliases: list[str] = []
    kind = "city"
    country = "IND"
    region = "Uttar Pradesh"
    latitude = 25.3189
    longitude = 83.0128
    timezone = "Asia/Kolkata"
    currency = "INR"
    reach_km = 25.0
    relief = "plain"
    water = "river"
    water_side = "east"
    climate_group = "humid"
    best_months = [1, 2, 3, 10, 11, 12]
    languages = ["Hindi", "English"]
    emergency_number = "112"
    airports = ["VNS"]


class PlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Place

    destination = factory.SubFactory(DestinationFactory)
    slug = factory.Sequence(lambda n: f"place-{n}")
    name = factory.LazyAttribute(lambda place: place.slug.replace("-", " ").title())
    category = "temple"
    interests = ["temples", "culture"]
    latitude = 25.3189
    longitude = 83.0128
    visit_minutes = 60
    hours = "Mo-Su 06:00-21:00"
    fee = Decimal(0)
    fee_currency = factory.LazyAttribute(lambda place: place.destination.currency)
    accessibility = "partial"
    effort = 2
    setting = "outdoor"
    importance = 3
    summary = "An invented place."


class SupplierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Supplier
        django_get_or_create = ("name",)

    name = "Demo Test Supplier"
    demo = True


class ServiceFactory(factory.django.DjangoModelFactory):
    """An activity for one person by default; `hotel=True` makes a double room, priced by room and night."""

    class Meta:
        model = Service

    class Params:
        hotel = factory.Trait(type="hotel", unit="room_night", sleeps=2, comfort="standard", list_price=Decimal(2500), place=None, times=[])

    supplier = factory.SubFactory(SupplierFactory)
    destination = factory.SubFactory(DestinationFactory)
    place = None
    slug = factory.Sequence(lambda n: f"demo-service-{n}")
    type = "activity"
    name = factory.LazyAttribute(lambda service: service.slug.replace("-", " ").title())
    latitude = 25.3189
    longitude = 83.0128
    list_price = Decimal(500)
    currency = factory.LazyAttribute(lambda service: service.destination.currency)
    unit = "person"
    sleeps = 1
    capacity = 10
    minutes = 60
    cancellable = True
    cancel_hours = 24
    cancel_fee_percent = Decimal(50)


@dataclass(frozen=True, slots=True)
class SmallCatalogue:
    """Varanasi with 20 places, three hotels (budget, standard, luxury), two activities and a car."""

    destination: Destination
    places: tuple[Place, ...]
    hotels: tuple[Service, ...]
    activities: tuple[Service, ...]
    car: Service


_CATEGORIES = (
    ("temple", ["temples", "spiritual"]),
    ("market", ["food", "shopping"]),
    ("museum", ["history", "art"]),
    ("viewpoint", ["views", "photography"]),
    ("food", ["food", "culture"]),
)


def make_catalogue() -> SmallCatalogue:
    """The same rows every time: places on two rings around the centre, each five minutes to half an hour from the next."""
    town = DestinationFactory(slug="varanasi", name="Varanasi", aliases=["Banaras", "Kashi"])
    ClimateMonth.objects.bulk_create(
        ClimateMonth(destination=town, month=month, low_c=10 + month, high_c=22 + month, rain_mm=20, rain_days=2) for month in range(1, 13)
    )
    places = []
    for n in range(20):
        category, interests = _CATEGORIES[n % len(_CATEGORIES)]
        ring, angle = 0.006 + 0.012 * (n // 10), 2 * math.pi * (n % 10) / 10
        places.append(
            PlaceFactory.build(
                destination=town,
                slug=f"stop-{n}",
                name=f"{category.title()} {n}",
                category=category,
                interests=interests,
                latitude=round(town.latitude + ring * math.sin(angle), 5),
                longitude=round(town.longitude + ring * math.cos(angle), 5),
                visit_minutes=45 + 15 * (n % 3),
                hours="Tu-Su 09:00-18:00" if category == "museum" else "Mo-Su 06:00-21:00",
                fee=Decimal(100 * (n % 3)),
                importance=1 + n % 5,
                effort=1 + n % 3,
                setting="indoor" if category == "museum" else "outdoor",
            )
        )
    Place.objects.bulk_create(places)  # a third of all tests begin with these rows
    here = {"destination": town, "supplier": SupplierFactory()}
    hotels = tuple(
        ServiceFactory.build(hotel=True, **here, slug=f"demo-hotel-{comfort}", name=f"Demo Hotel {comfort}", comfort=comfort, list_price=Decimal(price))
        for comfort, price in (("budget", 1200), ("standard", 2800), ("luxury", 7500))
    )
    activities = (
        ServiceFactory.build(**here, slug="demo-museum-ticket", name="Demo Museum ticket", place=places[2], list_price=Decimal(200), times=["10:00", "14:00"]),
        ServiceFactory.build(**here, slug="demo-boat-ride", name="Demo Boat ride", list_price=Decimal(450), times=["06:00", "17:00"], capacity=6),
    )
    car = ServiceFactory.build(**here, slug="demo-car", name="Demo Car with driver", type="car_rental", unit="vehicle_day", sleeps=4, list_price=Decimal(2200), capacity=3, minutes=600)
    Service.objects.bulk_create([*hotels, *activities, car])
    return SmallCatalogue(town, tuple(places), hotels, activities, car)
