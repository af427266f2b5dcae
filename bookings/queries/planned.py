"""Which things of the chosen plan come along to the checkout: those that no line of the cart stands for, that weren't taken out, nor bought."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookings import rules
from bookings.models import BookingItem, CartItem
from bookings.queries.itinerary_lines import ItineraryLine
from bookings.states import BOUGHT
from travelplanner.core.actor import Actor
from trips.models import Document, Trip

Key = tuple[uuid.UUID, dt.date, str]


def line_key(service_id: uuid.UUID | str, first: dt.date, time: str) -> str:
    """Names a line on the page, in its form and in `CartItem.planned_as`, whether it stands in the cart or only in the plan."""
    return f"{uuid.UUID(str(service_id)).hex[:16]}-{first:%Y%m%d}-{time.replace(':', '')}"


def row_keys(item: CartItem) -> set[str]:
    """What of a plan a row stands for: what it was made from and, while it is in the cart, what it is now."""
    own = line_key(item.service_id, item.booking_date, item.time)
    if item.taken_out:
        return {item.planned_as or own}
    return {own, item.planned_as} - {""}


def rows_of_trip(actor: Actor, trip: Trip) -> list[CartItem]:
    """The actor's rows of a trip in order of use, those that were taken out too, with what pricing reads. One statement."""
    rows = CartItem.all_rows.filter(rules.mine(actor), trip=trip.pk).select_related("service__supplier", "service__destination", "service__place")
    items = list(rows.order_by("booking_date", "time", "created_at", "id"))
    for item in items:
        item.trip = trip
    return items


@dataclass(frozen=True, slots=True)
class Bought:
    """Of the trip's bookings that are paid: what still stands, and what was cancelled of them."""

    kept: tuple[Key, ...] = ()
    cancelled: tuple[Key, ...] = ()


def bought_of(trip_id: uuid.UUID) -> Bought:
    """One statement."""
    kept: list[Key] = []
    cancelled: list[Key] = []
    rows = BookingItem.objects.filter(booking__state__in=BOUGHT, booking__trip=trip_id).order_by()
    for service_id, first, time, state in rows.values_list("service_id", "starts_on", "time", "state"):
        (cancelled if state == "cancelled" else kept).append((service_id, first, time))
    return Bought(tuple(kept), tuple(cancelled))


@dataclass(frozen=True, slots=True)
class PlanLeft:
    """`still`: what the plan has and nothing stands for yet. `out`: what the traveler took out of the cart, or cancelled."""

    still: tuple[ItineraryLine, ...]
    out: tuple[ItineraryLine, ...]


def plan_left(lines: Iterable[ItineraryLine], rows: Iterable[CartItem], bought: Bought) -> PlanLeft:
    """Sort the plan's lines; what is in the cart or bought is in neither part. Pure."""
    inside, outside = set[str](), set[str]()
    for item in rows:
        (outside if item.taken_out else inside).update(row_keys(item))
    open_lines = _uncovered([line for line in lines if _key_of(line) not in inside], bought.kept)
    uncancelled = {_key_of(line) for line in _uncovered(open_lines, bought.cancelled)}
    out = tuple(line for line in open_lines if _key_of(line) in outside or _key_of(line) not in uncancelled)
    return PlanLeft(tuple(line for line in open_lines if line not in out), out)


def _uncovered(lines: Sequence[ItineraryLine], items: Iterable[Key]) -> list[ItineraryLine]:
    """Lines that no item stands for. An item that was bought at another time or date than planned stands for its service: nothing is offered twice."""
    spare = Counter(items)
    rest = []
    for line in lines:
        key = (line.service.pk, line.use.first, line.use.time)
        if spare[key]:
            spare[key] -= 1
        else:
            rest.append(line)
    services = Counter(service_id for service_id, _first, _time in spare.elements())
    found = []
    for line in rest:
        if services[line.service.pk]:
            services[line.service.pk] -= 1
        else:
            found.append(line)
    return found


def _key_of(line: ItineraryLine) -> str:
    return line_key(line.service.pk, line.use.first, line.use.time)


def planned_things(body: Mapping[str, Any]) -> set[Key]:
    """(service, first date, departure or empty) of all that a final document has on sale."""
    found = {(stay["serviceId"], stay["arrival"], "") for stay in body.get("lodging") or () if stay.get("serviceId")}
    for day in body["itinerary"]["days"]:
        sold = [stop for stop in day["stops"] if stop.get("serviceId") and stop["kind"] != "lodging"]
        found |= {(stop["serviceId"], stop["arrive"], stop.get("serviceTime") or "") for stop in sold}
    return {(uuid.UUID(str(service)), dt.date.fromisoformat(moment[:10]), time) for service, moment, time in found if _is_uuid(service)}


def planned_key(item: CartItem) -> str:
    """What of its trip's chosen plan a row stands for, as a `line_key`; empty for what the plan doesn't have. At most one statement."""
    if item.planned_as or item.trip is None or item.trip.chosen_revision is None:
        return item.planned_as
    document = Document.objects.filter(trip=item.trip, kind="final", revision=item.trip.chosen_revision).first()
    own = (item.service_id, item.booking_date)
    planned = document is not None and any((service, first) == own and time in ("", item.time) for service, first, time in planned_things(document.body))
    return line_key(item.service_id, item.booking_date, item.time) if planned else ""


def _is_uuid(text: object) -> bool:
    try:
        uuid.UUID(str(text))
    except ValueError:
        return False
    return True
