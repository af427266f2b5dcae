"""Every page of the staff admin, for every model: as many statements for 30 rows as for one, and none is needed to open."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings.actions import checkout
from bookings.actions.checkout import Contact
from bookings.models import Booking
from tests.bookings.admin_models import REGISTERED, newest, url
from tests.cast import actor_for
from tests.factories.bookings import make_planned_trip, put_in_cart
from tests.factories.catalogue import DestinationFactory, ServiceFactory, SmallCatalogue, SourceFactory
from tests.factories.office import make_office_rows
from tests.statements import counted
from trips.models import ClimateMonth, Destination, DestinationNote

MOST_ON_A_LIST = 14
MOST_ON_A_PAGE = 40  # the story of a booking asks every table of it once

pytestmark = pytest.mark.django_db


def test_lists_and_pages_when_rows_grow_from_one_to_thirty_then_statements_stay(dana_page: Client, catalogue: SmallCatalogue, settings: Any) -> None:
    settings.PLANNING_EFFORT = 20
    make_office_rows(catalogue)
    rows = {model: newest(model).pk for model in REGISTERED}
    few = {model._meta.label: _counts(dana_page, model, rows[model]) for model in REGISTERED}
    for _number in range(29):
        make_office_rows(catalogue, planned=False)
    many = {model._meta.label: _counts(dana_page, model, rows[model]) for model in REGISTERED}
    grown = {label: (few[label], counts) for label, counts in many.items() if counts[0] > few[label][0] or counts[1] > few[label][1]}
    assert not grown
    assert all(listed <= MOST_ON_A_LIST and shown <= MOST_ON_A_PAGE for listed, shown in many.values()), many


def _counts(browser: Client, model: type[models.Model], row: Any) -> tuple[int, int]:
    """(statements of the list, of the page of one row)"""
    with counted() as listing:
        assert browser.get(url(model, "changelist")).status_code == 200
    with counted() as showing:
        assert browser.get(url(model, "change", row)).status_code == 200
    return len(listing), len(showing)


def test_pages_when_a_parent_has_many_children_then_statements_stay(dana_page: Client, alice: User, catalogue: SmallCatalogue) -> None:
    """A destination with a source for each fact, a booking with many items."""
    town = DestinationFactory(slug="far", name="Far")
    DestinationNote.objects.create(destination=town, kind="safety", text="0", position=0, source=SourceFactory(slug="far/0"))
    with counted() as few:
        dana_page.get(url(Destination, "change", town.pk))
    for number in range(1, 13):
        ClimateMonth.objects.create(destination=town, month=number, low_c=1, high_c=2, rain_mm=3, source=SourceFactory(slug=f"far/c{number}"))
        DestinationNote.objects.create(destination=town, kind="safety", text="1", position=number, source=SourceFactory(slug=f"far/n{number}"))
    with counted() as many:
        text = dana_page.get(url(Destination, "change", town.pk)).content.decode()
    assert len(many) <= len(few)
    assert text.count("A page that was opened") > 24

    contact = Contact("Alice", "alice@example.org", "")
    sizes = []
    for items in (1, 20):
        trip = make_planned_trip(alice, catalogue)
        for _number in range(items):
            put_in_cart(trip, ServiceFactory(destination=catalogue.destination))
        booking = checkout.book_trip(actor=actor_for(alice), trip_reference=trip.reference, contact=contact)
        assert booking.items.count() == items
        with counted() as statements:
            assert dana_page.get(url(Booking, "change", booking.pk)).status_code == 200
        sizes.append(len(statements))
    assert sizes[0] == sizes[1] <= MOST_ON_A_PAGE


def test_dashboard_when_nothing_is_there_then_opens(dana_page: Client) -> None:
    assert dana_page.get(reverse("admin:index")).status_code == 200
