"""Votes on stops: asked, voted on until a deadline, closed, and carried out in the plan.

Who may: the owner and editors ask and carry out, everyone of the company votes, who asked (or the owner) closes early.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from travelplanner.core import audit, clock
from travelplanner.core.actor import Actor
from travelplanner.core.errors import Conflict, Invalid, NotAllowed, NotFound
from travelplanner.core.lines import one_line
from trips import rules
from trips.actions import itineraries, plan_changes
from trips.actions.taking_part import TooMany, own_member
from trips.actions.trips import fetch_for_change
from trips.documents.itineraries import orders_of
from trips.models import Document, StopPoll, StopVote, Trip
from trips.models.poll import CHOICES
from trips.queries.polls import get_poll, is_open, open_filter, places_in_reach, tally_of
from trips.queries.trips import get_trip

SHORTEST = dt.timedelta(minutes=5)
LONGEST = dt.timedelta(days=90)
MOST_OPEN = 30
MOST_POLLS = 500


def ask(
    *, actor: Actor, reference: str, place_id: uuid.UUID, closes_at: dt.datetime, question: str = "", now: dt.datetime | None = None
) -> StopPoll:
    """Ask the company about a place: a stop of the plan, or one that was left out. `closes_at` is aware, 5 minutes to 90 days ahead.

    Guarantees: one open vote per place. Raises NotFound, NotAllowed, Conflict (`asked_already`, `locked`, `too_many`), Invalid. Records an audit entry.
    """
    now = now or clock.now()
    with transaction.atomic():
        trip = fetch_for_change(actor=actor, reference=reference, may=rules.may_edit)
        me = own_member(actor=actor, trip=trip, now=now)
        if trip.locked_revision is not None or trip.state != "planning":
            raise Conflict(_("This plan is booked. Cancel the booking to change it."), code="locked")
        place = places_in_reach(trip).filter(pk=place_id).first()
        if place is None:
            raise Invalid(fields={"placeId": [_("Choose a place of this trip's destinations.")]})
        if not now + SHORTEST <= closes_at <= now + LONGEST:
            raise Invalid(fields={"closesAt": [_("Give people at least five minutes and at most 90 days.")]})
        rows = StopPoll.objects.filter(trip=trip)
        if rows.filter(open_filter(now), place=place).exists():
            raise Conflict(_("There is an open vote about this place already."), code="asked_already")
        for count, most in ((rows.filter(open_filter(now)).count(), MOST_OPEN), (rows.count(), MOST_POLLS)):
            if count >= most:
                raise TooMany(most)
        rows.filter(place=place, closed_at=None).update(closed_at=F("closes_at"))  # ended by its deadline: makes room for the next one
        poll = StopPoll.objects.create(trip=trip, place=place, question=one_line(question)[:200], asked_by=me, closes_at=closes_at, created_at=now)
        audit.record(actor=actor, action="poll.asked", row=poll, after={"place": str(place.pk)}, now=now)
    return poll


def vote(*, actor: Actor, reference: str, poll_id: uuid.UUID, choice: str, now: dt.datetime | None = None) -> StopVote:
    """Vote yes, no or either; until the deadline the last choice counts.

    Guarantees: a vote that is accepted is in the tally that closing gives: the poll's row is taken by a conditional UPDATE that asks whether it is
    still open, so of a vote and a closing at the same moment one waits for the other. Raises NotFound, NotAllowed, Invalid, Conflict (`poll_closed`).
    """
    trip, poll = _read(actor, reference, poll_id)
    if choice not in dict(CHOICES):
        raise Invalid(fields={"choice": [_("Choose one of: %s.") % ", ".join(dict(CHOICES))]})
    if not is_open(poll, now or clock.now()):
        raise _closed()
    with transaction.atomic():
        moment = now or clock.now()
        rows = StopPoll.objects.filter(pk=poll.pk)
        if settings.POLLS_ARE_GUARDED:
            rows = rows.filter(open_filter(moment))
        if not rows.update(updated_at=moment):
            raise _closed()
        me = own_member(actor=actor, trip=trip, now=moment)
        row, _made = StopVote.objects.update_or_create(poll=poll, member=me, defaults={"choice": choice, "updated_at": moment})
    return row


def close_poll(*, actor: Actor, reference: str, poll_id: uuid.UUID, now: dt.datetime | None = None) -> StopPoll:
    """End a vote before its deadline; a vote that is over stays as it is. Returns it with the votes that count.

    Who asked, and the owner. Raises NotFound, NotAllowed. Records an audit entry.
    """
    now = now or clock.now()
    trip, poll = _read(actor, reference, poll_id)
    if not rules.may_close_poll(actor, trip, poll):
        raise NotAllowed(_("Who asked can end this vote, and the owner of the trip."), code="not_yours")
    with transaction.atomic():
        if StopPoll.objects.filter(open_filter(now), pk=poll.pk).update(closed_at=now, updated_at=now):
            audit.record(actor=actor, action="poll.closed", row=poll, now=now)
        return get_poll(trip, poll_id)


def carry_out(*, actor: Actor, reference: str, poll_id: uuid.UUID, now: dt.datetime | None = None) -> Document:
    """Do in the plan what the vote came to: put the place where it fits best, or take the stop out; the next revision.

    For the owner and editors, when the vote is over. Raises NotFound, NotAllowed, Conflict (`poll_open`, `undecided`, `done_already`, `not_chosen`,
    and what `edit_itinerary` raises), Invalid (`not_feasible` with every violation in words).
    """
    now = now or clock.now()
    trip, poll = _read(actor, reference, poll_id)
    if not rules.may_edit(actor, trip):
        raise rules.refusal(trip)
    if is_open(poll, now):
        raise Conflict(_("This vote is still open."), code="poll_open")
    outcome = tally_of(poll).outcome
    if outcome not in ("go", "skip"):
        raise Conflict(_("This vote decided nothing; the plan stays as it is."), code="undecided")
    if trip.chosen_revision is None:
        raise Conflict(_("Choose one of the plans first."), code="not_chosen")
    latest = trip.documents.get(kind="final", revision=trip.chosen_revision)
    orders = [list(order) for order in orders_of(latest.body["itinerary"]["days"])]
    place = str(poll.place_id)
    planned = any(place in order for order in orders)
    if planned == (outcome == "go"):
        raise Conflict(_("The plan is like that already."), code="done_already")
    if planned:
        orders = [[stop for stop in order if stop != place] for order in orders]
    else:
        day, position = _best_place(actor, trip, latest, orders, poll)
        orders[day].insert(position, place)
    return itineraries.edit_itinerary(actor=actor, reference=reference, based_on=latest.revision, days=orders, now=now)


def _best_place(actor: Actor, trip: Trip, latest: Document, orders: list[list[str]], poll: StopPoll) -> tuple[int, int]:
    """Day and position (0 = first) where the place costs least time. Where it fits nowhere, the end of the first day at its destination, whose violations then tell why."""
    place = str(poll.place_id)
    rooms, _currency = plan_changes.rooms_for(actor=actor, reference=trip.reference, based_on=latest.revision, place_ids=[place])
    if best := rooms[place].best:
        return best.day, best.position
    days = latest.body["itinerary"]["days"]
    day = next((index for index, each in enumerate(days) if each["destinationId"] == str(poll.place.destination_id)), 0)
    return day, len(orders[day])


def _read(actor: Actor, reference: str, poll_id: uuid.UUID) -> tuple[Trip, StopPoll]:
    trip = get_trip(actor, reference, whole=False)
    if not rules.may_take_part(actor, trip):
        raise NotFound
    return trip, get_poll(trip, poll_id)


def _closed() -> Conflict:
    return Conflict(_("This vote is over."), code="poll_closed")
