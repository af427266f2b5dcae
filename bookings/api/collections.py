"""A booking's collection: who paid which share, paying one, closing it."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import collections
from bookings.api.booking_serializers import PaymentStepSerializer
from bookings.api.bookings import KEY, wish_of
from bookings.api.collection_shapes import CollectionSerializer, collection_json
from bookings.queries.collections import get_collection
from travelplanner.core.api.throttling import ScopedThrottle
from travelplanner.core.api.views import ApiView


class CollectionView(ApiView):
    @extend_schema(
        operation_id="bookings_collection",
        responses=CollectionSerializer,
        description=(
            "A booking that is paid in shares (`collect` when it was made): who pays what, who has paid, until when. For who opened it, and for companions with a "
            "share while they are in the trip; 404 for a booking without shares."
        ),
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(collection_json(get_collection(self.actor, reference)))


class SharePaymentsView(ApiView):
    idempotency_required = True
    throttle_classes = [ScopedThrottle]  # each try asks the payment company
    throttle_scope = "pay"

    @extend_schema(
        operation_id="bookings_pay_share",
        parameters=[KEY],
        request=PaymentStepSerializer,
        responses={200: CollectionSerializer},
        description=(
            "Pay a share, approve the second step, or ask what became of its payment: your own share, or any of them when the booking is yours. "
            "A declined share stays due. The last share books everything; if it isn't there by `closesAt`, all of it goes back."
        ),
    )
    def post(self, request: Request, reference: str, share_id: uuid.UUID) -> Response:
        step = self.validated(PaymentStepSerializer)
        collections.pay_share(
            actor=self.actor, reference=reference, share_id=share_id, wish=wish_of(step), approved=step["approved"]
        )
        return Response(collection_json(get_collection(self.actor, reference)))


class CollectionCloseView(ApiView):
    idempotency_required = True

    @extend_schema(
        operation_id="bookings_close_collection",
        parameters=[KEY],
        request=None,
        responses={200: CollectionSerializer},
        description="End a collection of yours before its time: what was paid goes back in full, places and budget are free again.",
    )
    def post(self, request: Request, reference: str) -> Response:
        collections.close_collection(actor=self.actor, reference=reference)
        return Response(collection_json(get_collection(self.actor, reference)))
