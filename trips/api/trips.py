"""The main job: intent, documents, choosing and editing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import Invalid, NotFound
from trips import rules
from trips.actions import intents, itineraries
from trips.actions import trips as trip_actions
from trips.api import serializers as shapes
from trips.documents.difference import difference
from trips.models import PlanningRun, Trip
from trips.queries import documents
from trips.queries import trips as trip_queries
from trips.states import TRIP


def links_of(reference: str) -> dict[str, str]:
    base = f"/api/trips/{reference}"
    return {
        "self": base,
        "intent": f"{base}/intent",
        "budget": f"{base}/budget",
        "research": f"{base}/research",
        "candidates": f"{base}/itineraries/candidates",
        "final": f"{base}/itineraries/final",
        "members": f"{base}/members",
        "calendar": f"{base}/calendar.ics",
    }


def planning_json(run: PlanningRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {"state": run.state, "progress": run.progress, "step": run.step, "error": run.error_code or None}


def trip_json(row: Mapping[str, Any], destinations: Sequence[Mapping[str, Any]], *, role: str) -> dict[str, Any]:
    """A trip from its TRIP_COLUMNS for a reader of this role ("": a sample's); the ceiling, and a start that we don't know, only for its owner."""
    currency, private = row["budget_currency"], role == "owner"
    return {
        "tripId": row["reference"],
        "title": row["title"],
        "description": row["description"],
        "status": row["state"],
        "role": role or None,
        "tripType": row["trip_type"],
        "startDate": row["start_date"],
        "endDate": row["end_date"],
        "timezone": row["timezone"],
        "origin": (row["origin_city"] or None) if private or row["origin_country"] else None,  # what is no city we know may be an address
        "destinations": destinations,
        "travelers": row["traveler_count"],
        "budget": {"min": shapes.amount(row["budget_minimum"], currency), "max": shapes.amount(row["budget_amount"], currency)} if private else None,
        "actualSpent": shapes.amount(row["actual_spent"], currency),
        "chosenRevision": row["chosen_revision"],
        "lockedRevision": row["locked_revision"],
        "rowVersion": row["row_version"],
        "sample": row["sample"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "links": links_of(row["reference"]),
    }


class IntentCreate(ApiView):
    throttle_classes = [ScopedThrottle]
    throttle_scope = "plan"

    @extend_schema(operation_id="create_intent", request=shapes.IntentRequestSerializer, responses={201: shapes.IntentAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Say what you want; what you leave out is filled from how you travel (/api/me/preferences) and else assumed, and flagged.

        Planning runs in the background; follow `links.self` for its progress.
        """
        if not isinstance(request.data, dict):
            raise Invalid
        serializer = shapes.IntentRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        trip = intents.create_trip(
            actor=self.actor,
            wish=serializer.to_wish(),
            request_key=request.headers.get("Idempotency-Key"),
            from_habits=True,
            said=serializer.validated_data.get("constraints", {}),
        )
        answer = {
            "tripId": trip.reference,
            "version": "intent_v1",
            "createdAt": trip.created_at,
            "source": "traveler",
            "status": trip.state,
            "links": links_of(trip.reference),
        }
        return Response(answer, status=201, headers={"Location": f"/api/trips/{trip.reference}"})


class TripList(ApiView):
    @extend_schema(
        operation_id="list_trips",
        parameters=[
            OpenApiParameter("search", OpenApiTypes.STR),
            OpenApiParameter("status", OpenApiTypes.STR, enum=list(TRIP.states)),
            PAGE,
            PAGE_SIZE,
        ],
        responses=page_shape(shapes.TripSerializer),
    )
    def get(self, request: Request) -> Response:
        """Your trips, newest first."""
        state = request.query_params.get("status", "")
        if state and state not in TRIP.states:
            raise Invalid(fields={"status": [_("Choose one of: %s.") % ", ".join(TRIP.states)]})
        rows = trip_queries.trip_rows(self.actor, search=request.query_params.get("search", ""), states=(state,) if state else ())
        pager = PageNumberPagination()
        page: Any = pager.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]  # a Listing counts and slices, which is all that a pager asks
        places = trip_queries.destinations_of(row["id"] for row in page or [])
        actor = self.actor
        return pager.get_paginated_response(
            [trip_json(row, places[row["id"]], role="owner" if row["owner_id"] == actor.user_id else row["member_role"] or "") for row in page or []]
        )


class TripDetail(ApiView):
    def _answer(self, trip: Trip) -> Response:
        row = {name: getattr(trip, name) for name in trip_queries.TRIP_COLUMNS}
        body = trip_json(row, trip_queries.destinations_of([trip.pk])[trip.pk], role=rules.role_of(self.actor, trip))
        body["planning"] = planning_json(trip_queries.latest_run(trip))
        return Response(body, headers={"ETag": etags.etag(trip.reference, trip.row_version)})

    @extend_schema(operation_id="get_trip", responses=shapes.TripSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """One trip with the progress of its planning."""
        return self._answer(trip_queries.get_trip(self.actor, reference, whole=False))

    @extend_schema(operation_id="change_trip", parameters=[etags.IF_MATCH], request=shapes.TripPatchSerializer, responses=shapes.TripSerializer)
    def patch(self, request: Request, reference: str) -> Response:
        """Rename it or set the budget's ceiling. Needs If-Match with the trip's ETag."""
        trip = trip_queries.get_trip(self.actor, reference, whole=False)
        etags.require_match(request, etags.etag(trip.reference, trip.row_version))
        data = self.validated(shapes.TripPatchSerializer)
        trip_actions.change_trip(
            actor=self.actor,
            reference=reference,
            row_version=trip.row_version,
            title=data.get("title"),
            description=data.get("description"),
            budget_maximum=data.get("budgetMax", trip_actions.KEEP),
        )
        return self._answer(trip_queries.get_trip(self.actor, reference, whole=False))

    @extend_schema(operation_id="archive_trip", responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Archive it (30 days' undo on the pages). What is booked can't be deleted (409)."""
        trip_actions.archive_trip(actor=self.actor, reference=reference)
        return Response(status=204)


class DocumentView(ApiView):
    """Serves one kind of document: 200 with the stored text, 202 with Retry-After while it is made."""

    kind = ""

    def get(self, request: Request, reference: str) -> Response:
        found = documents.find_document(self.actor, reference, self.kind, self._revision(request))
        if isinstance(found, documents.NotYet):
            state = "queued" if found.progress == 0 else "running"
            body = {"tripId": reference, "planning": {"state": state, "progress": found.progress, "step": found.step, "error": None}}
            return Response(body, status=202, headers={"Retry-After": str(found.retry_after)})
        return Response(documents.answer_for(self.actor, found))

    def _revision(self, request: Request) -> int | None:
        text = request.query_params.get("revision")
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) < 10**8:
            raise Invalid(fields={"revision": [_("A positive number.")]})
        return int(text[:9])


REVISION = OpenApiParameter("revision", OpenApiTypes.INT, description="An older revision; the newest without it.")


class IntentDetail(DocumentView):
    kind = "intent"

    @extend_schema(operation_id="get_intent", parameters=[REVISION], responses={200: shapes.TripIntentSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """What was asked, normalised; `assumed` names what we filled in."""
        return super().get(request, reference)


class BudgetDetail(DocumentView):
    kind = "budget"

    @extend_schema(operation_id="get_budget", parameters=[REVISION], responses={200: shapes.BudgetPredictionSerializer, 202: shapes.NotYetSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """The budget as a range, in total and by category, with its sources."""
        return super().get(request, reference)


class ResearchDetail(DocumentView):
    kind = "research"

    @extend_schema(operation_id="get_research", parameters=[REVISION], responses={200: shapes.DestinationResearchSerializer, 202: shapes.NotYetSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """What is worth knowing about the destination."""
        return super().get(request, reference)


class CandidatesDetail(DocumentView):
    kind = "candidates"

    @extend_schema(operation_id="get_candidates", parameters=[REVISION], responses={200: shapes.ItineraryCandidatesSerializer, 202: shapes.NotYetSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """The scored itineraries to choose from."""
        return super().get(request, reference)


class FinalDetail(DocumentView):
    kind = "final"

    @extend_schema(operation_id="get_final", parameters=[REVISION], responses={200: shapes.FinalItinerarySerializer, 202: shapes.NotYetSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """The chosen itinerary; 404 `not_chosen` before one is chosen."""
        return super().get(request, reference)

    @extend_schema(operation_id="choose_or_edit", request=shapes.ChooseSerializer, responses={201: shapes.FinalItinerarySerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Choose a candidate, or save an edit as the next revision."""
        data = self.validated(shapes.ChooseSerializer)
        if "candidateId" in data:
            document = itineraries.choose_candidate(actor=self.actor, reference=reference, candidate_id=data["candidateId"], based_on=data.get("basedOn"))
        elif "days" in data:
            days = [[str(key) for key in day] for day in data["days"]]
            document = itineraries.edit_itinerary(actor=self.actor, reference=reference, based_on=data["basedOn"], days=days)
        else:
            swap = data["swapDay"]
            document = itineraries.swap_day(
                actor=self.actor, reference=reference, based_on=data["basedOn"], day=swap["day"], candidate_id=swap["candidateId"]
            )
        return Response(documents.answer_for(self.actor, document), status=201)


class RevisionList(ApiView):
    @extend_schema(operation_id="list_revisions", parameters=[PAGE, PAGE_SIZE], responses=page_shape(shapes.RevisionSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Revisions of the chosen itinerary, newest first."""
        rows = documents.revisions_of(self.actor, reference)
        pager = PageNumberPagination()
        return pager.get_paginated_response(pager.paginate_queryset(rows, request, view=self))


class DifferenceDetail(ApiView):
    @extend_schema(
        operation_id="get_difference",
        parameters=[OpenApiParameter("from", OpenApiTypes.INT, required=True), OpenApiParameter("to", OpenApiTypes.INT, required=True)],
        responses=shapes.DifferenceSerializer,
    )
    def get(self, request: Request, reference: str) -> Response:
        """What changed between two revisions, in stops and money."""
        pair = []
        for name in ("from", "to"):
            text = request.query_params.get(name, "")
            if not text.isascii() or not text.isdigit():
                raise Invalid(fields={name: [_("Send a revision number.")]})
            found = documents.find_document(self.actor, reference, "final", int(text[:9]))
            if isinstance(found, documents.NotYet):
                raise NotFound
            pair.append(found)
        return Response(difference(pair[0].body, pair[1].body))
