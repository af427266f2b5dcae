"""`/api/trips/{tripId}/left-out`: what was taken out of a trip's plan, and putting it back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import cart as actions
from bookings.api.cart_serializers import CartItemSerializer
from bookings.api.representations import line_json
from bookings.queries.cart import own_trip, price_lines
from bookings.queries.left_out import left_out_of
from travelplanner.core.api import etags
from travelplanner.core.api.views import ApiView
from travelplanner.core.errors import Invalid, NotFound


class LeftOutThingSerializer(serializers.Serializer):
    key = serializers.CharField(help_text="Names it to put it back.")
    serviceId = serializers.UUIDField()
    name = serializers.CharField()
    date = serializers.DateField()
    time = serializers.CharField(allow_null=True)


@extend_schema_serializer(component_name="LeftOut")
class LeftOutSerializer(serializers.Serializer):
    """What of the plan, or of what was added to it, the traveler took out of the cart or cancelled."""

    leftOut = LeftOutThingSerializer(many=True)


class PutBackSerializer(serializers.Serializer):
    """Which of them."""

    key = serializers.CharField(max_length=40)


class TripLeftOut(ApiView):
    @extend_schema(operation_id="trip_left_out", responses=LeftOutSerializer, description="What was left out of the trip's bookings and can be put back, of a booked trip too.")
    def get(self, request: Request, reference: str) -> Response:
        trip = own_trip(self.actor, reference)
        if trip is None:
            raise NotFound
        return Response({"leftOut": [_json(one) for one in left_out_of(self.actor, trip)]})

    @extend_schema(
        operation_id="trip_put_back",
        request=PutBackSerializer,
        responses=CartItemSerializer,
        description="Put one of them back: it is in the cart again as it was when it was taken out. The same again changes nothing.",
    )
    def post(self, request: Request, reference: str) -> Response:
        own_trip(self.actor, reference)
        key = self.validated(PutBackSerializer)["key"]
        try:
            item = actions.take_from_plan(actor=self.actor, trip_reference=reference, key=key)
        except NotFound:
            raise Invalid(fields={"key": [_("There is nothing under this key that could be put back.")]}) from None
        (line,) = price_lines([item])
        return Response(line_json(line), headers={"ETag": etags.etag(item.pk, item.row_version)})


def _json(one: Any) -> dict[str, Any]:
    return {"key": one.key, "serviceId": one.service_id, "name": one.name, "date": one.first, "time": one.time or None}
