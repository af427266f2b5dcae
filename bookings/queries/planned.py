"""Which things of the chosen plan come along to the checkout: those that no line of the cart stands for, that weren't taken out, nor bought."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from bookings.models import BookingItem, CartItem
from bookings.pricing.quote import MOST_NIGHTS, MOST_PEOPLE, MOST_UNITS, Use
from bookings.queries.itinerary_lines import ItineraryLine
from bookings.states import BOUGHT
from travelplanner.core import reads
from travelplanner.core.actor import Actor
from trips.models import Document, Trip

Key = tuple[uuid.UUID, dt.date, str]


def line_key(service_id: uuid.UUID | str, first: dt.date, time: str) -> str:
    """Names a line on the page, in its form and in `CartItem.planned_as`, whether it stands in the cart or only in the plan."""
    return f"{uuid.UUID(str(service_id)).hex[:16]}-{first:%Y%m%d}-{time.replace(':', '')}"


def line_mark(service_id: uuid.UUID, use: Use) -> str:
    """A `line_key` with how many and for how long: what a page showed, to be told from what there is to book when its button is pressed."""
    return f"{line_key(service_id, use.first, use.time)}-{use.quantity}-{use.participants}-{use.nights}"


def item_mark(item: BookingItem) -> str:
    """The `line_mark` of the line that an item was booked from: what is held again is what was held."""
    nights = max(1, (item.ends_on - item.starts_on).days)
    return line_mark(item.service_id, Use(item.starts_on, item.quantity, item.participants, nights, item.time))


def numbers_of(use: Use) -> str:
    """Units, people and nights as a row of the cart keeps them."""
    return f"{min(use.quantity, MOST_UNITS)}-{min(use.participants, MOST_PEOPLE)}-{min(use.nights, MOST_NIGHTS)}"


def row_keys(item: CartItem) -> set[str]:
    """What of a plan a row stands for: what it was made from and, while it is in the cart, what it is now."""
    own = line_key(item.service_id, item.booking_date, item.time)
    if item.taken_out:
        return {item.planned_as or own}
    return {own, item.planned_as} - {""}


def rows_of_trip(actor: Actor, trip: Trip) -> list[CartItem]:
    """The actor's rows of a trip in order of use, those that were taken out too, with what pricing reads. One statement."""
    items = reads.rows(_rows_of_trip, user_id=actor.user_id, trip_id=trip.pk) if actor.is_user else []
    for item in items:
        item.trip = trip
    return items


def _rows_of_trip(*, user_id: uuid.UUID, trip_id: uuid.UUID) -> QuerySet[CartItem]:
    rows = CartItem.all_rows.filter(user=user_id, trip=trip_id).select_related("service__supplier", "service__destination", "service__place")
    return rows.order_by("booking_date", "time", "created_at", "id")


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
    """`still`: what the plan has and nothing stands for yet. `out`: what the traveler took out of the cart, or cancelled. `moved`: rows of the cart
    that were made from something which the plan has elsewhen by now, each with what the plan has; they go on standing for it."""

    still: tuple[ItineraryLine, ...]
    out: tuple[ItineraryLine, ...]
    moved: tuple[tuple[CartItem, ItineraryLine], ...] = ()


def plan_left(lines: Iterable[ItineraryLine], rows: Iterable[CartItem], bought: Bought) -> PlanLeft:
    """Sort the plan's lines; what is in the cart or bought is in neither part. Pure."""
    inside, outside = set[str](), set[str]()
    rows, lines = list(rows), list(lines)
    for item in rows:
        (outside if item.taken_out else inside).update(row_keys(item))
    wanted = [line for line in lines if inside.isdisjoint(keys_of(line))]
    wanted.sort(key=lambda line: not outside.isdisjoint(keys_of(line)))  # what was bought elsewhen stands for what was not taken out
    open_lines = uncovered(wanted, bought.kept)
    uncancelled = uncovered(open_lines, bought.cancelled)
    out = tuple(line for line in open_lines if not outside.isdisjoint(keys_of(line)) or line not in uncancelled)
    still = [line for line in open_lines if line not in out]
    moved = moved_rows(rows, lines, still)
    still = [line for line in still if line not in [line for _item, line in moved]]
    gone = [line for _item, line in moved_rows(rows, lines, still, taken_out=True)]  # a no holds for the same thing elsewhen
    return PlanLeft(tuple(line for line in still if line not in gone), (*out, *gone), moved)


def moved_rows(rows: Iterable[CartItem], lines: Iterable[ItineraryLine], free: Iterable[ItineraryLine], *, taken_out: bool = False) -> tuple[tuple[CartItem, ItineraryLine], ...]:
    """Rows in the cart (`taken_out`: those that were taken out) whose thing `lines` don't have where it was, each with the one of `free` that it is by now: of the same service, on its
    planned date before any other. Pure."""
    known = {key for line in lines for key in keys_of(line)}
    stale = [item for item in rows if item.taken_out is taken_out and item.planned_as and row_keys(item).isdisjoint(known)]
    rest, pairs = list(free), list[tuple[CartItem, ItineraryLine]]()
    for same_date in (True, False):
        for item in list(stale):
            mine = [line for line in rest if line.service.pk == item.service_id and (not same_date or f"{line.use.first:%Y%m%d}" == planned_part(item, 1))]
            if line := min(mine, key=lambda line: line.use.time != item.time, default=None):  # the departure that it has already before any other
                pairs.append((item, line))
                stale.remove(item)
                rest.remove(line)
    return tuple(pairs)


def planned_part(item: CartItem, part: int) -> str:
    """Of what a row was made from: the date (1) or the departure (2), as in its key."""
    return item.planned_as.split("-")[part]


def uncovered(lines: Sequence[ItineraryLine], items: Iterable[Key]) -> list[ItineraryLine]:
    """Lines that no item stands for. An item that was bought at another time or date than planned stands for its service, on its own date
    before any other: nothing is offered twice."""
    rest, spare = list(lines), list(items)
    for parts in (3, 2, 1):  # the same departure; the same date; the same service
        have = Counter(item[:parts] for item in spare)
        open_lines = []
        for line in rest:
            key = (line.service.pk, line.use.first, line.use.time)[:parts]
            if have[key]:
                have[key] -= 1
                spare.remove(next(item for item in spare if item[:parts] == key))
            else:
                open_lines.append(line)
        rest = open_lines
    return rest


def keys_of(line: ItineraryLine) -> set[str]:
    """What names a line of the plan: the departure it has today, and the one that its document names."""
    return {line_key(line.service.pk, line.use.first, time) for time in (line.use.time, line.named)}


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
