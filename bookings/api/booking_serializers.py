"""Shapes of bookings and confirmations in and out (camelCase, as seed 000 prints them)."""


from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from travelplanner.core.api.serializers import AmountField


class UserContactSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True, default="")


class PaymentWishSerializer(serializers.Serializer):
    """How to pay. The mock gateway takes its own success by default, a token, or the number of a test card; a real card number is refused."""

    method = serializers.CharField(max_length=40, required=False, default="mock", help_text="`mock` or `card`.")
    token = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    cardNumber = serializers.CharField(max_length=32, required=False, allow_blank=True, default="", write_only=True)


class NewBookingSerializer(serializers.Serializer):
    tripId = serializers.CharField(max_length=17)
    userContact = UserContactSerializer()
    payment = PaymentWishSerializer(required=False, allow_null=True, default=None)
    acceptedTotal = AmountField(
        required=False, allow_null=True, default=None, help_text="The sum that the traveler agreed to after `price_changed`, in the trip's currency."
    )


class PaymentStepSerializer(PaymentWishSerializer):
    """A payment for a reserved booking, the payer's second step (`approved`), or with an empty body the question what became of it."""

    approved = serializers.BooleanField(required=False, allow_null=True, default=None)


class LockedBudgetSerializer(serializers.Serializer):
    totalINR = serializers.FloatField(required=False, help_text="Only when the currency is INR.")
    total = serializers.FloatField()
    currency = serializers.CharField()
    locked = serializers.BooleanField()
    lockedAt = serializers.DateTimeField(allow_null=True)


class PaymentDetailsSerializer(serializers.Serializer):
    status = serializers.CharField()
    method = serializers.CharField()
    transactionId = serializers.CharField()
    amount = serializers.FloatField()
    currency = serializers.CharField()
    timestamp = serializers.DateTimeField()
    failureCode = serializers.CharField(allow_null=True)


class StateChangeSerializer(serializers.Serializer):
    """One step of the history."""

    to = serializers.CharField()
    timestamp = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), **super().get_fields()}


class BookingStateSerializer(serializers.Serializer):
    current = serializers.CharField()
    transitions = StateChangeSerializer(many=True)


class ItemCancellationSerializer(serializers.Serializer):
    cancellable = serializers.BooleanField()
    freeUntil = serializers.DateTimeField(allow_null=True)
    feeAfterwards = serializers.FloatField()


class BookedItemSerializer(serializers.Serializer):
    itemId = serializers.UUIDField()
    type = serializers.CharField()
    state = serializers.CharField()
    paymentStatus = serializers.CharField()
    name = serializers.CharField()
    supplier = serializers.CharField()
    confirmationCode = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    participants = serializers.IntegerField()
    startsOn = serializers.DateField()
    endsOn = serializers.DateField()
    time = serializers.CharField(allow_null=True)
    details = serializers.DictField()
    specialRequests = serializers.CharField(allow_blank=True)
    total = serializers.FloatField()
    currency = serializers.CharField()
    supplierAmount = serializers.FloatField()
    supplierCurrency = serializers.CharField()
    rate = serializers.CharField(allow_null=True)
    rateDate = serializers.DateField(allow_null=True)
    cancellation = ItemCancellationSerializer()


class NextActionSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="pay, three_d_secure or wait")
    url = serializers.CharField()
    message = serializers.CharField()


class FailureSerializer(serializers.Serializer):
    code = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


@extend_schema_serializer(component_name="Booking")
class BookingSerializer(serializers.Serializer):
    """`booking_v1`."""

    bookingId = serializers.CharField()
    tripId = serializers.CharField()
    version = serializers.CharField()
    revision = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    createdAt = serializers.DateTimeField()
    itineraryRevision = serializers.IntegerField(allow_null=True)
    lockedBudget = LockedBudgetSerializer()
    paymentDetails = PaymentDetailsSerializer()
    bookingState = BookingStateSerializer()
    items = BookedItemSerializer(many=True)
    userContact = UserContactSerializer()
    holdExpiresAt = serializers.DateTimeField(allow_null=True)
    nextAction = NextActionSerializer(allow_null=True)
    failure = FailureSerializer(allow_null=True)
    bookedAt = serializers.DateTimeField(allow_null=True)


class BookingSummarySerializer(serializers.Serializer):
    bookingId = serializers.CharField()
    tripId = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    paymentState = serializers.CharField(allow_null=True)
    items = serializers.IntegerField()
    total = serializers.FloatField()
    currency = serializers.CharField()
    startDate = serializers.DateField()
    endDate = serializers.DateField()
    createdAt = serializers.DateTimeField()
    bookedAt = serializers.DateTimeField(allow_null=True)
    holdExpiresAt = serializers.DateTimeField(allow_null=True)


class ConfirmedItinerarySerializer(serializers.Serializer):
    dailyActivityHours = serializers.FloatField(allow_null=True)
    restDays = serializers.IntegerField(allow_null=True)
    travelFatigueScore = serializers.FloatField(allow_null=True)


class ConfirmedPricingSerializer(serializers.Serializer):
    lockedBudget = serializers.FloatField()
    currency = serializers.CharField()
    perDay = serializers.FloatField()
    status = serializers.CharField()


class ConfirmedPaymentSerializer(serializers.Serializer):
    status = serializers.CharField()
    transactionId = serializers.CharField()
    timestamp = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(component_name="BookingConfirmation")
class BookingConfirmationSerializer(serializers.Serializer):
    """Seed 000's confirmation. `validUntil` ends the confirmation, not the booking."""

    confirmationNumber = serializers.CharField()
    tripId = serializers.CharField()
    bookingId = serializers.CharField()
    version = serializers.CharField()
    revision = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # the contract's own name
    createdAt = serializers.DateTimeField()
    destination = serializers.CharField()
    itinerary = ConfirmedItinerarySerializer()
    pricing = ConfirmedPricingSerializer()
    payment = ConfirmedPaymentSerializer()
    userContact = UserContactSerializer()
    bookedAt = serializers.DateTimeField()
    validUntil = serializers.DateTimeField()
    status = serializers.CharField(help_text="ACTIVE, EXPIRED or CANCELLED")
    nextSteps = serializers.ListField(child=serializers.CharField())
