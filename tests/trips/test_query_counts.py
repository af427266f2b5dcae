"""Lists and details take at most five statements, the final itinerary four, with one row and with thirty; the token's check included."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.catalogue import DestinationFactory, PlaceFactory, ServiceFactory, SmallCatalogue, SourceFactory
from tests.factories.trips import TripFactory
from tests.statements import counted
from tests.trips.planned import chosen, orders
from trips.models import TripDestination

FEW, MANY = 1, 30


def statements(client: APIClient, path: str, most: int) -> int:
    client.get(path)  # what is read once per process (content types, rates) is no statement of the request
    with counted() as found:
        answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    assert len(found) <= most, "\n".join(found)
    return len(found)


def fill(alice: User, catalogue: SmallCatalogue, number: int) -> None:
    """`number` rows of everything that is listed, none alike."""
    today = dt.datetime.now(dt.UTC).date()
    for n in range(number):
        trip = TripFactory(owner=alice)
        other = DestinationFactory(slug=f"town-{number}-{n}", name=f"Town {number} {n}")
        for position, town in enumerate((catalogue.destination, other)):
            TripDestination.objects.create(trip=trip, destination=town, position=position, arrival=today, departure=today)
        place = PlaceFactory(destination=catalogue.destination, slug=f"more-{number}-{n}", hours_source=SourceFactory(), fee_source=SourceFactory())
        ServiceFactory(destination=other, place=place, slug=f"offer-{number}-{n}")


@pytest.mark.parametrize(
    "path",
    ["/api/trips?page_size=100", "/api/destinations?page_size=100", "/api/destinations?search=town", "/api/destinations/varanasi/places?page_size=100", "/api/services?page_size=100"],
)
def test_list_when_it_grows_then_five_statements_at_most_and_no_more_for_thirty(alice: User, alice_api: APIClient, catalogue: SmallCatalogue, path: str) -> None:
    fill(alice, catalogue, FEW)
    few = statements(alice_api, path, 5)
    fill(alice, catalogue, MANY)
    assert alice_api.get(path).json()["count"] > MANY
    assert statements(alice_api, path, 5) == few


def test_detail_when_there_is_more_around_it_then_five_statements_at_most(alice: User, alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    reference = chosen(alice_api)
    base = f"/api/trips/{reference}"
    paths = {
        base: 5,
        f"{base}/intent": 5,
        f"{base}/budget": 5,
        f"{base}/research": 5,
        f"{base}/itineraries/candidates": 5,
        f"{base}/itineraries/final": 4,
        f"{base}/itineraries/final?revision=1": 4,
        f"{base}/itineraries/final/revisions": 5,
        f"{base}/itineraries/final/diff?from=1&to=1": 5,
        "/api/destinations/varanasi": 5,
        f"/api/services/{catalogue.hotels[0].pk}": 5,
    }
    few = {path: statements(alice_api, path, most) for path, most in paths.items()}
    fill(alice, catalogue, MANY)
    days = orders(alice_api.get(f"{base}/itineraries/final").json())
    for revision in range(1, 4):
        shorter = [days[0][:-revision], *days[1:]]
        assert alice_api.post(f"{base}/itineraries/final", {"basedOn": revision, "days": shorter}).status_code == 201
    assert {path: statements(alice_api, path, most) for path, most in paths.items()} == few


def test_final_when_the_cache_is_cold_then_no_statement_more(alice_api: APIClient, catalogue: SmallCatalogue) -> None:
    from django.core.cache import caches

    path = f"/api/trips/{chosen(alice_api)}/itineraries/final"
    warm = statements(alice_api, path, 4)
    caches["drawings"].clear()
    with counted() as found:
        assert alice_api.get(path).status_code == 200
    assert len(found) <= max(4, warm)


def test_reading_when_watched_then_nothing_is_written(alice_api: APIClient, catalogue: Any) -> None:
    reference = chosen(alice_api)
    for path in ("/api/trips", f"/api/trips/{reference}", f"/api/trips/{reference}/itineraries/final", "/api/destinations", "/api/services"):
        with counted() as found:
            alice_api.get(path)
        assert [sql for sql in found if not sql.lstrip().upper().startswith(("SELECT", "WITH"))] == [], path
