"""Shapes of the cart in and out (snake_case)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from travelplanner.core.api.serializers import MoneySerializer, StrictIntegerField

TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


class CartWishSerializer(serializers.Serializer):
    """A line to set. What isn't named here (a price, an owner) changes nothing."""

    service_id = serializers.UUIDField()
    booking_date = serializers.DateField(help_text="First date of use, at the destination.")
    quantity = StrictIntegerField(min_value=1, max_value=99, required=False, help_text="Units held and priced; default: what the participants need.")
    participants = StrictIntegerField(min_value=1, max_value=99, required=False)
    time = serializers.RegexField(TIME, required=False, allow_blank=True, default="", help_text="Departure HH:MM, where the service has departures.")
    nights = StrictIntegerField(min_value=1, max_value=60, required=False, default=1, help_text="Counts for beds only.")
    special_requests = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    trip_id = serializers.CharField(max_length=17, required=False, allow_null=True, default=None, help_text="Reference of the trip that it belongs to.")


class CartChangeSerializer(serializers.Serializer):
    """What of a line may change; everything is optional."""

    booking_date = serializers.DateField(required=False)
    quantity = StrictIntegerField(min_value=1, max_value=99, required=False)
    participants = StrictIntegerField(min_value=1, max_value=99, required=False)
    time = serializers.RegexField(TIME, required=False, allow_blank=True)
    nights = StrictIntegerField(min_value=1, max_value=60, required=False)
    special_requests = serializers.CharField(max_length=500, required=False, allow_blank=True)


class FromItinerarySerializer(serializers.Serializer):
    """The trip whose chosen itinerary fills the cart."""

    tripId = serializers.CharField(max_length=17)


class CartServiceSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField()
    supplier = serializers.CharField()
    destination = serializers.CharField()
    unit = serializers.CharField()


class CartTermsSerializer(serializers.Serializer):
    cancellable = serializers.BooleanField()
    free_until = serializers.DateTimeField(allow_null=True)
    fee_afterwards = MoneySerializer()


class CartItemSerializer(serializers.Serializer):
    """A line, with the price when it was last seen and the price now."""

    id = serializers.UUIDField()
    trip_id = serializers.CharField(allow_null=True)
    service_id = serializers.UUIDField()
    service = CartServiceSerializer()
    quantity = serializers.IntegerField()
    participants = serializers.IntegerField()
    booking_date = serializers.DateField()
    time = serializers.CharField(allow_blank=True)
    nights = serializers.IntegerField()
    special_requests = serializers.CharField(allow_blank=True)
    price_seen = MoneySerializer()
    price_now = MoneySerializer(allow_null=True)
    price_changed = serializers.BooleanField()
    places_left = serializers.IntegerField()
    problem = serializers.CharField(allow_null=True)
    terms = CartTermsSerializer(allow_null=True)
    row_version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class CartSerializer(serializers.Serializer):
    """The whole cart; it is never paged."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CartItemSerializer(many=True)
    totals = MoneySerializer(many=True, help_text="Today's prices, one sum per currency.")
