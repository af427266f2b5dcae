"""Reserving a trip: places held, budget locked, payment prepared. All or nothing, nothing charged."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions import saga
from bookings.actions.budget_locks import hold_budget
from bookings.actions.item_details import note_details
from bookings.actions.named_travelers import NamedTraveler, checked_travelers, note_travelers
from bookings.actions.offers import end_offer, reprice_offer
from bookings.actions.places import Lost, SlotNeed, ensure_slots, take_places
from bookings.actions.share_plans import Collecting, collecting_until, plan_shares, write_shares
from bookings.actions.supplier_names import require_names
from bookings.actions.supplier_steps import MORE, SupplierRefused, hold_at_suppliers
from bookings.errors import AlreadyBooked, BookingOpen, NoPlaces, OfferGone, PriceChanged, SupplierSilent
from bookings.kinds import details_of
from bookings.models import Booking, BookingItem, Hold, Payment, ServiceSlot
from bookings.queries.basket import Basket, BasketLine, load_basket
from bookings.queries.booked_lines import open_and_booked
from bookings.states import BOOKING, PAYMENT
from travelplanner.core import clock, ids, money, plain_rows
from travelplanner.core.actor import Actor
from travelplanner.core.errors import AppError, Conflict, IdempotencyMismatch, Invalid
from travelplanner.core.failpoints import reach
from travelplanner.core.lines import readable
from travelplanner.core.money import Money
from travelplanner.core.transitions import make_moved
from trips import rules as trip_rules
from trips.actions.trips import fetch_for_change, lock_revision
from trips.models import Trip
from trips.queries.trips import get_trip


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is written to about the booking."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Reserved:
    """`payment` is there when its charge was begun in the same transaction: the gateway is to be asked now."""

    booking: Booking
    payment: Payment | None = None


def make_reservation(
    *,
    actor: Actor,
    trip_reference: str,
    contact: Contact,
    travelers: Sequence[NamedTraveler] = (),
    request_key: str | None = None,
    accepted_total: Decimal | None = None,
    collect: Collecting | None = None,
    charge_by: str | None = None,
    with_plan: bool = False,
    shown: Sequence[str] | None = None,
    only_shown: bool = False,
    now: dt.datetime | None = None,
) -> Reserved:
    """Hold the places of the trip's cart (else of its itinerary; `with_plan`: of both), lock its budget and prepare one payment of the sum.

    `accepted_total` is the sum, in the trip's currency, that the traveler agreed to after PriceChanged. `travelers` says who uses what is
    booked (nobody has to be named); it changes no price. `shown` are the `line_mark`s of what a page showed: nothing else is
    booked, and where there is more it is refused, or (`only_shown`) left for another time. `collect` prepares shares in the place of the one payment, and holds for longer.
    `charge_by` (what may be shown of a payment method) writes the intent to charge in the same transaction, where nothing is held elsewhere first.
    Guarantees: all places or none; held + spent never passes the budget; never two open bookings of a trip; the same `request_key` of the
    same user gives the same booking. Reads and prices first, outside of the transaction; the transaction's own UPDATEs decide.
    Raises NotFound, NotAllowed, Invalid, Conflict (`wrong_state`, `nothing_to_book`, `basket_changed`, `already_booked`), AlreadyBooked, BookingOpen,
    PriceChanged, OverBudget, NoPlaces. Records the booking's transition; the payment is `created`, or `pending` with `charge_by`; nothing was charged.
    """
    user_id = rules.require_user(actor)
    now = now or clock.now()
    try:
        reserved, basket = _reserve(actor, trip_reference, contact, travelers, request_key, accepted_total, collect, charge_by, with_plan, shown, only_shown, now)
    except (AppError, IntegrityError):
        # Whether this very request was made before is asked only now: most weren't, and one that was meets its own booking, or its own key.
        if known := _known(user_id, request_key, trip_reference):
            return Reserved(known)
        raise
    reach("reserve.committed")
    return Reserved(_held_elsewhere(actor, reserved.booking, basket, with_plan, now)) if reserved.booking.saga_open else reserved


def _reserve(
    actor: Actor,
    trip_reference: str,
    contact: Contact,
    travelers: Sequence[NamedTraveler],
    request_key: str | None,
    accepted_total: Decimal | None,
    collect: Collecting | None,
    charge_by: str | None,
    with_plan: bool,
    shown: Sequence[str] | None,
    only_shown: bool,
    now: dt.datetime,
) -> tuple[Reserved, Basket]:
    """Read and price, then write; again when a slot vanished between the two."""
    checked = _checked(contact)
    trip = get_trip(actor, trip_reference, whole=False)
    if not trip_rules.may_change(actor, trip):  # asked again under the lock; here, so that nothing is written for who may not
        raise trip_rules.refusal(trip)
    while True:
        basket = load_basket(actor, trip, with_plan=with_plan, only=frozenset(shown or ()) if only_shown else None, now=now)
        if shown is not None and basket.marks != set(shown):
            raise Conflict(_("What there is to book has changed since you saw it. Look at it again; nothing was charged."), code="basket_changed")
        named = checked_travelers(actor=actor, trip=trip, basket=basket, travelers=travelers)
        require_names(actor=actor, basket=basket, travelers=named, phone=checked.phone)
        _check_prices(basket, accepted_total)
        needs = ensure_slots(actor=actor, lines=basket.lines)
        try:
            return _write(actor, trip, basket, needs, checked, named, request_key, collect, charge_by, now), basket
        except Lost as lost:
            if ServiceSlot.objects.filter(pk=lost.slot_id).exists():
                raise _explain(lost, basket, needs, load_basket(actor, trip, with_plan=with_plan, only=basket.marks, now=now)) from lost
            # It was empty, and pruned at this moment: it is made anew.


def reserve_booking(
    *,
    actor: Actor,
    trip_reference: str,
    contact: Contact,
    travelers: Sequence[NamedTraveler] = (),
    request_key: str | None = None,
    accepted_total: Decimal | None = None,
    collect: Collecting | None = None,
    with_plan: bool = False,
    shown: Sequence[str] | None = None,
    only_shown: bool = False,
    now: dt.datetime | None = None,
) -> Booking:
    """`make_reservation` without a charge: the booking, to be paid later."""
    return make_reservation(
        actor=actor,
        trip_reference=trip_reference,
        contact=contact,
        travelers=travelers,
        request_key=request_key,
        accepted_total=accepted_total,
        collect=collect,
        with_plan=with_plan,
        shown=shown,
        only_shown=only_shown,
        now=now,
    ).booking


def _held_elsewhere(actor: Actor, booking: Booking, basket: Basket, with_plan: bool, now: dt.datetime) -> Booking:
    """Hold what other companies sell; a no is told in the words of our own inventory."""
    try:
        return hold_at_suppliers(actor=actor, booking_id=booking.pk, now=now)
    except SupplierRefused as refused:
        item, answer = refused.item, refused.answer
        line = next(
            line
            for line in basket.lines
            if line.service.pk == item.service_id and line.quote.use.first == item.starts_on
        )
        if answer.outcome in MORE:
            raise SupplierSilent(item.name) from refused
        if answer.code == "offer_expired":
            end_offer(actor=actor, service_id=item.service_id, now=now)
            raise OfferGone(item.name, str(item.service_id)) from refused
        if answer.code == "price_changed" and answer.total is not None:
            reprice_offer(actor=actor, service_id=item.service_id, total=answer.total, currency=answer.currency)
            fresh = load_basket(actor, booking.trip, with_plan=with_plan, only=basket.marks, now=now)
            raise PriceChanged(
                lines=[_moved(line, line.quote.total, answer.total)], total=fresh.total, currency=fresh.currency
            ) from refused
        short = {
            "name": item.name,
            "serviceId": str(item.service_id),
            "date": item.starts_on.isoformat(),
            "time": item.time,
            "wanted": item.quantity,
            "left": 0,
        }
        raise NoPlaces([short]) from refused


def _known(user_id: uuid.UUID, request_key: str | None, trip_reference: str) -> Booking | None:
    if not request_key:
        return None
    booking = Booking.objects.select_related("trip").filter(user_id=user_id, request_key=request_key).first()
    if booking is not None and booking.trip.reference != trip_reference:
        raise IdempotencyMismatch
    return booking


def _checked(contact: Contact) -> Contact:
    contact = Contact(contact.name.strip(), contact.email.strip(), contact.phone.strip())
    fields: dict[str, list[str]] = {}
    if not 1 <= len(contact.name) <= 200 or not readable(contact.name):
        fields["name"] = [_("Say who we write to, in up to 200 characters.")]
    try:
        validate_email(contact.email)
    except ValidationError:
        fields["email"] = [_("This is not an e-mail address.")]
    if len(contact.phone) > 32 or not contact.phone.isprintable():
        fields["phone"] = [_("A phone number has up to 32 characters.")]
    if fields:
        raise Invalid(fields=fields)
    return contact


def _check_prices(basket: Basket, accepted_total: Decimal | None) -> None:
    if accepted_total == basket.total or (
        accepted_total is None and not any(line.price_changed for line in basket.lines)
    ):
        return
    moved = [_moved(line, line.price_seen, line.quote.charged) for line in basket.lines if line.price_changed]
    raise PriceChanged(lines=moved, total=basket.total, currency=basket.currency)


def _moved(line: BasketLine, old: Decimal, new: Decimal) -> dict[str, object]:
    return {
        "name": line.service.name,
        "serviceId": str(line.service.pk),
        "date": line.quote.use.first.isoformat(),
        "old": Money(money.payable(old, line.quote.currency), line.quote.currency).as_json(),
        "new": Money(money.payable(new, line.quote.currency), line.quote.currency).as_json(),
    }


def _write(
    actor: Actor,
    read: Trip,
    basket: Basket,
    needs: Mapping[int, tuple[SlotNeed, ...]],
    contact: Contact,
    travelers: Sequence[NamedTraveler],
    request_key: str | None,
    collect: Collecting | None,
    charge_by: str | None,
    now: dt.datetime,
) -> Reserved:
    expires_at = now + settings.HOLD_TIME
    if collect is not None:
        expires_at = collecting_until(actor=actor, first=min(line.quote.use.first for line in basket.lines), now=now)
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=read.reference)
        _check_state(trip, basket, now)
        shares = plan_shares(actor=actor, trip=trip, total=basket.total, wishes=collect.shares, now=now) if collect else ()
        booking = Booking(
            reference=ids.booking_reference(now.date()),
            trip=trip,
            itinerary_revision=basket.revision,
            user_id=rules.require_user(actor),
            contact_name=contact.name,
            contact_email=contact.email,
            contact_phone=contact.phone,
            currency=basket.currency,
            total=basket.total,
            request_key=request_key or None,
            locked_at=now,
            hold_expires_at=expires_at,
            language=get_language() or "en",
            saga_open=any(line.service.supplier.adapter for line in basket.lines),
            created_at=now,
        )
        if booking.saga_open:
            plain_rows.insert([booking])
        else:
            make_moved(booking, BOOKING, "PAYMENT_PENDING", actor=actor, reason="places held, budget locked", now=now)
        items = plain_rows.insert(_item(booking, line, now) for line in basket.lines)
        note_details(actor=actor, items=items, lines=basket.lines)
        note_travelers(actor=actor, items=items, travelers=travelers)
        hold_budget(actor=actor, trip=trip, amount=basket.total, ceiling=trip.budget_amount)
        if trip.locked_revision is None:
            lock_revision(
                actor=actor, trip_id=trip.pk, revision=basket.revision or 0
            )  # 0: no itinerary, and the trip is locked all the same
        plain_rows.insert(
            Hold(item=item, slot_id=need.slot_id, quantity=need.quantity, expires_at=expires_at, created_at=now)
            for index, item in enumerate(items)
            for need in needs[index]
        )
        steps, begun = [saga.Step("hold_places", "done"), saga.Step("lock_budget", "done")], None
        if collect is None:
            payment = Payment(booking=booking, gateway=settings.PAYMENT_GATEWAY, amount=basket.total, currency=basket.currency, created_at=now)
            if charge_by is None or booking.saga_open:
                plain_rows.insert([payment])
            else:
                make_moved(payment, PAYMENT, "pending", actor=actor, reason="charge begun", now=now, method=charge_by)
                steps.append(saga.Step("charge", "begun", data={"payment": str(payment.pk)}))
                begun = payment
        else:
            write_shares(actor=actor, booking=booking, shares=shares, now=now)
        saga.note(actor=actor, booking_id=booking.pk, steps=steps, now=now)
        take_places(actor=actor, needs=[need for group in needs.values() for need in group])
        reach("reserve.before_commit")
    return Reserved(booking, begun)


def _check_state(trip: Trip, basket: Basket, now: dt.datetime) -> None:
    waiting, booked = open_and_booked(trip.pk, now=now)
    if waiting:
        raise BookingOpen(waiting)
    if trip.state not in ("planning", "booked"):
        raise Conflict(_("This trip can't be booked any more."), code="wrong_state", extra={"state": trip.state})
    if trip.chosen_revision != basket.revision:
        raise Conflict(_("The itinerary changed at this moment. Look at it again."), code="itinerary_changed")
    if trip.state == "booked" and not basket.beside:
        raise Conflict(_("This itinerary is booked already. Add what is missing to the cart."), code="already_booked")
    twice = [
        line.service.name
        for line in basket.lines
        if (line.service.pk, line.quote.use.first, line.quote.use.time) in booked
    ]
    if twice:
        raise AlreadyBooked(twice)


def _item(booking: Booking, line: BasketLine, now: dt.datetime) -> BookingItem:
    quote, service = line.quote, line.service
    kept = quote.terms.fee * line.own.rate if line.own.rate_date else quote.terms.fee
    return BookingItem(
        booking=booking,
        service=service,
        type=service.type,
        name=service.name,
        supplier_name=service.supplier.name,
        adapter=service.supplier.adapter,
        quantity=quote.use.quantity,
        participants=quote.use.participants,
        starts_on=quote.use.first,
        ends_on=quote.ends_on,
        time=quote.use.time,
        details=details_of(service, quote),
        special_requests=line.special_requests,
        total=line.own.amount,
        currency=booking.currency,
        supplier_amount=quote.total,
        supplier_currency=quote.currency,
        rate=line.own.rate,
        rate_date=line.own.rate_date,
        rate_source=line.own.rate_source,
        cancellable=quote.terms.cancellable,
        cancellation_deadline=quote.terms.deadline,
        cancellation_fee=money.payable(kept, booking.currency),
        created_at=now,
    )


def _explain(lost: Lost, basket: Basket, needs: Mapping[int, tuple[SlotNeed, ...]], fresh: Basket) -> Conflict:
    """Why a slot could not be had: it has another price by now, or too few places."""
    slot = ServiceSlot.objects.get(pk=lost.slot_id)
    wanting = [
        (line, need) for index, line in enumerate(basket.lines) for need in needs[index] if need.slot_id == lost.slot_id
    ]
    if any(slot.price != need.price for _line, need in wanting):
        now_costs = {(line.service.pk, line.quote.use): line.quote.total for line in fresh.lines}
        return PriceChanged(
            lines=[
                _moved(line, line.quote.total, now_costs.get((line.service.pk, line.quote.use), line.quote.total))
                for line, _need in wanting
            ],
            total=fresh.total,
            currency=fresh.currency,
        )
    return NoPlaces([_short(line, slot) for line, _need in wanting])


def _short(line: BasketLine, slot: ServiceSlot) -> dict[str, object]:
    return {
        "name": line.service.name,
        "serviceId": str(line.service.pk),
        "date": slot.date.isoformat(),
        "time": slot.time,
        "wanted": line.quote.use.quantity,
        "left": max(0, slot.capacity - slot.taken),
    }
