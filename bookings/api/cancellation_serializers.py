"""Shapes of cancellations in and out (camelCase)."""

from __future__ import annotations

from rest_framework import serializers

from bookings.states import BOOKING, REFUND


class CancellationWishSerializer(serializers.Serializer):
    itemIds = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_null=True, default=None, min_length=1, max_length=200,
        help_text="Items of the booking; all that are left when it isn't sent.",
    )  # fmt: skip


class CancellationLineSerializer(serializers.Serializer):
    """`refund` + `fee` is what the item cost. `accepted` is null until it is cancelled, or its supplier refused."""

    itemId = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField()
    refund = serializers.FloatField()
    fee = serializers.FloatField()
    currency = serializers.CharField()
    refundedBy = serializers.CharField(help_text="Whose terms these are.")
    backBy = serializers.DateField(help_text="The latest day on which the money is back.")
    why = serializers.CharField(help_text="`free`, `after_deadline`, `not_cancellable`, `given_before` or `called_off`.")
    accepted = serializers.BooleanField(allow_null=True)


class CancellationRefundSerializer(serializers.Serializer):
    refundId = serializers.CharField()
    amount = serializers.FloatField()
    currency = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(f"`{state}`" for state in REFUND.states))
    backBy = serializers.DateField(allow_null=True)
    settledAt = serializers.DateTimeField(allow_null=True)


class CancellationQuoteSerializer(serializers.Serializer):
    quoteId = serializers.UUIDField()
    bookingId = serializers.CharField()
    version = serializers.CharField(help_text="`cancellation_v1`")
    status = serializers.CharField(
        help_text="`offered`, `expired`, `replaced` (by a newer one), `confirmed` (a supplier is asked), `done`, or `refused` (no supplier agreed)."
    )
    bookingState = serializers.CharField(help_text=", ".join(f"`{state}`" for state in BOOKING.states))
    whole = serializers.BooleanField(help_text="Whether it is everything that was left.")
    refund = serializers.FloatField()
    fee = serializers.FloatField()
    currency = serializers.CharField()
    lines = CancellationLineSerializer(many=True)
    refunds = CancellationRefundSerializer(many=True, help_text="What goes back, once it was confirmed: one for each payment it came from.")
    createdAt = serializers.DateTimeField()
    expiresAt = serializers.DateTimeField()
    confirmedAt = serializers.DateTimeField(allow_null=True)
