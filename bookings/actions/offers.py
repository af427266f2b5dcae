"""Offers of other companies as services of ours: searched, made when someone wants one, priced anew when the supplier says so, forgotten.

A supplier's offer is for one party on one date until a moment. Once chosen it is a `Service` of its own (`external_reference`, `sold_on`,
`offered_until`, unit `party`), so that cart, holds, budget and saga treat it like everything else; nobody else is shown it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import rules
from bookings.actions.cart import put_offer
from bookings.actions.locks import changing_cart
from bookings.errors import OfferGone, SupplierOff, SupplierSilent
from bookings.gateways.suppliers import (
    OfferSearch,
    SupplierAdapter,
    SupplierOffer,
    SupplierUnavailable,
    flight_adapters,
)
from bookings.models import BookingItem, CartItem, ServiceSlot
from bookings.queries.cart import CartLine, price_lines
from bookings.queries.inventory import SOLD_AHEAD
from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid
from trips import rules as trip_rules
from trips.models import Destination, Service, Supplier, Trip
from trips.queries.trips import get_trip

AIRPORT = re.compile(r"[A-Z]{3}")
MOST_PEOPLE = 9  # airlines sell up to nine seats at once
PRUNER = Actor.system("prune_offers")
KEPT_FOR = dt.timedelta(days=7)  # a cart says so long that its offer has ended
ALWAYS = 600 * 24  # hours: the fee counts from the first moment


@dataclass(frozen=True, slots=True)
class FoundOffer:
    """An offer and whose it is; `key` names it until it ends."""

    adapter: str
    offer: SupplierOffer

    @property
    def key(self) -> str:
        return f"{self.adapter}:{self.offer.reference}"


def search_offers(
    *,
    actor: Actor,
    trip_reference: str,
    origin: str,
    destination: str,
    first: dt.date,
    last: dt.date | None = None,
    child_ages: Sequence[int] = (),
    now: dt.datetime | None = None,
) -> tuple[FoundOffer, ...]:
    """Flights for the trip's party from airport to airport on `first` (and back on `last`), cheapest first. Writes nothing.

    Raises NotFound, NotAllowed, Invalid (`origin`, `destination`, `date`, `return`, `childAges`), Conflict (`supplier_off`, `supplier_silent`).
    """
    trip = _own_trip(actor, trip_reference)
    adapters = _adapters()
    wish = _wish(trip, origin, destination, first, last, child_ages, now or clock.now())
    found: list[FoundOffer] = []
    silent = ""
    for adapter in adapters:
        try:
            found += [FoundOffer(adapter.name, offer) for offer in adapter.search(wish) if offer.type == "flight"]
        except SupplierUnavailable as unavailable:
            silent = unavailable.code
    if silent and not found:
        raise SupplierSilent("")
    return tuple(sorted(found, key=lambda one: (one.offer.currency, one.offer.total, one.offer.starts_at)))


def choose_offer(*, actor: Actor, trip_reference: str, key: str, now: dt.datetime | None = None) -> CartLine:
    """Put an offer into the cart, to its trip, at the price that its supplier says at this moment; the same offer again is the same line.

    Raises NotFound, NotAllowed, Invalid, Conflict (`supplier_off`, `supplier_silent`, `offer_expired`, `cart_full`).
    """
    trip = _own_trip(actor, trip_reference)
    moment = now or clock.now()
    name, _colon, reference = key[:200].replace("\x00", "").partition(":")
    adapter = next((one for one in _adapters() if one.name == name), None)
    if adapter is None or not re.fullmatch(r"[A-Za-z0-9_.-]{1,120}", reference):
        raise Invalid(fields={"offerId": [_("This offer isn't known here. Search again.")]})
    try:
        offer = adapter.offer(reference)
    except SupplierUnavailable as unavailable:
        raise SupplierSilent("") from unavailable
    if offer is None or (offer.expires_at is not None and offer.expires_at <= moment):
        raise OfferGone(_("The flight"), "")
    with changing_cart(actor=actor, trip_reference=trip_reference) as locked:
        service = _write_service(actor, locked or trip, adapter, offer)
        item = put_offer(actor=actor, trip=locked or trip, service=service, participants=offer.people, now=moment)
    return price_lines([item], now=moment)[0]


def _own_trip(actor: Actor, reference: str) -> Trip:
    rules.require_user(actor)
    trip = get_trip(actor, reference, whole=False)
    if not trip_rules.may_change(actor, trip):
        raise trip_rules.refusal(trip)
    return trip


def _adapters() -> tuple[SupplierAdapter, ...]:
    adapters = flight_adapters()
    if not adapters:
        raise SupplierOff
    return adapters


def _wish(trip: Trip, origin: str, destination: str, first: dt.date, last: dt.date | None, child_ages: Sequence[int], now: dt.datetime) -> OfferSearch:
    origin, destination = origin.strip().upper(), destination.strip().upper()
    fields: dict[str, list[str]] = {}
    for name, code in (("origin", origin), ("destination", destination)):
        if not AIRPORT.fullmatch(code):
            fields[name] = [_("Write the three letters of the airport, such as DEL.")]
    if not fields and origin == destination:
        fields["destination"] = [_("Start and end are the same airport.")]
    if first < now.date() - dt.timedelta(days=1):
        fields["date"] = [_("This date has passed.")]
    elif first > now.date() + SOLD_AHEAD:
        fields["date"] = [_("This is sold up to 18 months ahead.")]
    if last is not None and last < first:
        fields["return"] = [_("The way back can't be before the way there.")]
    adults = trip.traveler_count - len(child_ages)
    if any(not 2 <= age <= 17 for age in child_ages):
        fields["childAges"] = [_("Ages from 2 to 17; babies can't be booked here yet.")]
    elif adults < 1:
        fields["childAges"] = [_("At least one adult has to come along.")]
    elif trip.traveler_count > MOST_PEOPLE:
        fields["childAges"] = [_("Airlines sell up to %(most)d seats at once.") % {"most": MOST_PEOPLE}]
    if fields:
        raise Invalid(fields=fields)
    return OfferSearch("flight", destination, first, origin, last, adults, tuple(child_ages))


def _write_service(actor: Actor, trip: Trip, adapter: SupplierAdapter, offer: SupplierOffer) -> Service:
    """The offer as a row; its name is made from the supplier's reference, so that the same offer is one row."""
    place = _destination(trip, str(offer.details.get("destination", "")))
    values = {
        "supplier": _supplier(adapter, offer.supplier_name),
        "destination": place,
        "type": offer.type,
        "name": offer.name[:160],
        "latitude": place.latitude,
        "longitude": place.longitude,
        "list_price": offer.total,
        "currency": offer.currency,
        "unit": "party",
        "sleeps": offer.people,
        "capacity": 1,
        "times": [],
        "minutes": max(0, int((offer.ends_at - offer.starts_at).total_seconds() // 60)) if offer.return_at is None else 0,
        "cancellable": offer.cancellable,
        "cancel_hours": ALWAYS if offer.penalty else 0,
        "cancel_fee_percent": _percent(offer),
        "details": dict(offer.details),
        "summary": ", ".join(offer.flight_numbers)[:250],
        "sold_on": offer.starts_at.date(),
        "offered_until": offer.expires_at,
        "external_reference": offer.reference,
    }
    slug = f"{adapter.name}-{hashlib.sha256(offer.reference.encode()).hexdigest()[:32]}"
    service, made = Service.objects.update_or_create(slug=slug, defaults=values)
    if not made:
        ServiceSlot.objects.filter(service=service).update(price=offer.total, currency=offer.currency)
    return service


def _percent(offer: SupplierOffer) -> Decimal:
    if not offer.cancellable or not offer.total:
        return Decimal(100)
    return min(Decimal(100), (offer.penalty * 100 / offer.total).quantize(Decimal("0.01"), ROUND_UP))


def _destination(trip: Trip, airport: str) -> Destination:
    """Where the row belongs: the trip's place that this airport serves, else its first."""
    places = [row.destination for row in trip.destinations.select_related("destination")]
    if not places:
        raise Invalid(_("This trip has no destination yet."), code="nothing_chosen")
    return next((place for place in places if airport in place.airports), places[0])


def _supplier(adapter: SupplierAdapter, name: str) -> Supplier:
    """The airline's row; one of ours that has its name already stays what it is."""
    name = name[:140] or adapter.name
    known = Supplier.objects.filter(name=name).first()
    if known is not None and known.adapter != adapter.name:
        name = f"{name} ({adapter.name})"
    return Supplier.objects.get_or_create(name=name, defaults={"adapter": adapter.name})[0]


def reprice_offer(*, actor: Actor, service_id: uuid.UUID, total: Decimal, currency: str) -> None:
    """The supplier wants another price for the whole party: what is shown and quoted from now on. An offer is one unit, so its price is the total.

    Guarantees: places that are taken keep the price they were taken at (the item has it); the slot's price moves with the offer's.
    """
    with transaction.atomic():
        offer = Service.objects.filter(pk=service_id).exclude(external_reference="")
        if offer.update(list_price=total, currency=currency):
            ServiceSlot.objects.filter(service=service_id).update(price=total, currency=currency)


def end_offer(*, actor: Actor, service_id: uuid.UUID, now: dt.datetime) -> None:
    """The supplier doesn't sell it any more: from now on no cart can book it."""
    Service.objects.filter(pk=service_id).exclude(external_reference="").update(offered_until=now)


def prune_offers(*, actor: Actor = PRUNER, limit: int = 500, now: dt.datetime | None = None) -> str:
    """Forget offers that ended KEPT_FOR ago and that nobody booked, with the cart lines that still name them. A periodic job."""
    ended = Service.objects.exclude(external_reference="").filter(offered_until__lt=(now or clock.now()) - KEPT_FOR)
    old = list(ended.exclude(pk__in=BookingItem.objects.values("service_id")).order_by("offered_until").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        CartItem.all_rows.filter(service__in=old).delete()
        ServiceSlot.objects.filter(service__in=old, taken=0, holds=None).delete()
        gone, _rows = Service.objects.filter(pk__in=old, slots=None).delete()
    return f"{gone} forgotten"


