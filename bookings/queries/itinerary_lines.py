"""What of the chosen itinerary is on sale: beds for its nights, tickets, cars and flights at its stops."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bookings.pricing.quote import MOST_PEOPLE, Use
from bookings.pricing.tariff import units_for
from bookings.queries.inventory import Stock, load_stock, sellable
from travelplanner.core import money
from trips.models import Document, Service, Trip


@dataclass(frozen=True, slots=True)
class ItineraryLine:
    """One thing to book. `price_seen` is what the plan said it costs, in the service's currency; None when it said so in another one.
    `named` is the departure that the plan names (empty: none), from which it may leave by now (`use.time`) at another."""

    service: Service
    use: Use
    price_seen: Decimal | None
    named: str = ""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A service named by the document; `rooms` None = as many units as the party needs."""

    service_id: uuid.UUID
    first: dt.date
    nights: int
    time: str
    rooms: int | None
    price: tuple[Decimal, str] | None
    named: str = ""


@dataclass(frozen=True, slots=True)
class ItineraryLines:
    """`revision` of the final document they come from; `stock` covers every line's dates."""

    revision: int
    lines: tuple[ItineraryLine, ...]
    stock: Stock


def lines_of_itinerary(trip: Trip, document: Document | None = None) -> ItineraryLines | None:
    """Lines of the trip's chosen revision (`document`, where it was read already), None when nothing was chosen yet. Four statements for any number of lines.

    Each service, date and departure makes one line; what is no longer on sale is left out.
    """
    if trip.chosen_revision is None:
        return None
    if document is None:
        document = Document.objects.filter(trip=trip, kind="final", revision=trip.chosen_revision).first()
    if document is None:
        return None
    wishes = [*_beds(document.body), *_tickets(document.body)]
    services = {
        service.pk: service
        for service in Service.objects.filter(pk__in={wish.service_id for wish in wishes}).select_related("supplier", "destination", "place")
        if sellable(service)
    }
    dates = [wish.first for wish in wishes] or [trip.start_date]
    stock = load_stock(services.values(), min(dates), max(wish.first + dt.timedelta(days=wish.nights) for wish in wishes) if wishes else trip.end_date)
    people = min(trip.traveler_count, MOST_PEOPLE)
    lines: dict[tuple[uuid.UUID, dt.date, str], ItineraryLine] = {}
    for wish in wishes:
        service = services.get(wish.service_id)
        if service is None:
            continue
        tariff = stock.tariffs[service.pk]
        time = _departure(tariff.times, wish.time)
        units = max(wish.rooms or 0, units_for(tariff, people))
        seen = wish.price[0] if wish.price and wish.price[1] == service.currency else None
        lines.setdefault((service.pk, wish.first, time), ItineraryLine(service, Use(wish.first, units, people, wish.nights, time), seen, wish.named))
    return ItineraryLines(document.revision, tuple(lines.values()), stock)


def _beds(body: Mapping[str, Any]) -> Iterator[_Wish]:
    for stay in body.get("lodging") or ():
        service_id = _uuid(stay.get("serviceId"))
        arrival, departure = dt.date.fromisoformat(stay["arrival"][:10]), dt.date.fromisoformat(stay["departure"][:10])
        if service_id and departure > arrival:
            yield _Wish(service_id, arrival, (departure - arrival).days, "", int(stay.get("rooms") or 1), _price(stay.get("total"), stay.get("currency")))


def _tickets(body: Mapping[str, Any]) -> Iterator[_Wish]:
    for day in body["itinerary"]["days"]:
        for stop in day["stops"]:
            service_id = _uuid(stop.get("serviceId"))
            if service_id and stop["kind"] != "lodging":  # beds stand in `lodging`, once for all their nights
                arrive = dt.datetime.fromisoformat(stop["arrive"])
                price = stop.get("servicePrice") or {}
                named = stop.get("serviceTime") or ""
                yield _Wish(service_id, arrive.date(), 1, named or f"{arrive:%H:%M}", None, _price(price.get("amount"), price.get("currency")), named)


def _price(amount: Any, currency: Any) -> tuple[Decimal, str] | None:
    if amount is None or not currency:
        return None
    return money.quantize(str(amount), currency), currency


def _departure(times: tuple[str, ...], wanted: str) -> str:
    """The departure nearest to the wanted clock time, the earlier one on a tie; empty where there are none."""
    return min(times, key=lambda time: (abs(_minutes(time) - _minutes(wanted)), time), default="")


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text)) if text else None
    except ValueError:
        return None
