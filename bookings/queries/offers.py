"""Dated beds, tickets and cars for the planner, with the party's price and the places left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from bookings.pricing.quote import MOST_NIGHTS, MOST_PEOPLE, Use
from bookings.pricing.tariff import units_for
from bookings.queries.inventory import SOLD_AHEAD, Stock, load_stock, today_at
from trips.models import Service
from trips.registries import Offer, OfferRequest


def offers_for(request: OfferRequest) -> tuple[Offer, ...]:
    """Everything of the destination that the party can still have: beds for the whole stretch, the rest for each date and departure.

    Three statements, whatever the number of services and dates. Nothing for past dates or more than 18 months ahead.
    """
    if not 1 <= request.people <= MOST_PEOPLE or request.departure < request.arrival:
        return ()
    services = list(
        Service.objects.filter(destination=request.destination_id, active=True, supplier__active=True, external_reference="").select_related("destination").order_by("type", "slug")
    )
    if not services:
        return ()
    today = today_at(services[0].destination.timezone)
    if request.arrival < today or request.departure > today + SOLD_AHEAD:
        return ()
    stock = load_stock(services, request.arrival, request.departure)
    return tuple(offer for service in services for offer in _offers_of(service, request, stock))


def _offers_of(service: Service, request: OfferRequest, stock: Stock) -> Iterator[Offer]:
    units = units_for(stock.tariffs[service.pk], request.people)
    nights = (request.departure - request.arrival).days
    if service.unit == "room_night":
        if not 1 <= nights <= MOST_NIGHTS:
            return
        dates, times, stay = [request.arrival], [""], nights
    else:
        dates, times, stay = [request.arrival + dt.timedelta(days=i) for i in range(nights + 1)], service.times or [""], 0
    for day in dates:
        for time in times:
            quoted = stock.quote(service.pk, Use(day, units, request.people, max(1, stay), time))
            if not quoted.fits:
                continue
            yield Offer(
                service_id=service.pk,
                type=service.type,
                name=service.name,
                destination_id=service.destination_id,
                place_id=service.place_id,
                comfort=service.comfort,
                latitude=service.latitude,
                longitude=service.longitude,
                date=day,
                nights=stay,
                time=time,
                minutes=service.minutes,
                units=units,
                total=quoted.charged,
                currency=service.currency,
                left=quoted.left,
            )
