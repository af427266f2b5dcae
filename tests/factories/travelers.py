"""People who come along, with a passport that is good for years, or without."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Traveler, TravelerDocument, User
from trips.models import Trip, TripTraveler


def make_traveler(user: User, first: str = "Asha", last: str = "Rao", *, passport: bool = True, **fields: Any) -> Traveler:
    """An Indian adult by default, ready for a trip at home and abroad but for visas."""
    fields = {"nationality": "IND", "date_of_birth": dt.date(1990, 3, 4), **fields}
    traveler = Traveler.objects.create(user=user, first_name=first, last_name=last, **fields)
    if passport:
        add_paper(traveler, holder_name=f"{last} {first}".upper())
    return traveler


def add_paper(traveler: Traveler, type: str = "passport", **fields: Any) -> TravelerDocument:
    fields = {"state": "verified", "country": traveler.nationality, "issued_on": dt.date(2024, 1, 1), "expires_on": dt.date(2034, 1, 1), **fields}
    paper = TravelerDocument(traveler=traveler, type=type, **fields)
    paper.number = "Z7654321"
    paper.save()
    return paper


def bring(trip: Trip, traveler: Traveler) -> TripTraveler:
    return TripTraveler.objects.create(trip=trip, traveler=traveler, added_by=traveler.user)
