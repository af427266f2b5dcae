"""Shapes of bookings and confirmations in and out (camelCase, as seed 000 prints them)."""


from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from bookings.api.collection_shapes import CollectField, CollectionPartSerializer
from bookings.models import Refund, SupplierChange
from bookings.states import REFUND
from travelplanner.core.api.serializers import AmountField
from travelplanner.core.card_numbers import refuse_card_numbers


class UserContactSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200, validators=[refuse_card_numbers])
    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True, default="")


class PaymentWishSerializer(serializers.Serializer):
    """How to pay. The mock gateway takes its own success by default, a token, or the number of a test card; a real card number is refused.

    With Stripe: `card` with a `pm_...` token is charged at once; without a token, as with Razorpay, `nextAction` leads to the company's own page.
    """

    method = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="`mock`, `card`, `stripe`, `razorpay`; empty: the way of whoever takes the payments here."
    )
    token = serializers.CharField(max_length=110, required=False, allow_blank=True, default="")
    cardNumber = serializers.CharField(max_length=32, required=False, allow_blank=True, default="", write_only=True)


class NamedTravelerSerializer(serializers.Serializer):
    """One of your own travelers by `travelerId`, or a guest by name."""

    travelerId = serializers.UUIDField(required=False, allow_null=True, default=None)
    firstName = serializers.CharField(max_length=100, required=False, allow_blank=True, default="", validators=[refuse_card_numbers])
    lastName = serializers.CharField(max_length=100, required=False, allow_blank=True, default="", validators=[refuse_card_numbers])
    type = serializers.ChoiceField(choices=["adult", "child", "infant", "senior"], required=False, default="adult", help_text="Of a guest; your own travelers' follows from the birth date.")


class NewBookingSerializer(serializers.Serializer):
    tripId = serializers.CharField(max_length=17)
    userContact = UserContactSerializer()
    travelers = NamedTravelerSerializer(  # type: ignore[call-arg]  # with many=True it is a list's argument
        many=True, required=False, max_length=20, help_text="Who uses what is booked, in this order; each line takes as many as it is for. Changes no price."
    )
    payment = PaymentWishSerializer(required=False, allow_null=True, default=None)
    collect = CollectField(required=False, allow_null=True, default=None)
    acceptedTotal = AmountField(
        required=False,
        allow_null=True,
        default=None,
        help_text=(
            "The sum that the traveler agreed to, in the trip's currency: another one than today's is 409 `price_changed` with old and new, and nothing is held. "
            "Without it, each line must still cost what the cart or the plan showed. What the plan priced in another currency has no such price: it is booked at today's, "
            "and what is sold in another currency than the trip's at today's rate."
        ),
    )
    shown = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, allow_empty=False, max_length=100, default=None, allow_null=True,
        help_text="`mark` of every line of the cart that the traveler saw: when there is anything else to book by now, 409 `basket_changed`, and nothing is held.",
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


class BookedTravelerSerializer(serializers.Serializer):
    """Under which name an item is booked."""

    travelerId = serializers.UUIDField(allow_null=True)
    firstName = serializers.CharField()
    lastName = serializers.CharField(allow_blank=True)
    type = serializers.CharField()


class ItemChangeSerializer(serializers.Serializer):
    """`from` and `to` hold what changed: departureTime, arrivalTime, terminal, gate, flightNumber, note."""

    kind = serializers.ChoiceField(choices=SupplierChange.KINDS)
    to = serializers.DictField()
    saidAt = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), "from": serializers.DictField()}  # a word of Python's own


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
    rateSource = serializers.CharField(allow_null=True, help_text="Who published it: ecb, economist, fixed_rate, or two of them.")
    rateStale = serializers.BooleanField(help_text="The rate was old when the line was locked; say its date.")
    cancellation = ItemCancellationSerializer()
    travelers = BookedTravelerSerializer(many=True)
    changes = ItemChangeSerializer(many=True, help_text="What the supplier changed since, newest first.")


class NextActionSerializer(serializers.Serializer):
    type = serializers.CharField(help_text="pay, redirect (to the payment company's page), three_d_secure, pay_shares (of a collection) or wait")
    url = serializers.CharField()
    message = serializers.CharField()


class FailureSerializer(serializers.Serializer):
    code = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class BookingRefundSerializer(serializers.Serializer):
    """Money on its way back, or back: after a cancellation, from a hold that had ended, because a supplier said no, or by staff."""

    amount = serializers.FloatField()
    currency = serializers.CharField()
    status = serializers.CharField(help_text=f"{', '.join(REFUND.states)}. Only `succeeded` is there; a `failed` one is asked for again by staff.")
    cause = serializers.CharField(help_text=", ".join(cause for cause, _label in Refund.CAUSES))
    dueBy = serializers.DateField(allow_null=True, help_text="The latest day on which it is back, as it was promised.")
    settledAt = serializers.DateTimeField(allow_null=True)


class StandingSumsSerializer(serializers.Serializer):
    """What became of a booking's sum, in its currency; the sum itself stays as it was booked."""

    standingTotal = serializers.FloatField(help_text="What the items cost that aren't cancelled; 0 when the booking failed, expired or was cancelled whole.")
    refunded = serializers.FloatField(help_text="What was given back, of all payments.")
    refundPending = serializers.FloatField(help_text="What is promised back and not there yet; `refunds` of the booking says each with its date.")


@extend_schema_serializer(component_name="Booking")
class BookingSerializer(StandingSumsSerializer):
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
    refunds = BookingRefundSerializer(many=True, help_text="What was promised back so far, oldest first; empty when nothing was. Cancellations, refunds by staff and late payments alike.")
    bookingState = BookingStateSerializer()
    items = BookedItemSerializer(many=True)
    userContact = UserContactSerializer()
    holdExpiresAt = serializers.DateTimeField(allow_null=True)
    nextAction = NextActionSerializer(allow_null=True)
    failure = FailureSerializer(allow_null=True)
    bookedAt = serializers.DateTimeField(allow_null=True)
    collection = CollectionPartSerializer(allow_null=True, help_text="When companions pay it in shares (`collect`), else null; by itself, with payments, at `/api/bookings/{bookingId}/collection`.")


class BookingSummarySerializer(StandingSumsSerializer):
    """A row of the list. `total` is what was booked, whatever was cancelled since."""

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


class ConfirmationLinksSerializer(serializers.Serializer):
    booking = serializers.CharField()
    pdf = serializers.CharField()
    calendar = serializers.CharField()
    documents = serializers.CharField()
    page = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {"self": serializers.CharField(), **super().get_fields()}


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
    verifyUrl = serializers.CharField(help_text="Where anybody can see whether it is genuine; what its QR code holds.")
    links = ConfirmationLinksSerializer()
