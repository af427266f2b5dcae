"""What upper apps give to the planner: offers (dated beds and tickets with price and places left)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing on sale on one stretch of dates. `total` is the whole party's price in `currency`; `left` the fewest units free on any date."""

    service_id: uuid.UUID
    type: str
    name: str
    destination_id: uuid.UUID
    place_id: uuid.UUID | None
    comfort: str
    latitude: float
    longitude: float
    date: dt.date
    nights: int
    time: str
    minutes: int
    units: int
    total: Decimal
    currency: str
    left: int


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """Beds for the nights from `arrival` to `departure`, tickets and cars for every date between, for `people` in rooms for two."""

    destination_id: uuid.UUID
    arrival: dt.date
    departure: dt.date
    people: int


_providers: list[Callable[[OfferRequest], Sequence[Offer]]] = []


def register_offers(provider: Callable[[OfferRequest], Sequence[Offer]]) -> None:
    if provider not in _providers:
        _providers.append(provider)


def offers_for(request: OfferRequest) -> tuple[Offer, ...]:
    """All offers of all providers, cheapest first."""
    found = [offer for provider in _providers for offer in provider(request)]
    return tuple(sorted(found, key=lambda offer: (offer.total, offer.name, offer.time)))
