"""Shapes of the cart in and out (snake_case)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from travelplanner.core.api.serializers import MoneySerializer, StrictIntegerField
from travelplanner.core.card_numbers import refuse_card_numbers

TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


class CartWishSerializer(serializers.Serializer):
    """A line to set. What isn't named here (a price, an owner) changes nothing."""

    service_id = serializers.UUIDField()
    booking_date = serializers.DateField(help_text="First date of use, at the destination.")
    quantity = StrictIntegerField(min_value=1, max_value=99, required=False, help_text="Units held and priced; default: what the participants need.")
    participants = StrictIntegerField(min_value=1, max_value=99, required=False)
    time = serializers.RegexField(TIME, required=False, allow_blank=True, default="", help_text="Departure HH:MM, where the service has departures.")
    nights = StrictIntegerField(min_value=1, max_value=60, required=False, default=1, help_text="Counts for beds only.")
    special_requests = serializers.CharField(max_length=500, required=False, allow_blank=True, default="", validators=[refuse_card_numbers])
    trip_id = serializers.CharField(max_length=17, required=False, allow_null=True, default=None, help_text="Reference of the trip that it belongs to.")


class CartChangeSerializer(serializers.Serializer):
    """What of a line may change; everything is optional."""

    booking_date = serializers.DateField(required=False)
    quantity = StrictIntegerField(min_value=1, max_value=99, required=False)
    participants = StrictIntegerField(min_value=1, max_value=99, required=False)
    time = serializers.RegexField(TIME, required=False, allow_blank=True)
    nights = StrictIntegerField(min_value=1, max_value=60, required=False)
    special_requests = serializers.CharField(max_length=500, required=False, allow_blank=True, validators=[refuse_card_numbers])
    trip_id = serializers.CharField(max_length=17, required=False, allow_null=True, help_text="Puts the line to this trip of one's own; null: to none.")


class MergeWishSerializer(serializers.Serializer):
    """A line of a cart that was kept elsewhere. A price in it changes nothing."""

    service_id = serializers.UUIDField()
    booking_date = serializers.DateField()
    quantity = StrictIntegerField(min_value=1, max_value=99, required=False, default=None, help_text="Default: what the participants need.")
    participants = StrictIntegerField(min_value=1, max_value=99, required=False, default=1)
    time = serializers.RegexField(TIME, required=False, allow_blank=True, default="")
    nights = StrictIntegerField(min_value=1, max_value=60, required=False, default=1)
    special_requests = serializers.CharField(max_length=500, required=False, allow_blank=True, default="", validators=[refuse_card_numbers])


class CartMergeSerializer(serializers.Serializer):
    """Up to 100 lines at a time."""

    items = MergeWishSerializer(many=True, max_length=100)  # type: ignore[call-arg]  # of the list that many=True makes


class MergedLineSerializer(serializers.Serializer):
    """What became of the wish with this place in `items`."""

    index = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["added", "raised", "kept", "dropped"])
    item_id = serializers.UUIDField(allow_null=True)
    problem = serializers.CharField(allow_null=True, help_text="Why it was dropped: off_sale, in_the_past, too_far_ahead, cart_full, ...")


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
    price_in_trip_currency = MoneySerializer(allow_null=True, help_text="What it comes to in the currency of its trip, when that is another one and a rate is known.")
    rate_date = serializers.DateField(allow_null=True)
    rate_stale = serializers.BooleanField(help_text="The rate is old; say its date.")
    price_changed = serializers.BooleanField()
    places_left = serializers.IntegerField()
    problem = serializers.CharField(allow_null=True)
    terms = CartTermsSerializer(allow_null=True)
    mark = serializers.CharField(help_text="What the line is at this moment, to be sent as one of `shown` when the trip is booked.")
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


class CartUseSerializer(serializers.Serializer):
    booking_date = serializers.DateField()
    time = serializers.CharField(allow_blank=True)
    nights = serializers.IntegerField()
    quantity = serializers.IntegerField()
    participants = serializers.IntegerField()


class CartChangeMadeSerializer(serializers.Serializer):
    """What filling the cart changed: added, moved (another date or time), changed (other numbers), removed (the plan doesn't have it any more, or
    it is booked)."""

    outcome = serializers.ChoiceField(choices=["added", "moved", "changed", "removed"])
    item_id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    name = serializers.CharField()
    before = CartUseSerializer(allow_null=True)
    after = CartUseSerializer(allow_null=True)


@extend_schema_serializer(many=False)
class FilledCartSerializer(CartSerializer):
    """The trip's part of the cart, and what was changed of it."""

    changes = CartChangeMadeSerializer(many=True)


class MergeAnswerSerializer(serializers.Serializer):
    """Each wish's fate, and the cart as it is now."""

    merged = MergedLineSerializer(many=True)
    cart = CartSerializer()
