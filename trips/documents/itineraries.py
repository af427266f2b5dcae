"""Candidates and final itinerary as JSON: from the engine's minutes and minor units to dates with zone and money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from travelplanner.core import money
from trips.budget import convert
from trips.models import Place
from trips.planning.plan import Costs, DayPlan, Itinerary, LeftOut, Stop
from trips.planning.problem import Problem
from trips.registries import Offer


@dataclass(frozen=True, slots=True)
class Stay:
    """The bed of some nights: what is on sale, or (service_id None) a plain estimate near the center."""

    base_id: str
    name: str
    service_id: str | None
    destination_id: str
    arrival: dt.date
    departure: dt.date
    rooms: int
    total_minor: int
    comfort: str
    demo: bool = True

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days


@dataclass(frozen=True, slots=True)
class Setting:
    """What the JSON needs beside the plan: names, zones, offers and stays."""

    problem: Problem
    zones: Mapping[str, str]  # area -> IANA zone
    area_names: Mapping[str, str]
    places: Mapping[str, Place]
    stays: Sequence[Stay]
    offers: Mapping[str, Sequence[Offer]]  # place id -> tickets

    @property
    def currency(self) -> str:
        return self.problem.currency

    def minor(self, offer: Offer) -> int:
        """An offer's price for the party, in minor units of the trip's currency."""
        return money.to_minor(convert(offer.total, offer.currency, self.currency), self.currency)

    def number(self, minor: int) -> int | float:
        return money.as_number(money.from_minor(minor, self.currency), self.currency)


# Which need keeps a place out, and the party's own limits, are private inside the group.
PRIVATE_REASONS = frozenset({"not_step_free", "excluded"})
PRIVATE_FIGURES = frozenset({"over", "limit", "most", "rest_days"})
# Told apart, these two would put the ceiling between the costs of two places.
MONEY_REASONS = frozenset({"over_budget", "lower_value"})


def candidate_json(plan: Itinerary, candidate_id: str, setting: Setting, *, economy: bool = False) -> dict[str, Any]:
    """One candidate of `optimizer_v1`. An `economy` plan (cheapest beds, plain meals) is a thrifty one, whatever the search's profile."""
    tickets = tickets_of(plan, setting)
    extras = sum(setting.minor(ticket) for ticket in tickets.values())
    return {
        "candidateId": candidate_id,
        "profile": "thrifty" if economy else plan.profile,
        "score": plan.score,
        "scoreBreakdown": {part.name: {"weight": part.weight, "value": part.value} for part in plan.score_parts},
        "cost": {**cost_json(plan.costs, setting), "bookableExtras": setting.number(extras)},
        **summary_json(plan),
        "days": [day_json(day, setting, tickets) for day in plan.days],
        "lodging": [stay_json(stay, setting) for stay in setting.stays],
        "leftOut": [_left_out(item, setting) for item in plan.left_out],
        "checks": {"feasible": True, "checkedBy": "checker", "unverified": [_unverified(key, setting) for key in plan.unverified if hours_unverified(key, setting)]},
        "engine": {"profile": plan.profile, "economy": economy, "iterations": plan.iterations, "seed": str(plan.seed)},
    }


def summary_json(plan: Itinerary) -> dict[str, Any]:
    return {
        "dailyActivityHours": round(plan.active_minutes / 60, 1),
        "restDays": plan.rest_days,
        "travelFatigueScore": plan.fatigue,
        "walkKm": round(plan.walk_km, 1),
        "walkKmPerDay": round(plan.walk_km / max(1, len(plan.days)), 1),
        "stopCount": sum(1 for day in plan.days for stop in day.stops if stop.place_id),
    }


def cost_json(costs: Costs, setting: Setting) -> dict[str, Any]:
    return {
        "total": setting.number(costs.total),
        "currency": setting.currency,
        "lodging": setting.number(costs.lodging),
        "food": setting.number(costs.food),
        "localTransport": setting.number(costs.local_transport),
        "activities": setting.number(costs.activities),
        "intercity": setting.number(costs.intercity),
        "perDay": setting.number(round(costs.total / max(1, len(setting.problem.days)))),
        "perPerson": setting.number(round(costs.total / max(1, setting.problem.party))),
    }


def stay_json(stay: Stay, setting: Setting) -> dict[str, Any]:
    return {
        "baseId": stay.base_id,
        "serviceId": stay.service_id,
        "name": stay.name,
        "destinationId": stay.destination_id,
        "arrival": stay.arrival.isoformat(),
        "departure": stay.departure.isoformat(),
        "nights": stay.nights,
        "rooms": stay.rooms,
        "comfort": stay.comfort,
        "total": setting.number(stay.total_minor),
        "currency": setting.currency,
    }


def tickets_of(plan: Itinerary, setting: Setting) -> dict[tuple[int, int], Offer]:
    """(day, stop) -> the ticket that goes with it, whatever the ceiling: a ticket that is missing over money would tell of it. The
    checkout says when all of it together passes the limit, and booking never does."""
    found: dict[tuple[int, int], Offer] = {}
    for day in plan.days:
        for index, stop in enumerate(day.stops):
            ticket = best_ticket(stop, day, setting) if stop.place_id else None
            if ticket is not None:
                found[day.index, index] = ticket
    return found


def hours_unverified(place_id: str, setting: Setting) -> bool:
    """Whether it is the hours that nobody has verified. That its steps are in doubt is told to those who need to know (trips.readiness):
    a list of it would say that somebody in the party does."""
    place = setting.places.get(place_id)
    return place is None or place.hours_source_id is None


def day_json(day: DayPlan, setting: Setting, tickets: Mapping[tuple[int, int], Offer]) -> dict[str, Any]:
    zone = ZoneInfo(setting.zones[day.area])
    return {
        "day": day.index + 1,
        "date": day.date.isoformat(),
        "destination": setting.area_names[day.area],
        "destinationId": day.area,
        "timezone": str(zone),
        "cost": setting.number(day.cost),
        "fatigue": day.fatigue,
        "activeMinutes": day.active_minutes,
        "walkKm": round(day.walk_km, 2),
        "rest": day.rest,
        "stops": [_stop(stop, day, zone, setting, tickets.get((day.index, index))) for index, stop in enumerate(day.stops)],
        "legs": [
            {"mode": leg.mode, "minutes": leg.minutes, "distanceKm": round(leg.distance_km, 2), "cost": setting.number(leg.cost)} for leg in day.legs
        ],
    }


def _moment(date: dt.date, minute: int, zone: ZoneInfo) -> str:
    """Wall-clock minutes of a day -> ISO 8601 with the zone's offset; 1500 is 01:00 of the next day."""
    wall = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).isoformat(timespec="minutes")


def _stop(stop: Stop, day: DayPlan, zone: ZoneInfo, setting: Setting, ticket: Offer | None) -> dict[str, Any]:
    place = setting.places.get(stop.place_id or "")
    shown: dict[str, Any] = {
        "kind": stop.kind,
        "placeId": stop.place_id,
        "name": stop.name,
        "arrive": _moment(day.date, stop.arrive, zone),
        "leave": _moment(day.date, stop.leave, zone),
        "latitude": round(stop.latitude, 6),
        "longitude": round(stop.longitude, 6),
        "fee": setting.number(stop.fee),
        "meal": stop.meal,
        "unverified": stop.unverified and hours_unverified(stop.place_id or "", setting),
        "serviceId": None,
        "serviceTime": None,
    }
    if place is not None:
        shown |= {"category": place.category, "setting": place.setting, "effort": place.effort, "summary": place.summary, "hours": place.hours}
        shown["confidence"] = place.hours_source.confidence if place.hours_source else "low"
        shown["source"] = place.hours_source.title if place.hours_source else "editor estimate"
        shown["checkedAt"] = place.hours_source.opened_on.isoformat() if place.hours_source else None
        if ticket is not None:
            shown |= {"serviceId": str(ticket.service_id), "serviceTime": ticket.time or None, "serviceName": ticket.name, "placesLeft": ticket.left}
            shown["servicePrice"] = money.Money(ticket.total, ticket.currency).as_json()
    return shown


def best_ticket(stop: Stop, day: DayPlan, setting: Setting) -> Offer | None:
    """The bookable offer for a stop: on that date, departing while one is there (a quarter of an hour's grace before)."""
    found: list[tuple[int, Offer]] = []
    for offer in setting.offers.get(stop.place_id or "", ()):
        if offer.date != day.date or offer.left < offer.units:
            continue
        if not offer.time:
            found.append((0, offer))
            continue
        hours, minutes = offer.time.split(":")
        start = int(hours) * 60 + int(minutes)
        if stop.arrive - 15 <= start <= max(stop.arrive + 30, stop.leave - offer.minutes):
            found.append((abs(start - stop.arrive), offer))
    return min(found, key=lambda entry: (entry[0], entry[1].total), default=(0, None))[1]


def _left_out(item: LeftOut, setting: Setting) -> dict[str, Any]:
    own_limit = (item.code == "too_hard" and "effort" in item.params) or (item.code == "too_far" and "most" in item.params)
    if item.code in PRIVATE_REASONS or own_limit:
        reason: dict[str, Any] = {"code": "left_out_not_suitable", "params": {}}
    elif item.code in MONEY_REASONS:
        reason = {"code": "left_out_not_chosen", "params": {}}
    else:
        params = {key: value for key, value in item.params.items() if key not in PRIVATE_FIGURES}
        reason = {"code": f"left_out_{item.code}", "params": _params(params, setting)}
    return {"placeId": item.place_id, "name": item.name, "reason": reason}


def _params(params: Mapping[str, object], setting: Setting) -> dict[str, Any]:
    """Engine figures for people: money in minor units becomes amounts, ids become names."""
    shown: dict[str, Any] = {}
    for key, value in params.items():
        if key in ("fee", "over", "extra_cost", "missing", "over_budget", "cost") and isinstance(value, int):
            shown[key] = setting.number(value)
            shown["currency"] = setting.currency
        else:
            shown[key] = value
    return shown


def _unverified(place_id: str, setting: Setting) -> dict[str, Any]:
    place = setting.places.get(place_id)
    return {"placeId": place_id, "name": place.name if place else "", "what": {"code": "unverified_hours", "params": {}}}


def final_body(candidate: Mapping[str, Any], *, explanation: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The body of `final_v1` from a candidate's JSON."""
    keep = ("dailyActivityHours", "restDays", "travelFatigueScore", "walkKm", "walkKmPerDay", "stopCount", "days")
    return {
        "candidateId": candidate["candidateId"],
        "profile": candidate["profile"],
        "score": candidate["score"],
        "scoreBreakdown": candidate["scoreBreakdown"],
        "explanation": [dict(sentence) for sentence in explanation],
        "itinerary": {key: candidate[key] for key in keep},
        "lodging": candidate["lodging"],
        "cost": candidate["cost"],
        "leftOut": candidate["leftOut"],
        "checks": candidate["checks"],
        "engine": candidate["engine"],
    }


def orders_of(days: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    """The place ids of each day, in order: all that is needed to make the plan again."""
    return tuple(tuple(stop["placeId"] for stop in day["stops"] if stop["placeId"]) for day in days)
