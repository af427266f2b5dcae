"""What is on sale, open to all: search, detail, dates with price and places left. snake_case, paged."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.queries import inventory
from travelplanner.core import clock
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import MoneySerializer, page_shape
from travelplanner.core.errors import Invalid
from travelplanner.core.money import Money
from trips.api.catalogue import OpenView
from trips.models import Service
from trips.queries import catalogue

LONGEST_SPAN = 92  # days of availability in one answer
TYPES = [key for key, _label in Service.TYPES]


class SupplierSerializer(serializers.Serializer):
    name = serializers.CharField()
    demo = serializers.BooleanField()


class TermsSerializer(serializers.Serializer):
    """Free to cancel until `free_until_hours` before the start; afterwards `fee_percent` of the price is kept."""

    cancellable = serializers.BooleanField()
    free_until_hours = serializers.IntegerField()
    fee_percent = serializers.CharField()


class DatedSerializer(serializers.Serializer):
    date = serializers.DateField()
    time = serializers.CharField(allow_null=True)
    price = MoneySerializer()
    capacity = serializers.IntegerField()
    left = serializers.IntegerField()


class ServiceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=TYPES)
    name = serializers.CharField()
    supplier = SupplierSerializer()
    destination_id = serializers.UUIDField()
    destination = serializers.CharField()
    place_id = serializers.UUIDField(allow_null=True)
    comfort = serializers.CharField(allow_blank=True)
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    list_price = MoneySerializer()
    unit = serializers.CharField()
    sleeps = serializers.IntegerField()
    times = serializers.ListField(child=serializers.CharField())
    minutes = serializers.IntegerField()
    terms = TermsSerializer()
    summary = serializers.CharField(allow_blank=True)
    on_date = DatedSerializer(many=True, required=False)


class AvailabilitySerializer(serializers.Serializer):
    service_id = serializers.UUIDField()
    dates = DatedSerializer(many=True)


def service_json(row: Service) -> dict[str, Any]:
    return {
        "id": row.pk,
        "type": row.type,
        "name": row.name,
        "supplier": {"name": row.supplier.name, "demo": row.supplier.demo},
        "destination_id": row.destination_id,
        "destination": row.destination.name,
        "place_id": row.place_id,
        "comfort": row.comfort,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "list_price": Money(row.list_price, row.currency).as_json(),
        "unit": row.unit,
        "sleeps": row.sleeps,
        "times": row.times,
        "minutes": row.minutes,
        "terms": {"cancellable": row.cancellable, "free_until_hours": row.cancel_hours, "fee_percent": f"{row.cancel_fee_percent:f}"},
        "summary": row.summary,
    }


def dated_json(one: inventory.Departure) -> dict[str, Any]:
    return {
        "date": one.date,
        "time": one.time or None,
        "price": Money(one.price, one.currency).as_json(),
        "capacity": one.capacity,
        "left": one.left,
    }


def read_date(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={name: [_("A date as YYYY-MM-DD.")]}) from error


class ServiceList(OpenView):
    @extend_schema(
        operation_id="list_services",
        parameters=[
            OpenApiParameter("type", OpenApiTypes.STR, enum=TYPES),
            OpenApiParameter("destination", OpenApiTypes.STR, description="id or slug"),
            OpenApiParameter("date", OpenApiTypes.DATE, description="adds `on_date`: price and places left on that date"),
            PAGE,
            PAGE_SIZE,
        ],
        responses=page_shape(ServiceSerializer),
    )
    def get(self, request: Request) -> Response:
        """What is on sale, by type, destination and date."""
        kind = request.query_params.get("type", "")
        if kind and kind not in TYPES:
            raise Invalid(fields={"type": [_("Choose one of: %s.") % ", ".join(TYPES)]})
        day = read_date(text, "date") if (text := request.query_params.get("date", "")) else None
        pager = PageNumberPagination()
        rows = pager.paginate_queryset(catalogue.services(type=kind, destination=request.query_params.get("destination", "")[:100]), request, view=self) or []
        dated = inventory.departures_on(rows, day) if day else {}
        return pager.get_paginated_response(
            [{**service_json(row), **({"on_date": [dated_json(one) for one in dated[row.pk]]} if day else {})} for row in rows]
        )


class ServiceDetail(OpenView):
    @extend_schema(operation_id="get_service", responses=ServiceSerializer)
    def get(self, request: Request, service_id: uuid.UUID) -> Response:
        """One thing on sale."""
        return Response(service_json(catalogue.get_service(service_id)))


class ServiceAvailability(OpenView):
    @extend_schema(
        operation_id="get_availability",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="default: today"),
            OpenApiParameter("to", OpenApiTypes.DATE, description=f"default: 30 days later; at most {LONGEST_SPAN} days"),
        ],
        responses=AvailabilitySerializer,
    )
    def get(self, request: Request, service_id: uuid.UUID) -> Response:
        """Dates (and departures) with price and places left."""
        first = read_date(text, "from") if (text := request.query_params.get("from", "")) else clock.now().date()
        last = read_date(text, "to") if (text := request.query_params.get("to", "")) else min(first, dt.date.max - dt.timedelta(days=31)) + dt.timedelta(days=30)
        if not 0 <= (last - first).days < LONGEST_SPAN:
            raise Invalid(fields={"to": [_("Not before `from`, and at most %(days)d days.") % {"days": LONGEST_SPAN}]})
        service = inventory.get_service(service_id)
        return Response({"service_id": service.pk, "dates": [dated_json(one) for one in inventory.list_departures(service, first, last)]})
