"""The typed row beside each booked item: FlightDetail, HotelDetail, ActivityDetail, CarRentalDetail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from bookings.kinds import columns_of, problems_of_booked
from bookings.models import ActivityDetail, BookingItem, CarRentalDetail, FlightDetail, HotelDetail
from bookings.queries.basket import BasketLine
from travelplanner.core import plain_rows
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid

ROWS: dict[str, type[Model]] = {"flight": FlightDetail, "hotel": HotelDetail, "activity": ActivityDetail, "car_rental": CarRentalDetail}


def note_details(*, actor: Actor, items: Sequence[BookingItem], lines: Iterable[BasketLine]) -> None:
    """Write each item's typed row, in the caller's transaction; `lines` in the order of `items`.

    Guarantees: one bulk insert per kind present, whatever the number of items. Raises Invalid when an item's details don't fit its kind.
    """
    rows: dict[str, list[Model]] = defaultdict(list)
    for item, line in zip(items, lines, strict=True):
        if wrong := problems_of_booked(item.type, item.details):
            raise Invalid(code="details_unfit", fields={"details": wrong}, extra={"name": item.name})
        columns: dict[str, Any] = columns_of(line.service, line.quote, item.details)
        rows[item.type].append(ROWS[item.type](item=item, **columns))
    for _kind, made in sorted(rows.items()):
        plain_rows.insert(made)
