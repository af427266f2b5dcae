"""Votes on stops: ask, vote, close, carry out."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from travelplanner.core import clock
from travelplanner.core.actor import Actor
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.views import ApiView
from trips import rules
from trips.actions import polls as actions
from trips.api import serializers as shapes
from trips.api.expense_shapes import PersonSerializer, member_json
from trips.models import StopPoll, Trip
from trips.models.poll import CHOICES
from trips.queries import documents
from trips.queries import polls as queries
from trips.queries.expenses import get_trip_of_mine
from trips.queries.roster import zone_of

OUTCOMES = ["go", "skip", "even", "either", "unasked"]


class PollInSerializer(serializers.Serializer):
    """About a place of the trip's destinations. `closesAt` names its zone (UTC without one)."""

    placeId = serializers.UUIDField()
    closesAt = serializers.DateTimeField()
    question = serializers.CharField(max_length=200, required=False, allow_blank=True)


class VoteInSerializer(serializers.Serializer):
    choice = serializers.ChoiceField(CHOICES)


class PollPlaceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    inPlan = serializers.BooleanField()


class CountsSerializer(serializers.Serializer):
    yes = serializers.IntegerField()
    no = serializers.IntegerField()
    either = serializers.IntegerField()


class VoteSerializer(serializers.Serializer):
    member = PersonSerializer()
    choice = serializers.ChoiceField(CHOICES)


class PollSerializer(serializers.Serializer):
    """A vote. Everyone of the trip sees who said what. `outcome` is what it comes to so far; it is final when `open` is false."""

    id = serializers.UUIDField()
    place = PollPlaceSerializer()
    question = serializers.CharField()
    askedBy = PersonSerializer()
    open = serializers.BooleanField()
    closesAt = serializers.DateTimeField()
    closedAt = serializers.DateTimeField(allow_null=True)
    timezone = serializers.CharField()
    counts = CountsSerializer()
    votes = VoteSerializer(many=True)
    myChoice = serializers.ChoiceField(CHOICES, allow_null=True)
    outcome = serializers.ChoiceField(OUTCOMES)
    mayClose = serializers.BooleanField()
    createdAt = serializers.DateTimeField()


def poll_json(actor: Actor, trip: Trip, poll: StopPoll, *, planned: bool, now: dt.datetime) -> dict[str, Any]:
    """From a row of trips.queries.polls.polls_of."""
    zone, found, still = zone_of(trip), queries.tally_of(poll), queries.is_open(poll, now)
    votes: list[dict[str, Any]] = [{"member": member_json(actor, vote.member), "choice": vote.choice} for vote in poll.votes.all()]
    return {
        "id": poll.pk,
        "place": {"id": poll.place_id, "name": poll.place.name, "inPlan": planned},
        "question": poll.question,
        "askedBy": member_json(actor, poll.asked_by),
        "open": still,
        "closesAt": poll.closes_at.astimezone(zone),
        "closedAt": None if still else queries.ended_at(poll).astimezone(zone),
        "timezone": trip.timezone,
        "counts": {"yes": found.yes, "no": found.no, "either": found.either},
        "votes": votes,
        "myChoice": next((vote["choice"] for vote in votes if vote["member"]["you"] and not vote["member"]["former"]), None),
        "outcome": found.outcome,
        "mayClose": still and rules.may_close_poll(actor, trip, poll),
        "createdAt": poll.created_at,
    }


def _answer(view: ApiView, reference: str, poll_id: uuid.UUID, *, status: int = 200) -> Response:
    trip = get_trip_of_mine(view.actor, reference)
    poll = queries.get_poll(trip, poll_id)
    planned = poll.place_id in queries.planned_places(trip)
    return Response(poll_json(view.actor, trip, poll, planned=planned, now=clock.now()), status=status)


class PollList(ApiView):
    @extend_schema(operation_id="list_polls", parameters=[PAGE, PAGE_SIZE], responses=page_shape(PollSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Votes of the trip, newest first."""
        trip = get_trip_of_mine(self.actor, reference)
        pager = PageNumberPagination()
        page = pager.paginate_queryset(queries.polls_of(trip), request, view=self)
        planned, now = queries.planned_places(trip), clock.now()
        return pager.get_paginated_response([poll_json(self.actor, trip, row, planned=row.place_id in planned, now=now) for row in page or []])

    @extend_schema(operation_id="ask_poll", request=PollInSerializer, responses={201: PollSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Ask the company about a place. For the owner and editors."""
        data = self.validated(PollInSerializer)
        poll = actions.ask(
            actor=self.actor, reference=reference, place_id=data["placeId"], closes_at=data["closesAt"], question=data.get("question", "")
        )
        return _answer(self, reference, poll.pk, status=201)


class PollVote(ApiView):
    @extend_schema(operation_id="vote", request=VoteInSerializer, responses=PollSerializer)
    def put(self, request: Request, reference: str, poll_id: uuid.UUID) -> Response:
        """Your choice; until the deadline you may change it. Afterwards 409 `poll_closed`."""
        actions.vote(actor=self.actor, reference=reference, poll_id=poll_id, choice=self.validated(VoteInSerializer)["choice"])
        return _answer(self, reference, poll_id)


class PollClose(ApiView):
    @extend_schema(operation_id="close_poll", request=None, responses=PollSerializer)
    def post(self, request: Request, reference: str, poll_id: uuid.UUID) -> Response:
        """End it before its deadline: who asked, and the owner."""
        actions.close_poll(actor=self.actor, reference=reference, poll_id=poll_id)
        return _answer(self, reference, poll_id)


class PollCarryOut(ApiView):
    @extend_schema(operation_id="carry_out_poll", request=None, responses={201: shapes.FinalItinerarySerializer})
    def post(self, request: Request, reference: str, poll_id: uuid.UUID) -> Response:
        """Do in the plan what the vote came to: the next revision, or 400 `not_feasible` with every reason. For the owner and editors."""
        document = actions.carry_out(actor=self.actor, reference=reference, poll_id=poll_id)
        return Response(documents.answer_for(self.actor, document), status=201)
