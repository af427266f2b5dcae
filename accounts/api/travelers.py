"""/api/travelers: the people one travels with."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import guardians as guardian_actions
from accounts.actions import travelers as traveler_actions
from accounts.api import person_shapes as shapes
from accounts.api.me import OPTIONAL_MATCH, SignedIn
from accounts.models import Traveler, TravelerPreference
from accounts.models.traveler import RELATIONS, TRAVELER_TYPES
from accounts.queries import travelers as traveler_queries
from accounts.states import TRAVELER
from travelplanner.core import clock
from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.errors import Invalid

COLUMNS = (
    "relation", "first_name", "last_name", "date_of_birth", "gender", "nationality", "email", "phone", "needs", "medical_notes",
    "emergency_contact", "travel_history", "state", "archived_at", "created_at", "updated_at", "row_version",
)  # fmt: skip
PREFERENCE_COLUMNS = ("preferred_cabin_class", "seat_preference", "meal_preference", "dietary_restrictions", "loyalty_programs", "interests")
# What a PUT that leaves a field out makes of it.
EMPTY: dict[str, Any] = {
    "relation": "other", "last_name": "", "date_of_birth": None, "gender": "", "nationality": "", "email": "", "phone": "", "needs": [],
    "medical_notes": "", "emergency_contact": "", "travel_history": [],
}  # fmt: skip
FILTERS: dict[str, tuple[str, ...]] = {
    "state": TRAVELER.states,
    "relation": tuple(key for key, _label in RELATIONS),
    "type": tuple(key for key, _label in TRAVELER_TYPES),
    "ordering": ("created_at", "-created_at", "first_name", "last_name"),
}


def traveler_json(row: Traveler) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": str(row.pk),
        **{name: getattr(row, name) for name in COLUMNS},
        "type": traveler_queries.type_of(row, now.date()),
        "active": row.state == "active",
        "guardian": {
            "name": row.guardian_name,
            "email": row.guardian_email,
            "asked_at": row.guardian_asked_at,
            "consent_at": row.guardian_consent_at,
            "consent_until": row.guardian_consent_until,
            "standing": traveler_queries.guardian_standing(row, now.date(), now=now),
        },
    }


def answer(row: Traveler, status: int = 200) -> Response:
    headers = {"ETag": etags.etag(row.pk, row.row_version)}
    if status == 201:
        headers["Location"] = f"/api/travelers/{row.pk}"
    return Response(traveler_json(row), status=status, headers=headers)


class TravelerList(SignedIn):
    @extend_schema(
        operation_id="list_travelers",
        parameters=[*(OpenApiParameter(name, OpenApiTypes.STR, enum=list(keys)) for name, keys in FILTERS.items()), OpenApiParameter("search", OpenApiTypes.STR), PAGE, PAGE_SIZE],
        responses=page_shape(shapes.TravelerSerializer),
    )
    def get(self, request: Request) -> Response:
        """The people you travel with. Archived ones only with `state=archived`, while they can be restored. `type` is as of today."""
        wanted = {name: request.query_params.get(name, "") for name in FILTERS}
        faults = {name: [_("Choose one of: %s.") % ", ".join(FILTERS[name])] for name, value in wanted.items() if value and value not in FILTERS[name]}
        if faults:
            raise Invalid(fields=faults)
        now, state, relation, ordering = clock.now(), wanted["state"], wanted["relation"], wanted["ordering"] or "created_at"
        type_, search = wanted["type"], request.query_params.get("search", "")
        rows: Any
        if type_ or search.strip():
            found = traveler_queries.list_travelers(self.actor, today=now.date(), now=now, state=state, relation=relation, type_=type_, search=search)
            rows = found.order_by(ordering, "id")
        else:
            rows = traveler_queries.traveler_rows(self.actor, now=now, state=state, relation=relation, ordering=ordering)
        pager = PageNumberPagination()
        page: Any = pager.paginate_queryset(rows, request, view=self)
        return pager.get_paginated_response([traveler_json(row) for row in page or []])

    @extend_schema(operation_id="create_traveler", request=shapes.TravelerSerializer, responses={201: shapes.TravelerSerializer})
    def post(self, request: Request) -> Response:
        """Enter a person, at most 50. Needs and medical notes are stored only with the consent `special_data`."""
        data = self.validated(shapes.TravelerSerializer)
        agreed = data.pop("special_data_consent", False)
        return answer(traveler_actions.create_traveler(actor=self.actor, values=data, agreed=agreed), status=201)


class TravelerDetail(SignedIn):
    @extend_schema(operation_id="get_traveler", responses=shapes.TravelerSerializer)
    def get(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """One person."""
        return answer(traveler_queries.get_traveler(self.actor, traveler_id))

    def _change(self, request: Request, traveler_id: uuid.UUID, data: dict[str, Any]) -> Response:
        traveler = traveler_queries.get_traveler(self.actor, traveler_id)
        etags.require_match(request, etags.etag(traveler.pk, traveler.row_version), required=False)
        agreed, active = data.pop("special_data_consent", False), data.pop("active", None)
        changed = traveler_actions.change_traveler(
            actor=self.actor,
            traveler_id=traveler_id,
            row_version=traveler.row_version if request.headers.get("If-Match") else None,
            changes=data,
            active=active,
            agreed=agreed,
        )
        return answer(changed)

    @extend_schema(operation_id="replace_traveler", parameters=[OPTIONAL_MATCH], request=shapes.TravelerSerializer, responses=shapes.TravelerSerializer)
    def put(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """Replace what is told of a person; what is left out is emptied."""
        traveler_queries.get_traveler(self.actor, traveler_id)
        return self._change(request, traveler_id, EMPTY | self.validated(shapes.TravelerSerializer))

    @extend_schema(
        operation_id="change_traveler", parameters=[OPTIONAL_MATCH], request=shapes.TravelerSerializer(partial=True), responses=shapes.TravelerSerializer
    )
    def patch(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """Change a person; what is left out stays. When name or birth date change, a guardian's consent ends."""
        traveler_queries.get_traveler(self.actor, traveler_id)
        return self._change(request, traveler_id, self.validated(shapes.TravelerSerializer, partial=True))

    @extend_schema(operation_id="archive_traveler", responses={204: None})
    def delete(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """Archive a person; `POST .../restore` brings them back for 30 days. A second time answers 404."""
        traveler_actions.archive_traveler(actor=self.actor, traveler_id=traveler_id)
        return Response(status=204)


class TravelerRestore(SignedIn):
    @extend_schema(operation_id="restore_traveler", request=None, responses=shapes.TravelerSerializer)
    def post(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """Bring back a person archived in the last 30 days."""
        return answer(traveler_actions.restore_traveler(actor=self.actor, traveler_id=traveler_id))


class TravelerPreferences(SignedIn):
    def _answer(self, traveler: Traveler, row: TravelerPreference) -> Response:
        return Response({name: getattr(row, name) for name in PREFERENCE_COLUMNS}, headers={"ETag": etags.etag(traveler.pk, traveler.row_version)})

    @extend_schema(operation_id="get_traveler_preferences", responses=shapes.TravelerPreferencesSerializer)
    def get(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """How this person likes to travel. Its version is the traveler's."""
        traveler = traveler_queries.get_traveler(self.actor, traveler_id)
        return self._answer(traveler, traveler_queries.get_traveler_preference(traveler))

    def _change(self, request: Request, traveler_id: uuid.UUID, *, whole: bool) -> Response:
        traveler = traveler_queries.get_traveler(self.actor, traveler_id)
        etags.require_match(request, etags.etag(traveler.pk, traveler.row_version), required=False)
        data = self.validated(shapes.TravelerPreferencesSerializer, partial=not whole)
        agreed = data.pop("special_data_consent", False)
        version = traveler.row_version if request.headers.get("If-Match") else None
        row = traveler_actions.change_traveler_preferences(
            actor=self.actor, traveler_id=traveler_id, row_version=version, changes=data, whole=whole, agreed=agreed
        )
        return self._answer(row.traveler, row)

    @extend_schema(
        operation_id="replace_traveler_preferences",
        parameters=[OPTIONAL_MATCH],
        request=shapes.TravelerPreferencesSerializer,
        responses=shapes.TravelerPreferencesSerializer,
    )
    def put(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """Replace it; what is left out is emptied."""
        return self._change(request, traveler_id, whole=True)

    @extend_schema(
        operation_id="change_traveler_preferences",
        parameters=[OPTIONAL_MATCH],
        request=shapes.TravelerPreferencesSerializer(partial=True),
        responses=shapes.TravelerPreferencesSerializer,
    )
    def patch(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """Change it; what is left out stays."""
        return self._change(request, traveler_id, whole=False)


class TravelerGuardian(SignedIn):
    """Limited by user: each request by mail is a mail to a stranger."""

    throttle_classes = [ScopedThrottle]
    throttle_scope = "guardian"

    @extend_schema(operation_id="seek_guardian_consent", request=shapes.GuardianRequestSerializer, responses=shapes.TravelerSerializer)
    def post(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """For a traveler under 18: say that you are the parent or guardian, or have them asked by mail."""
        traveler_queries.get_traveler(self.actor, traveler_id)
        data = self.validated(shapes.GuardianRequestSerializer)
        if data["by"] == "me":
            return answer(guardian_actions.declare_guardian(actor=self.actor, traveler_id=traveler_id, until=data.get("until")))
        return answer(guardian_actions.ask_guardian(actor=self.actor, traveler_id=traveler_id, name=data.get("name", ""), email=data.get("email", "")))

    @extend_schema(operation_id="take_back_guardian_consent", responses={204: None})
    def delete(self, request: Request, traveler_id: uuid.UUID) -> Response:
        """End a consent, or close a link that is still open."""
        guardian_actions.take_back_consent(actor=self.actor, traveler_id=traveler_id)
        return Response(status=204)
