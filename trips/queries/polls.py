"""Reads votes on stops: what is asked, who said what, what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from travelplanner.core.errors import NotFound
from trips.models import ItineraryStop, Place, StopPoll, StopVote, Trip
from trips.models.poll import CHOICES

MOST_OFFERED = 80  # places left out that the page offers to ask about


@dataclass(frozen=True, slots=True)
class Tally:
    """How many said what."""

    yes: int
    no: int
    either: int

    @property
    def outcome(self) -> str:
        """go (more yes than no), skip (more no), even (as many of both), either (nobody minds), unasked (nobody voted)."""
        if not self.yes + self.no + self.either:
            return "unasked"
        if self.yes == self.no:
            return "even" if self.yes else "either"
        return "go" if self.yes > self.no else "skip"


def tally(choices: Iterable[str]) -> Tally:
    count = Counter(choices)
    return Tally(*(count[key] for key, _label in CHOICES))


def tally_of(poll: StopPoll) -> Tally:
    """From the votes of a row of `polls_of`; else one statement."""
    return tally(vote.choice for vote in poll.votes.all())


def is_open(poll: StopPoll, now: dt.datetime) -> bool:
    """Whether votes still count."""
    return poll.closed_at is None and now < poll.closes_at


def ended_at(poll: StopPoll) -> dt.datetime:
    """When the last vote could be given."""
    return min(poll.closed_at, poll.closes_at) if poll.closed_at else poll.closes_at


def open_filter(now: dt.datetime) -> Q:
    """`is_open` as a filter."""
    return Q(closed_at=None, closes_at__gt=now)


def polls_of(trip: Trip) -> QuerySet[StopPoll]:
    """Newest first, with place, asker and votes with their members (two statements for any number)."""
    votes = StopVote.objects.select_related("member").order_by("created_at", "id")
    return StopPoll.objects.filter(trip=trip).select_related("place", "asked_by").prefetch_related(Prefetch("votes", queryset=votes)).order_by("-created_at", "id")


def get_poll(trip: Trip, poll_id: uuid.UUID) -> StopPoll:
    """One poll as in `polls_of`; NotFound when it is another trip's."""
    poll = polls_of(trip).filter(pk=poll_id).first()
    if poll is None:
        raise NotFound
    return poll


def planned_places(trip: Trip) -> dict[uuid.UUID, str]:
    """Places of the chosen plan in its order, by id; one statement, none while nothing is chosen."""
    if trip.chosen_revision is None:
        return {}
    rows = ItineraryStop.objects.filter(day__trip=trip, day__revision=trip.chosen_revision, kind="place").exclude(place=None)
    return dict(rows.order_by("day__position", "position").values_list("place_id", "name"))


def asked_places(trip: Trip, now: dt.datetime) -> set[uuid.UUID]:
    """Places with an open vote; one statement."""
    return set(StopPoll.objects.filter(open_filter(now), trip=trip).values_list("place_id", flat=True))


def places_to_ask_about(trip: Trip, *, planned: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Places of the trip's destinations that the plan leaves out, best known first; one statement."""
    rows = places_in_reach(trip).exclude(pk__in=list(planned)).order_by("-importance", "name")
    return list(rows.values_list("pk", "name")[:MOST_OFFERED])


def places_in_reach(trip: Trip) -> QuerySet[Place]:
    """Places of the trip's destinations."""
    return Place.objects.filter(destination__in=trip.destinations.values("destination"))
