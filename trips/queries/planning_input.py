"""Reads what a planning run needs and puts it into the engine's words."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from travelplanner.core import money
from trips import budget
from trips.documents.itineraries import Setting, Stay
from trips.models import Destination, Document, Place, Trip
from trips.planning import definitions, transport
from trips.planning.hours import parse_exceptions, parse_hours, windows_on
from trips.planning.party import Party, with_party
from trips.planning.problem import Area, Base, Day, Limits, MealRule, Pin, Problem, Transfer
from trips.planning.problem import Place as PlaceOption
from trips.planning.wish import Needs
from trips.queries.catalogue import places_of
from trips.queries.cities import find_city
from trips.queries.party import needs_from, party_of_candidates, read_party
from trips.registries import Offer, OfferRequest, offers_for

PEOPLE_PER_ROOM = 2
PACE_DAY = {"relaxed": (9 * 60 + 30, 21 * 60), "balanced": (8 * 60, 21 * 60 + 30), "full": (6 * 60 + 30, 22 * 60 + 30)}
PACE_LIMITS = {
    "relaxed": Limits(active_minutes=330, walk_km=6.0, fatigue=6.0),
    "balanced": Limits(active_minutes=450, walk_km=9.0, fatigue=7.5),
    "full": Limits(active_minutes=570, walk_km=13.0, fatigue=9.0),
}
DAWN, DAWN_IS_OVER, DAWN_IMPORTANCE = 5 * 60, 9 * 60, 4
BUDGET_PACE = {"relaxed": "relaxed", "balanced": "balanced", "full": "packed"}
LUNCH_SHARE = Decimal("0.45")  # of a day's food; breakfast is small and taken at the bed


@dataclass(frozen=True, slots=True)
class PlanningInput:
    """Rows of one trip, read once; `intent` is the stored intent's body, the private side is beside it: `needs` are the wish's own made to
    fit the `party`, `shared` says that someone beside the owner brings some of them."""

    trip: Trip
    intent: Mapping[str, Any]
    needs: Needs
    budget_minimum: Decimal | None
    budget_maximum: Decimal | None
    stretches: tuple[tuple[Destination, dt.date, dt.date], ...]
    places: tuple[Place, ...]
    offers: Mapping[str, Sequence[Offer]]  # destination id -> offers
    party: Party = field(default_factory=Party)
    shared: bool = False

    @property
    def people(self) -> int:
        return int(self.intent["tripDuration"]["people"])

    @property
    def days(self) -> int:
        return int(self.intent["tripDuration"]["days"])

    @property
    def currency(self) -> str:
        return self.trip.budget_currency

    @property
    def comfort(self) -> str:
        return self.intent["preferences"]["comfortLevel"]

    @property
    def interests(self) -> dict[str, float]:
        return self.intent["preferences"]["interests"]

    @property
    def pace(self) -> str:
        return self.intent["preferences"]["pace"]

    @property
    def rooms(self) -> int:
        return math.ceil(self.people / PEOPLE_PER_ROOM)

    def minor(self, amount: Decimal, currency: str) -> int:
        """Any currency -> minor units of the trip's currency."""
        return money.to_minor(budget.convert(amount, currency, self.currency), self.currency)


def read_input(trip: Trip, document: Document, *, candidates: int | None = None) -> PlanningInput:
    """Everything about a trip that planning needs. Statements: stretches, places, travelers, and what the offers' providers take.

    `candidates` names the revision whose party counts (a plan that is edited stays what it was made for); who comes along today without it.
    """
    stretches = tuple((row.destination, row.arrival, row.departure) for row in trip.destinations.select_related("destination"))
    wish = document.wish
    party, shared = read_party(trip) if candidates is None else party_of_candidates(wish, candidates)
    offers = {
        str(place.pk): offers_for(OfferRequest(place.pk, arrival, departure, document.body["tripDuration"]["people"]))
        for place, arrival, departure in stretches
    }
    return PlanningInput(
        trip=trip,
        intent=document.body,
        needs=with_party(needs_from(wish.constraints), party),
        budget_minimum=wish.budget_minimum,
        budget_maximum=trip.budget_amount,
        stretches=stretches,
        places=tuple(places_of([place for place, _, _ in stretches])),
        offers=offers,
        party=party,
        shared=shared,
    )


def budget_requests(data: PlanningInput, *, today: dt.date) -> list[budget.BudgetRequest]:
    """One request per destination of the trip; each but the last counts the night before moving on."""
    requests: list[budget.BudgetRequest] = []
    previous: Destination | None = None
    for index, (place, arrival, departure) in enumerate(data.stretches):
        last = index == len(data.stretches) - 1
        hotels = tuple(
            budget.HotelPrice(nightly=per_night, currency=offer.currency, comfort=offer.comfort, sleeps=PEOPLE_PER_ROOM)
            for offer in data.offers[str(place.pk)]
            if offer.type == "hotel" and (per_night := offer.total / (offer.nights * offer.units)) > 0
        )
        fees = tuple(budget.PersonPrice(amount=fee_of(row, data)[0], currency=row.fee_currency) for row in data.places if row.destination_id == place.pk)
        origin = _origin(data) if previous is None else budget.Origin(previous.latitude, previous.longitude, previous.country)
        requests.append(
            budget.BudgetRequest(
                destination=place.name,
                country=place.country,
                latitude=place.latitude,
                longitude=place.longitude,
                days=(departure - arrival).days + (1 if last else 0),
                people=data.people,
                comfort=data.comfort,
                currency=data.currency,
                trip_type=data.intent["preferences"]["tripType"],
                pace=BUDGET_PACE[data.pace],
                start_date=arrival,
                aliases=tuple(place.aliases),
                origin=origin,
                hotels=hotels,
                fees=fees,
                as_of=today,
                moves_on=not last,
                one_way=previous is not None,
            )
        )
        previous = place
    return requests


def _origin(data: PlanningInput) -> budget.Origin | None:
    city = find_city(data.intent.get("origin") or "")
    return budget.Origin(latitude=city.latitude, longitude=city.longitude, country=city.country) if city else None


def fee_of(place: Place, data: PlanningInput) -> tuple[Decimal, bool]:
    """What one adult pays, and whether the residents' price was taken (origin in the same country)."""
    home = data.trip.origin_country
    if place.fee_domestic is not None and home and home == place.destination.country:
        return place.fee_domestic, True
    return place.fee, False


def build_setting(data: PlanningInput, *, food_minor: int, intercity_minor: int, expected_minor: int | None = None, economy: bool = False) -> Setting:
    """The engine's problem and what its answer needs to be written down.

    `food_minor` is the predicted food of the whole trip, `intercity_minor` the predicted journey there and back, `expected_minor` the
    prediction of everything (P50), which scores are held against; minor units, all people.
    `economy` takes the cheapest beds of any comfort, for a budget that the wished comfort can't meet.
    """
    areas = {str(place.pk): place for place, _, _ in data.stretches}
    stays = _stays(data, economy)
    days = _days(data, stays, intercity_minor)
    latest_end = PACE_DAY[data.pace][1]
    food_per_day = food_minor / max(1, len(days))
    lunch = round(food_per_day * float(LUNCH_SHARE))
    problem = Problem(
        days=days,
        areas=tuple(
            Area(
                id=key,
                name=place.name,
                modes=transport.modes_for(
                    kind=place.kind,
                    relief=place.relief,
                    country=place.country,
                    people=data.people,
                    max_walk_km=data.needs.max_walk_km,
                    to_minor=data.minor,
                ),
                detour=transport.detour_for(place.relief),
            )
            for key, place in areas.items()
        ),
        bases=_bases(data, stays, areas),
        places=tuple(_option(row, data, days) for row in data.places),
        meals=(
            MealRule("lunch", 12 * 60, 14 * 60 + 30, 60, lunch),
            MealRule("dinner", 18 * 60 + 30, min(21 * 60, latest_end - 75), 75, round(food_per_day) - lunch),
        ),
        limits=_limits(data),
        pace=data.pace,
        party=data.people,
        currency=data.currency,
        lodging_cost=sum(stay.total_minor for stay in stays),
        intercity_cost=intercity_minor + sum(day.arrival.cost for day in days[1:] if day.arrival),
        budget=money.to_minor(data.budget_maximum, data.currency) if data.budget_maximum is not None else None,
        expected=expected_minor,
        usual=_limits(replace(data, needs=Needs())),
        pinned=tuple(Pin(key) for key in data.needs.must_see if any(str(row.pk) == key for row in data.places)),
        excluded=frozenset(data.needs.avoid),
    )
    return Setting(
        problem=problem,
        zones={key: place.timezone for key, place in areas.items()},
        area_names={key: place.name for key, place in areas.items()},
        places={str(row.pk): row for row in data.places},
        stays=stays,
        offers=_tickets(data),
    )


def _limits(data: PlanningInput) -> Limits:
    limits = PACE_LIMITS[data.pace]
    if any(place.kind == "trek" for place, _, _ in data.stretches) and data.needs.max_walk_km is None:
        limits = replace(limits, walk_km=limits.walk_km + 6, fatigue=min(10.0, limits.fatigue + 1.5))
    needs = data.needs
    restful = data.pace == "relaxed" and data.days >= 4
    return replace(
        limits,
        walk_km=min(limits.walk_km, needs.max_walk_km) if needs.max_walk_km is not None else limits.walk_km,
        effort=needs.max_effort or 5,
        step_free=needs.step_free,
        rest_days=min(data.days, needs.rest_days if needs.rest_days is not None else (1 if restful else 0)),
    )


def _stays(data: PlanningInput, economy: bool) -> tuple[Stay, ...]:
    """For each stretch the cheapest bed of the wished comfort with rooms left; else of any comfort; else an estimate."""
    found = []
    last = len(data.stretches) - 1
    for index, (place, arrival, departure) in enumerate(data.stretches):
        until = departure if index == last else data.stretches[index + 1][1]
        if until <= arrival:
            continue
        beds = [o for o in data.offers[str(place.pk)] if o.type == "hotel" and o.left >= o.units]
        fitting = beds if economy else [o for o in beds if o.comfort == data.comfort] or beds
        if fitting:
            bed = min(fitting, key=lambda o: (o.total, o.name))
            found.append(
                Stay(f"bed:{place.pk}", bed.name, str(bed.service_id), str(place.pk), arrival, until, bed.units, data.minor(bed.total, bed.currency), bed.comfort)
            )
        else:
            found.append(Stay(f"bed:{place.pk}", place.name, None, str(place.pk), arrival, until, data.rooms, 0, data.comfort, demo=False))
    return tuple(found)


def _bases(data: PlanningInput, stays: Sequence[Stay], areas: Mapping[str, Destination]) -> tuple[Base, ...]:
    bases = {}
    located = {str(o.service_id): o for offers in data.offers.values() for o in offers if o.type == "hotel"}
    for stay in stays:
        offer = located.get(stay.service_id or "")
        area = areas[stay.destination_id]
        spot = (offer.latitude, offer.longitude) if offer else (area.latitude, area.longitude)
        bases[stay.base_id] = Base(stay.base_id, stay.name, stay.destination_id, *spot, nightly=round(stay.total_minor / stay.nights))
    for key, area in areas.items():
        bases.setdefault(f"bed:{key}", Base(f"bed:{key}", area.name, key, area.latitude, area.longitude))
    return tuple(bases.values())


def _days(data: PlanningInput, stays: Sequence[Stay], intercity_minor: int) -> tuple[Day, ...]:
    start, end = PACE_DAY[data.pace]
    start = data.needs.earliest_start if data.needs.earliest_start is not None else start
    dawn = _dawn_day(data)
    end = min(end, data.needs.latest_end) if data.needs.latest_end is not None else end
    days: list[Day] = []
    date, index = data.stretches[0][1], 0
    final = data.stretches[-1][2]
    total = (final - date).days + 1
    previous: Destination | None = None
    while index < total:
        place = _place_on(data, date)
        base = f"bed:{place.pk}"
        arrival = None
        if previous is not None and previous.pk != place.pk:
            arrival = _transfer(data, previous, place)
        morning = days[-1].night_base if days and arrival is None else base
        opens = min(start, DAWN) if index == dawn and arrival is None else start
        days.append(Day(index, date, str(place.pk), morning, base, opens, end, arrival))
        previous, date, index = place, date + dt.timedelta(days=1), index + 1
    return tuple(days)


def _dawn_day(data: PlanningInput) -> int | None:
    """The day that may begin before sunrise: the second one, where something that nobody should miss happens only then."""
    if data.pace == "relaxed" or data.needs.earliest_start is not None or data.days < 2:
        return None
    date = data.stretches[0][1] + dt.timedelta(days=1)
    here = _place_on(data, date)
    for row in data.places:
        if row.destination_id == here.pk and row.importance >= DAWN_IMPORTANCE:
            spans = windows_on(parse_hours(row.hours), parse_exceptions(row.hours_exceptions), date)
            if spans and all(span.closes <= DAWN_IS_OVER for span in spans):
                return 1
    return None


def _place_on(data: PlanningInput, date: dt.date) -> Destination:
    """Where the party is on a date: a travel day belongs to the place one arrives at."""
    here = data.stretches[0][0]
    for place, arrival, _ in data.stretches:
        if arrival <= date:
            here = place
    return here


def _transfer(data: PlanningInput, origin: Destination, target: Destination) -> Transfer:
    km = definitions.straight_km(origin.latitude, origin.longitude, target.latitude, target.longitude)
    mode, minutes = transport.journey(km)
    fare = Decimal(42) * Decimal(str(max(km, 1) ** 0.24)) if mode == "flight" else Decimal(str(round(km * 0.06 + 2, 2)))
    return Transfer(mode, origin.name, target.name, min(minutes, 600), round(km * 1.2, 1), data.minor(fare * data.people, "USD"))


def _option(row: Place, data: PlanningInput, days: Sequence[Day]) -> PlaceOption:
    weekly, exceptions = parse_hours(row.hours), parse_exceptions(row.hours_exceptions)
    fee, _resident = fee_of(row, data)
    matched = sum(weight for name, weight in data.interests.items() if name in row.interests)
    return PlaceOption(
        id=str(row.pk),
        name=row.name,
        area=str(row.destination_id),
        latitude=row.latitude,
        longitude=row.longitude,
        visit_minutes=row.visit_minutes,
        windows=tuple(windows_on(weekly, exceptions, day.date) for day in days),
        fee=data.minor(fee * data.people, row.fee_currency) if fee else 0,
        value=round(row.importance * (1 + 0.8 * min(matched, 3)), 2) if data.interests else float(row.importance),
        effort=row.effort,
        category=row.category,
        interests=tuple(row.interests),
        indoor=row.setting == "indoor",
        accessibility=row.accessibility,
        serves_meal=row.category == "food",
        verified=row.hours_source_id is not None,
    )


def _tickets(data: PlanningInput) -> dict[str, list[Offer]]:
    found: dict[str, list[Offer]] = defaultdict(list)
    for offers in data.offers.values():
        for offer in offers:
            if offer.place_id is not None and offer.type == "activity":
                found[str(offer.place_id)].append(offer)
    return dict(found)
