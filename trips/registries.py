"""What upper apps give to trips: offers for the planner (dated beds and tickets with price and places left), and what is booked, paid, and under which names."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from travelplanner.core.actor import Actor
from trips.readiness import BookedName


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


_booked: list[Callable[[uuid.UUID], Mapping[str, Decimal]]] = []


def register_booked_costs(provider: Callable[[uuid.UUID], Mapping[str, Decimal]]) -> None:
    """`provider` tells what of a trip is booked and paid, by category of expense, in the trip's currency."""
    if provider not in _booked:
        _booked.append(provider)


def booked_costs(trip_id: uuid.UUID) -> dict[str, Decimal]:
    """Booked and paid, by category of expense (lodging, food, ...), in the trip's currency."""
    sums: dict[str, Decimal] = {}
    for provider in _booked:
        for category, amount in provider(trip_id).items():
            sums[category] = sums.get(category, Decimal(0)) + amount
    return sums


_names: list[Callable[[uuid.UUID], Mapping[uuid.UUID, Sequence[BookedName]]]] = []


def register_booked_names(provider: Callable[[uuid.UUID], Mapping[uuid.UUID, Sequence[BookedName]]]) -> None:
    """`provider` tells, for a trip, under which names things are booked, by traveler."""
    if provider not in _names:
        _names.append(provider)


def booked_names(trip_id: uuid.UUID) -> dict[uuid.UUID, list[BookedName]]:
    """Names in what is booked or held for a trip, by traveler."""
    found: dict[uuid.UUID, list[BookedName]] = {}
    for provider in _names:
        for traveler_id, names in provider(trip_id).items():
            found.setdefault(traveler_id, []).extend(names)
    return found


_details: list[Callable[[str, object], Sequence[str]]] = []


def register_service_details(check: Callable[[str, object], Sequence[str]]) -> None:
    """`check` tells what is wrong with a service's `details`, by type, one sentence per mistake."""
    if check not in _details:
        _details.append(check)


def problems_of_details(kind: str, details: object) -> list[str]:
    """What is wrong with a service's `details`; empty = sound."""
    return [sentence for check in _details for sentence in check(kind, details)]


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A booked thing as any member's calendar may hold it. `start` and `end` are both dates (whole days, `end` not among them) or both moments."""

    key: uuid.UUID
    start: dt.date | dt.datetime
    end: dt.date | dt.datetime
    summary: str
    location: str
    latitude: float
    longitude: float
    changed_at: dt.datetime
    sequence: int
    cancelled: bool
    service_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """`entries` of a trip, and a `tag` that changes with them and is cheap to ask for."""

    entries: Callable[[uuid.UUID], Sequence[CalendarEntry]]
    tag: Callable[[uuid.UUID], str]


_calendars: list[CalendarSource] = []


def register_calendar(source: CalendarSource) -> None:
    if source not in _calendars:
        _calendars.append(source)


def calendar_entries(trip_id: uuid.UUID) -> list[CalendarEntry]:
    """What is booked for a trip, cancelled things among it, in order of use. One statement."""
    return [entry for source in _calendars for entry in source.entries(trip_id)]


def calendar_tags(trip_id: uuid.UUID) -> str:
    """Changes whenever `calendar_entries` do. One statement."""
    return ",".join(source.tag(trip_id) for source in _calendars)


@dataclass(frozen=True, slots=True)
class CompanyPart:
    """One more entry of a trip's navigation "Together"."""

    href: str
    icon: str
    label: str


_parts: list[Callable[[Actor, uuid.UUID], Sequence[CompanyPart]]] = []


def register_company_parts(provider: Callable[[Actor, uuid.UUID], Sequence[CompanyPart]]) -> None:
    """`provider` tells what else someone has to do together with the company of a trip, e.g. a share to pay. One statement at most."""
    if provider not in _parts:
        _parts.append(provider)


def company_parts(actor: Actor, trip_id: uuid.UUID) -> list[CompanyPart]:
    return [part for provider in _parts for part in provider(actor, trip_id)]


_answers: list[Callable[[uuid.UUID], Sequence[str]]] = []


def register_company_answers(provider: Callable[[uuid.UUID], Sequence[str]]) -> None:
    """`provider` tells the addresses (beginnings of paths) under which companions of a trip POST: who leaves must not have an old answer repeated."""
    if provider not in _answers:
        _answers.append(provider)


def company_answers(trip_id: uuid.UUID) -> list[str]:
    return [path for provider in _answers for path in provider(trip_id)]
