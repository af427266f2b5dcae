"""What staff do to the inventory: capacity of a date, closed dates, price rules. And the pruning of slots that say nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from bookings.models import Hold, PriceRule, ServiceSlot
from bookings.pricing.tariff import capacity_on, price_on
from bookings.queries.inventory import SOLD_AHEAD, Stock, load_stock, today_at
from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from trips.models import Service

MOST_UNITS = 100_000
LEAST_PERCENT, MOST_PERCENT = Decimal(-90), Decimal(300)
BATCH = 500
PRUNER = Actor.system("prune_empty_slots")


def _require_staff(actor: Actor) -> None:
    if not (actor.is_staff or actor.is_system):
        raise NotAllowed


def set_capacity(*, actor: Actor, service_id: uuid.UUID, date: dt.date, time: str = "", capacity: int, now: dt.datetime | None = None) -> ServiceSlot:
    """Put `capacity` units on sale on a date (and departure), whatever the rules say.

    Guarantees: never below what is taken, whoever books at this moment: the UPDATE itself asks. Raises NotAllowed (staff only), NotFound,
    Invalid, Conflict (`below_taken`, with `taken`). Records an audit entry with both capacities. The same again changes nothing.
    """
    now = now or clock.now()
    with transaction.atomic():
        service = _service(service_id)
        _require_staff(actor)
        _check_date(service, date, [time], now)
        if not 0 <= capacity <= MOST_UNITS:
            raise Invalid(fields={"capacity": [_("Between 0 and %(most)s.") % {"most": MOST_UNITS}]})
        (slot,) = _slots(service, date, [time])
        if slot.capacity != capacity:
            if not ServiceSlot.objects.filter(pk=slot.pk, taken__lte=capacity).update(capacity=capacity):
                taken = ServiceSlot.objects.values_list("taken", flat=True).get(pk=slot.pk)
                raise Conflict(_("%(taken)s are taken already; the capacity can't be less.") % {"taken": taken}, code="below_taken", extra={"taken": taken})
            told = {"date": date.isoformat(), "time": time}
            audit.record(actor=actor, action="serviceslot.capacity_set", row=slot, before={"capacity": slot.capacity, **told}, after={"capacity": capacity}, now=now)
            slot.capacity = capacity
    return slot


def close_date(*, actor: Actor, service_id: uuid.UUID, date: dt.date, now: dt.datetime | None = None) -> int:
    """Sell nothing more on a date: each departure's capacity becomes what is taken; returns how many departures changed.

    What is booked stays booked. Raises NotAllowed (staff only), NotFound, Invalid. Records an audit entry per departure.
    """
    return _set_all(actor, service_id, date, "serviceslot.closed", now)


def reopen_date(*, actor: Actor, service_id: uuid.UUID, date: dt.date, now: dt.datetime | None = None) -> int:
    """Put what the rules say on sale again on a date (never less than what is taken); returns how many departures changed.

    Raises NotAllowed (staff only), NotFound, Invalid. Records an audit entry per departure.
    """
    return _set_all(actor, service_id, date, "serviceslot.reopened", now)


def _set_all(actor: Actor, service_id: uuid.UUID, date: dt.date, action: str, now: dt.datetime | None) -> int:
    now = now or clock.now()
    with transaction.atomic():
        service = _service(service_id)
        _require_staff(actor)
        times = service.times or [""]
        _check_date(service, date, times, now)
        before = {slot.pk: slot for slot in _slots(service, date, times)}
        by_rule = capacity_on(load_stock([service], date, date).tariffs[service.pk], date)
        wanted = F("taken") if action == "serviceslot.closed" else Greatest(F("taken"), by_rule)
        for slot_id in sorted(before):  # one by one in primary-key order, as bookings take them
            ServiceSlot.objects.filter(pk=slot_id).update(capacity=wanted)
        after = list(ServiceSlot.objects.filter(pk__in=before).order_by("pk"))
        changed = [slot for slot in after if slot.capacity != before[slot.pk].capacity]
        told = [
            (slot, {"capacity": before[slot.pk].capacity, "date": date.isoformat(), "time": slot.time}, {"capacity": slot.capacity, "taken": slot.taken})
            for slot in changed
        ]
        audit.record_each(actor=actor, action=action, changes=told, now=now)
    return len(changed)


def set_price_rule(
    *,
    actor: Actor,
    service_id: uuid.UUID,
    name: str,
    percent: Decimal,
    valid_from: dt.date | None = None,
    valid_until: dt.date | None = None,
    months: Sequence[int] = (),
    weekdays: Sequence[int] = (),
    now: dt.datetime | None = None,
) -> PriceRule:
    """Add `percent` to the list price on matching dates, or set the rule of this name anew.

    Dates on which places were held keep their price; dates whose slot is empty and says nothing of its own follow the rule. Raises NotAllowed
    (staff only), NotFound, Invalid. Records an audit entry with both values.
    """
    now = now or clock.now()
    values = {"percent": percent, "valid_from": valid_from, "valid_until": valid_until, "months": sorted(set(months)), "weekdays": sorted(set(weekdays))}
    with transaction.atomic():
        service = _service(service_id, lock=True)
        _require_staff(actor)
        name = name.strip()
        _check_rule(name, percent, valid_from, valid_until, months, weekdays)
        _prune(ServiceSlot.objects.filter(service=service))  # before the rule: afterwards they would no longer equal the rules
        rule = PriceRule.objects.filter(service=service, name=name).first()
        before = {key: _told(getattr(rule, key)) for key in values} if rule else {}
        rule, created = PriceRule.objects.update_or_create(service=service, name=name, defaults=values)
        after = {key: _told(value) for key, value in values.items()}
        if before != after:
            audit.record(actor=actor, action=f"pricerule.{'added' if created else 'changed'}", row=rule, before=before, after={"service": service.slug, "name": name, **after}, now=now)
    return rule


def prune_slots(*, actor: Actor = PRUNER) -> str:
    """Delete slots that nobody ever held and that say what the rules say: failed attempts leave them. A job; says how many.

    Race-safe: the DELETE itself asks whether the slot is still empty, and a booking whose slot went makes it anew. A few statements per
    500 slots.
    """
    if not actor.is_system:
        raise NotAllowed
    gone = _prune(ServiceSlot.objects.all())
    return f"{gone} empty slots dropped" if gone else ""


def _prune(slots: QuerySet[ServiceSlot]) -> int:
    gone, after = 0, uuid.UUID(int=0)
    while True:
        empty = _unheld(slots.filter(pk__gt=after, taken=0))
        batch = list(empty.select_related("service__destination", "service__supplier").order_by("pk")[:BATCH])
        if not batch:
            return gone
        after = batch[-1].pk
        gone += _drop(_like_the_rules(batch))


def _unheld(slots: QuerySet[ServiceSlot]) -> QuerySet[ServiceSlot]:
    return slots.filter(~Exists(Hold.objects.filter(slot=OuterRef("pk"))))


def _like_the_rules(batch: Collection[ServiceSlot]) -> list[ServiceSlot]:
    stock: Stock = load_stock({slot.service_id: slot.service for slot in batch}.values(), min(s.date for s in batch), max(s.date for s in batch), slotted=False)
    return [slot for slot in batch if _says_nothing(slot, stock)]


def _says_nothing(slot: ServiceSlot, stock: Stock) -> bool:
    tariff = stock.tariffs[slot.service_id]
    return (slot.price, slot.capacity, slot.currency) == (price_on(tariff, slot.date), capacity_on(tariff, slot.date), tariff.currency)


def _drop(slots: Sequence[ServiceSlot]) -> int:
    """One conditional DELETE: what was taken, held or set anew since it was read stays."""
    if not slots:
        return 0
    same = Q()
    for capacity, price in {(slot.capacity, slot.price) for slot in slots}:
        same |= Q(capacity=capacity, price=price, pk__in=[slot.pk for slot in slots if (slot.capacity, slot.price) == (capacity, price)])
    rows = _unheld(ServiceSlot.objects.filter(same, taken=0).order_by())
    try:
        with transaction.atomic():
            return int(rows._raw_delete(using=rows.db))  # delete() would read first, and delete what it read
    except IntegrityError:  # someone held one of them in the meantime; tomorrow is another day
        return 0


def _told(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _service(service_id: uuid.UUID, *, lock: bool = False) -> Service:
    rows = Service.objects.select_related("destination", "supplier").filter(pk=service_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def _check_date(service: Service, date: dt.date, times: Iterable[str], now: dt.datetime) -> None:
    today = today_at(service.destination.timezone, now)
    if not today <= date <= today + SOLD_AHEAD:
        raise Invalid(fields={"date": [_("A date from today to 18 months ahead.")]})
    if any(time not in (service.times or [""]) for time in times):
        raise Invalid(fields={"time": [_("Choose one of the departures that are offered.")]})


def _slots(service: Service, date: dt.date, times: Sequence[str]) -> list[ServiceSlot]:
    """The slots of a date, made where there are none. At most five statements."""
    rows = ServiceSlot.objects.filter(service=service, date=date, time__in=times).order_by("pk")
    found = list(rows)
    missing = set(times) - {slot.time for slot in found}
    if not missing:
        return found
    tariff = load_stock([service], date, date).tariffs[service.pk]
    made = [
        ServiceSlot(service=service, date=date, time=time, capacity=capacity_on(tariff, date), price=price_on(tariff, date), currency=service.currency)
        for time in sorted(missing)
    ]
    ServiceSlot.objects.bulk_create(made, ignore_conflicts=True)
    return list(rows.all())


def _check_rule(
    name: str, percent: Decimal, valid_from: dt.date | None, valid_until: dt.date | None, months: Iterable[int], weekdays: Iterable[int]
) -> None:
    fields: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 80 or not name.isprintable():
        fields["name"] = [_("A name of up to 80 characters.")]
    if not percent.is_finite() or not LEAST_PERCENT <= percent <= MOST_PERCENT:
        fields["percent"] = [_("Between %(least)s and %(most)s percent.") % {"least": LEAST_PERCENT, "most": MOST_PERCENT}]
    if valid_from and valid_until and valid_until < valid_from:
        fields["valid_until"] = [_("The last date lies before the first.")]
    if any(month not in range(1, 13) for month in months):
        fields["months"] = [_("Months are 1 to 12.")]
    if any(day not in range(7) for day in weekdays):
        fields["weekdays"] = [_("Weekdays are 0 (Monday) to 6.")]
    if fields:
        raise Invalid(fields=fields)
