"""What is on sale, open to all: search, detail, dates with price and places left. snake_case, paged."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.representations import payable_json
from bookings.pricing.quote import MOST_PEOPLE
from bookings.queries import inventory
from bookings.queries.search import LONGEST_STAY, MOST_CANDIDATES, ORDERINGS, Found, Wish, search_services
from travelplanner.core import clock
from travelplanner.core.api.pagination import PAGE, PAGE_SIZE, PageNumberPagination
from travelplanner.core.api.serializers import CurrencyField, MoneySerializer
from travelplanner.core.errors import Invalid
from trips.api.catalogue import OpenView
from trips.models import Service
from trips.queries import catalogue
from trips.queries.catalogue import ServiceRow

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

class FoundSerializer(ServiceSerializer):
    """With dates: the cheapest use that the whole party can have, and the departures on the first date."""

    first_date = serializers.DateField(required=False)
    time = serializers.CharField(allow_null=True, required=False)
    nights = serializers.IntegerField(required=False)
    units = serializers.IntegerField(required=False)
    party_price = MoneySerializer(required=False)
    left = serializers.IntegerField(required=False)
    on_date = DatedSerializer(many=True, required=False)


@extend_schema_serializer(component_name="FoundPage")
class FoundPageSerializer(serializers.Serializer):
    """A page of what was found. `count` counts what was looked at and fits."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    cut = serializers.BooleanField(
        help_text=(
            f"This isn't all there is: with dates, a limit or an order by price at most {MOST_CANDIDATES} services are looked at, the first by name "
            "(`price`: those with the lowest list prices, `-price`: the highest), and there were more. Say `destination` or `type` to see the rest."
        )
    )
    results = FoundSerializer(many=True)


class AvailabilitySerializer(serializers.Serializer):
    service_id = serializers.UUIDField()
    dates = DatedSerializer(many=True)


def service_json(row: ServiceRow) -> dict[str, Any]:
    return {
        "id": row.pk,
        "type": row.type,
        "name": row.name,
        "supplier": {"name": row.supplier, "demo": row.supplier_demo},
        "destination_id": row.destination_id,
        "destination": row.destination,
        "place_id": row.place_id,
        "comfort": row.comfort,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "list_price": payable_json(row.list_price, row.currency),
        "unit": row.unit,
        "sleeps": row.sleeps,
        "times": row.times,
        "minutes": row.minutes,
        "terms": {"cancellable": row.cancellable, "free_until_hours": row.cancel_hours, "fee_percent": f"{row.cancel_fee_percent:f}"},
        "summary": row.summary,
    }


def found_json(one: Found) -> dict[str, Any]:
    """A service as found: with dates, what the party would get, and the departures of the first date."""
    row, offer = one.service, one.offer
    shown = service_json(row)
    if offer is None:
        return shown
    return shown | {
        "first_date": offer.first,
        "time": offer.time or None,
        "nights": offer.nights,
        "units": offer.units,
        "party_price": payable_json(offer.total, row.currency),
        "left": offer.left,
        "on_date": [
            {"date": day.date, "time": time or None, "price": payable_json(day.unit_price, row.currency), "capacity": day.capacity, "left": day.left}
            for time, day in one.dated
        ],
    }


def dated_json(one: inventory.Departure) -> dict[str, Any]:
    return {
        "date": one.date,
        "time": one.time or None,
        "price": payable_json(one.price, one.currency),
        "capacity": one.capacity,
        "left": one.left,
    }


def read_date(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={name: [_("A date as YYYY-MM-DD.")]}) from error


class SearchSerializer(serializers.Serializer):
    """The filters of a search, as they stand in the address."""

    type = serializers.ChoiceField(choices=TYPES, required=False, allow_blank=True, default="")
    destination = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    place = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    date = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)
    people = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE, required=False, default=1)
    max_price = serializers.DecimalField(max_digits=15, decimal_places=3, min_value=0, required=False, default=None)
    currency = CurrencyField(required=False, default="")
    ordering = serializers.ChoiceField(choices=ORDERINGS, required=False, allow_blank=True, default="name")

    def get_fields(self) -> dict[str, Any]:
        """Those that were sent; Django REST framework copies each field for each request."""
        return {name: copy.deepcopy(field) for name, field in self._declared_fields.items() if name in self.initial_data}


SearchSerializer._declared_fields["from"] = serializers.DateField(required=False, default=None)  # a word of Python's own


DEFAULTS: dict[str, Any] = {name: field.default for name, field in SearchSerializer._declared_fields.items()}


def read_wish(query: Mapping[str, str]) -> Wish:
    """The wish of a search. Raises Invalid with a sentence per parameter."""
    given = SearchSerializer(data={name: query[name] for name in SearchSerializer._declared_fields if query.get(name)})
    given.is_valid(raise_exception=True)
    values = DEFAULTS | given.validated_data
    date, first, last = values["date"], values["from"], values["until"]
    if date and (first or last):
        raise Invalid(fields={"date": [_("Either one date, or `from` and `until`.")]})
    if last and not first:
        raise Invalid(fields={"from": [_("Say when it begins.")]})
    first = date or first
    if first and last and not 0 <= (last - first).days <= LONGEST_STAY:
        raise Invalid(fields={"until": [_("Not before `from`, and at most %(days)d days.") % {"days": LONGEST_STAY}]})
    return Wish(
        type=values["type"],
        destination=values["destination"],
        place=values["place"],
        first=first,
        last=last,
        people=values["people"],
        max_price=values["max_price"],
        currency=values["currency"],
        ordering=values["ordering"] or "name",
    )


class ServiceList(OpenView):
    @extend_schema(
        operation_id="list_services",
        parameters=[
            OpenApiParameter("type", OpenApiTypes.STR, enum=TYPES),
            OpenApiParameter("destination", OpenApiTypes.STR, description="id or slug"),
            OpenApiParameter("place", OpenApiTypes.STR, description="id or slug of a place: visits to it"),
            OpenApiParameter("date", OpenApiTypes.DATE, description="only what the party can have on that date (beds: that night); adds `on_date`: price and places left of each departure"),
            OpenApiParameter("from", OpenApiTypes.DATE, description="with `until`: beds that are free on every night between, the rest on any date from one to the other"),
            OpenApiParameter("until", OpenApiTypes.DATE, description=f"the day of leaving; default: one night, one date; at most {LONGEST_STAY} days after `from`"),
            OpenApiParameter("people", {"type": "integer", "minimum": 1, "maximum": MOST_PEOPLE}, description="who all fit in: rooms and cars are counted by what they hold; default 1"),
            OpenApiParameter("max_price", {"type": "string", "pattern": r"^\d{1,12}(\.\d{1,3})?$"}, description="of the whole party, for all nights; without dates: by list price"),
            OpenApiParameter("currency", OpenApiTypes.STR, description="of `max_price`, and what prices are compared in; default: each service's own"),
            OpenApiParameter("ordering", OpenApiTypes.STR, enum=list(ORDERINGS), description="`name` (destination, type, name; the default), `price` (cheapest for the party first), `-price`"),
            PAGE,
            PAGE_SIZE,
        ],
        responses=FoundPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """What is on sale, by type, destination, place, dates, party and price.

        With dates: only what the whole party can still have, with its price (`party_price`), `units` and places `left`. `cut` says whether there was more to look at.
        """
        found = search_services(read_wish(request.query_params))
        pager = PageNumberPagination()
        rows: Any = pager.paginate_queryset(found, request, view=self) or []  # type: ignore[arg-type]  # it counts and slices, which is all that a pager asks
        answer = pager.get_paginated_response([found_json(one) for one in rows])
        answer.data["cut"] = found.cut
        return answer


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
