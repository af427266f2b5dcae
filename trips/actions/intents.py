"""From a wish to a trip: checked against the catalogue, gaps filled and flagged, saved at once, planning queued."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from travelplanner.core import clock, money, reads
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Invalid, NotAllowed
from trips import budget
from trips.actions import run_queue
from trips.documents.envelope import make_document
from trips.models import Destination, PrivateWish, Trip, TripDestination
from trips.models.trip import TRIP_TYPES
from trips.planning import wish as wishes
from trips.planning.wish import Needs, Wish
from trips.queries.catalogue import places_of, resolve_destinations
from trips.queries.cities import find_city
from trips.queries.habits import fill, read_habits
from trips.queries.party import stored_needs

KNOWN_TRIP_TYPES = frozenset(key for key, _label in TRIP_TYPES)
TYPE_BY_KIND = {"trek": "trek"}


@dataclass(frozen=True, slots=True)
class _Settled:
    """A wish after checking: everything has a value; `assumed` names what we filled in."""

    destinations: list[Destination]
    origin: str
    origin_country: str
    start: dt.date
    end: dt.date
    days: int
    people: int
    season: str
    comfort: str
    trip_type: str
    interests: dict[str, float]
    pace: str
    minimum: Decimal | None
    maximum: Decimal | None
    currency: str
    needs: dict[str, Any]
    sentence: str
    assumed: tuple[str, ...]
    filled: tuple[str, ...]


def create_trip(
    *,
    actor: Actor,
    wish: Wish,
    sample: bool = False,
    request_key: str | None = None,
    from_habits: bool = False,
    said: Collection[str] = (),
    now: dt.datetime | None = None,
) -> Trip:
    """Save a wish as a trip in state `planning` with its first intent, and queue the planning run.

    `from_habits` fills what was not said from how the actor travels, flagged as assumed (`preferences`); `said` names what was
    spoken of even if by a no.

    Guarantees: all or nothing; the private side (money, needs, the sentence, an origin we don't know) lies apart from the intent document;
    the same `request_key` of the same user is the same trip, also after a crash.
    Raises Invalid (`unknown_destination` names the nearest; fields say what does not fit), NotAllowed for an actor without user or browser.
    """
    if not (actor.is_user or actor.visitor or actor.is_system):
        raise NotAllowed
    now = now or clock.now()
    if request_key and actor.is_user and (known := reads.first(_of_request, owner_id=actor.user_id, request_key=request_key)):
        return known
    filled: tuple[str, ...] = ()
    if from_habits and actor.is_user:
        wish, filled = fill(wish, read_habits(actor.user_id), said=said)
    settled = _settle(wish, now=now, filled=filled)
    first = settled.destinations[0]
    names = " · ".join(d.name for d in settled.destinations)
    with transaction.atomic():
        trip = Trip.objects.create(
            owner_id=actor.user_id,
            visitor="" if actor.is_user else actor.visitor,
            title=names[:255],
            trip_type=settled.trip_type,
            start_date=settled.start,
            end_date=settled.end,
            timezone=first.timezone,
            origin_city=settled.origin[:100],
            origin_country=settled.origin_country,
            budget_minimum=settled.minimum,
            budget_amount=settled.maximum,
            budget_currency=settled.currency,
            traveler_count=settled.people,
            sample=sample,
            request_key=request_key if actor.is_user else None,
        )
        stretches = _stretches(settled)
        TripDestination.objects.bulk_create(
            TripDestination(trip=trip, destination=place, position=position, arrival=arrival, departure=departure)
            for position, (place, arrival, departure) in enumerate(stretches)
        )
        document = make_document(trip, "intent", revision=1, basis={}, body=_body(settled, stretches), now=now)
        document.save(force_insert=True)
        PrivateWish.objects.create(
            document=document,
            budget_minimum=settled.minimum,
            budget_maximum=settled.maximum,
            budget_currency=settled.currency,
            constraints=settled.needs,
            sentence=settled.sentence[:500],
        )
        run_queue.queue_run(actor=actor, trip=trip, intent_revision=1, first=True, now=now)
    return trip


def _of_request(*, owner_id: uuid.UUID, request_key: str) -> QuerySet[Trip]:
    return Trip.objects.filter(owner=owner_id, request_key=request_key).order_by()


def _settle(wish: Wish, *, now: dt.datetime, filled: tuple[str, ...] = ()) -> _Settled:
    """Check a wish and fill its gaps; `filled` were filled before. Raises Invalid with every field that does not fit."""
    if not wish.destinations:
        raise Invalid(_("Say where you want to go."), fields={"destination": [_("Name at least one place.")]})
    if len(wish.destinations) > wishes.MAX_DESTINATIONS:
        raise Invalid(fields={"destination": [_("At most %d places in one trip.") % wishes.MAX_DESTINATIONS]})
    destinations = resolve_destinations(wish.destinations)
    faults: dict[str, list[str]] = {}
    assumed: list[str] = ["preferences"] if filled else []

    days = wish.days
    if days is None:
        days = max(wishes.DEFAULT_DAYS, len(destinations))
        assumed.append("days")
    if not 1 <= days <= wishes.MAX_DAYS:
        faults["tripDuration.days"] = [_("A trip has 1 to %d days.") % wishes.MAX_DAYS]
    elif days < len(destinations):
        faults["tripDuration.days"] = [ngettext("%d place needs at least as many days.", "%d places need at least as many days.", len(destinations)) % len(destinations)]
    people = wish.people
    if people is None:
        people = wishes.DEFAULT_PEOPLE
        assumed.append("people")
    if not 1 <= people <= wishes.MAX_PEOPLE:
        faults["tripDuration.people"] = [_("We plan for 1 to %d people.") % wishes.MAX_PEOPLE]

    first = destinations[0]
    currency = (wish.currency or first.currency).upper()
    if currency not in money.known_currencies() or not budget.has_rate(currency):
        faults["budgetRange.currency"] = [_("We have no exchange rate for this currency.")]
    _check_money(wish, faults)
    start = _start(wish, first, days if not faults.get("tripDuration.days") else 1, now, faults, assumed)
    _check_choices(wish, faults)
    _check_needs(wish.needs, destinations, faults)
    if faults:
        raise Invalid(fields=faults)

    assumed += [name for name in ("comfort", "pace", "trip_type", "currency") if not getattr(wish, name)]
    city = find_city(wish.origin) if wish.origin else None
    if wish.origin and city is None:
        assumed.append("origin_unknown")
    return _Settled(
        destinations=destinations,
        origin=city.name if city else wish.origin.strip(),
        origin_country=city.country if city else "",
        start=start,
        end=start + dt.timedelta(days=days - 1),
        days=days,
        people=people,
        season=wish.season or wishes.season_of(start, first.latitude),
        comfort=wish.comfort or "standard",
        trip_type=wish.trip_type or TYPE_BY_KIND.get(first.kind, "leisure"),
        interests={name: float(weight) for name, weight in wish.interests.items() if weight},
        pace=wish.pace or "balanced",
        minimum=money.quantize(wish.budget_minimum, currency) if wish.budget_minimum is not None else None,
        maximum=money.quantize(wish.budget_maximum, currency) if wish.budget_maximum is not None else None,
        currency=currency,
        needs=stored_needs(wish.needs),
        sentence=wish.sentence,
        assumed=tuple(assumed),
        filled=filled,
    )


def _check_money(wish: Wish, faults: dict[str, list[str]]) -> None:
    for key, amount in (("budgetRange.min", wish.budget_minimum), ("budgetRange.max", wish.budget_maximum)):
        if amount is not None and not (amount.is_finite() and 0 <= amount <= money.MAX_AMOUNT / 1000):
            faults[key] = [_("This amount can't be used.")]
    if not faults and wish.budget_minimum is not None and wish.budget_maximum is not None and wish.budget_minimum > wish.budget_maximum:
        faults["budgetRange.min"] = [_("The lower end is above the upper end.")]


def _start(
    wish: Wish, first: Destination, days: int, now: dt.datetime, faults: dict[str, list[str]], assumed: list[str]
) -> dt.date:
    """The given date, checked against today in the destination's zone; else the next fitting date, flagged."""
    today = now.astimezone(ZoneInfo(first.timezone)).date()
    horizon = today + dt.timedelta(days=wishes.MONTHS_AHEAD * 30)
    if wish.start_date is not None:
        if wish.start_date < today:
            faults["startDate"] = [_("This date is over.")]
        elif wish.start_date > horizon - dt.timedelta(days=days):  # this way round, or year 9999 overflows
            faults["startDate"] = [_("We plan up to %d months ahead.") % wishes.MONTHS_AHEAD]
        return wish.start_date
    assumed.append("startDate")
    if wish.month is not None and 1 <= wish.month <= 12:
        months: tuple[int, ...] = (wish.month,)
    elif wish.season in wishes.SEASONS:
        months = wishes.season_months(wish.season, first.latitude)
    else:
        months = tuple(first.best_months)
    return wishes.propose_start(today=today, days=days, months=months)


def _check_choices(wish: Wish, faults: dict[str, list[str]]) -> None:
    for key, value, allowed in (
        ("preferences.comfortLevel", wish.comfort, wishes.COMFORT_LEVELS),
        ("preferences.pace", wish.pace, wishes.PACES),
        ("preferences.season", wish.season, wishes.SEASONS),
        ("preferences.tripType", wish.trip_type, sorted(KNOWN_TRIP_TYPES)),
    ):
        if value and value not in allowed:
            faults[key] = [_("Choose one of: %s.") % ", ".join(allowed)]
    unknown = [name for name in wish.interests if name not in wishes.INTERESTS]
    if unknown:
        faults["preferences.interests"] = [_("Unknown: %(names)s. Choose from: %(all)s.") % {"names": ", ".join(unknown)[:100], "all": ", ".join(wishes.INTERESTS)}]
    elif any(not 0 <= weight <= 3 for weight in wish.interests.values()):
        faults["preferences.interests"] = [_("Weights go from 0 to 3.")]


def _check_needs(needs: Needs, destinations: list[Destination], faults: dict[str, list[str]]) -> None:
    if needs.max_walk_km is not None and not 0.5 <= needs.max_walk_km <= 50:
        faults["constraints.maxWalkKm"] = [_("Between 0.5 and 50 kilometers.")]
    if needs.max_effort is not None and not 1 <= needs.max_effort <= 5:
        faults["constraints.maxEffort"] = [_("Between 1 and 5.")]
    if needs.rest_days is not None and not 0 <= needs.rest_days <= wishes.MAX_DAYS:
        faults["constraints.restDays"] = [_("Between 0 and %d.") % wishes.MAX_DAYS]
    early, late = needs.earliest_start, needs.latest_end
    if early is not None and not 4 * 60 <= early <= 12 * 60:
        faults["constraints.earliestStart"] = [_("Between 04:00 and 12:00.")]
    if late is not None and not 16 * 60 <= late <= 24 * 60:
        faults["constraints.latestEnd"] = [_("Between 16:00 and 24:00.")]
    wanted = {*needs.must_see, *needs.avoid}
    if wanted:
        if len(wanted) > 50:
            faults["constraints.mustSee"] = [_("At most 50 places.")]
            return
        known = {str(key) for key in places_of(destinations).values_list("pk", flat=True)}
        for key, names in (("mustSee", needs.must_see), ("avoid", needs.avoid)):
            if any(name not in known for name in names):
                faults[f"constraints.{key}"] = [_("A place that is not at these destinations.")]
        if set(needs.must_see) & set(needs.avoid):
            faults["constraints.avoid"] = [_("A place can't be both wanted and avoided.")]


def _stretches(settled: _Settled) -> list[tuple[Destination, dt.date, dt.date]]:
    """Each destination from its first day to the day one leaves it (the last one: the trip's last day)."""
    found, day = [], settled.start
    shares = wishes.split_days(settled.days, len(settled.destinations))
    for index, (place, share) in enumerate(zip(settled.destinations, shares, strict=True)):
        last = index == len(shares) - 1
        found.append((place, day, settled.end if last else day + dt.timedelta(days=share)))
        day += dt.timedelta(days=share)
    return found


def _body(settled: _Settled, stretches: list[tuple[Destination, dt.date, dt.date]]) -> dict[str, Any]:
    """The body of `intent_v1` without its private side (`budgetRange`, `constraints` are joined for readers who may see them)."""
    return {
        "destination": settled.destinations[0].name,
        "destinations": [
            {"id": str(d.pk), "name": d.name, "country": d.country, "arrival": arrival.isoformat(), "departure": departure.isoformat()}
            for d, arrival, departure in stretches
        ],
        **({"origin": settled.origin or None} if settled.origin_country or not settled.origin else {}),
        "startDate": settled.start.isoformat(),
        "endDate": settled.end.isoformat(),
        "tripDuration": {"days": settled.days, "people": settled.people},
        "season": settled.season,
        "preferences": {
            "season": settled.season,
            "comfortLevel": settled.comfort,
            "tripType": settled.trip_type,
            "interests": settled.interests,
            "pace": settled.pace,
        },
        "assumed": list(settled.assumed),
        # Needs are private: that some were filled in is said, which ones only to those who may see the constraints.
        **({"fromPreferences": [name for name in settled.filled if name not in ("constraints", "hours")]} if settled.filled else {}),
    }
