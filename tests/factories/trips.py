"""Trips as rows, for tests that need no planning."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import factory

from tests.factories.people import UserFactory
from trips.models import Trip


class TripFactory(factory.django.DjangoModelFactory):
    """Three days a month ahead for two, under 40,000 INR."""

    class Meta:
        model = Trip

    owner = factory.SubFactory(UserFactory)
    title = "Three days in Varanasi"
    start_date = factory.LazyFunction(lambda: dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30))
    end_date = factory.LazyAttribute(lambda trip: trip.start_date + dt.timedelta(days=2))
    timezone = "Asia/Kolkata"
    budget_amount = Decimal(40000)
    budget_currency = "INR"
    traveler_count = 2
