"""Places of slots: made, taken, given back. The one module that writes `ServiceSlot.taken`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import F

from bookings.models import Hold, ServiceSlot
from bookings.pricing.quote import DatedPrice
from bookings.queries.basket import BasketLine
from travelplanner.core import plain_rows
from travelplanner.core.actor import Actor


@dataclass(frozen=True, slots=True)
class SlotNeed:
    """`quantity` units of a slot at `price`; `taken` and `capacity` are what was read before the transaction, and only ever a hint."""

    slot_id: uuid.UUID
    quantity: int
    price: Decimal
    taken: int
    capacity: int


class Lost(Exception):
    """Slots that could not be had; the caller rolls back and says why."""

    def __init__(self, slot_id: uuid.UUID) -> None:
        self.slot_id = slot_id
        super().__init__(str(slot_id))


def ensure_slots(*, actor: Actor, lines: Sequence[BasketLine]) -> dict[int, tuple[SlotNeed, ...]]:
    """Make the slots of the lines that don't exist yet; returns what each line (by index) needs of them.

    To be called outside of the booking's transaction: one insert-or-ignore in a fixed order, so that two bookings that make the same
    slots in different order can't wait for each other. No statement where pricing found them all, else two.
    """
    wanted = {(line.service.pk, day.date, line.quote.use.time): (line, day) for line in lines for day in line.quote.dates}
    missing = sorted((key for key, (_line, day) in wanted.items() if day.slot_id is None), key=lambda key: (str(key[0]), key[1], key[2]))
    made: dict[tuple[uuid.UUID, dt.date, str], ServiceSlot] = {}
    if missing:
        ServiceSlot.objects.bulk_create(
            [
                ServiceSlot(service_id=key[0], date=key[1], time=key[2], capacity=day.capacity, price=day.unit_price, currency=line.quote.currency)
                for key in missing
                for line, day in [wanted[key]]
            ],
            ignore_conflicts=True,
        )
        made = _read(missing)
    return {index: tuple(_need(line, day, made) for day in line.quote.dates) for index, line in enumerate(lines)}


def _need(line: BasketLine, day: DatedPrice, made: Mapping[tuple[uuid.UUID, dt.date, str], ServiceSlot]) -> SlotNeed:
    """Of the slot that pricing found, or of the one that was made since."""
    use = line.quote.use
    if day.slot_id is not None:
        return SlotNeed(day.slot_id, use.quantity, day.unit_price, day.capacity - day.left, day.capacity)
    slot = made[line.service.pk, day.date, use.time]
    return SlotNeed(slot.pk, use.quantity, day.unit_price, slot.taken, slot.capacity)


def _read(keys: Iterable[tuple[uuid.UUID, dt.date, str]]) -> dict[tuple[uuid.UUID, dt.date, str], ServiceSlot]:
    wanted = set(keys)
    services, dates = {key[0] for key in wanted}, {key[1] for key in wanted}
    rows = ServiceSlot.objects.filter(service__in=services, date__range=(min(dates), max(dates))).order_by()
    return {key: slot for slot in rows if (key := (slot.service_id, slot.date, slot.time)) in wanted}


def take_places(*, actor: Actor, needs: Iterable[SlotNeed]) -> None:
    """Take the units of every slot, or raise Lost. The last writes of a booking's transaction, in primary-key order: no two bookings
    can wait for each other, and a hot slot is locked for the shortest time.

    Guarantees: `taken` never passes `capacity`, and the slot's price is the one that was quoted: the UPDATE itself asks for both.
    """
    for need in _by_slot(needs):
        if settings.PLACES_ARE_GUARDED:
            as_quoted = {"id": need.slot_id, "price": need.price, "taken": plain_rows.Room("capacity", need.quantity)}
            hit = bool(plain_rows.change(ServiceSlot, {"taken": plain_rows.Plus(need.quantity)}, where=as_quoted))
        else:  # the twin of the race tests: trusts what was read earlier, as unguarded code does
            rows = ServiceSlot.objects.filter(pk=need.slot_id)
            hit = need.taken + need.quantity <= need.capacity and bool(rows.update(taken=need.taken + need.quantity))
        if not hit:
            raise Lost(need.slot_id)


def _by_slot(needs: Iterable[SlotNeed]) -> list[SlotNeed]:
    sums: dict[uuid.UUID, SlotNeed] = {}
    for need in needs:
        before = sums.get(need.slot_id)
        sums[need.slot_id] = SlotNeed(need.slot_id, need.quantity + (before.quantity if before else 0), need.price, need.taken, need.capacity)
    return [sums[slot_id] for slot_id in sorted(sums)]


def give_back_places(*, actor: Actor, holds: Sequence[Hold]) -> None:
    """Free the units of these holds, in primary-key order; last writes of the transaction that released the holds."""
    units: Counter[uuid.UUID] = Counter()
    for hold in holds:
        units[hold.slot_id] += hold.quantity
    for slot_id in sorted(units):
        ServiceSlot.objects.filter(pk=slot_id).update(taken=F("taken") - units[slot_id])
