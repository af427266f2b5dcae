"""Shapes of collections in and out (camelCase). Nothing here holds the owner's contact."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from bookings.actions.collections import ShareWish
from bookings.models import BookingItem
from bookings.queries.collections import CollectionView, ShareLine, items_of
from bookings.states import COLLECTION, SHARE
from travelplanner.core import clock, money
from travelplanner.core.api.serializers import AmountField


class ShareWishSerializer(serializers.Serializer):
    """`memberId` from `/api/trips/{tripId}/members`, or "me"; without `amount` an equal part of what the amounts leave."""

    memberId = serializers.CharField(max_length=36)
    amount = AmountField(required=False, allow_null=True, default=None, help_text="In the trip's currency.")


class CollectSerializer(serializers.Serializer):
    """Who pays which share; the amounts must come to the total exactly."""

    shares = ShareWishSerializer(many=True, allow_empty=False, max_length=60)  # type: ignore[call-arg]  # with many=True it is a list's argument


class CollectField(serializers.Field):
    """`true`, or `{"shares": [...]}`; false and null are as if it weren't there."""

    def to_internal_value(self, data: Any) -> dict[str, Any] | None:
        if data is False:
            return None
        if data is True:
            return {"shares": None}
        inner = CollectSerializer(data=data)
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Send true, or the shares."))
        inner.is_valid(raise_exception=True)
        return {"shares": [ShareWish(wish["memberId"], wish["amount"]) for wish in inner.validated_data["shares"]]}

    def to_representation(self, value: Any) -> Any:
        return value


class CollectFieldDescription(OpenApiSerializerFieldExtension):
    """Registers itself by being there (drf-spectacular)."""

    target_class = CollectField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shares = auto_schema.resolve_serializer(CollectSerializer, direction).ref
        return {
            "oneOf": [{"type": "boolean"}, shares],
            "description": (
                "Book now, pay together: places are held and nothing is charged; each companion pays a share through `/collection`, and the last share "
                "books everything. true: equal shares of all members with an account; or `shares` says whose share is how much. Then `payment` is left "
                "out. false or null: as if it weren't there."
            ),
        }


@extend_schema_serializer(component_name="PaymentShare")
class PaymentShareSerializer(serializers.Serializer):
    """What one companion pays of a booking. `due` waits, `paid` is there, `dropped` was never paid, `given_back` went back to who paid it."""

    shareId = serializers.UUIDField()
    memberId = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(help_text="As the company calls them.")
    amount = serializers.FloatField()
    currency = serializers.CharField()
    state = serializers.ChoiceField(choices=SHARE.choices)
    paidAt = serializers.DateTimeField(allow_null=True)
    paidByOwner = serializers.BooleanField(help_text="Paid for them by who opened the collection.")
    left = serializers.BooleanField(help_text="They left the trip; who opened the collection may pay it.")
    you = serializers.BooleanField()
    mayPay = serializers.BooleanField()
    paymentState = serializers.CharField(allow_null=True, help_text="Of the newest try; only for those who may pay this share.")
    nextAction = serializers.DictField(allow_null=True, help_text="`type` (pay, redirect, three_d_secure or wait), `url` and `message`; null when nothing is left to do, or it isn't yours.")


class BookedThingSerializer(serializers.Serializer):
    """What is booked, as companions see it."""

    name = serializers.CharField()
    type = serializers.CharField()
    startsOn = serializers.DateField()
    endsOn = serializers.DateField()
    time = serializers.CharField(allow_null=True)
    total = serializers.FloatField()
    currency = serializers.CharField()


class CollectionPartSerializer(serializers.Serializer):
    """How far a booking that is paid in shares has come: `collecting` until the last share is paid, then `complete`; `given_back` when not all was paid in time,
    it was closed before, or a supplier said no."""

    state = serializers.ChoiceField(choices=COLLECTION.choices)
    total = serializers.FloatField(help_text="Of all shares: what is booked.")
    collected = serializers.FloatField(help_text="Paid so far.")
    missing = serializers.FloatField(help_text="Not paid yet.")
    currency = serializers.CharField()
    closesAt = serializers.DateTimeField(help_text="If not all is paid by then, all of it goes back.")
    mayClose = serializers.BooleanField(help_text="You opened it and it is open: `POST .../collection/close` ends it.")
    shares = PaymentShareSerializer(many=True)


class CollectionSerializer(CollectionPartSerializer):
    """A collection by itself."""

    bookingId = serializers.CharField()
    tripId = serializers.CharField()
    title = serializers.CharField()
    bookingState = serializers.CharField()
    items = BookedThingSerializer(many=True)


def part_json(view: CollectionView) -> dict[str, Any]:
    """The collection inside its booking."""
    booking = view.booking
    return {
        "state": view.collection.state,
        "total": money.as_number(booking.total, booking.currency),
        "collected": money.as_number(view.collected, booking.currency),
        "missing": money.as_number(view.missing, booking.currency),
        "currency": booking.currency,
        "closesAt": clock.iso(view.collection.closes_at),
        "mayClose": view.mine and view.open,
        "shares": [_share_json(view, line) for line in view.lines],
    }


def collection_json(view: CollectionView) -> dict[str, Any]:
    """The collection by itself; reads the items (one statement)."""
    booking = view.booking
    return {
        "bookingId": booking.reference,
        "tripId": booking.trip.reference,
        "title": booking.trip.title,
        "bookingState": booking.state,
        "items": [_item_json(item) for item in items_of(booking)],
        **part_json(view),
    }


def _share_json(view: CollectionView, line: ShareLine) -> dict[str, Any]:
    share, payment = line.share, line.payment
    theirs = line.you or view.mine
    return {
        "shareId": str(share.pk),
        "memberId": str(share.member_id) if share.member_id else None,
        "name": share.label,
        "amount": money.as_number(share.amount, share.currency),
        "currency": share.currency,
        "state": share.state,
        "paidAt": clock.iso(share.paid_at) if share.paid_at else None,
        "paidByOwner": line.by_owner,
        "left": line.left,
        "you": line.you,
        "mayPay": line.may_pay and view.open,
        "paymentState": payment.state if payment and theirs else None,
        "nextAction": next_action_of_share(view, line) if theirs else None,
    }


def next_action_of_share(view: CollectionView, line: ShareLine) -> dict[str, Any] | None:
    """What the payer has to do; null when nothing is left to do."""
    if not view.open or not line.may_pay:
        return None
    where = f"/api/bookings/{view.booking.reference}/shares/{line.share.pk}/payments"
    if not line.under_way or line.payment is None:
        return {"type": "pay", "url": where, "message": _("Pay this share before the time ends.")}
    if line.payment.next_action.get("type") == "redirect":
        return {"type": "redirect", "url": line.payment.next_action["url"], "message": _("Pay on the payment company's page; then ask us here, with an empty body.")}
    if line.payment.next_action:
        kind = line.payment.next_action.get("type", "confirm")
        return {"type": kind, "url": where, "message": _("Approve the payment with your bank, then tell us with {\"approved\": true}.")}
    return {"type": "wait", "url": where, "message": _("We are asking the payment gateway. You are not charged twice.")}


def _item_json(item: BookingItem) -> dict[str, Any]:
    return {
        "name": item.name,
        "type": item.type,
        "startsOn": item.starts_on.isoformat(),
        "endsOn": item.ends_on.isoformat(),
        "time": item.time or None,
        "total": money.as_number(item.total, item.currency),
        "currency": item.currency,
    }
