"""The catalogue, open to all: snake_case, paged."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import MoneySerializer, page_shape
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView
from travelplanner.core.money import Money
from trips.documents.research import fact, place_facts
from trips.models import Destination, Place
from trips.queries import catalogue


class FactSerializer(serializers.Serializer):
    """A value with where it comes from; `checkedAt` null and confidence `low` for an editor's estimate."""

    name = serializers.CharField()
    value = serializers.JSONField()
    source = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    source_url = serializers.CharField(allow_null=True)
    checked_at = serializers.DateField(allow_null=True)
    confidence = serializers.ChoiceField(choices=["high", "medium", "low"])


class DestinationSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    kind = serializers.ChoiceField(choices=["city", "region", "trek"])
    country = serializers.CharField()
    region = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    timezone = serializers.CharField()
    currency = serializers.CharField()
    best_months = serializers.ListField(child=serializers.IntegerField())
    tagline = serializers.CharField()
    place_count = serializers.IntegerField()


class DestinationDetailSerializer(DestinationSerializer):
    summary = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    airports = serializers.ListField(child=serializers.CharField())
    facts = FactSerializer(many=True)


class PlaceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    interests = serializers.ListField(child=serializers.CharField())
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    visit_minutes = serializers.IntegerField()
    hours = serializers.CharField()
    fee = MoneySerializer()
    accessibility = serializers.CharField()
    effort = serializers.IntegerField()
    setting = serializers.CharField()
    importance = serializers.IntegerField()
    summary = serializers.CharField()
    facts = FactSerializer(many=True)


class OpenView(ApiView):
    """Readable by anyone, with a rate limit per address."""

    authentication_classes: list[Any] = []
    permission_classes = [permissions.AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "open"


def _snake(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "value": one["value"],
        "source": one["source"],
        "source_url": one["sourceUrl"],
        "checked_at": one["checkedAt"],
        "confidence": one["confidence"],
    }


def destination_json(row: Destination) -> dict[str, Any]:
    names = ("id", "slug", "name", "aliases", "kind", "country", "region", "latitude", "longitude", "timezone", "currency", "best_months", "tagline")
    return {**{name: getattr(row, name) for name in names}, "place_count": getattr(row, "place_count", 0)}


def place_json(row: Place) -> dict[str, Any]:
    names = ("id", "slug", "name", "category", "interests", "latitude", "longitude", "visit_minutes", "hours", "accessibility", "effort", "setting", "importance", "summary")
    return {
        **{name: getattr(row, name) for name in names},
        "fee": Money(row.fee, row.fee_currency).as_json(),
        "facts": [_snake(one) for one in place_facts(row)],
    }


class DestinationList(OpenView):
    @extend_schema(
        operation_id="list_destinations",
        parameters=[OpenApiParameter("search", OpenApiTypes.STR), PAGE, PAGE_SIZE],
        responses=page_shape(DestinationSerializer),
    )
    def get(self, request: Request) -> Response:
        """Destinations by part of their name or an alias."""
        pager = PageNumberPagination()
        text = request.query_params.get("search", "")[:100]
        found = catalogue.search_destinations(text) if text.strip() else catalogue.list_destinations()
        rows: Any = pager.paginate_queryset(found, request, view=self)  # type: ignore[arg-type]  # a Listing counts and slices, which is all that a pager asks
        return pager.get_paginated_response([destination_json(row) for row in rows or []])


class DestinationDetail(OpenView):
    @extend_schema(operation_id="get_destination", responses=DestinationDetailSerializer)
    def get(self, request: Request, key: str) -> Response:
        """One destination by id or slug, with its sourced facts."""
        row = catalogue.get_destination(key)
        facts = [
            fact("location", {"latitude": row.latitude, "longitude": row.longitude}, row.location_source),
            fact("best_months", row.best_months, row.best_months_source),
            fact("emergency_number", row.emergency_number, row.emergency_source),
        ]
        return Response(
            {
                **destination_json(row),
                "place_count": catalogue.places_of([row]).count(),
                "summary": row.summary,
                "languages": row.languages,
                "airports": row.airports,
                "facts": [_snake(one) for one in facts],
            }
        )


class PlaceList(OpenView):
    @extend_schema(
        operation_id="list_places",
        parameters=[PAGE, PAGE_SIZE],
        responses=page_shape(PlaceSerializer),
    )
    def get(self, request: Request, key: str) -> Response:
        """Places of a destination, the most important first, each fact with its source."""
        pager = PageNumberPagination()
        rows = pager.paginate_queryset(catalogue.places_of([catalogue.get_destination(key)]), request, view=self)
        return pager.get_paginated_response([place_json(row) for row in rows or []])
