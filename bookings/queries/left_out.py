"""What a traveler took out of a trip's plan or of what they had added to it, or cancelled: it can be put back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from bookings.models import CartItem
from bookings.queries.itinerary_lines import lines_of_itinerary
from bookings.queries.planned import PlanLeft, bought_of, line_key, plan_left, row_keys, rows_of_trip
from travelplanner.core.actor import Actor
from trips.models import Trip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`key` names it for `actions.cart.take_from_plan`."""

    key: str
    name: str
    first: dt.date
    time: str
    service_id: uuid.UUID


def left_out_of(actor: Actor, trip: Trip) -> tuple[LeftOut, ...]:
    """Of a trip that was read. At most six statements."""
    rows = rows_of_trip(actor, trip) if actor.is_user else []
    plan = lines_of_itinerary(trip)
    left = plan_left(plan.lines, rows, bought_of(trip.pk)) if plan else PlanLeft((), ())
    return tuple(things_left_out(left, rows, {key for item in rows if not item.taken_out for key in row_keys(item)}))


def things_left_out(left: PlanLeft, rows: Sequence[CartItem], covered: Set[str]) -> Iterator[LeftOut]:
    """Of the plan and of what was added to it; `covered` are the keys that rows in the cart stand for. Pure."""
    known = set(covered)
    things = [(one.service, one.use.first, one.use.time) for one in left.out]
    things += [(item.service, item.booking_date, item.time) for item in rows if item.taken_out and not item.planned_as]
    for service, first, time in things:
        key = line_key(service.pk, first, time)
        if key not in known:
            known.add(key)
            yield LeftOut(key, service.name, first, time, service.pk)
