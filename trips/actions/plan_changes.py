"""Changes of a plan that are more than one edit, and what a change would make of it before it is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid
from trips import rules
from trips.actions import itineraries
from trips.documents.envelope import make_document
from trips.documents.itineraries import Setting, candidate_json, final_body, orders_of
from trips.models import Document, Trip
from trips.planning.edits import Suggestion, best_position, explain_violations
from trips.queries import replanning
from trips.queries.trips import get_trip

Orders = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Two bodies of final documents: as it is, and as it would be. `based_on` is the saved revision (0: nothing chosen yet); `chooses` says that
    saving makes another candidate the plan first."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    based_on: int
    chooses: bool = False


def preview_orders(*, actor: Actor, reference: str, based_on: int, days: Sequence[Sequence[str]]) -> Outcome:
    """What saving these orders would make of the plan; nothing is saved.

    Raises NotFound, NotAllowed, Conflict (`edited_meanwhile`), Invalid (`not_feasible` with every violation in words).
    """
    trip = _changeable(actor, reference)
    latest = _saved(trip, based_on)
    return Outcome(latest.body, _body_of(actor, trip, latest, days), based_on)


def preview_swap(*, actor: Actor, reference: str, into: str, day: int, candidate_id: str, now: dt.datetime | None = None) -> Outcome:
    """What taking day number `day` of a candidate would make of plan `into` (a candidate's letter; the saved plan when it came from that one).

    Raises NotFound, NotAllowed, Conflict (`not_planned`), Invalid (unknown plan or day; `not_feasible`).
    """
    trip = _changeable(actor, reference)
    base = _base_of_swap(trip, into, now or clock.now())
    after = _body_of(actor, trip, base, replanning.swapped_orders(trip, base, day=day, candidate_id=candidate_id))
    return Outcome(base.body, after, trip.chosen_revision or 0, chooses=not base.revision)


def swap_into(
    *, actor: Actor, reference: str, into: str, day: int, candidate_id: str, based_on: int | None, now: dt.datetime | None = None
) -> Document:
    """Swap a day of plan `into`, which is chosen first when it isn't the saved plan. `based_on` is the saved revision that the preview showed.

    Guarantees: a swap that doesn't fit, or that someone else's change came before, chooses nothing. Raises what `preview_swap` and
    `edit_itinerary` raise.
    """
    trip = _changeable(actor, reference)
    base = _base_of_swap(trip, into, now or clock.now())
    if base.revision:
        return itineraries.swap_day(actor=actor, reference=reference, based_on=based_on or 0, day=day, candidate_id=candidate_id, now=now)
    days = replanning.swapped_orders(trip, base, day=day, candidate_id=candidate_id)
    return itineraries.choose_with_days(
        actor=actor,
        reference=reference,
        candidate_id=into,
        candidates_revision=base.basis["candidates"],
        based_on=based_on or 0,
        days=days,
        now=now,
    )


def undo_last_change(*, actor: Actor, reference: str, based_on: int, now: dt.datetime | None = None) -> Document:
    """Save the plan as it was before the newest revision, as the next one: nothing is lost, and undoing twice brings the change back.

    Raises what `edit_itinerary` raises, and Conflict (`nothing_to_undo`) for a first revision.
    """
    trip = get_trip(actor, reference, whole=False)
    if not rules.may_edit(actor, trip):
        raise rules.refusal(trip)
    rows = {row.revision: row for row in trip.documents.filter(kind="final", revision__in=[based_on, based_on - 1])}
    before, latest = rows.get(based_on - 1), rows.get(based_on)
    if before is None or latest is None:
        raise Conflict(_("There is nothing to undo: this is the plan as you chose it."), code="nothing_to_undo")
    orders = orders_of(before.body["itinerary"]["days"])
    if before.body["candidateId"] == latest.body["candidateId"]:
        return itineraries.edit_itinerary(actor=actor, reference=reference, based_on=based_on, days=orders, now=now)
    letter, revision = before.body["candidateId"], before.basis["candidates"]
    offered = trip.documents.filter(kind="candidates", revision=revision).first()
    candidate = next((c for c in offered.body["candidates"] if c["candidateId"] == letter), None) if offered is not None else None
    again = {"actor": actor, "reference": reference, "candidate_id": letter, "candidates_revision": revision, "based_on": based_on, "now": now}
    if candidate is not None and orders_of(candidate["days"]) == orders:
        return itineraries.choose_candidate(**again)
    return itineraries.choose_with_days(days=orders, **again)


@dataclass(frozen=True, slots=True)
class Room:
    """Where a place fits: by day (0 = first) the engine's suggestion, for the other days what is in the way, in words."""

    indoor: bool
    suggestions: Mapping[int, Suggestion]
    obstacles: Mapping[int, str]

    @property
    def best(self) -> Suggestion | None:
        """The cheapest in time of what keeps to the money; None where the place fits nowhere."""
        return min(self.suggestions.values(), key=lambda each: (each.over_budget > 0, each.extra_minutes, each.day), default=None)


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be done with a stop of the plan: what is in the way of earlier and later (empty: nothing; None: it is the first or last), and other days."""

    earlier: str | None
    later: str | None
    room: Room
    currency: str


def rooms_for(*, actor: Actor, reference: str, based_on: int, place_ids: Sequence[str]) -> tuple[dict[str, Room], str]:
    """For each place where it fits in the plan, and the currency. Places of other destinations' catalogues fit nowhere.

    Raises NotFound, NotAllowed, Conflict (`edited_meanwhile`).
    """
    trip = _changeable(actor, reference)
    latest = _saved(trip, based_on)
    setting, open_needs = _setting(actor, trip, latest)
    orders = orders_of(latest.body["itinerary"]["days"])
    return {place: _room(setting, orders, place, explain=False, open_needs=open_needs) for place in place_ids}, setting.currency


def choices_for(*, actor: Actor, reference: str, based_on: int, place_id: str) -> Choices:
    """What would happen to a stop by each of its buttons; nothing is saved.

    Raises NotFound, NotAllowed, Conflict (`edited_meanwhile`), Invalid (the stop isn't in the plan).
    """
    trip = _changeable(actor, reference)
    latest = _saved(trip, based_on)
    setting, open_needs = _setting(actor, trip, latest)
    orders = orders_of(latest.body["itinerary"]["days"])
    day = next((index for index, order in enumerate(orders) if place_id in order), None)
    if day is None:
        raise Invalid(_("This stop is not in the plan any more."), code="stop_gone")
    return Choices(
        earlier=_obstacle_of_step(setting, orders, day, place_id, -1, open_needs=open_needs),
        later=_obstacle_of_step(setting, orders, day, place_id, 1, open_needs=open_needs),
        room=_room(setting, orders, place_id, explain=True, open_needs=open_needs),
        currency=setting.currency,
    )


def _obstacle_of_step(setting: Setting, orders: Orders, day: int, place_id: str, step: int, *, open_needs: bool) -> str | None:
    order = list(orders[day])
    index = order.index(place_id)
    if not 0 <= index + step < len(order):
        return None
    order[index], order[index + step] = order[index + step], order[index]
    return _obstacle(setting, day, tuple(order), open_needs=open_needs)


def _obstacle(setting: Setting, day: int, order: tuple[str, ...], *, open_needs: bool) -> str:
    """What keeps an order of a day from happening, in words; empty when nothing does."""
    violations = explain_violations(setting.problem, day, order)
    told = replanning.infeasible(violations, setting, open_needs=open_needs).extra["violations"] if violations else []
    return " ".join(dict.fromkeys(violation["text"] for violation in told))


def _room(setting: Setting, orders: Orders, place_id: str, *, explain: bool, open_needs: bool) -> Room:
    known = {place.id: place for place in setting.problem.places}
    place = known.get(place_id)
    if place is None:
        return Room(False, {}, {})
    suggestions = {found.day: found for found in best_position(setting.problem, orders, place_id)}
    obstacles = {}
    for day in setting.problem.days if explain else ():
        if day.index not in suggestions and day.area == place.area and place_id not in orders[day.index]:
            obstacles[day.index] = _obstacle(setting, day.index, (*orders[day.index], place_id), open_needs=open_needs) or _("There is no room left on that day.")
    return Room(place.indoor, suggestions, obstacles)


def _setting(actor: Actor, trip: Trip, document: Document) -> tuple[Setting, bool]:
    return replanning.setting_of(actor, trip, document.basis, economy=document.body["engine"]["economy"])


def _changeable(actor: Actor, reference: str) -> Trip:
    trip = get_trip(actor, reference, whole=False)
    if not rules.may_edit(actor, trip):
        raise rules.refusal(trip)
    return trip


def _saved(trip: Trip, based_on: int) -> Document:
    latest = trip.documents.filter(kind="final", revision=based_on).first()
    if latest is None or trip.chosen_revision != based_on:
        raise Conflict(
            _("Someone changed this plan in the meantime. Look at it as it is now and try again."), code="edited_meanwhile", extra={"revision": trip.chosen_revision}
        )
    return latest


def _base_of_swap(trip: Trip, into: str, now: dt.datetime) -> Document:
    """The saved plan when it came from candidate `into`, else that candidate as an unsaved document of revision 0."""
    candidates = trip.documents.filter(kind="candidates").order_by("-revision").first()
    if candidates is None:
        raise Conflict(_("This trip is still being planned."), code="not_planned")
    if trip.chosen_revision is not None:
        saved = trip.documents.filter(kind="final", revision=trip.chosen_revision).first()
        if saved is not None and saved.body["candidateId"] == into and saved.basis["candidates"] == candidates.revision:
            return saved
    chosen = next((c for c in candidates.body["candidates"] if c["candidateId"] == into), None)
    if chosen is None:
        raise Invalid(fields={"into": [_("Choose one of the plans.")]})
    basis = {"candidates": candidates.revision, "budget": candidates.basis["budget"], "intent": candidates.basis["intent"]}
    return make_document(trip, "final", revision=0, basis=basis, body=final_body(chosen, explanation=[]), now=now)


def _body_of(actor: Actor, trip: Trip, base: Document, days: Sequence[Sequence[str]]) -> dict[str, Any]:
    plan, setting = replanning.plan_orders(actor, trip, base, days)
    candidate = candidate_json(plan, base.body["candidateId"], setting, economy=base.body["engine"]["economy"])
    return final_body(candidate, explanation=[])
