"""No cache between keeps what is one person's."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.catalogue import SmallCatalogue
from trips.models import Destination

pytestmark = pytest.mark.django_db
PRIVATE = "private, no-store"


@pytest.mark.parametrize("path", ["/", "/new", "/trips", "/bookings", "/no-such-page"])
def test_page_when_signed_in_then_not_to_be_kept(alice_page: Client, path: str) -> None:
    assert alice_page.get(path)["Cache-Control"] == PRIVATE


@pytest.mark.parametrize("path", ["/trips/nobodys", "/bookings/nobodys"])
def test_trip_or_booking_when_signed_out_then_not_to_be_kept(page: Client, path: str) -> None:
    assert page.get(path)["Cache-Control"] == PRIVATE


def test_cover_and_static_when_signed_in_then_still_kept(alice_page: Client, catalogue: SmallCatalogue) -> None:
    cover = reverse("trips:cover", args=[Destination.objects.get().slug, "3-dawn-0-tall"])
    assert "max-age=604800" in alice_page.get(cover)["Cache-Control"]
    assert "no-store" not in alice_page.get("/static/css/components.css")["Cache-Control"]


@pytest.mark.parametrize("key", ["²-dawn-0-tall", "3-dawn-²-tall", "03-dawn-0-tall", "3-dawn-00-tall", "0010000001-dawn-0-tall", "0-dawn-0-tall", "13-dawn-0-tall", "3-dawn-31-tall", "٣-dawn-0-tall", "3-dawn-0-tall\n"])
def test_cover_when_its_address_is_not_canonical_then_not_found(page: Client, catalogue: SmallCatalogue, key: str) -> None:
    assert page.get(reverse("trips:cover", args=[Destination.objects.get().slug, key])).status_code == 404


@pytest.mark.parametrize("key", ["1-dawn-0-tall", "12-noon-30-plate", "9-dusk-29-wide", "10-dusk-9-strip"])
def test_cover_when_its_address_is_canonical_then_drawn(page: Client, catalogue: SmallCatalogue, key: str) -> None:
    assert page.get(reverse("trips:cover", args=[Destination.objects.get().slug, key])).status_code == 200
