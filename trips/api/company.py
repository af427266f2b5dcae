"""The company of a trip: members and invitations."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.views import ApiView
from trips import rules
from trips.actions import doors, invitations, members
from trips.api import company_shapes as shapes
from trips.models import Trip, TripMember
from trips.queries import company
from trips.queries.trips import get_trip

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag of the version that you read; 412 when it is stale.")


class _CompanyView(ApiView):
    def owned(self, reference: str) -> Trip:
        """The trip, for its owner; 403 for companions."""
        trip = get_trip(self.actor, reference, whole=False)
        if not rules.may_change(self.actor, trip):
            raise rules.refusal(trip)
        return trip

    def shown(self, row: TripMember, trip: Trip, *, status: int = 200) -> Response:
        mine = row.user_id == self.actor.user_id
        body = shapes.member_json(row, you=mine, emails=mine or rules.owns(self.actor, trip))
        return Response(body, status=status, headers={"ETag": etags.etag(row.pk, row.row_version)})


class MemberList(_CompanyView):
    @extend_schema(operation_id="list_members", parameters=[PAGE, PAGE_SIZE], responses=page_shape(shapes.MemberSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Everyone in the trip, its owner first. For its company."""
        trip = get_trip(self.actor, reference, whole=False)
        if not rules.may_take_part(self.actor, trip):
            raise rules.refusal(trip)
        pager = PageNumberPagination()
        page: Any = pager.paginate_queryset(company.members_of(trip), request, view=self)
        emails = rules.owns(self.actor, trip)
        return pager.get_paginated_response([shapes.member_json(row, you=row.user_id == self.actor.user_id, emails=emails) for row in page])

    @extend_schema(operation_id="add_name", request=shapes.NameSerializer, responses={201: shapes.MemberSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Add a name without account, for the expenses. For owner and editors; people with an address are invited instead."""
        row = members.add_name(actor=self.actor, reference=reference, name=self.validated(shapes.NameSerializer)["name"])
        return self.shown(row, get_trip(self.actor, reference, whole=False), status=201)


class MemberDetail(_CompanyView):
    @extend_schema(operation_id="change_member", parameters=[IF_MATCH], request=shapes.RoleSerializer, responses=shapes.MemberSerializer)
    def patch(self, request: Request, reference: str, member_id: uuid.UUID) -> Response:
        """Change a companion's role; `owner` hands the trip over. The owner only."""
        trip = get_trip(self.actor, reference, whole=False)
        role = self.validated(shapes.RoleSerializer)["role"]
        version = None
        if request.headers.get("If-Match"):
            known = next((row for row in company.members_of(trip) if row.pk == member_id), None)
            if known is not None:
                etags.require_match(request, etags.etag(known.pk, known.row_version))
                version = known.row_version
        if role == "owner":
            members.hand_over(actor=self.actor, reference=reference, member_id=member_id)
            row = next(row for row in company.members_of(trip) if row.pk == member_id)
        else:
            row = members.change_role(actor=self.actor, reference=reference, member_id=member_id, role=role, row_version=version)
        return self.shown(row, get_trip(self.actor, reference, whole=False))

    @extend_schema(operation_id="remove_member", responses={204: None})
    def delete(self, request: Request, reference: str, member_id: uuid.UUID) -> Response:
        """Remove someone (the owner), or leave (oneself). Every door of theirs closes at once; the owner can't leave."""
        doors.end_membership(actor=self.actor, reference=reference, member_id=member_id)
        return Response(status=204)


class InvitationList(_CompanyView):
    throttle_scope = "invite"

    def get_throttles(self) -> list[Any]:
        return [ScopedRateThrottle()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(operation_id="list_invitations", parameters=[PAGE, PAGE_SIZE], responses=page_shape(shapes.InvitationSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Invitations that nobody answered yet. The owner only."""
        pager = PageNumberPagination()
        page = pager.paginate_queryset(company.open_invitations(self.owned(reference)), request, view=self)
        return pager.get_paginated_response([shapes.invitation_json(row) for row in page or []])

    @extend_schema(operation_id="invite", request=shapes.InviteSerializer, responses={201: shapes.InvitationSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Invite an address by mail; the link in it is good once, for 14 days. The answer is the same whether it has an account."""
        data = self.validated(shapes.InviteSerializer)
        row = invitations.invite(actor=self.actor, reference=reference, email=data["email"], role=data["role"], message=data["message"])
        return Response(shapes.invitation_json(row), status=201)


class InvitationDetail(_CompanyView):
    @extend_schema(operation_id="revoke_invitation", responses={204: None})
    def delete(self, request: Request, reference: str, invitation_id: uuid.UUID) -> Response:
        """Take it back; its link stops working at once."""
        invitations.revoke(actor=self.actor, reference=reference, invitation_id=invitation_id)
        return Response(status=204)


class InvitationResend(_CompanyView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "invite"

    @extend_schema(operation_id="resend_invitation", request=None, responses=shapes.InvitationSerializer)
    def post(self, request: Request, reference: str, invitation_id: uuid.UUID) -> Response:
        """Mail it again with a new link; the one before stops working."""
        row = invitations.resend(actor=self.actor, reference=reference, invitation_id=invitation_id)
        return Response(shapes.invitation_json(row))


class Join(_CompanyView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "join"

    @extend_schema(operation_id="join_trip", request=shapes.JoinSerializer, responses=shapes.JoinedSerializer)
    def post(self, request: Request) -> Response:
        """Accept a mailed invitation. 404 for one that is unknown, used, revoked or expired."""
        data = self.validated(shapes.JoinSerializer)
        row = invitations.accept(actor=self.actor, token=data["token"], name=data["name"])
        return Response({"tripId": row.trip.reference, "role": row.role})
