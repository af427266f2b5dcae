"""Share links and the calendar of a trip."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from travelplanner.core.api import etags
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import page_shape
from travelplanner.core.api.views import ApiView
from trips import rules
from trips.actions import feeds, share_links
from trips.api import company_shapes as shapes
from trips.queries import company
from trips.queries.calendar import calendar_of, calendar_tag
from trips.queries.trips import get_trip


class ShareLinkList(ApiView):
    @extend_schema(operation_id="list_share_links", parameters=[PAGE, PAGE_SIZE], responses=page_shape(shapes.ShareLinkSerializer))
    def get(self, request: Request, reference: str) -> Response:
        """Links that were not revoked. The owner only; the addresses themselves are not kept."""
        trip = get_trip(self.actor, reference, whole=False)
        if not rules.may_change(self.actor, trip):
            raise rules.refusal(trip)
        pager = PageNumberPagination()
        page = pager.paginate_queryset(company.open_links(trip), request, view=self)
        return pager.get_paginated_response([shapes.link_json(row) for row in page or []])

    @extend_schema(operation_id="make_share_link", request=shapes.MakeLinkSerializer, responses={201: shapes.NewShareLinkSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Make a link that opens `scopes`, and nothing else, to anyone who has it. `url` is shown this once."""
        data = self.validated(shapes.MakeLinkSerializer)
        row, token = share_links.make_link(actor=self.actor, reference=reference, scopes=data["scopes"], label=data["label"], days=data["expiresInDays"])
        return Response(shapes.link_json(row) | {"url": f"{settings.PUBLIC_URL}/s/{token}"}, status=201)


class ShareLinkDetail(ApiView):
    @extend_schema(operation_id="revoke_share_link", responses={204: None})
    def delete(self, request: Request, reference: str, link_id: uuid.UUID) -> Response:
        """Close it at once."""
        share_links.revoke_link(actor=self.actor, reference=reference, link_id=link_id)
        return Response(status=204)


class AnyAccept(DefaultContentNegotiation):
    """Calendar programs ask for text/calendar; errors are JSON all the same."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class CalendarDetail(ApiView):
    content_negotiation_class = AnyAccept

    @extend_schema(operation_id="get_calendar", responses={(200, "text/calendar"): OpenApiTypes.STR, 304: OpenApiResponse(description="Not modified.")})
    def get(self, request: Request, reference: str) -> HttpResponse | Response:
        """The plan as a calendar. 404 `not_chosen` before one is chosen."""
        trip = get_trip(self.actor, reference, whole=False)
        tag = calendar_tag(trip)
        if etags.not_modified(request._request, tag):
            return Response(status=304, headers={"ETag": tag})
        return HttpResponse(calendar_of(trip), content_type="text/calendar; charset=utf-8", headers={"ETag": tag})


class FeedDetail(ApiView):
    @extend_schema(operation_id="rotate_calendar_feed", request=None, responses={201: shapes.FeedSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Your own address for a calendar program; the one you had is closed. `url` is shown this once."""
        _row, token = feeds.rotate_feed(actor=self.actor, reference=reference)
        return Response({"url": f"{settings.PUBLIC_URL}/calendar/{token}.ics"}, status=201)

    @extend_schema(operation_id="revoke_calendar_feed", responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Close it at once."""
        feeds.revoke_feed(actor=self.actor, reference=reference)
        return Response(status=204)
