"""`/api/destinations`: open to all, searched by part of a name, each fact with its source."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.factories.catalogue import DestinationFactory, PlaceFactory, SmallCatalogue, SourceFactory
from tests.trips.planned import assert_error
from trips.models import Destination, Place


@pytest.mark.parametrize(("search", "found"), [("", 2), ("vara", 1), ("KASHI", 1), ("paris", 1), ("naras", 1), ("x", 0), ("%", 0), ("_", 0), ("'", 0), ("\x00", 2), ("🛕", 0)])
def test_search_when_asked_then_part_of_a_name_or_alias_is_enough(api: APIClient, catalogue: SmallCatalogue, search: str, found: int) -> None:
    DestinationFactory(slug="paris", name="Paris", country="FRA", currency="EUR")
    body = api.get("/api/destinations", {"search": search}).json()
    assert body["count"] == found
    assert set(body) == {"count", "next", "previous", "results"}


def test_detail_when_read_by_slug_or_id_then_the_same_with_sourced_facts(api: APIClient, catalogue: SmallCatalogue) -> None:
    source = SourceFactory(kind="official", title="Incredible India", opened_on="2026-02-03")
    Destination.objects.filter(slug="varanasi").update(best_months_source=source)
    by_slug = api.get("/api/destinations/varanasi")
    assert by_slug.status_code == 200
    body = by_slug.json()
    assert api.get(f"/api/destinations/{catalogue.destination.pk}").json() == body
    assert body["place_count"] == 20
    facts = {fact["name"]: fact for fact in body["facts"]}
    assert facts["best_months"] == {
        "name": "best_months", "value": [1, 2, 3, 10, 11, 12], "source": "Incredible India", "source_url": "https://example.org/page",
        "checked_at": "2026-02-03", "confidence": "high",
    }  # fmt: skip
    assert (facts["location"]["source"], facts["location"]["checked_at"], facts["location"]["confidence"]) == ("editor estimate", None, "low")


def test_places_when_listed_then_the_most_important_first_and_hidden_ones_not(api: APIClient, catalogue: SmallCatalogue) -> None:
    Place.objects.filter(pk=catalogue.places[0].pk).update(published=False)
    body = api.get("/api/destinations/varanasi/places?page_size=100").json()
    assert body["count"] == 19
    ranks = [row["importance"] for row in body["results"]]
    assert ranks == sorted(ranks, reverse=True)
    assert set(body["results"][0]["fee"]) == {"amount", "currency"}
    assert {fact["name"] for fact in body["results"][0]["facts"]} >= {"hours", "fee", "location"}


def test_fee_when_the_currency_has_no_decimals_then_none_are_shown(api: APIClient) -> None:
    town = DestinationFactory(slug="tokyo", name="Tokyo", currency="JPY", country="JPN")
    PlaceFactory(destination=town, fee=500)
    PlaceFactory(destination=town, fee="12.5", fee_currency="EUR", importance=1)
    fees = [row["fee"] for row in api.get("/api/destinations/tokyo/places").json()["results"]]
    assert fees == [{"amount": "500", "currency": "JPY"}, {"amount": "12.50", "currency": "EUR"}]


@pytest.mark.parametrize("key", ["atlantis", "f1696de9-8cb3-5519-bc5d-15e4d2c6db57", "%00", "vara%00nasi", "🛕", "..%2f..", "x" * 300])
def test_destination_when_unknown_or_hidden_then_404(api: APIClient, catalogue: SmallCatalogue, key: str) -> None:
    assert_error(api.get(f"/api/destinations/{key}"), 404, "not_found")
    assert_error(api.get(f"/api/destinations/{key}/places"), 404, "not_found")
    Destination.objects.update(published=False)
    assert_error(api.get("/api/destinations/varanasi"), 404, "not_found")


def test_catalogue_when_a_bad_token_is_sent_then_it_is_open_all_the_same(api: APIClient, catalogue: SmallCatalogue) -> None:
    assert api.get("/api/destinations", headers={"Authorization": "Bearer nonsense"}).status_code == 200
    for method in ("post", "put", "patch", "delete"):
        assert_error(getattr(api, method)("/api/destinations"), 405, "method_not_allowed")
