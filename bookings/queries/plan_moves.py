"""What becomes of the cart's rows when the trip's plan is put into the cart again: what the traveler set stays, what the plan moved follows. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bookings.models import CartItem
from bookings.pricing.quote import MOST_NIGHTS, MOST_PEOPLE, MOST_UNITS, Use
from bookings.queries.cart import Cart, use_of
from bookings.queries.itinerary_lines import ItineraryLine
from bookings.queries.planned import keys_of, line_key, moved_rows, numbers_of, planned_part, row_keys


@dataclass(frozen=True, slots=True)
class Step:
    """One row that is to be written: `item` None = a new one, `line` None = it goes. `after` is what it is used for then."""

    item: CartItem | None
    line: ItineraryLine | None
    after: Use | None

    @property
    def stands_for(self) -> dict[str, str]:
        """What the row remembers of the plan."""
        return {"planned_as": key_of(self.line), "planned_use": numbers_of(self.line.use)} if self.line else {}


@dataclass(frozen=True, slots=True)
class CartChange:
    """What was changed of the cart. `outcome`: added, moved (another date or departure), changed (other numbers), removed (the plan doesn't have
    it any more, or it is booked). `before` is None for what was added, `after` for what was removed."""

    outcome: str
    service_id: uuid.UUID
    name: str
    item_id: uuid.UUID | None
    before: Use | None
    after: Use | None


@dataclass(frozen=True, slots=True)
class FilledCart(Cart):
    """A trip's part of the cart after its plan was put into it, and what that changed."""

    changes: tuple[CartChange, ...] = ()


def key_of(line: ItineraryLine) -> str:
    return line_key(line.service.pk, line.use.first, line.use.time)


def steps_to_follow(rows: Sequence[CartItem], lines: Sequence[ItineraryLine], wanted: Sequence[ItineraryLine]) -> list[Step]:
    """Turn the trip's `rows` (those taken out too) into what the plan has: `lines` is all of it, `wanted` what of it isn't booked.

    A row stands for what it was made from; of a thing that the plan has elsewhen by now it follows date and departure, unless the traveler chose
    one of their own. People, units, nights stay as the traveler set them, and follow the plan where they are as the plan had them. What the traveler
    added beside the plan and what they took out stays as it is. The same again is no step at all.
    """
    known = {key for line in lines for key in keys_of(line)}
    inside = [item for item in rows if not item.taken_out]
    out = {key for item in rows if item.taken_out for key in row_keys(item)} - {key for item in inside for key in row_keys(item)}
    free = [line for line in wanted if out.isdisjoint(keys_of(line))]
    steps: list[Step] = []
    standing: dict[uuid.UUID, ItineraryLine] = {}
    for item in inside:
        line = next((line for line in free if item.planned_as in keys_of(line)), None) or next((line for line in free if row_keys(item) & keys_of(line)), None)
        if line is not None:
            standing[item.pk] = line
    covered = {key for item in inside if item.pk in standing for key in row_keys(item)}
    rest = [line for line in free if covered.isdisjoint(keys_of(line))]
    moved = {item.pk: line for item, line in moved_rows(rows, lines, rest)}
    rest = [line for line in rest if line not in moved.values()]
    said_no = [line for _item, line in moved_rows(rows, lines, rest, taken_out=True)]
    rest = [line for line in rest if line not in said_no]
    places = {_place(item.service_id, use_of(item)) for item in inside} | {_place(line.service.pk, line.use) for line in rest}
    for item in inside:
        line = standing.get(item.pk) or moved.get(item.pk)
        if line is not None:
            if item.planned_as:
                steps += _followed(item, line, places)
        elif item.planned_as or row_keys(item) & known:
            steps.append(Step(item, None, None))
    return [*steps, *(Step(None, line, line.use) for line in rest)]


def steps_of_moved(moved: Sequence[tuple[CartItem, ItineraryLine]], rows: Sequence[CartItem]) -> list[Step]:
    """The same for these rows alone, see `PlanLeft.moved`."""
    places = {_place(item.service_id, use_of(item)) for item in rows if not item.taken_out}
    return [step for item, line in moved for step in _followed(item, line, places)]


def _place(service_id: uuid.UUID, use: Use) -> tuple[uuid.UUID, dt.date, str]:
    return service_id, use.first, use.time


def _followed(item: CartItem, line: ItineraryLine, places: set[tuple[uuid.UUID, dt.date, str]]) -> Iterator[Step]:
    """The row as the plan has it now, but for what the traveler chose. Takes its place among those of the cart."""
    before, use = use_of(item), line.use
    chose_date = planned_part(item, 1) != f"{before.first:%Y%m%d}"
    chose_time = planned_part(item, 2) != before.time.replace(":", "")
    after = replace(before, first=before.first if chose_date else use.first, time=before.time if chose_time else use.time)
    if item.planned_use:
        quantity, participants, nights = (int(number) for number in item.planned_use.split("-"))
        if (before.quantity, before.participants) == (quantity, participants):  # one belongs to the other: so many people need so many units
            after = replace(after, quantity=min(use.quantity, MOST_UNITS), participants=min(use.participants, MOST_PEOPLE))
        if before.nights == nights:
            after = replace(after, nights=min(use.nights, MOST_NIGHTS))
    if _place(item.service_id, after) != _place(item.service_id, before):
        if _place(item.service_id, after) in places:  # something else of the cart has its date and departure: it stays where it is
            after = replace(after, first=before.first, time=before.time)
        places.discard(_place(item.service_id, before))
        places.add(_place(item.service_id, after))
    step = Step(item, line, after)
    if after != before or (item.planned_as, item.planned_use) != (step.stands_for["planned_as"], step.stands_for["planned_use"]):
        yield step


def change_of(step: Step, item_id: uuid.UUID | None) -> CartChange | None:
    """What is told of a step; None for one that changes nothing that anybody sees."""
    service = step.item.service if step.item else step.line.service if step.line else None
    before = use_of(step.item) if step.item else None
    if service is None or before == step.after:
        return None
    if before is None or step.after is None:
        outcome = "added" if before is None else "removed"
    else:
        outcome = "moved" if (before.first, before.time) != (step.after.first, step.after.time) else "changed"
    return CartChange(outcome, service.pk, service.name, item_id, before, step.after)
